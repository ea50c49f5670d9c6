// Window: how many hosts a worker may have in flight just now: its share of --concurrency, or less while that is too much for
// this machine or for the network (core/decisions/window.md). Halved under strain, grown again by small steps. Passive: the
// worker tells it what it sees, and asks. On one thread.

#pragma once

#include "model/slowdowns.h"
#include "net/connectcounts.h"
#include "net/deadlines.h"

#include <chrono>

namespace collector {

class Window
{
public:
    // `patience`: how long no host but such as meet a limit of this machine may end, before that is taken for lasting.
    Window(int most, std::chrono::milliseconds patience) : m_most(most), m_size(most), m_roomy(most), m_least(most), m_patience(patience) {}

    [[nodiscard]] int size() const { return m_size; }
    [[nodiscard]] int most() const { return m_most; }
    [[nodiscard]] int least() const { return m_least; } // that it ever was
    [[nodiscard]] quint64 cuts(Strain strain) const { return m_cuts[size_t(strain)]; }
    // No host is to be started before: a limit of this machine was met a moment ago.
    [[nodiscard]] Deadline pausedUntil() const { return m_pausedUntil; }
    // Nothing but refusals for long: to try a host again for its sake is in vain.
    [[nodiscard]] bool isHopeless(Deadline now) const { return m_isRefused && now - m_refusedSince >= m_patience; }

    // A host met a limit of this machine while so many were in flight, itself included.
    void localLimit(int inFlight, Deadline now);
    // One ended without meeting any.
    void hostEnded()
    {
        m_pause = shortestPause;
        m_isRefused = false;
    }

    // To be called some times a second: how far behind the loop was, and what became of all connections so far.
    void look(Deadline now, std::chrono::nanoseconds lag, const ConnectCounts &connects);

private:
    static constexpr std::chrono::milliseconds shortestPause{250};

    void cut(Strain strain, int from, int least, Deadline now);
    void lookForLoss(Deadline now, const ConnectCounts &connects);
    void grow(Deadline now);

    const int m_most;
    int m_size;
    int m_roomy; // up to here it grows fast
    int m_least;
    const std::chrono::milliseconds m_patience;
    bool m_isRefused = false; // nobody had room
    Deadline m_refusedSince{};
    std::array<quint64, strainCount> m_cuts{};
    Deadline m_cutAt{};
    Deadline m_grownAt{};
    Deadline m_pausedUntil{};
    std::chrono::milliseconds m_pause = shortestPause;
    ConnectCounts m_connects; // when the period began
    Deadline m_periodStart{};
    double m_usualSilence = -1; // share of hosts that do not answer at once; -1: not known yet
};

} // namespace collector
