// Order: in which order the hosts of a selection are started. Immutable; any thread.
//
// The seeded spread is a permutation that is computed, not stored: a Feistel network over the index space, walked until it
// falls inside (Black and Rogaway, "Ciphers with arbitrary finite domains"). A /8 costs no memory, neighbours in the inventory
// start far apart, and the same seed gives the same order, which resuming relies on.

#pragma once

#include <QtGlobal>

#include <array>
#include <vector>

namespace collector {

class Order
{
public:
    [[nodiscard]] static Order asListed(quint64 count);
    [[nodiscard]] static Order spread(quint64 count, quint64 seed);
    // These indices, in this order.
    [[nodiscard]] static Order explicitly(std::vector<quint32> indices);

    [[nodiscard]] quint64 count() const { return m_count; }
    // The index that comes at `position` (below count()).
    [[nodiscard]] quint64 at(quint64 position) const;

private:
    [[nodiscard]] quint64 encrypt(quint64 value) const;

    quint64 m_count = 0;
    bool m_isSpread = false;
    int m_halfBits = 0;
    std::array<quint64, 4> m_keys{};
    std::vector<quint32> m_indices;
};

} // namespace collector
