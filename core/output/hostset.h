// HostSet: host names, remembered by hash: 16 bytes each, however long they are (128 bits of SipHash: no two names of a fleet
// meet). For the hosts that an interrupted run is done with. Filled, sealed, then asked by any thread.

#pragma once

#include <QByteArrayView>

#include <cstddef>
#include <utility>
#include <vector>

namespace collector {

class HostSet
{
public:
    HostSet();

    // False if it was there already, as far as insert() knows: duplicates since the last seal() are found by seal().
    void insert(QByteArrayView host);
    // Sorts; to be called before contains(). More may be inserted later, and sealed again.
    void seal();
    [[nodiscard]] bool contains(QByteArrayView host) const;
    [[nodiscard]] size_t size() const { return m_hashes.size(); }

private:
    using Hash = std::pair<quint64, quint64>;
    [[nodiscard]] Hash hashOf(QByteArrayView host) const;

    quint64 m_key[2]; // random: nobody can make names that meet
    std::vector<Hash> m_hashes;
};

} // namespace collector
