// What a person sees when a run is over: at most a screen, failures folded by cause and by what they have in common, with what
// to do. Pure; the command line prints it to stderr.

#pragma once

#include "output/writer.h"

namespace collector {

struct EndTextStyle
{
    int width = 80;
    int lines = 24;
    bool usesColor = false;
};

[[nodiscard]] QString endText(const RunOutcome &outcome, qint64 elapsedMs, const EndTextStyle &style);

// `1h 02m`, `3m 07s`, `12.3 s`.
[[nodiscard]] QString durationText(qint64 ms);

} // namespace collector
