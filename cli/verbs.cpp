#include "cli/verbs.h"

#include "cli/diffverb.h"
#include "cli/explainverb.h"
#include "cli/inventoryverb.h"
#include "cli/logincredentials.h"
#include "cli/mergeverb.h"
#include "cli/optiontable.h"
#include "cli/pluginsverb.h"
#include "cli/reportverb.h"
#include "cli/schemaverb.h"
#include "plugin/registry.h"

namespace collector {

namespace {

// Of every plugin that is found: their facts have classes, types and units.
Manifests allManifests()
{
    Manifests manifests;
    const PluginRegistry registry(PluginRegistry::standardPlaces({}), coreOptionNames());
    for (const PluginFile &plugin : registry.plugins()) {
        if (plugin.isUsable())
            manifests.append(plugin.manifest);
    }
    return manifests;
}

} // namespace

std::optional<int> runVerb(const QString &verb, const QStringList &words)
{
    if (verb == u"inventory") {
        (void)takeEnvironmentPassword(); // a program that is an inventory is not to see it
        return runInventoryVerb(words);
    }
    if (verb == u"plugins")
        return runPluginsVerb(words);
    if (verb == u"explain")
        return runExplainVerb(words);
    if (verb == u"diff")
        return runDiffVerb(words, allManifests());
    if (verb == u"merge")
        return runMergeVerb(words, allManifests());
    if (verb == u"report")
        return runReportVerb(words, allManifests());
    if (verb == u"schema")
        return runSchemaVerb(words, allManifests());
    return std::nullopt;
}

} // namespace collector
