// Slowdowns: how often a run took fewer hosts at a time than it may, why, and how few it came to. A value.

#pragma once

#include <QByteArrayView>
#include <QtGlobal>

#include <algorithm>
#include <array>

namespace collector {

// What makes us take fewer hosts at a time.
enum class Strain : quint8 {
    LocalLimit, // no descriptor, port or buffer is left on this machine
    Loss,       // packets are lost on the way from here
    Lag,        // we do not keep up
};
inline constexpr int strainCount = 3;

// `local_limit`, `loss`, `lag`. Static storage.
[[nodiscard]] constexpr QByteArrayView strainName(Strain strain)
{
    constexpr std::array<QByteArrayView, strainCount> names{"local_limit", "loss", "lag"};
    return names[size_t(strain)];
}

struct Slowdowns
{
    std::array<quint64, strainCount> times{};
    quint64 leastInFlight = 0; // that many hosts at a time, at the least; 0: there was no limit but the run's own

    [[nodiscard]] quint64 of(Strain strain) const { return times[size_t(strain)]; }
    [[nodiscard]] bool isAny() const
    {
        return std::any_of(times.begin(), times.end(), [](quint64 count) { return count > 0; });
    }
};

} // namespace collector
