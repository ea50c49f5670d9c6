// Attempts: what a host's past attempts come to: when it was first seen, when it last was ok, since when it is not, and how many
// attempts in a row ended alike. Mergeable in any order and any number of times with the same result: of the verdict that
// stands, all times since the last other one are kept (the latest 1000; streak() then says "at least"); of the other, the
// last. A value.

#pragma once

#include "output/jsonspan.h"

#include <optional>
#include <vector>

namespace collector {

class Attempts
{
public:
    // One attempt, by its time in milliseconds since the epoch.
    void add(qint64 ms, bool isOk);
    void add(const Attempts &other);

    // What an earlier merge wrote into a record: the fields below; nothing where there are none.
    [[nodiscard]] static std::optional<Attempts> ofMerged(QByteArrayView record);
    // Appends `,"first_seen":…,"last_ok":…,"failing_since":…,"streak":…,"history":{…}`.
    void append(QByteArray &out) const;
    // Whether a member of a record is one of these.
    [[nodiscard]] static bool isField(QByteArrayView key);

    [[nodiscard]] qint64 firstSeen() const { return m_firstSeen; } // -1: never
    [[nodiscard]] qint64 lastOk() const { return m_ok.empty() ? -1 : m_ok.back(); }
    [[nodiscard]] qint64 failingSince() const { return isFailing() ? m_notOk.front() : -1; }
    [[nodiscard]] size_t streak() const { return isFailing() ? m_notOk.size() : m_ok.size(); }
    [[nodiscard]] bool isFailing() const { return lastNotOk() >= 0 && lastNotOk() >= lastOk(); }

private:
    [[nodiscard]] qint64 lastNotOk() const { return m_notOk.empty() ? -1 : m_notOk.back(); }
    void reduce();

    // Ascending. Of the one that ended later: those after the last of the other; of the other: its last alone.
    std::vector<qint64> m_ok;
    std::vector<qint64> m_notOk;
    qint64 m_firstSeen = -1;
};

} // namespace collector
