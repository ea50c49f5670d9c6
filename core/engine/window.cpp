#include "engine/window.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto settling = 1s;        // what a cut has changed does not show sooner
constexpr auto calm = 2s;            // without strain, before it grows
constexpr auto growEvery = 1s;       // in this time
constexpr int fastSteps = 16;        // from nothing to all, where there was room before
constexpr int slowSteps = 64;        // likewise, where it was too much a while ago
constexpr auto longestPause = 4s;    // between hosts while this machine has no room for any
constexpr auto tolerableLag = 500ms; // beyond it, more at a time only makes each take longer
constexpr int leastForLag = 64;      // as many log in at once anyway: fewer in flight would not save any CPU
constexpr int leastForLoss = 16;

constexpr auto period = 2s;               // over which loss is judged
constexpr quint64 enoughConnects = 40;    // for a judgement
constexpr quint64 enoughLate = 5;         // likewise
constexpr double tolerableLoss = 0.10;    // of SYNs of hosts that are alive; a bad line loses one in fifty
constexpr double noticeableSilence = 0.2; // of hosts
constexpr double suddenly = 2;            // times the usual

} // namespace

void Window::localLimit(int inFlight, Deadline now)
{
    if (!std::exchange(m_isRefused, true))
        m_refusedSince = now;
    if (isHopeless(now)) {
        m_pausedUntil = now; // the rest is to end soon
    } else if (now >= m_pausedUntil) {
        m_pausedUntil = now + m_pause;
        m_pause = std::min<std::chrono::milliseconds>(m_pause * 2, longestPause);
    }
    cut(Strain::LocalLimit, inFlight, 1, now);
}

void Window::look(Deadline now, std::chrono::nanoseconds lag, const ConnectCounts &connects)
{
    if (lag > tolerableLag)
        cut(Strain::Lag, m_size, leastForLag, now);
    lookForLoss(now, connects);
    grow(now);
}

// Hosts that are down never answer; they say nothing of loss. Two things do: hosts that answer only the second SYN, and
// silence that comes suddenly, while the usual share of hosts that are down is as it was.
void Window::lookForLoss(Deadline now, const ConnectCounts &connects)
{
    const quint64 prompt = connects.prompt - m_connects.prompt;
    const quint64 silent = connects.silent - m_connects.silent;
    const quint64 late = connects.late - m_connects.late;
    if (now - m_periodStart < period || prompt + silent < enoughConnects)
        return;
    m_periodStart = now;
    m_connects = connects;
    const bool isLate = late >= enoughLate && double(late) > tolerableLoss * double(prompt + late);
    const double silence = double(silent) / double(prompt + silent);
    const bool isSilent = m_usualSilence >= 0 && silence > noticeableSilence && silence > suddenly * m_usualSilence;
    m_usualSilence = m_usualSilence < 0 ? silence : m_usualSilence + (silence - m_usualSilence) / 4;
    if (isLate || isSilent)
        cut(Strain::Loss, m_size, leastForLoss, now);
}

void Window::cut(Strain strain, int from, int least, Deadline now)
{
    const int size = std::max(std::min(m_size, from) / 2, std::min(least, m_most));
    if (size >= m_size || (m_cutAt != Deadline() && now - m_cutAt < settling))
        return;
    m_roomy = std::max(1, std::min(m_size, from) * 3 / 4);
    m_size = size;
    m_least = std::min(m_least, size);
    m_cutAt = m_grownAt = now;
    ++m_cuts[size_t(strain)];
}

void Window::grow(Deadline now)
{
    if (m_size >= m_most || now - m_cutAt < calm || now - m_grownAt < growEvery)
        return;
    m_grownAt = now;
    m_size = std::min(m_most, m_size + std::max(1, m_most / (m_size < m_roomy ? fastSteps : slowSteps)));
}

} // namespace collector
