// RecordDiff: what changed on one host from one record to another. Tells only what both records know: facts of a job that did
// not succeed on one side, and those that stand in `absent` there, are unknown, not gone. Noise is never told, and of a
// sensitive fact only that it changed. One thread; made once and used for all hosts.

#pragma once

#include "output/compare/factclasses.h"
#include "output/compare/recordview.h"

#include <functional>
#include <span>
#include <vector>

namespace collector {

// How the host itself fared.
enum class HostChange : quint8 {
    None,
    Unreachable, // reached before, not now
    Returned,    // the other way
    Unknown,     // nobody tried, in one of the two
};

struct FactChange
{
    enum class Kind : quint8 {
        Value, // one value became another; an empty one: was not there, is not there any more
        Items, // a list lost some items and gained others; both are arrays
    };

    FactSpec::Class factClass = FactSpec::Class::Configuration;
    Kind kind = Kind::Value;
    QByteArrayView path;   // in jq's syntax, without the dot at the front; list items by what names them: mounts["/srv"].options
    QByteArrayView before; // JSON
    QByteArrayView after;
};

class RecordDiff
{
public:
    using Sink = std::function<void(const FactChange &)>;

    // `classes` outlives this. `hasAllFacts`: else they are rows of CSVs, and what is not there was not written, or is not known.
    explicit RecordDiff(const FactClasses &classes, bool hasAllFacts = true) : m_classes(classes), m_hasAllFacts(hasAllFacts) {}

    // Tells `sink` every change; the views in it hold during the call alone.
    HostChange compare(const RecordView &before, const RecordView &after, const Sink &sink);

private:
    struct Job
    {
        QByteArray name;
        QByteArray key;
        bool isGood;
    };
    struct Side
    {
        std::vector<Job> jobs;
        std::vector<QByteArray> absent;
        bool isGood = false; // the whole record: counts where it names no jobs

        // The job whose facts stand under this key; nullptr: none, so it is a fact at the root.
        [[nodiscard]] const Job *jobAt(QByteArrayView topKey) const;
        [[nodiscard]] bool knows(QByteArrayView jobKey) const; // empty: the root
        [[nodiscard]] bool lacks(QByteArrayView path) const;   // in `absent`
    };

    [[nodiscard]] bool isKnown(QByteArrayView topKey) const;
    Side sideOf(const RecordView &record) const;
    void field(const char *name, FactSpec::Class factClass, QByteArrayView before, QByteArrayView after);
    void facts(QByteArrayView before, QByteArrayView after);
    void value(QByteArrayView before, QByteArrayView after);
    void objects(QByteArrayView before, QByteArrayView after);
    void lists(QByteArrayView before, QByteArrayView after);
    [[nodiscard]] std::vector<QByteArray> withoutNoise(const std::vector<QByteArrayView> &items);
    bool namedItems(const std::vector<QByteArrayView> &before, const std::vector<QByteArrayView> &after);
    void plainItems(const std::vector<QByteArrayView> &before, const std::vector<QByteArrayView> &after, QByteArrayView whole,
                    QByteArrayView wholeAfter);
    static void dropSame(std::vector<QByteArrayView> &gone, std::vector<QByteArrayView> &come);
    void tell(FactChange::Kind kind, QByteArrayView before, QByteArrayView after);
    void enter(const QByteArray &key);
    void enterColumn(const QByteArray &name);
    void enterItem(const QByteArray &selector);
    void leave();

    const FactClasses &m_classes;
    const bool m_hasAllFacts;
    const Sink *m_sink = nullptr;
    Side m_before;
    Side m_after;
    std::vector<QByteArray> m_segments; // of the class: keys alone
    struct Mark
    {
        qsizetype path;
        qsizetype dotted;
        size_t segments;
    };
    std::vector<Mark> m_marks; // where to go back to on leaving
    QByteArray m_path;
    QByteArray m_dotted; // keys joined with dots, as `absent` has them
};

// Appends a key to a path in jq's syntax: `.key`, or `["key"]` where it is not a plain word; no dot at the very front.
void appendPathKey(QByteArray &path, QByteArrayView key);

} // namespace collector
