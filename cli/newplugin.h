// newPlugin(): the project of a plugin that a user begins (`collector plugins --new NAME`): source, manifest, CMakeLists.txt, and a test
// with scripted answers. It builds against the installed package and passes at once.

#pragma once

#include <QString>

namespace collector {

// Writes the folder `name` below `where`. False and a reason: it is no name for a plugin, is there already, or cannot be written.
[[nodiscard]] bool newPlugin(const QString &name, const QString &where, QString *error);

} // namespace collector
