#include "output/compare/attempts.h"

#include "output/compare/recordview.h"
#include "output/timestamp.h"

#include "model/json.h"

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr size_t maximumTimes = 1000;
constexpr std::array<QByteArrayView, 5> fields{"first_seen", "last_ok", "failing_since", "streak", "history"};

void insert(std::vector<qint64> &times, qint64 ms)
{
    const auto at = std::lower_bound(times.begin(), times.end(), ms);
    if (at == times.end() || *at != ms)
        times.insert(at, ms);
}

void unite(std::vector<qint64> &times, const std::vector<qint64> &others)
{
    std::vector<qint64> all;
    std::set_union(times.begin(), times.end(), others.begin(), others.end(), std::back_inserter(all));
    times = std::move(all);
}

qint64 earliest(qint64 one, qint64 other)
{
    return one < 0 ? other : other < 0 ? one : std::min(one, other);
}

std::vector<qint64> timesOf(QByteArrayView list)
{
    std::vector<qint64> times;
    for (JsonItems walk(list); walk.next();) {
        bool isNumber = false;
        const qint64 ms = walk.value().toByteArray().toLongLong(&isNumber);
        if (isNumber && ms >= 0 && times.size() < maximumTimes)
            insert(times, ms);
    }
    return times;
}

void appendTime(QByteArray &out, const char *name, qint64 ms)
{
    out += QByteArray(",\"") + name + "\":";
    if (ms < 0) {
        out += "null";
        return;
    }
    out += '"';
    appendTimestamp(out, ms);
    out += '"';
}

void appendTimes(QByteArray &out, const std::vector<qint64> &times)
{
    char separator = '[';
    for (const qint64 ms : times) {
        out += separator;
        appendJsonNumber(out, ms);
        separator = ',';
    }
    out += separator == '[' ? "[]" : "]";
}

} // namespace

void Attempts::add(qint64 ms, bool isOk)
{
    m_firstSeen = earliest(m_firstSeen, ms);
    insert(isOk ? m_ok : m_notOk, ms);
    reduce();
}

void Attempts::add(const Attempts &other)
{
    m_firstSeen = earliest(m_firstSeen, other.m_firstSeen);
    unite(m_ok, other.m_ok);
    unite(m_notOk, other.m_notOk);
    reduce();
}

// Where an attempt that was ok and one that was not bear the same time, the one that was not counts as the later.
void Attempts::reduce()
{
    const bool failing = isFailing();
    std::vector<qint64> &standing = failing ? m_notOk : m_ok;
    std::vector<qint64> &ended = failing ? m_ok : m_notOk;
    if (ended.size() > 1)
        ended.erase(ended.begin(), ended.end() - 1);
    if (!ended.empty()) {
        const auto from = failing ? std::lower_bound(standing.begin(), standing.end(), ended.back())
                                  : std::upper_bound(standing.begin(), standing.end(), ended.back());
        standing.erase(standing.begin(), from);
    }
    if (standing.size() > maximumTimes)
        standing.erase(standing.begin(), standing.end() - qsizetype(maximumTimes));
}

std::optional<Attempts> Attempts::ofMerged(QByteArrayView record)
{
    const QByteArrayView history = jsonMember(record, "history");
    if (!isJsonObject(history))
        return std::nullopt;
    Attempts attempts;
    attempts.m_firstSeen = timeOf(jsonMember(record, "first_seen")).value_or(-1);
    attempts.m_ok = timesOf(jsonMember(history, "ok"));
    attempts.m_notOk = timesOf(jsonMember(history, "not_ok"));
    for (const auto *times : {&attempts.m_ok, &attempts.m_notOk}) {
        if (!times->empty())
            attempts.m_firstSeen = earliest(attempts.m_firstSeen, times->front());
    }
    attempts.reduce();
    return attempts;
}

void Attempts::append(QByteArray &out) const
{
    appendTime(out, "first_seen", m_firstSeen);
    appendTime(out, "last_ok", lastOk());
    appendTime(out, "failing_since", failingSince());
    out += ",\"streak\":";
    appendJsonNumber(out, qint64(streak()));
    out += ",\"history\":{\"ok\":";
    appendTimes(out, m_ok);
    out += ",\"not_ok\":";
    appendTimes(out, m_notOk);
    out += '}';
}

bool Attempts::isField(QByteArrayView key)
{
    return std::find(fields.begin(), fields.end(), key) != fields.end();
}

} // namespace collector
