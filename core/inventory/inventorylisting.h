// An inventory written out for people and programs: what `collector inventory` prints. Streams; templates are left as they stand, as
// ansible-inventory does. Const throughout, one thread.
#pragma once

#include "inventory/inventory.h"

#include <functional>
#include <vector>

namespace collector {

class InventoryListing final
{
public:
    /// Takes the next piece of output; false ends the listing.
    using Sink = std::function<bool(const QByteArray &)>;

    InventoryListing(const Inventory &inventory, Sink sink);

    /// ansible-inventory --list.
    void list();
    /// ansible-inventory --host.
    void host(const SelectedHost &host);
    /// ansible-inventory --graph, from `group` on. A range is one line.
    void graph(QByteArrayView group);

private:
    void put(QByteArrayView text);
    void flush();
    void listGroup(quint32 group, const char *separator);
    void listHostVariables();
    void putHostVariables(quint32 host, quint64 offset, bool &first);
    bool appendVariables(quint32 host, quint64 offset, int indent);
    void newLine(int indent);
    void graphGroup(quint32 group, int depth);

    const Inventory &m_inventory;
    Sink m_sink;
    QByteArray m_buffer;
    std::vector<std::pair<QByteArrayView, quint32>> m_sorted; // of one host, kept for its memory
    bool m_open = true;
};

} // namespace collector
