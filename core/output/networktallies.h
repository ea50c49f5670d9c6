// NetworkTallies: per network, how many hosts it has and how many of them failed of what. A bounded table, looked up once for
// each record of a run: so a plain one with open addressing. A value.

#pragma once

#include "output/batch.h"

#include <QHash>

#include <vector>

namespace collector {

struct Tally
{
    quint64 hosts = 0;
    QHash<Cause, quint64> failed;

    void add(Cause cause)
    {
        ++hosts;
        if (cause != Cause::None)
            ++failed[cause];
    }
    void add(const Tally &other)
    {
        hosts += other.hosts;
        for (auto it = other.failed.begin(); it != other.failed.end(); ++it)
            failed[it.key()] += it.value();
    }
};

class NetworkTallies
{
public:
    struct Network
    {
        NetworkKey key; // the bits of its prefix alone
        Tally tally;
    };

    explicit NetworkTallies(size_t limit) : m_limit(limit) {}

    // The tally of a network, valid until the next call; null where it is a new one and there is no room.
    [[nodiscard]] Tally *of(NetworkKey key);
    [[nodiscard]] const Tally *find(NetworkKey key) const;
    [[nodiscard]] size_t size() const { return m_used; }

    template<typename Visit>
    void forEach(Visit visit) const
    {
        for (const Network &network : m_table) {
            if (network.key.family != 0)
                visit(network.key, network.tally);
        }
    }

private:
    [[nodiscard]] size_t slotOf(NetworkKey key) const;
    void grow();

    size_t m_limit;
    size_t m_used = 0;
    std::vector<Network> m_table; // a power of two; family 0 is a free slot
};

} // namespace collector
