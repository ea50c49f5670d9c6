// SelectedPlugins: those that -p names, with their options: loaded, and prepared once the inventory is known. Main thread.

#pragma once

#include "cli/joboptions.h"
#include "cli/runoptions.h"
#include "inventory/inventory.h"
#include "plugin/registry.h"

#include <memory>
#include <vector>

namespace collector {

struct SelectedPlugins
{
    std::vector<PluginRegistry::Loaded> plugins; // in the order of the names
    std::shared_ptr<const JobOptions> options;
    QByteArray scriptSha256; // as RunInfo has it; once prepared
    QStringList missing;     // PluginRegistry::missing(): a plugin that was meant may have been passed over for another of its name

    // Throws UsageError: no such plugin, it cannot be loaded, its options are wrong.
    [[nodiscard]] static SelectedPlugins load(const RunOptions &options, QStringList names);

    // What an option lacks, variables of the inventory may give. Throws UsageError: a plugin refuses its options.
    void prepare(const Inventory &inventory);
};

// The plugins that this program would find, by --plugin-dir, environment and place.
[[nodiscard]] PluginRegistry makeRegistry(const RunOptions &options);

} // namespace collector
