// Host patterns, against an inventory with hosts, networks and ranges that overlap: no host twice, none that the inventory has not.

#include "inventory/selection.h"

#include <QSet>

#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const LoadResult loaded = Inventory::load(
        {"web1,web2,db[1:9],10.0.0.0/28,10.0.0.8-10.0.0.20,10.0.0.9,n[0:5000],2001:db8::/124,localhost,a.example.com,"}, {});
    const QByteArray text(reinterpret_cast<const char *>(data), qsizetype(std::min<size_t>(size, 200)));
    if (text.contains('@'))
        return 0; // would read files
    SelectionOptions options;
    const qsizetype newline = text.indexOf('\n');
    options.limit = {newline < 0 ? text : text.first(newline)};
    if (newline >= 0)
        options.exclude = {text.sliced(newline + 1)};
    const auto result = Selection::make(loaded.inventory, options);
    if (!result.selection) {
        if (result.error.isEmpty())
            std::abort();
        return 0;
    }
    QSet<QByteArray> names;
    for (quint64 i = 0; i < result.selection->candidates(); ++i) {
        const auto host = result.selection->at(i);
        if (!host)
            continue;
        if (names.contains(host->name()) || !loaded.inventory->find(host->name()))
            std::abort();
        names.insert(host->name());
    }
    return 0;
}
