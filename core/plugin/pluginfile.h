// PluginFile: one shared library that says it is a plugin, as known without running any of its code: where it lies, its
// manifest, and whether it may be loaded. A value.

#pragma once

#include <collector/manifest.h>

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <memory>

namespace collector {

struct PluginFile
{
    QString path;                             // absolute, links resolved
    QString origin;                           // what named its folder: `--plugin-dir`, …
    std::shared_ptr<const Manifest> manifest; // null where there is none that can be read
    QString refusal;                          // why it is not to be loaded, and what to do; empty: it may be

    [[nodiscard]] bool isUsable() const { return refusal.isEmpty(); }
    // Refuses it where it declares one of these options, which are the program's own, or a document that is called as one of the verb.
    void refuseOptions(const QStringList &coreOptions);
};

// Reads what is embedded in `path` and judges it: interface, Qt, compiler and sanitizer, manifest, owner and permissions of
// the file and of every folder above it.
[[nodiscard]] PluginFile inspectPlugin(const QString &path, const QString &origin);

// SHA-256 of a file, hexadecimal; empty where it cannot be read.
[[nodiscard]] QByteArray sha256OfFile(const QString &path);

} // namespace collector
