// `collector merge FILE…`. Main thread; blocking.

#pragma once

#include "output/compare/factclasses.h"

#include <QStringList>

namespace collector {

// `words`: what follows `merge`. `manifests`: of all plugins that are found. Returns the exit status.
[[nodiscard]] int runMergeVerb(const QStringList &words, const Manifests &manifests);

} // namespace collector
