#include "output/failureclusters.h"

#include "output/recordhead.h"

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
constexpr size_t mostNames = 2'048;
constexpr qsizetype mostExamples = 3;
constexpr qsizetype mostClusters = 3;
constexpr quint64 fewest = 3;
constexpr quint64 sharePercent = 80;

QByteArray networkName(NetworkKey network, bool isWide)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (network.family == 4) {
        const in_addr four{htonl(quint32(network.bits << (isWide ? 16 : 8)))};
        inet_ntop(AF_INET, &four, text.data(), text.size());
        return QByteArray(text.data()) + (isWide ? "/16" : "/24");
    }
    in6_addr six{};
    const quint64 bits = isWide ? network.bits << 16 : network.bits;
    for (int i = 0; i < 8; ++i)
        six.s6_addr[i] = uint8_t(bits >> (56 - 8 * i));
    inet_ntop(AF_INET6, &six, text.data(), text.size());
    return QByteArray(text.data()) + (isWide ? "/48" : "/64");
}

NetworkKey wideOf(NetworkKey narrow)
{
    return {narrow.bits >> (narrow.family == 4 ? 8 : 16), narrow.family};
}

bool explains(quint64 failed, quint64 hosts)
{
    return failed >= fewest && failed * 100 >= hosts * sharePercent;
}

} // namespace

int FailureClusters::NameTallies::of(const QByteArray &name)
{
    const auto known = m_indices.constFind(name);
    if (known != m_indices.constEnd())
        return *known;
    if (m_tallies.size() >= mostNames)
        return -1;
    m_tallies.emplace_back();
    m_indices.insert(QByteArray(name.constData(), name.size()), int(m_tallies.size()) - 1);
    return int(m_tallies.size()) - 1;
}

void FailureClusters::add(const Batch &batch)
{
    std::vector<int> groupSets;
    for (const QByteArray &groups : batch.groupSets)
        groupSets.push_back(groups.size() > 2 ? m_groupSets.of(groups) : -1); // not `[]`
    std::vector<int> vias;
    for (const QByteArray &via : batch.vias)
        vias.push_back(via.isEmpty() ? -1 : m_bastions.of(via));
    qsizetype start = 0;
    for (const Batch::Entry &entry : batch.entries) {
        addNetwork(entry.network, entry.cause);
        if (const int groups = groupSets[entry.groups]; groups >= 0)
            m_groupSets.at(groups).add(entry.cause);
        if (const int via = vias[entry.via]; via >= 0)
            m_bastions.at(via).add(entry.cause);
        if (entry.cause != Cause::None)
            addExample(entry.cause, QByteArrayView(batch.lines).sliced(start, qsizetype(entry.lineEnd) - start));
        start = entry.lineEnd;
    }
}

void FailureClusters::addNetwork(NetworkKey network, Cause cause)
{
    if (network.family == 0)
        return;
    const NetworkKey narrow{network.family == 4 ? network.bits >> 8 : network.bits, network.family};
    if (Tally *tally = m_narrow.of(narrow))
        tally->add(cause);
    else if (Tally *wide = m_wide.of(wideOf(narrow)))
        wide->add(cause);
}

void FailureClusters::addExample(Cause cause, QByteArrayView line)
{
    QList<QByteArray> &examples = m_examples[cause];
    if (examples.size() >= mostExamples)
        return;
    if (const auto head = readRecordHead(line))
        examples.append(head->host);
}

NetworkTallies FailureClusters::wideNetworks() const
{
    NetworkTallies wide(2 * mostNetworks);
    const auto add = [&](NetworkKey key, const Tally &tally) {
        if (Tally *sum = wide.of(key))
            sum->add(tally);
    };
    m_wide.forEach(add);
    m_narrow.forEach([&](NetworkKey key, const Tally &tally) { add(wideOf(key), tally); });
    return wide;
}

QList<Cluster> FailureClusters::clustersOf(Cause cause, const NetworkTallies &wide) const
{
    QList<Cluster> found;
    const auto offer = [&](Cluster::Kind kind, const QByteArray &name, quint64 failed, quint64 hosts) {
        if (explains(failed, hosts))
            found.append({kind, name, failed, hosts});
    };
    m_bastions.forEach(
        [&](const QByteArray &name, const Tally &tally) { offer(Cluster::Kind::Bastion, name, tally.failed.value(cause), tally.hosts); });
    QHash<QByteArray, QByteArray> narrower; // the one narrow network in which all of a wide one lies
    m_narrow.forEach([&](NetworkKey key, const Tally &tally) {
        const quint64 failed = tally.failed.value(cause);
        if (failed == 0)
            return;
        const Tally *around = wide.find(wideOf(key));
        const bool isSaid = around && explains(around->failed.value(cause), around->hosts);
        // Within a wide one that says it all the narrow ones say nothing, unless it is the only one there.
        if (!isSaid)
            offer(Cluster::Kind::Network, networkName(key, false), failed, tally.hosts);
        else if (around->hosts == tally.hosts)
            narrower.insert(networkName(wideOf(key), true), networkName(key, false));
    });
    wide.forEach([&](NetworkKey key, const Tally &tally) {
        if (const quint64 failed = tally.failed.value(cause); failed > 0) {
            const QByteArray name = networkName(key, true);
            offer(Cluster::Kind::Network, narrower.value(name, name), failed, tally.hosts);
        }
    });
    QHash<QByteArray, Cluster> groups;
    m_groupSets.forEach([&](const QByteArray &groupSet, const Tally &tally) {
        const QJsonArray names = QJsonDocument::fromJson(groupSet).array();
        for (const QJsonValue &name : names) {
            Cluster &group = groups[name.toString().toUtf8()];
            group.failed += tally.failed.value(cause);
            group.hosts += tally.hosts;
        }
    });
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
    const NetworkTallies wide = wideNetworks();
    for (int i = 1; i < causeCount; ++i) {
        const auto cause = Cause(i);
        const quint64 hosts = counts.of(cause);
        if (hosts == 0)
            continue;
        Failure failure{cause, hosts, {}, m_examples.value(cause)};
        quint64 explained = 0;
        for (const Cluster &cluster : clustersOf(cause, wide)) {
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
