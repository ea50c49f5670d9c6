// Pace: starts a second, as a token bucket. On one thread.

#pragma once

#include "net/deadlines.h"

#include <algorithm>
#include <chrono>

namespace collector {

class Pace
{
public:
    // `rate` starts a second, 0: no limit. A tenth of a second's worth may come at once after a pause.
    explicit Pace(double rate) : m_rate(rate), m_most(std::max(1.0, rate / 10)) {}

    // Whether one more may start now.
    [[nodiscard]] bool isDue(Deadline now)
    {
        if (m_rate <= 0)
            return true;
        const std::chrono::duration<double> passed = now - m_last;
        m_tokens = std::min(m_most, m_tokens + passed.count() * m_rate);
        m_last = now;
        return m_tokens >= 1;
    }
    void count() { m_tokens -= 1; }

    // How long until isDue() may say yes.
    [[nodiscard]] std::chrono::nanoseconds wait() const
    {
        const std::chrono::duration<double> missing(std::max(0.0, 1 - m_tokens) / m_rate);
        return std::max(std::chrono::nanoseconds(std::chrono::milliseconds(1)),
                        std::chrono::duration_cast<std::chrono::nanoseconds>(missing));
    }

private:
    double m_rate;
    double m_most;
    double m_tokens = 1;
    Deadline m_last{};
};

} // namespace collector
