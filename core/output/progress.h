// What is shown while a run goes: a line on a terminal, plain lines elsewhere, JSON for programs. Pure texts, and the meter that
// their rate comes from; whoever has timer and terminal draws them. Main thread.

#pragma once

#include "output/runcounts.h"

#include <QByteArray>
#include <QString>

#include <deque>
#include <optional>
#include <utility>

namespace collector {

struct ProgressSample
{
    quint64 total = 0; // hosts of the run; an upper bound where a selection is lazy
    quint64 done = 0;
    quint64 inFlight = 0;
    quint64 waiting = 0;   // for another attempt
    quint64 window = 0;    // so many may be in flight now
    bool isSlowed = false; // fewer than the run was given
    qint64 elapsedMs = 0;
    double rate = 0; // hosts a second, of late
    std::optional<qint64> remainingMs;
    RunCounts counts;
};

// The rate of the last ten seconds, and what it makes of the rest.
class ProgressMeter
{
public:
    // Times never go back.
    void note(qint64 elapsedMs, quint64 done);
    [[nodiscard]] double rate() const;
    [[nodiscard]] std::optional<qint64> remainingMs(quint64 total, quint64 done) const;

private:
    std::deque<std::pair<qint64, quint64>> m_notes;
};

// One line without its end, at most `width` characters: `1234/10000 12% 310/s, 28 s left, 500 in flight, 3 connect_timeout`.
[[nodiscard]] QString progressLine(const ProgressSample &sample, int width);
// The same for a log, with all causes.
[[nodiscard]] QString progressText(const ProgressSample &sample);
// One JSON object, newline included.
[[nodiscard]] QByteArray progressJson(const ProgressSample &sample, QByteArrayView runId);

} // namespace collector
