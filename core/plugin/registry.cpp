#include "plugin/registry.h"

#include "model/nearest.h"
#include "plugin/loadguard.h"

#include <QCoreApplication>
#include <QDir>
#include <QPluginLoader>

#include <sys/auxv.h>

#include <algorithm>

namespace collector {

QList<PluginRegistry::Place> PluginRegistry::standardPlaces(const QStringList &pluginDirectories)
{
    QList<Place> places;
    if (getauxval(AT_SECURE) == 0) {
        for (const QString &directory : pluginDirectories)
            places.append({directory, QStringLiteral("--plugin-dir")});
        const QStringList path = qEnvironmentVariable("COLLECTOR_PLUGIN_PATH").split(u':', Qt::SkipEmptyParts);
        for (const QString &directory : path)
            places.append({directory, QStringLiteral("COLLECTOR_PLUGIN_PATH")});
    }
    const QDir program(QCoreApplication::applicationDirPath());
    places.append({program.absoluteFilePath(QStringLiteral("../lib/collector/plugins")), QStringLiteral("beside the program"), false});
    places.append({QStringLiteral(COLLECTOR_INSTALLED_PLUGINS), QStringLiteral("installed"), false});
    return places;
}

PluginRegistry::PluginRegistry(const QList<Place> &places, const QStringList &coreOptions)
{
    QStringList seen; // a folder that is named twice is looked at once
    for (const Place &place : places) {
        const QDir directory(place.directory);
        if (place.isNamed && !directory.exists())
            m_missing.append(QStringLiteral("%1 %2: there is no such folder").arg(place.origin, place.directory));
        else if (place.isNamed && !directory.isReadable())
            m_missing.append(QStringLiteral("%1 %2: this folder cannot be read").arg(place.origin, place.directory));
        if (seen.contains(directory.canonicalPath()))
            continue;
        seen.append(directory.canonicalPath());
        for (const QString &file : directory.entryList({QStringLiteral("*.so")}, QDir::Files, QDir::Name)) {
            PluginFile plugin = inspectPlugin(directory.absoluteFilePath(file), place.origin);
            plugin.refuseOptions(coreOptions);
            if (plugin.isUsable()) {
                if (const PluginFile *first = find(plugin.manifest->name))
                    plugin.refusal = QStringLiteral("%1 has the same name and was found first").arg(first->path);
            }
            m_plugins.append(plugin);
        }
    }
}

const PluginFile *PluginRegistry::find(QByteArrayView name) const
{
    const auto found = std::find_if(m_plugins.begin(), m_plugins.end(),
                                    [name](const PluginFile &plugin) { return plugin.isUsable() && plugin.manifest->name == name; });
    return found == m_plugins.end() ? nullptr : &*found;
}

QString PluginRegistry::whyNot(const QString &name) const
{
    QStringList names;
    for (const PluginFile &plugin : m_plugins) {
        if (plugin.isUsable()) {
            names.append(QString::fromUtf8(plugin.manifest->name));
            continue;
        }
        const bool isMeant = plugin.manifest ? QString::fromUtf8(plugin.manifest->name) == name
                                             : QDir(plugin.path).dirName() == name + QStringLiteral(".so");
        if (isMeant)
            return QStringLiteral("the plugin \"%1\" (%2) is refused: %3").arg(name, plugin.path, plugin.refusal);
    }
    const QString missing = m_missing.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(m_missing.join(QStringLiteral("; ")));
    if (names.isEmpty())
        return QStringLiteral("there is no plugin \"%1\"%2, nor any other: where do they lie? (--plugin-dir, COLLECTOR_PLUGIN_PATH)")
            .arg(name, missing);
    const QString near = nearest(name, names, std::max(1, int(name.size()) / 2));
    return QStringLiteral("there is no plugin \"%1\"%2; %3`collector plugins` lists them")
        .arg(name, missing, near.isEmpty() ? QString() : QStringLiteral("did you mean \"%1\"? ").arg(near));
}

std::optional<PluginRegistry::Loaded> PluginRegistry::load(const PluginFile &plugin, QString *error)
{
    const LoadGuard guard(LoadGuard::Step::Load, plugin.manifest->name, plugin.path);
    QPluginLoader loader(plugin.path);
    loader.setLoadHints(QLibrary::ResolveAllSymbolsHint | QLibrary::PreventUnloadHint);
    QObject *instance = nullptr;
    try {
        instance = loader.instance();
    } catch (const std::exception &failure) {
        *error = QStringLiteral("the plugin \"%1\" (%2) failed as it was loaded: %3")
                     .arg(QString::fromUtf8(plugin.manifest->name), plugin.path, printable(failure.what()));
        return std::nullopt;
    } catch (...) {
        *error = QStringLiteral("the plugin \"%1\" (%2) failed as it was loaded: it threw what is no std::exception")
                     .arg(QString::fromUtf8(plugin.manifest->name), plugin.path);
        return std::nullopt;
    }
    if (!instance) {
        *error =
            QStringLiteral("the plugin \"%1\" cannot be loaded: %2").arg(QString::fromUtf8(plugin.manifest->name), loader.errorString());
        return std::nullopt;
    }
    Job *job = qobject_cast<Job *>(instance);
    if (!job) {
        *error = QStringLiteral("the plugin \"%1\" (%2) is no collector::Job: Q_INTERFACES(collector::Job) is missing")
                     .arg(QString::fromUtf8(plugin.manifest->name), plugin.path);
        return std::nullopt;
    }
    return Loaded{plugin.manifest, job, sha256OfFile(plugin.path), plugin.path};
}

} // namespace collector
