// Pacer: how many packets may leave now. A token bucket that lets out at most two milliseconds' worth at once and never more than
// twice the rate, so that a network sees an even stream. What was missed because the machine was busy is made up for, half a second
// of it, so that the rate holds; what was not asked for is not. One thread.

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

    // How many may leave at `now`, of a batch of `most`.
    [[nodiscard]] int allowance(int64_t now, int most)
    {
        if (!isLimited())
            return most;
        fill(now, m_rate * 0.5);
        m_batch = most;
        if (now < m_nextAt)
            return 0;
        return int(std::min({m_tokens, worthOfABatch(), double(most)}));
    }

    void spend(int packets, int64_t now)
    {
        if (!isLimited() || packets == 0)
            return;
        m_tokens -= packets;
        // The next batch: a millisecond on, sooner where this one was full, later where there is no whole token.
        int64_t pause = 1'000'000;
        if (packets >= m_batch)
            pause = std::min(pause, int64_t(packets / (2 * m_rate) * 1e9));
        if (m_tokens < 1)
            pause = std::max(pause, int64_t((1 - m_tokens) / m_rate * 1e9));
        m_nextAt = now + pause;
    }

    // Nobody wants to send: what is not asked for is lost.
    void rest(int64_t now)
    {
        if (isLimited())
            fill(now, worthOfABatch());
    }

    [[nodiscard]] int64_t nextAt() const { return m_nextAt; }

private:
    [[nodiscard]] double worthOfABatch() const { return std::max(1.0, m_rate * 0.002); }

    void fill(int64_t now, double most)
    {
        m_tokens = std::min(std::max(1.0, most), m_tokens + m_rate * double(now - m_filledAt) / 1e9);
        m_filledAt = now;
    }

    double m_rate;
    double m_tokens = 1;
    int64_t m_filledAt;
    int64_t m_nextAt;
    int m_batch = 1;
};

} // namespace collector
