#include "inventory/inventory.h"
#include "inventory/inventorybuilder.h"
#include "inventory/sourcereader.h"

namespace collector {

LoadResult Inventory::load(const QList<QByteArray> &sources, const LoadOptions &options)
{
    auto tables = std::make_unique<InventoryTables>();
    Problems problems(options.mostErrors);
    InventoryBuilder builder(*tables, problems, options.mostSpelledOut);
    SourceReader reader(builder, options);
    for (const QByteArray &source : sources)
        reader.read(source);
    builder.reconcile();
    LoadResult result;
    result.sha256 = reader.sha256();
    tables->sha256 = result.sha256;
    if (!problems.hasErrors())
        result.inventory = std::shared_ptr<const Inventory>(new Inventory(std::move(tables)));
    result.diagnostics = problems.take();
    return result;
}

} // namespace collector
