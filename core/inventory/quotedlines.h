// Puts the line itself into diagnostics that know only its number: those of YAML, and those found when all sources are read. The files
// are read once more, which only happens when something is wrong. Main thread.
#pragma once

#include "inventory/diagnostic.h"

namespace collector {

void quoteLines(QList<Diagnostic> &diagnostics);

} // namespace collector
