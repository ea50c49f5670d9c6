// A file given after -i, whatever it holds: INI, YAML or JSON. What is accepted is gone through: every host that a selection gives is
// found by its name, and has the groups and variables that it has.

#include "inventory/inventorylisting.h"
#include "inventory/lint.h"
#include "inventory/selection.h"

#include <cstdlib>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    // Not executable, so that nothing that begins with #! is ever run.
    const int fd = memfd_create("inventory", MFD_CLOEXEC);
    if (fd < 0 || fchmod(fd, 0600) != 0 || write(fd, data, size) != ssize_t(size))
        std::abort();
    const LoadResult loaded = Inventory::load({"/proc/self/fd/" + QByteArray::number(fd)}, {});
    close(fd);
    for (const Diagnostic &diagnostic : loaded.diagnostics)
        (void)diagnostic.toText();
    if (!loaded) {
        if (loaded.diagnostics.isEmpty())
            std::abort();
        return 0;
    }
    (void)lintInventory(*loaded.inventory);
    const auto result = Selection::make(loaded.inventory, {});
    if (!result.selection)
        return 0;
    // A range of some bytes is billions of hosts, and a listing looks at each for its variables, though none has any.
    if (result.selection->candidates() <= 1'000'000) {
        qsizetype listed = 0;
        InventoryListing(*loaded.inventory, [&](const QByteArray &text) {
            listed += text.size();
            return listed < 256 * 1024;
        }).list();
    }
    const quint64 step = std::max<quint64>(result.selection->candidates() / 20, 1);
    for (quint64 i = 0; i < result.selection->candidates(); i += step) {
        const auto host = result.selection->at(i);
        if (!host)
            continue;
        const auto found = loaded.inventory->find(host->name());
        if (!found || found->name() != host->name() || found->groupsJson() != host->groupsJson())
            std::abort();
        const QByteArrayList names = host->variableNames();
        if (host->hasVariables() == names.isEmpty())
            std::abort();
        for (const QByteArray &name : names.mid(0, 20)) {
            if (!host->variable(name))
                std::abort();
        }
        (void)host->literalAddress();
    }
    return 0;
}
