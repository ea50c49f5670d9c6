// Whether a file is one that only root and we could have written: asked of plugins before they are mapped.

#pragma once

#include <QString>

namespace collector {

// Why `path` (absolute) is not to be trusted: it, or a folder above it, is owned by neither root nor us, or may be written by
// others. Empty: it may be trusted.
[[nodiscard]] QString untrusted(const QString &path);

} // namespace collector
