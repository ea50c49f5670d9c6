// What `collector diff` prints: a page for a person, or JSON for a program, written piece by piece. One thread.

#pragma once

#include "output/compare/diff.h"

#include <functional>

namespace collector {

using TextSink = std::function<void(QByteArrayView)>;

struct DiffNames
{
    QByteArray before; // as given
    QByteArray after;
};

// Folded: long lists of hosts and of like changes end with a count, unless `isWhole`.
void writeDiffText(DiffResult &diff, const DiffNames &names, bool isWhole, const TextSink &out);

// Everything: {"schema":"collector-diff/1","old":{…},"new":{…},"hosts":{…},"changes":[ one a line ],"summary":{…}}.
void writeDiffJson(DiffResult &diff, const DiffNames &names, const TextSink &out);

// A change as a person reads it: `"a" -> "b"`, `+ "b"` for what came, `- "a"` for what went. Fit for a terminal.
[[nodiscard]] QByteArray changeText(const FoldedChange &change, qsizetype width);

// Names of hosts, at most `limit` of them, with the number of the rest. Fit for a terminal.
[[nodiscard]] QByteArray hostList(const HostNames &names, HostNumbers hosts, size_t limit);

} // namespace collector
