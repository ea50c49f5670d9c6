#include "icmp/echoledger.h"

#include <algorithm>

namespace collector {

static constexpr int64_t nsPerMs = 1'000'000;
static constexpr int refusalLimit = 40;
static constexpr uint8_t maxRepeats = 3;

EchoLedger::EchoLedger(int64_t now) : m_wheel(m_table, now), m_overflowedAt(now - 1)
{
    for (uint16_t i = 0; i < 2 * lanes; ++i)
        m_ready.emplace_back(uint16_t(firstList + i));
}

EchoLedger::Lane EchoLedger::laneOf(const Series &series)
{
    if (series.method == EchoMethod::Tcp)
        return Lane::Tcp;
    return series.address.isV4() ? Lane::Icmp4 : Lane::Icmp6;
}

SlotList<EchoTable> &EchoLedger::listOf(const Series &series)
{
    const bool isFresh = series.sent == 0;
    return m_ready[size_t(laneOf(series)) * 2 + isFresh];
}

static uint32_t milliseconds(std::chrono::milliseconds time)
{
    return uint32_t(std::clamp(time, std::chrono::milliseconds(0), EchoRequest::maxTime).count());
}

void EchoLedger::begin(const EchoRequest &request, uint8_t mailbox, EchoMethod method)
{
    if (!request.address.isPingable()) {
        refuse(request, mailbox, method, EchoCause::BadAddress);
        return;
    }
    const auto slot = m_table.add();
    if (!slot) {
        refuse(request, mailbox, method, EchoCause::LocalLimit);
        return;
    }
    Series &series = m_table[*slot];
    series.token = request.token;
    series.address = request.address;
    series.count = std::clamp(request.count, uint16_t(1), EchoRequest::maxCount);
    series.interval = milliseconds(request.interval) & 0xffffff;
    series.wait = milliseconds(request.wait) & 0xffffff;
    series.mailbox = mailbox;
    series.method = method;
    series.tcpPort = request.tcpPort;
    listOf(series).append(m_table, *slot);
}

void EchoLedger::refuse(const EchoRequest &request, uint8_t mailbox, EchoMethod method, EchoCause cause)
{
    EchoResult result;
    result.token = request.token;
    result.method = method;
    result.cause = cause;
    m_results[mailbox].push_back(result);
    ++m_left[mailbox];
}

void EchoLedger::withdraw(uint8_t mailbox, std::span<const uint64_t> tokens)
{
    for (uint32_t slot = 0; slot < m_table.slots(); ++slot) {
        const Series &series = m_table[slot];
        if (!series.isInUse || series.mailbox != mailbox || !std::binary_search(tokens.begin(), tokens.end(), series.token))
            continue;
        unlink(slot);
        remove(slot);
    }
}

void EchoLedger::withdrawAll(uint8_t mailbox)
{
    for (uint32_t slot = 0; slot < m_table.slots(); ++slot) {
        if (!m_table[slot].isInUse || m_table[slot].mailbox != mailbox)
            continue;
        unlink(slot);
        remove(slot);
    }
    m_results[mailbox].clear();
}

bool EchoLedger::hasReady(Lane lane) const
{
    return !m_ready[size_t(lane) * 2].isEmpty() || !m_ready[size_t(lane) * 2 + 1].isEmpty();
}

uint32_t EchoLedger::takeReady(Lane lane)
{
    SlotList<EchoTable> &due = m_ready[size_t(lane) * 2];
    return (due.isEmpty() ? m_ready[size_t(lane) * 2 + 1] : due).takeFirst(m_table);
}

EchoStamp EchoLedger::nextStamp(uint32_t slot, int64_t now) const
{
    const Series &series = m_table[slot];
    uint32_t number = series.sent;
    if (number == series.count) { // all are out: this repeats the first that had no answer
        number = 0;
        while (number + 1 < series.count && m_table.isAnswered(slot, number))
            ++number;
    }
    return {now, slot, series.generation, number};
}

void EchoLedger::sent(uint32_t slot, int64_t now)
{
    Series &series = m_table[slot];
    ++counters.sent;
    if (series.sent == 0)
        ++m_left[series.mailbox];
    if (series.sent < series.count)
        ++series.sent;
    else
        ++counters.repeated;
    series.refusals = 0;
    if (series.sent < series.count)
        series.dueAt = now + int64_t(series.interval) * nsPerMs + jitter(series.interval);
    else
        series.dueAt = now + int64_t(series.wait) * nsPerMs;
    m_wheel.add(slot);
}

// Up to 8 ms and a thirty-second of the interval: were each round sent in the order of the last, a network that drops each tenth packet
// would drop all those of the same hosts.
int64_t EchoLedger::jitter(uint32_t interval)
{
    m_jitter = m_jitter * 6364136223846793005u + 1442695040888963407u;
    const auto most = std::min<uint64_t>(interval * uint64_t(nsPerMs) / 32, 8 * nsPerMs);
    return int64_t((m_jitter >> 32) * most >> 32);
}

void EchoLedger::putBack(uint32_t slot)
{
    listOf(m_table[slot]).prepend(m_table, slot);
}

void EchoLedger::postpone(uint32_t slot, int weight, int64_t now)
{
    ++counters.refused;
    Series &series = m_table[slot];
    const int refusals = int(series.refusals) + weight;
    if (refusals >= refusalLimit) {
        fail(slot, EchoCause::LocalLimit);
        return;
    }
    series.refusals = uint32_t(refusals) & 0xff;
    series.dueAt = now + std::min(int64_t(50) << std::min(refusals / std::max(weight, 1) - 1, 8), int64_t(1000)) * nsPerMs;
    m_wheel.add(slot);
}

void EchoLedger::fail(uint32_t slot, EchoCause cause)
{
    m_table[slot].cause = cause;
    end(slot);
}

void EchoLedger::answered(const EchoStamp &stamp, const EchoAddress &from, std::chrono::nanoseconds rtt, uint8_t ttl)
{
    if (!m_table.holds(stamp.slot, stamp.generation)) {
        ++counters.late;
        return;
    }
    if (m_table[stamp.slot].address != from) { // another zone's
        ++counters.foreign;
        return;
    }
    count(stamp, rtt, ttl);
}

void EchoLedger::answeredProbe(const EchoStamp &stamp, std::chrono::nanoseconds rtt)
{
    if (m_table.holds(stamp.slot, stamp.generation))
        count(stamp, rtt, 0);
    else
        ++counters.late;
}

void EchoLedger::count(const EchoStamp &stamp, std::chrono::nanoseconds rtt, uint8_t ttl)
{
    Series &series = m_table[stamp.slot];
    if (rtt > std::chrono::milliseconds(series.wait)) {
        ++counters.late;
        return;
    }
    if (m_table.isAnswered(stamp.slot, stamp.number)) {
        ++counters.duplicate;
        return;
    }
    m_table.setAnswered(stamp.slot, stamp.number);
    ++counters.answered;
    const auto micros = uint32_t(std::chrono::round<std::chrono::microseconds>(rtt).count());
    series.rttMin = series.received == 0 ? micros : std::min<uint32_t>(series.rttMin, micros);
    series.rttMax = std::max<uint32_t>(series.rttMax, micros);
    series.rttSum += micros;
    series.ttl = ttl;
    ++series.received;
    endIfSettled(stamp.slot);
}

void EchoLedger::complained(const EchoStamp &stamp, EchoCause cause)
{
    if (!m_table.holds(stamp.slot, stamp.generation))
        ++counters.late;
    else if (stamp.number < m_table[stamp.slot].sent)
        complain(stamp.slot, stamp.number, cause);
}

void EchoLedger::complainedOfLatest(uint32_t slot, const EchoAddress &to, EchoCause cause)
{
    const bool isIt = slot < m_table.slots() && m_table[slot].isInUse && m_table[slot].address == to && m_table[slot].sent > 0;
    if (isIt)
        complain(slot, m_table[slot].sent - 1u, cause);
    else
        ++counters.foreign;
}

void EchoLedger::complain(uint32_t slot, uint32_t number, EchoCause cause)
{
    if (m_table.isAnswered(slot, number))
        return;
    ++counters.unreachable;
    m_table.setAnswered(slot, number);
    Series &series = m_table[slot];
    ++series.unreachable;
    series.cause = cause;
    endIfSettled(slot);
}

void EchoLedger::overflowed(uint32_t answers, int64_t now)
{
    counters.overflowed += answers;
    m_overflowedAt = now;
}

// Whether an answer may have come since its first packet and found no room.
bool EchoLedger::mayHaveLost(const Series &series) const
{
    const int64_t span = series.wait + int64_t(series.count - 1) * series.interval;
    return series.dueAt - span * nsPerMs <= m_overflowedAt;
}

void EchoLedger::expire(int64_t now)
{
    m_wheel.advance(now, [this](uint32_t slot) { wakeUp(slot); });
}

void EchoLedger::wakeUp(uint32_t slot)
{
    Series &series = m_table[slot];
    if (series.sent < series.count || series.refusals > 0) {
        listOf(series).append(m_table, slot);
    } else if (series.received + series.unreachable < series.count && series.repeats < maxRepeats && mayHaveLost(series)) {
        series.repeats = (series.repeats + 1) & 3;
        listOf(series).append(m_table, slot);
    } else {
        end(slot);
    }
}

void EchoLedger::endIfSettled(uint32_t slot)
{
    const Series &series = m_table[slot];
    if (series.sent < series.count || series.received + series.unreachable < series.count)
        return;
    unlink(slot);
    end(slot);
}

void EchoLedger::unlink(uint32_t slot)
{
    const SlotLink &link = m_table.link(slot);
    if (m_wheel.holds(slot))
        m_wheel.remove(slot);
    else
        m_ready[link.list - firstList].remove(m_table, slot);
}

void EchoLedger::end(uint32_t slot)
{
    const Series &series = m_table[slot];
    EchoResult result;
    result.token = series.token;
    result.sent = series.sent;
    result.received = series.received;
    result.method = series.method;
    if (series.received > 0) {
        result.rttMin = std::chrono::microseconds(series.rttMin);
        result.rttMax = std::chrono::microseconds(series.rttMax);
        result.rttAvg = std::chrono::microseconds(series.rttSum / series.received);
        result.ttl = series.ttl;
    } else {
        result.cause = series.cause == EchoCause::None ? EchoCause::NoReply : series.cause;
    }
    m_results[series.mailbox].push_back(result);
    remove(slot);
}

void EchoLedger::remove(uint32_t slot)
{
    const Series &series = m_table[slot];
    if (series.sent == 0)
        ++m_left[series.mailbox];
    m_table.remove(slot);
}

} // namespace collector
