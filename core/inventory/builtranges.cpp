// Ranges of hosts that are not spelled out, and the hosts of their own that are also one of a range.
#include "inventory/inventorybuilder.h"

#include <utility>

namespace collector {

HostIndex InventoryBuilder::addRange(QByteArrayView text, RangeEntry range, std::optional<GroupIndex> group, std::optional<qint64> port)
{
    // The key tells a range from a host that bears the same text as its name: no host can be named with a NUL in front.
    const TextId key = m_tables.texts.intern('\0' + text.toByteArray());
    auto host = m_tables.hostOf(key);
    if (!host) {
        host = addEntry(key);
        m_tables.hosts[*host].name = m_tables.texts.intern(text);
        range.host = *host;
        m_tables.addRange(std::move(range));
        takeOverHosts(*host); // which were known, and keep their ports
        setPort(*host, port);
    }
    if (group)
        addToGroup(*host, *group);
    return *host;
}

/// A host of its own that is also one of a range: it is what both say of it, and no longer one of the nameless. True where Ansible knows
/// the range too.
bool InventoryBuilder::inheritFromRanges(HostIndex host, QByteArrayView name)
{
    const auto address = IpAddress::parse(name);
    if (address && m_literalsKnown)
        m_literals.emplace(*address, host);
    if (address && address->toText() != name)
        return false;
    bool isKnown = false;
    for (const HostIndex from : m_tables.rangesWith(name, address)) {
        RangeEntry &range = m_tables.ranges[m_tables.hosts[from].range];
        isKnown = isKnown || !range.addresses();
        range.singled.emplace(*range.offsetOf(name, address), host);
        for (const GroupIndex group : std::vector(m_tables.groupSets[m_tables.hosts[from].groups]))
            addLoneToGroup(host, group);
        m_tables.hosts[host].variables = chained(m_tables.hosts[host].variables, m_tables.hosts[from].variables);
    }
    return isKnown;
}

void InventoryBuilder::takeOverHosts(HostIndex rangeHost)
{
    RangeEntry &range = m_tables.ranges[m_tables.hosts[rangeHost].range];
    if (!range.addresses()) {
        for (HostIndex host = 0; host < rangeHost; ++host) {
            if (const auto offset =
                    m_tables.isLone(host) ? range.offsetOf(m_tables.texts.text(m_tables.hosts[host].name), {}) : std::nullopt)
                range.singled.emplace(*offset, host);
        }
    } else {
        if (!m_literalsKnown) {
            m_literalsKnown = true;
            for (HostIndex host = 0; host < rangeHost; ++host) {
                const QByteArrayView name = m_tables.texts.text(m_tables.hosts[host].name);
                if (const auto address = m_tables.isLone(host) ? IpAddress::parse(name) : std::nullopt;
                    address && address->toText() == name)
                    m_literals.emplace(*address, host);
            }
        }
        const AddressRange &addresses = *range.addresses();
        for (auto it = m_literals.lower_bound(addresses.first); it != m_literals.end() && it->first <= addresses.last; ++it)
            range.singled.emplace(it->first.low() - addresses.first.low(), it->second);
    }
    for (const auto &[offset, host] : range.singled)
        m_tables.hosts[host].variables = chained(m_tables.hosts[host].variables, m_tables.hosts[rangeHost].variables);
}

} // namespace collector
