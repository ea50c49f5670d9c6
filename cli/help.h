// What --help and --version print.

#pragma once

#include <QByteArray>

namespace collector {

[[nodiscard]] QByteArray helpText();
[[nodiscard]] QByteArray versionText();

} // namespace collector
