// AssetMarks: which hosts look like one another: the same machine id, product UUID (in both byte orders: firmware and tools do not
// agree on it), serial number of a vendor (but not what vendors write where there is none) or SSH host key. They are marked,
// never joined: a clone, a shared address and a second name all look alike. One thread; first add() all, then marks().

#pragma once

#include "output/compare/hostnames.h"
#include "output/jsonspan.h"

#include <QHash>
#include <QStringList>

namespace collector {

class AssetMarks
{
public:
    enum class Trait : quint8 { MachineId, ProductUuid, Serial, HostKey };

    // A host with its merged record, in the order of their names.
    void add(QByteArrayView host, QByteArrayView record);

    // Appends `,"same_asset_as":[…],"same_asset_by":[…]` for the host of that number where there are any. A trait that more than
    // sixteen others have as well is that of an image or of a gateway, not of a machine: it marks nobody, see warnings().
    void append(HostNumber host, QByteArray &out) const;

    // Of each trait, the value that most hosts have, where they are more than can be one machine: for a person, one a line.
    [[nodiscard]] QStringList warnings() const;

    // What a trait is compared by; empty: a value that says nothing. For the tests.
    [[nodiscard]] static QByteArray comparable(Trait trait, QByteArrayView value, QByteArrayView vendor = {});

private:
    void note(Trait trait, QByteArrayView value, QByteArrayView vendor = {});

    HostNames m_names;
    QHash<QByteArray, HostNumbers> m_hosts;        // by trait and value
    std::vector<std::vector<QByteArray>> m_traits; // of each host: keys of m_hosts
};

} // namespace collector
