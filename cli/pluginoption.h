// An option of a plugin's manifest, as it is shown to whoever types it.

#pragma once

#include <collector/manifest.h>

#include <QString>

namespace collector {

// `--interval duration 1ms…1m`: with what it takes.
[[nodiscard]] QString shownOption(const OptionSpec &option);

// ` (1s)`, as it would be typed; empty where it has none.
[[nodiscard]] QString shownDefault(const OptionSpec &option);

} // namespace collector
