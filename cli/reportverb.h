// `collector report RESULT`. Main thread; blocking.

#pragma once

#include "output/compare/factclasses.h"

#include <QStringList>

namespace collector {

// `words`: what follows `report`. `manifests`: of all plugins that are found, for the classes of facts. Returns the exit status.
[[nodiscard]] int runReportVerb(const QStringList &words, const Manifests &manifests);

} // namespace collector
