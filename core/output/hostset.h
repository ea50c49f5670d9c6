// HostSet: host names, remembered by hash: 20 to 30 bytes each, however long they are (128 bits of SipHash under a random key:
// no two names of a fleet meet). For the hosts that an interrupted run is done with. Filled by one thread, then asked by any.

#pragma once

#include "model/siphash.h"

#include <QByteArrayView>

#include <utility>
#include <vector>

namespace collector {

class HostSet
{
public:
    HostSet();

    // False if it was there already.
    bool insert(QByteArrayView host);
    [[nodiscard]] bool contains(QByteArrayView host) const;
    [[nodiscard]] size_t size() const { return m_size; }

private:
    using Hash = std::pair<quint64, quint64>;
    [[nodiscard]] Hash hashOf(QByteArrayView host) const;
    [[nodiscard]] size_t slotOf(const std::vector<Hash> &table, const Hash &hash) const;
    void grow();

    SipKey m_key;
    std::vector<Hash> m_slots; // open addressing; {0, 0} is a free one
    size_t m_size = 0;
};

} // namespace collector
