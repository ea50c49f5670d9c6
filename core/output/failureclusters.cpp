#include "output/failureclusters.h"

#include "output/jsonscan.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace collector {

namespace {

using Cluster = FailureClusters::Cluster;
using Failure = FailureClusters::Failure;

// What is not tallied because of these is only not said.
constexpr qsizetype mostNetworks = 16'384;
constexpr qsizetype mostNames = 2'048;
constexpr qsizetype mostExamples = 3;
constexpr qsizetype mostClusters = 3;
constexpr quint64 fewest = 3;
constexpr quint64 sharePercent = 80;

// The tally of a key; null where there is no room for another.
template<typename Key, typename Tally>
Tally *tallyOf(QHash<Key, Tally> &tallies, const Key &key, qsizetype limit)
{
    const auto known = tallies.find(key);
    if (known != tallies.end())
        return &*known;
    return tallies.size() < limit ? &tallies[key] : nullptr;
}

QByteArray networkName(std::pair<quint8, quint64> network, bool isWide)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (network.first == 4) {
        const in_addr four{htonl(quint32(network.second << (isWide ? 16 : 8)))};
        inet_ntop(AF_INET, &four, text.data(), text.size());
        return QByteArray(text.data()) + (isWide ? "/16" : "/24");
    }
    in6_addr six{};
    const quint64 bits = isWide ? network.second << 16 : network.second;
    for (int i = 0; i < 8; ++i)
        six.s6_addr[i] = uint8_t(bits >> (56 - 8 * i));
    inet_ntop(AF_INET6, &six, text.data(), text.size());
    return QByteArray(text.data()) + (isWide ? "/48" : "/64");
}

std::pair<quint8, quint64> wideOf(std::pair<quint8, quint64> narrow)
{
    return {narrow.first, narrow.second >> (narrow.first == 4 ? 8 : 16)};
}

bool explains(quint64 failed, quint64 hosts)
{
    return failed >= fewest && failed * 100 >= hosts * sharePercent;
}

} // namespace

void FailureClusters::Tally::add(Cause cause)
{
    ++hosts;
    if (cause != Cause::None)
        ++failed[cause];
}

void FailureClusters::add(const Batch &batch, const Batch::Entry &entry, QByteArrayView line)
{
    if (entry.network.family != 0) {
        const quint64 bits = entry.network.family == 4 ? entry.network.bits >> 8 : entry.network.bits;
        const Network narrow(entry.network.family, bits);
        if (Tally *tally = tallyOf(m_narrow, narrow, mostNetworks))
            tally->add(entry.cause);
        if (Tally *tally = tallyOf(m_wide, wideOf(narrow), mostNetworks))
            tally->add(entry.cause);
    }
    const QByteArray &groups = batch.groupSets[entry.groups];
    if (groups.size() > 2) {
        if (Tally *tally = tallyOf(m_groupSets, groups, mostNames))
            tally->add(entry.cause);
    }
    const QByteArray &via = batch.vias[entry.via];
    if (!via.isEmpty()) {
        if (Tally *tally = tallyOf(m_bastions, via, mostNames))
            tally->add(entry.cause);
    }
    if (entry.cause == Cause::None)
        return;
    QList<QByteArray> &examples = m_examples[entry.cause];
    if (examples.size() >= mostExamples)
        return;
    if (const auto head = readRecordHead(line))
        examples.append(head->host);
}

QList<Cluster> FailureClusters::clustersOf(Cause cause) const
{
    QList<Cluster> found;
    const auto offer = [&](Cluster::Kind kind, const QByteArray &name, quint64 failed, quint64 hosts) {
        if (explains(failed, hosts))
            found.append({kind, name, failed, hosts});
    };
    for (auto it = m_bastions.begin(); it != m_bastions.end(); ++it)
        offer(Cluster::Kind::Bastion, it.key(), it->failed.value(cause), it->hosts);
    for (auto it = m_wide.begin(); it != m_wide.end(); ++it)
        offer(Cluster::Kind::Network, networkName(it.key(), true), it->failed.value(cause), it->hosts);
    for (auto it = m_narrow.begin(); it != m_narrow.end(); ++it) {
        // Within a wide one that says it all the narrow ones say nothing, unless it is the only one there.
        const auto wide = m_wide.constFind(wideOf(it.key()));
        const bool isSaid = wide != m_wide.constEnd() && explains(wide->failed.value(cause), wide->hosts);
        if (!isSaid) {
            offer(Cluster::Kind::Network, networkName(it.key(), false), it->failed.value(cause), it->hosts);
        } else if (wide->hosts == it->hosts) {
            const QByteArray wideName = networkName(wide.key(), true);
            const auto said = std::find_if(found.begin(), found.end(), [&](const Cluster &cluster) { return cluster.name == wideName; });
            if (said != found.end())
                said->name = networkName(it.key(), false);
        }
    }
    QHash<QByteArray, Cluster> groups;
    for (auto it = m_groupSets.begin(); it != m_groupSets.end(); ++it) {
        const QJsonArray names = QJsonDocument::fromJson(it.key()).array();
        for (const QJsonValue &name : names) {
            Cluster &group = groups[name.toString().toUtf8()];
            group.failed += it->failed.value(cause);
            group.hosts += it->hosts;
        }
    }
    for (auto it = groups.begin(); it != groups.end(); ++it)
        offer(Cluster::Kind::Group, it.key(), it->failed, it->hosts);
    std::sort(found.begin(), found.end(), [](const Cluster &a, const Cluster &b) {
        return a.failed != b.failed ? a.failed > b.failed : a.kind != b.kind ? a.kind < b.kind : a.name < b.name;
    });
    return found;
}

QList<Failure> FailureClusters::failures(const RunCounts &counts) const
{
    QList<Failure> failures;
    for (int i = 1; i < causeCount; ++i) {
        const auto cause = Cause(i);
        const quint64 hosts = counts.of(cause);
        if (hosts == 0)
            continue;
        Failure failure{cause, hosts, {}, m_examples.value(cause)};
        quint64 explained = 0;
        for (const Cluster &cluster : clustersOf(cause)) {
            // They may overlap (a group and its network): what has been said is not said again.
            if (failure.clusters.size() == mostClusters || explained + cluster.failed > hosts)
                continue;
            failure.clusters.append(cluster);
            explained += cluster.failed;
        }
        failures.append(failure);
    }
    std::stable_sort(failures.begin(), failures.end(), [](const Failure &a, const Failure &b) { return a.hosts > b.hosts; });
    return failures;
}

} // namespace collector
