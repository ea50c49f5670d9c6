// FailureClusters: what the failures of a run have in common: cause by network, group and bastion, in bounded memory. Fed by
// the writer's thread with every record, the good ones too, so that "all of 10.4.0.0/16" can be said. A value.

#pragma once

#include "output/batch.h"
#include "output/runcounts.h"

#include <QHash>
#include <QList>

namespace collector {

class FailureClusters
{
public:
    // One record; `line` is its JSON, read only where an example of its cause is wanted.
    void add(const Batch &batch, const Batch::Entry &entry, QByteArrayView line);

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
    [[nodiscard]] qsizetype size() const { return m_narrow.size() + m_wide.size() + m_groupSets.size() + m_bastions.size(); }

private:
    struct Tally
    {
        quint64 hosts = 0;
        QHash<Cause, quint64> failed;

        void add(Cause cause);
    };
    using Network = std::pair<quint8, quint64>; // family, and the bits of its prefix

    [[nodiscard]] QList<Cluster> clustersOf(Cause cause) const;

    QHash<Network, Tally> m_narrow; // IPv4 /24, IPv6 /64
    QHash<Network, Tally> m_wide;   // IPv4 /16, IPv6 /48
    QHash<QByteArray, Tally> m_groupSets;
    QHash<QByteArray, Tally> m_bastions;
    QHash<Cause, QList<QByteArray>> m_examples;
};

} // namespace collector
