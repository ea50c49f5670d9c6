// Pacer: how many packets may leave now. A token bucket that lets out a batch a millisecond, so that a network sees an even stream. What
// was missed because the machine was busy (a starved thread wakes up 10 ms late and more) is made up for at once, up to a fifth of a second
// of it, so that the rate holds; of what was not asked for at the time, a twentieth. One thread.

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
        fill(now, m_rate * 0.2);
        if (now < m_nextAt)
            return 0;
        return int(std::min(m_tokens, double(most)));
    }

    void spend(int packets, int64_t now)
    {
        if (!isLimited() || packets == 0)
            return;
        m_tokens -= packets;
        // The next batch: at once where this one was not all, else a millisecond on, later where there is no whole token by then.
        if (m_tokens < 1)
            m_nextAt = now + std::max(batchEvery, int64_t((1 - m_tokens) / m_rate * 1e9));
    }

    // Until now nobody wanted to send.
    void rest(int64_t now)
    {
        if (isLimited())
            fill(now, m_rate * 0.05);
    }

    [[nodiscard]] int64_t nextAt() const { return m_nextAt; }

private:
    static constexpr int64_t batchEvery = 1'000'000; // ns

    void fill(int64_t now, double most)
    {
        m_tokens = std::min(std::max(1.0, most), m_tokens + m_rate * double(now - m_filledAt) / 1e9);
        m_filledAt = now;
    }

    double m_rate;
    double m_tokens = 1;
    int64_t m_filledAt;
    int64_t m_nextAt;
};

} // namespace collector
