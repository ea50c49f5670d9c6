// What --help and --version print.

#pragma once

#include "plugin/pluginfile.h"

#include <QByteArray>

#include <vector>

namespace collector {

// The options of every run, then those of these plugins.
[[nodiscard]] QByteArray helpText(const std::vector<const PluginFile *> &plugins = {});
[[nodiscard]] QByteArray versionText();

} // namespace collector
