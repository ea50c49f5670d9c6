// `collector schema`. Main thread.

#pragma once

#include "output/compare/factclasses.h"

#include <QStringList>

namespace collector {

// `words`: what follows `schema`. `manifests`: of all plugins that are found. Returns the exit status.
[[nodiscard]] int runSchemaVerb(const QStringList &words, const Manifests &manifests);

} // namespace collector
