// What a file given as inventory is, by its name and its beginning. Pure, any thread.
#pragma once

#include <QByteArrayView>

namespace collector {

enum class FileKind { Ini, Data };

/// `Data`: YAML or JSON, to be tried before INI. Ansible does so with .yml, .yaml, .json and names without an ending; we also with
/// what begins with a brace.
[[nodiscard]] FileKind fileKindOf(QByteArrayView path, QByteArrayView beginning);
/// What Ansible passes over in a folder: hidden files, backups, documentation, .ini and .cfg, group_vars and host_vars.
[[nodiscard]] bool isIgnoredInFolder(QByteArrayView name);
/// What a file is that is no inventory although it was given as one: an ansible.cfg, a key, a playbook. Null for any other.
[[nodiscard]] const char *mistakenFor(QByteArrayView beginning);

} // namespace collector
