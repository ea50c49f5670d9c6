// FailureClusters: what the failures of a run have in common: cause by network, group and bastion, in bounded memory. Fed by
// the writer's thread with every record, the good ones too, so that "all of 10.4.0.0/16" can be said. A value.

#pragma once

#include "output/networktallies.h"
#include "output/runcounts.h"

#include <QHash>
#include <QList>

namespace collector {

class FailureClusters
{
public:
    void add(const Batch &batch);

    struct Cluster
    {
        enum class Kind : quint8 { Bastion, Network, Group };
        Kind kind = Kind::Network;
        QByteArray name;    // 10.4.0.0/16, web, ops@bastion1
        quint64 failed = 0; // with that cause
        quint64 hosts = 0;  // in it, whatever became of them
    };
    struct Failure
    {
        Cause cause = Cause::None;
        quint64 hosts = 0;
        QList<Cluster> clusters; // that most of it lies in, and most of which failed so; largest first, at most three
        QList<QByteArray> examples;
    };
    // By cause, most hosts first.
    [[nodiscard]] QList<Failure> failures(const RunCounts &counts) const;

    // How many networks, groups and bastions it holds: bounded.
    [[nodiscard]] size_t size() const { return m_narrow.size() + m_wide.size() + m_groupSets.size() + m_bastions.size(); }

private:
    // Tallies by name, which a batch looks up once for all its records.
    class NameTallies
    {
    public:
        // Its index; -1 where it is a new one and there is no room.
        [[nodiscard]] int of(const QByteArray &name);
        Tally &at(int index) { return m_tallies[size_t(index)]; }
        [[nodiscard]] size_t size() const { return m_tallies.size(); }
        template<typename Visit>
        void forEach(Visit visit) const
        {
            for (auto it = m_indices.begin(); it != m_indices.end(); ++it)
                visit(it.key(), m_tallies[size_t(it.value())]);
        }

    private:
        QHash<QByteArray, int> m_indices;
        std::vector<Tally> m_tallies;
    };

    void addNetwork(NetworkKey network, Cause cause);
    void addExample(Cause cause, QByteArrayView line);
    [[nodiscard]] QList<Cluster> clustersOf(Cause cause, const NetworkTallies &wide) const;
    [[nodiscard]] NetworkTallies wideNetworks() const;

    static constexpr size_t mostNetworks = 16'384;

    NetworkTallies m_narrow{mostNetworks}; // IPv4 /24, IPv6 /64
    NetworkTallies m_wide{mostNetworks};   // IPv4 /16, IPv6 /48: of hosts for whose own network there was no room
    NameTallies m_groupSets;
    NameTallies m_bastions;
    QHash<Cause, QList<QByteArray>> m_examples;
};

} // namespace collector
