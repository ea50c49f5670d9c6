#include "output/compare/diff.h"

#include "output/resultreader.h"

#include <QFile>
#include <QSet>

#include <algorithm>

namespace collector {

namespace {

// Where the record of each host of a result lies.
class HostIndex
{
public:
    [[nodiscard]] bool read(const QByteArray &path, DiffResult::Side &side, QString *error)
    {
        const auto reader = ResultReader::open(path, error);
        if (!reader)
            return false;
        m_isTyped = reader->hasTypedFacts();
        while (const auto record = nextRecord(*reader)) {
            if (side.hosts++ == 0)
                side.run = jsonText(record->run);
            m_entries.push_back({qHash(record->host, seed()), m_store.add(record->text)});
        }
        side.about = reader->run();
        side.columns = reader->factColumns();
        *error = !reader->error().isEmpty() ? reader->error() : m_store.error();
        if (!error->isEmpty())
            return false;
        std::sort(m_entries.begin(), m_entries.end(), [](const Entry &a, const Entry &b) { return a.hash < b.hash; });
        m_isMet.resize(m_entries.size());
        return refuseTwins(path, error);
    }

    [[nodiscard]] bool isTyped() const { return m_isTyped; }

    // The record of this host, in `text`; nothing where there is none. `isTwin`: it was asked for before.
    [[nodiscard]] std::optional<RecordView> find(const QByteArray &host, QByteArray &text, bool *isTwin)
    {
        const size_t hash = qHash(host, seed());
        auto entry = std::lower_bound(m_entries.begin(), m_entries.end(), hash, [](const Entry &a, size_t b) { return a.hash < b; });
        for (; entry != m_entries.end() && entry->hash == hash; ++entry) {
            if (!m_store.read(entry->ref, text))
                return std::nullopt;
            auto view = RecordView::of(text);
            if (!view || view->host != host)
                continue;
            const auto number = size_t(entry - m_entries.begin());
            *isTwin = m_isMet[number];
            m_isMet[number] = true;
            return view;
        }
        return std::nullopt;
    }

    // Calls `visit` for each host that find() did not meet.
    template<typename Visit>
    void forEachUnmet(const Visit &visit)
    {
        QByteArray text;
        for (size_t i = 0; i < m_entries.size(); ++i) {
            if (m_isMet[i] || !m_store.read(m_entries[i].ref, text))
                continue;
            if (const auto view = RecordView::of(text))
                visit(*view);
        }
    }

    [[nodiscard]] const QString &error() const { return m_store.error(); }

private:
    struct Entry
    {
        size_t hash;
        RecordRef ref;
    };

    static size_t seed() { return QHashSeed::globalSeed(); }

    [[nodiscard]] bool refuseTwins(const QByteArray &path, QString *error)
    {
        QByteArray one, other;
        for (size_t i = 1; i < m_entries.size(); ++i) {
            if (m_entries[i].hash != m_entries[i - 1].hash || !m_store.read(m_entries[i - 1].ref, one) ||
                !m_store.read(m_entries[i].ref, other))
                continue;
            const auto left = RecordView::of(one), right = RecordView::of(other);
            if (!left || !right || left->host != right->host)
                continue;
            *error = QStringLiteral("%1: host %2 stands in it twice: `collector merge` makes one record of them")
                         .arg(QString::fromLocal8Bit(path), QString::fromUtf8(left->host));
            return false;
        }
        return true;
    }

    std::vector<Entry> m_entries;
    std::vector<bool> m_isMet;
    RecordStore m_store;
    bool m_isTyped = true;
};

// Takes the records of NEW as they come.
class Comparison
{
public:
    Comparison(HostIndex &index, const FactClasses &classes, DiffResult &result)
        : m_index(index),
          m_diff(classes, index.isTyped()),
          m_result(result)
    {
    }

    // False where the host stood there before.
    [[nodiscard]] bool take(const RecordView &now)
    {
        bool isTwin = false;
        const auto before = m_index.find(now.host, m_text, &isTwin);
        if (isTwin)
            return false;
        if (!before) {
            const qsizetype known = m_come.size();
            m_come.insert(qHash(now.host, QHashSeed::globalSeed()));
            m_result.came.push_back(m_result.names.add(now.host));
            return m_come.size() > known;
        }
        compare(*before, now);
        return true;
    }

private:
    void compare(const RecordView &before, const RecordView &now)
    {
        constexpr HostNumber none = HostNumber(-1);
        HostNumber number = none;
        unsigned classes = 0;
        const auto host = [&] { return number == none ? number = m_result.names.add(now.host) : number; };
        const HostChange change = m_diff.compare(before, now, [&](const FactChange &fact) {
            m_result.changes.add(host(), fact);
            classes |= 1U << unsigned(fact.factClass);
        });
        for (size_t i = 0; i < m_result.changedHostsByClass.size(); ++i)
            m_result.changedHostsByClass[i] += classes >> i & 1U;
        m_result.changedHosts += classes != 0 ? 1 : 0;
        switch (change) {
        case HostChange::None:
            return;
        case HostChange::Unreachable:
            m_result.unreachable[now.causeWord().toByteArray()].push_back(host());
            return;
        case HostChange::Returned:
            m_result.returned.push_back(host());
            return;
        case HostChange::Unknown:
            m_result.unknown.push_back(host());
            return;
        }
    }

    HostIndex &m_index;
    RecordDiff m_diff;
    DiffResult &m_result;
    QSet<size_t> m_come;
    QByteArray m_text;
};

// What the two runs were asked for otherwise, as far as they say it: options of plugins, and the plugins themselves.
QStringList notesOn(const QJsonObject &before, const QJsonObject &after)
{
    QStringList notes;
    if (!before.contains(u"options") || !after.contains(u"options")) // a merge has those of many runs, and names none
        return notes;
    const auto shown = [](const QJsonValue &value) {
        return value.isUndefined() ? QStringLiteral("not given")
               : value.isArray()   ? value.toVariant().toStringList().join(u',')
                                   : value.toVariant().toString(); // a number, a truth value, or text
    };
    const QJsonObject old = before[u"options"].toObject(), now = after[u"options"].toObject();
    QStringList keys = old.keys() + now.keys();
    keys.removeDuplicates();
    for (const QString &key : keys) {
        const bool isOfPlugin = key == u"plugin" || key.contains(u'.');
        // Of a secret nobody knows whether it is the same; a result of former versions has it as it is.
        const bool isSecret = old.contains(key) && now.contains(key) && (old[key].toString() == u"***" || now[key].toString() == u"***");
        if (isOfPlugin && !isSecret && old[key] != now[key])
            notes.append(
                QStringLiteral("the runs were asked for other things: %1 was %2, is %3").arg(key, shown(old[key]), shown(now[key])));
    }
    notes.sort();
    return notes;
}

// Other --columns, other plugins, another version: of a fact that only one of two CSVs has a column for, no host has a change.
QStringList notesOnColumns(const QList<QByteArray> &before, const QList<QByteArray> &after)
{
    constexpr qsizetype mostNamed = 8;
    const QSet<QByteArray> old(before.begin(), before.end()), now(after.begin(), after.end());
    QStringList names;
    for (const QByteArray &name : (old - now) + (now - old))
        names.append(QString::fromUtf8(name));
    if (names.isEmpty())
        return {};
    names.sort();
    const qsizetype more = names.size() - mostNamed;
    if (more > 0)
        names = names.first(mostNamed) << QStringLiteral("%1 more").arg(more);
    return {QStringLiteral("columns that only one of them has are not compared: ") + names.join(QStringLiteral(", "))};
}

} // namespace

quint64 DiffResult::unreachableCount() const
{
    quint64 count = 0;
    for (const HostNumbers &hosts : unreachable)
        count += hosts.size();
    return count;
}

bool DiffResult::hasHostChanges() const
{
    return !came.empty() || !went.empty() || !returned.empty() || !unreachable.isEmpty();
}

bool compareResults(const QByteArray &before, const QByteArray &after, const FactClasses &classes, DiffResult &result, QString *error)
{
    HostIndex index;
    if (!index.read(before, result.before, error)) {
        result.hasStoreFailed = !index.error().isEmpty();
        return false;
    }
    const auto reader = ResultReader::open(after, error);
    if (!reader)
        return false;
    if (reader->hasTypedFacts() != index.isTyped()) {
        *error = QStringLiteral("a CSV has no types: compare it with a CSV, or JSON with JSON");
        return false;
    }
    Comparison comparison(index, classes, result);
    while (const auto record = nextRecord(*reader)) {
        if (result.after.hosts++ == 0)
            result.after.run = jsonText(record->run);
        if (!comparison.take(*record))
            reader->fail(QStringLiteral("line %1: host %2 stands in it twice: `collector merge` makes one record of them")
                             .arg(reader->line())
                             .arg(QString::fromUtf8(record->host)));
        if (!reader->error().isEmpty())
            break;
    }
    result.after.about = reader->run();
    result.after.columns = reader->factColumns();
    result.notes = notesOn(result.before.about, result.after.about) + notesOnColumns(result.before.columns, result.after.columns);
    if ((result.before.hosts == 0) != (result.after.hosts == 0))
        result.notes.append(QStringLiteral("%1 has no host at all: all of the other are told as come or gone")
                                .arg(QFile::decodeName(result.before.hosts == 0 ? before : after)));
    index.forEachUnmet([&](const RecordView &view) { result.went.push_back(result.names.add(view.host)); });
    *error = !reader->error().isEmpty() ? reader->error() : !index.error().isEmpty() ? index.error() : result.changes.error();
    result.hasStoreFailed = !index.error().isEmpty() || !result.changes.error().isEmpty();
    for (HostNumbers *hosts : {&result.came, &result.went, &result.returned, &result.unknown})
        result.names.sort(*hosts);
    for (HostNumbers &hosts : result.unreachable)
        result.names.sort(hosts);
    return error->isEmpty();
}

} // namespace collector
