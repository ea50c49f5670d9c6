// Pacer: how many packets may leave now. A token bucket that lets out at most two milliseconds' worth at once, so that a network sees
// an even stream, and that catches up on at most 50 ms of lost time, so that the rate holds on a busy machine. One thread.

#pragma once

#include <algorithm>
#include <cstdint>

namespace collector {

class Pacer
{
public:
    // `rate` in packets a second; 0: no limit.
    Pacer(double rate, int64_t now) : m_rate(rate), m_filledAt(now), m_nextAt(now) {}

    [[nodiscard]] bool isLimited() const { return m_rate > 0; }

    // How many may leave at `now`.
    [[nodiscard]] int allowance(int64_t now, int most)
    {
        if (!isLimited())
            return most;
        const double depth = std::max(1.0, m_rate * 0.05);
        m_tokens = std::min(depth, m_tokens + m_rate * double(now - m_filledAt) / 1e9);
        m_filledAt = now;
        if (now < m_nextAt)
            return 0;
        return int(std::min({m_tokens, std::max(1.0, m_rate * 0.002), double(most)}));
    }

    void spend(int packets, int64_t now)
    {
        if (!isLimited() || packets == 0)
            return;
        m_tokens -= packets;
        // The next batch: a millisecond on, or when there is a whole token again.
        m_nextAt = now + std::max<int64_t>(1'000'000, m_tokens >= 1 ? 0 : int64_t((1 - m_tokens) / m_rate * 1e9));
    }

    [[nodiscard]] int64_t nextAt() const { return m_nextAt; }

private:
    double m_rate;
    double m_tokens = 1;
    int64_t m_filledAt;
    int64_t m_nextAt;
};

} // namespace collector
