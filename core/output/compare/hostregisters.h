// HostRegisters: all that merge keeps of one host: the latest attempted record, which gives the status, and for each plugin the
// latest record with good facts of it. Taking records is associative, commutative and idempotent: what comes out depends on which
// records there were, not on their order or on how often they were merged before. A value; records by reference.

#pragma once

#include "output/compare/attempts.h"
#include "output/compare/factclasses.h"
#include "output/compare/recordstore.h"
#include "output/compare/recordview.h"

#include <functional>
#include <map>
#include <vector>

namespace collector {

// When a record was made: its start, and for a tie the run.
struct Moment
{
    qint64 ms = -1;
    QByteArray run;

    friend bool operator==(const Moment &, const Moment &) = default;
    friend bool operator<(const Moment &a, const Moment &b) { return a.ms != b.ms ? a.ms < b.ms : a.run < b.run; }
};

// What a merge keeps of a record that lies in its store, as text: tells apart two records of one moment, whichever came first.
struct RecordTexts
{
    std::function<QByteArray(RecordRef)> status;
    std::function<QByteArray(RecordRef, const QByteArray &plugin)> facts;
};

class HostRegisters
{
public:
    struct Register
    {
        Moment moment;
        bool isOk = false; // of two records of one time, the one that is not ok counts as the later, as in Attempts
        RecordRef ref;
    };

    // Takes a record, raw or of an earlier merge, that lies at `ref`. Where it names no jobs, its facts are those of `rootJob`.
    void take(const RecordView &record, RecordRef ref, const QByteArray &rootJob, const RecordTexts &texts);

    // Whether a record has facts of its own for this plugin.
    [[nodiscard]] static bool isGood(const RecordView &record, const QByteArray &plugin, const QByteArray &rootJob);

    // Calls `move` for every reference that is held: when records move to another store.
    template<typename Move>
    void relocate(const Move &move)
    {
        move(m_attempted.ref);
        move(m_untried.ref);
        for (auto &[plugin, kept] : m_facts)
            move(kept.ref);
    }

    [[nodiscard]] const Register &status() const { return m_attempted.ref.length > 0 ? m_attempted : m_untried; }
    [[nodiscard]] const std::map<QByteArray, Register> &facts() const { return m_facts; } // by plugin
    [[nodiscard]] const Attempts &attempts() const { return m_attempts; }

private:
    static void keepLater(Register &kept, const Register &offered, const std::function<QByteArray(RecordRef)> &text);

    Register m_attempted;
    Register m_untried; // not attempted, or skipped: stands only where nobody ever tried
    std::map<QByteArray, Register> m_facts;
    Attempts m_attempts;
};

// The moment of a record: `started`, or the start of its run where it never started.
[[nodiscard]] Moment momentOf(QByteArrayView started, QByteArrayView run);

} // namespace collector
