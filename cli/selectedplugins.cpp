#include "cli/selectedplugins.h"

#include "cli/optiontable.h"
#include "plugin/loadguard.h"

#include <collector/joberror.h>

#include <QCryptographicHash>

namespace collector {

namespace {

QByteArray sha256(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

bool hasPlainFact(const Manifest &manifest, const QByteArray &name)
{
    const int index = manifest.factIndex(name);
    return index >= 0 && manifest.isPlainFact(index);
}

// The key that both would write in the record's facts, where whoever reads it would find one of them; empty: there is none.
QByteArray clash(const Manifest &root, const Manifest &other)
{
    if (!other.factsKey.isEmpty())
        return hasPlainFact(root, other.factsKey) ? other.factsKey : QByteArray();
    for (const FactSpec &fact : other.facts) {
        if (!fact.isPattern() && hasPlainFact(root, fact.name))
            return fact.name;
    }
    return {};
}

void refuseClashes(const std::vector<std::shared_ptr<const Manifest>> &manifests)
{
    for (const auto &root : manifests) {
        for (const auto &other : manifests) {
            if (root == other || !root->factsKey.isEmpty())
                continue;
            const QByteArray key = clash(*root, *other);
            if (!key.isEmpty())
                throw UsageError(QStringLiteral("the plugins %1 and %2 both have \"%3\" among the facts of a record; rename it in one, or "
                                                "select one of them in a run")
                                     .arg(QString::fromUtf8(root->name), QString::fromUtf8(other->name), QString::fromUtf8(key)));
        }
    }
}

} // namespace

PluginRegistry makeRegistry(const RunOptions &options)
{
    return PluginRegistry(PluginRegistry::standardPlaces(options.values(QStringLiteral("plugin-dir"))), coreOptionNames());
}

SelectedPlugins SelectedPlugins::load(const RunOptions &options, QStringList names)
{
    names.removeDuplicates();
    const PluginRegistry registry = makeRegistry(options);
    std::vector<const PluginFile *> files;
    std::vector<std::shared_ptr<const Manifest>> manifests;
    for (const QString &name : names) {
        const PluginFile *file = registry.find(name.toUtf8());
        if (!file)
            throw UsageError(registry.whyNot(name));
        files.push_back(file);
        manifests.push_back(file->manifest);
    }
    SelectedPlugins result;
    result.missing = registry.missing();
    refuseClashes(manifests);
    // Options are checked by the manifests alone, before any plugin's code runs.
    result.options = std::make_shared<JobOptions>(options, manifests);
    for (size_t i = 0; i < files.size(); ++i) {
        QString error;
        const auto loaded = PluginRegistry::load(*files[i], &error);
        if (!loaded)
            throw UsageError(error);
        result.plugins.push_back(*loaded);
    }
    return result;
}

void SelectedPlugins::prepare(const Inventory &inventory)
{
    QByteArrayList scriptSums;
    for (size_t i = 0; i < plugins.size(); ++i) {
        const auto pluginName = [&] { return QString::fromUtf8(plugins[i].manifest->name); };
        try {
            const LoadGuard guard(LoadGuard::Step::Prepare, plugins[i].manifest->name, plugins[i].path);
            Job &job = *plugins[i].job;
            job.prepare(options->forPreparation(int(i), [&](const QByteArray &name) { return inventory.hasVariable(name); }));
            const QByteArray script = job.document("script");
            if (!script.isEmpty())
                scriptSums.append(sha256(script));
        } catch (const JobError &refusal) {
            if (refusal.message().isEmpty())
                throw UsageError(QStringLiteral("the plugin %1 refuses its options (%2), and does not say why")
                                     .arg(pluginName(), QString::fromUtf8(causeName(refusal.cause()))));
            throw UsageError(refusal.message());
        } catch (const std::exception &failure) {
            throw UsageError(QStringLiteral("the plugin %1 failed as it was prepared: %2").arg(pluginName(), printable(failure.what())));
        } catch (...) {
            throw UsageError(
                QStringLiteral("the plugin %1 failed as it was prepared: it threw what is no std::exception").arg(pluginName()));
        }
    }
    scriptSha256 = scriptSums.size() > 1 ? sha256(scriptSums.join('\n') + '\n') : scriptSums.value(0);
}

} // namespace collector
