#include "inventory/hostview.h"
#include "inventory/inventory.h"
#include "inventory/inventorybuilder.h"
#include "inventory/quotedlines.h"
#include "inventory/sourcereader.h"

namespace collector {

namespace {

/// Values that some host has and no JSON can hold: ansible-inventory fails on them, and only then.
QList<Diagnostic> unprintableValues(const Inventory &inventory)
{
    const InventoryTables &tables = inventory.tables();
    auto left = tables.unprintable;
    QList<Diagnostic> found;
    if (left.empty())
        return found;
    for (const HostIndex host : tables.membersOf(InventoryTables::all)) {
        for (const auto &[name, index] : HostView(inventory, host, 0).variables()) {
            const ValueRef value = tables.variables[index].value;
            const auto known = value.kind() == ValueRef::Tree ? left.find(value.index()) : left.end();
            if (known == left.end())
                continue;
            found.append(known->second);
            left.erase(known);
        }
        if (left.empty())
            break;
    }
    return found;
}

} // namespace

LoadResult Inventory::load(const QList<QByteArray> &sources, const LoadOptions &options)
{
    auto tables = std::make_unique<InventoryTables>();
    Problems problems(options.mostErrors);
    InventoryBuilder builder(*tables, problems, options.mostSpelledOut);
    SourceReader reader(builder, options);
    for (const QByteArray &source : sources)
        reader.read(source);
    builder.reconcile();
    reader.readVariableFiles();
    LoadResult result;
    result.sha256 = reader.sha256();
    tables->sha256 = result.sha256;
    for (const QByteArray &file : tables->files) {
        if (!file.isEmpty() && file != "-i" && file != "stdin")
            result.files.append(file);
    }
    result.diagnostics = problems.take();
    quoteLines(result.diagnostics);
    if (problems.hasErrors())
        return result;
    result.inventory = std::shared_ptr<const Inventory>(new Inventory(std::move(tables)));
    if (const auto failures = unprintableValues(*result.inventory); !failures.isEmpty()) {
        result.diagnostics += failures;
        result.inventory.reset();
    }
    return result;
}

} // namespace collector
