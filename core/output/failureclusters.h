// FailureClusters: what the failures of a run have in common: cause by network, group and bastion, in bounded memory. Fed by
// the writer's thread with every record, the good ones too, so that "all of 10.4.0.0/16" can be said. A value.

#pragma once

#include "output/batch.h"
#include "output/runcounts.h"

#include <QHash>
#include <QList>
#include <QStringList>

namespace collector {

class FailureClusters
{
public:
    // One record. `host` is read only if it failed and few of its cause were seen.
    void add(const Batch &batch, const Batch::Entry &entry, QByteArrayView host);

    struct Cluster
    {
        enum class Kind : quint8 { Network, Group, Bastion };
        Kind kind;
        QByteArray name; // 10.4.0.0/16, web, ops@bastion1
        quint64 failed;  // with that cause
        quint64 hosts;   // in it, whatever became of them
    };
    struct Failure
    {
        Cause cause;
        quint64 hosts;
        QList<Cluster> clusters; // that explain it, largest first; few
        QList<QByteArray> examples;
    };
    // By cause, most hosts first.
    [[nodiscard]] QList<Failure> failures(const RunCounts &counts) const;

private:
    struct Tally
    {
        quint64 hosts = 0;
        QHash<Cause, quint64> failed;
    };
    void tally(QHash<QByteArray, Tally> &into, const QByteArray &name, Cause cause, qsizetype limit);

    QHash<quint64, Tally> m_narrow; // IPv4 /24, IPv6 /64, by NetworkKey
    QHash<quint64, Tally> m_wide;   // IPv4 /16, IPv6 /48
    QHash<QByteArray, Tally> m_groupSets;
    QHash<QByteArray, Tally> m_bastions;
    QHash<Cause, QList<QByteArray>> m_examples;
};

} // namespace collector
