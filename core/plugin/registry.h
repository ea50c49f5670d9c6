// PluginRegistry: the plugins that can be found, and those that have been loaded.
//
// Finding runs none of their code. Only what a run selects is loaded, once, and it is never unloaded: coroutines and
// typeinfo of a plugin must outlive every host's run. Main thread; the jobs it gives out may be used on all.

#pragma once

#include "plugin/pluginfile.h"

#include <collector/job.h>

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace collector {

class PluginRegistry
{
public:
    struct Place
    {
        QString directory;
        QString origin;
        bool isNamed = true; // by the user, not where we look anyway
    };

    // The folders in the order in which they are searched: what --plugin-dir names, COLLECTOR_PLUGIN_PATH, beside the
    // program, installed. Under elevated capabilities (AT_SECURE) the first two are left out.
    [[nodiscard]] static QList<Place> standardPlaces(const QStringList &pluginDirectories);

    // Looks at every *.so in the places. The first plugin of a name wins; a later one is listed as refused.
    // `coreOptions`: names that no plugin may declare.
    PluginRegistry(const QList<Place> &places, const QStringList &coreOptions);

    [[nodiscard]] const QList<PluginFile> &plugins() const { return m_plugins; }
    // Of each folder that somebody named, and that is not there or cannot be read: a sentence that says so.
    [[nodiscard]] const QStringList &missing() const { return m_missing; }
    // The usable plugin of that name; null where there is none.
    [[nodiscard]] const PluginFile *find(QByteArrayView name) const;
    // Why there is no usable plugin of that name, for a person: refused and why, or unknown and the nearest.
    [[nodiscard]] QString whyNot(const QString &name) const;

    struct Loaded
    {
        std::shared_ptr<const Manifest> manifest;
        Job *job = nullptr; // owned by the plugin's library, for ever
        QByteArray sha256;
        QString path;
    };
    // Loads it. Nothing, and a reason, where the library cannot be loaded or is no Job.
    [[nodiscard]] static std::optional<Loaded> load(const PluginFile &plugin, QString *error);

private:
    QList<PluginFile> m_plugins;
    QStringList m_missing;
};

} // namespace collector
