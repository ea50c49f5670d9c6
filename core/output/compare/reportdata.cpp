#include "output/compare/reportdata.h"

#include "output/compare/html.h"
#include "output/compare/plaintext.h"
#include "output/resultreader.h"
#include "output/timestamp.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr qsizetype maximumTexts = 10'000;
constexpr size_t maximumSubnets = 50'000;
constexpr qsizetype maximumCell = 200; // characters of a fact in a row

// The facts that a row shows, of the job at the root.
struct Headlines
{
    QByteArray distribution, version, kernel, architecture, vendor, product, virtualization, cpus, memoryMb;
};

// A text, or a number as it stands.
QByteArray plainValue(QByteArrayView value)
{
    const bool isNumber = !value.isEmpty() && (value.front() == '-' || (value.front() >= '0' && value.front() <= '9'));
    return elided(isNumber ? value.toByteArray() : jsonText(value), maximumCell);
}

Headlines headlinesOf(QByteArrayView facts)
{
    static constexpr std::array<std::pair<QByteArrayView, QByteArray Headlines::*>, 9> wanted{{
        {"distribution", &Headlines::distribution},
        {"distribution_version", &Headlines::version},
        {"kernel", &Headlines::kernel},
        {"architecture", &Headlines::architecture},
        {"system_vendor", &Headlines::vendor},
        {"product_name", &Headlines::product},
        {"virtualization_type", &Headlines::virtualization},
        {"processor_vcpus", &Headlines::cpus},
        {"memtotal_mb", &Headlines::memoryMb},
    }};
    Headlines headlines;
    for (JsonMembers fact(facts); fact.next();) {
        for (const auto &[name, member] : wanted) {
            if (fact.key() == name)
                headlines.*member = plainValue(fact.value());
        }
    }
    return headlines;
}

QByteArray joined(const QByteArray &one, const QByteArray &other)
{
    return one.isEmpty() ? other : other.isEmpty() ? one : one + ' ' + other;
}

void appendCellHtml(QByteArray &row, QByteArrayView text, QByteArrayView kind = {})
{
    row += "<td";
    if (!kind.isEmpty())
        row += " class=\"" + kind.toByteArray() + '"';
    row += '>';
    appendHtml(row, text);
    row += "</td>";
}

QByteArray subnetName(quint8 family, quint64 prefix)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (family == 4) {
        const in_addr four{htonl(quint32(prefix))};
        return QByteArray(inet_ntop(AF_INET, &four, text.data(), socklen_t(text.size()))) + "/24";
    }
    in6_addr six{};
    for (int i = 0; i < 8; ++i)
        six.s6_addr[i] = quint8(prefix >> (8 * (7 - i)));
    return QByteArray(inet_ntop(AF_INET6, &six, text.data(), socklen_t(text.size()))) + "/64";
}

} // namespace

void Tally::add(const QByteArray &text)
{
    ++m_total;
    const auto found = m_counts.find(text);
    if (found != m_counts.end())
        ++*found;
    else
        ++m_counts[m_counts.size() < maximumTexts ? text : QByteArray("(others)")];
}

QList<Tally::Line> Tally::largest(qsizetype limit) const
{
    QList<Line> lines;
    for (auto it = m_counts.begin(); it != m_counts.end(); ++it)
        lines.append({it.key(), it.value()});
    std::sort(lines.begin(), lines.end(),
              [](const Line &a, const Line &b) { return a.count != b.count ? a.count > b.count : a.text < b.text; });
    return lines.mid(0, limit);
}

bool ReportData::read(const QByteArray &path, QString *error)
{
    const auto reader = ResultReader::open(path, error);
    if (!reader)
        return false;
    while (const auto record = nextRecord(*reader)) {
        if (m_rows.empty())
            m_run = jsonText(record->run);
        take(*record);
    }
    *error = !reader->error().isEmpty() ? reader->error() : m_store.error();
    std::sort(m_rows.begin(), m_rows.end(), [](const Row &a, const Row &b) { return a.host < b.host; });
    const auto twin = std::adjacent_find(m_rows.begin(), m_rows.end(), [](const Row &a, const Row &b) { return a.host == b.host; });
    if (error->isEmpty() && twin != m_rows.end()) // of nights put together by cat: every number would count them all
        *error = QStringLiteral("%1: host %2 stands in it twice: `collector merge` makes one record of them")
                     .arg(QString::fromLocal8Bit(path), QString::fromUtf8(printable(twin->host)));
    std::sort(m_old.begin(), m_old.end(), [](const OldData &a, const OldData &b) { return a.ms != b.ms ? a.ms < b.ms : a.host < b.host; });
    return error->isEmpty();
}

void ReportData::take(const RecordView &record)
{
    m_run = std::max(m_run, jsonText(record.run));
    takeFailure(record);
    const auto started = timeOf(record.started);
    if (started) {
        m_firstMs = m_firstMs < 0 ? *started : std::min(m_firstMs, *started);
        m_lastMs = std::max(m_lastMs, *started);
        const qint64 elapsed = jsonMember(record.text, "elapsed_ms").toByteArray().toLongLong();
        m_elapsed[size_t(std::lower_bound(elapsedBounds.begin(), elapsedBounds.end(), elapsed) - elapsedBounds.begin())]++;
    }
    const qint64 dataMs = dataMsOf(record);
    const bool isOld = dataMs >= 0 && !isJsonNull(record.factsFrom);
    if (dataMs < 0)
        ++m_withoutData;
    else if (isOld)
        m_old.push_back({record.host, dataMs});

    const Headlines shown = headlinesOf(record.facts);
    if (!shown.distribution.isEmpty())
        m_distributions.add(joined(shown.distribution, shown.version));
    if (!shown.kernel.isEmpty())
        m_kernels.add(shown.kernel);
    const QByteArray platform = joined(shown.vendor, shown.product);
    if (!platform.isEmpty())
        m_platforms.add(platform);

    QByteArray row = "<tr>";
    appendCellHtml(row, record.host);
    appendCellHtml(row, jsonText(record.address));
    appendCellHtml(row, statusName(record.status), statusName(record.status));
    const QByteArray message = elided(jsonText(record.message), maximumCell);
    appendCellHtml(row, joined(record.causeWord().toByteArray(), message.isEmpty() ? message : QByteArray("\xe2\x80\x93 ") + message));
    QByteArray groups;
    for (JsonItems group(record.groups); group.next();)
        groups = joined(groups, jsonText(group.value()));
    appendCellHtml(row, elided(groups, maximumCell));
    appendCellHtml(row, joined(shown.distribution, shown.version));
    appendCellHtml(row, shown.kernel);
    appendCellHtml(row, shown.architecture);
    appendCellHtml(row, shown.cpus, "n");
    appendCellHtml(row, shown.memoryMb, "n");
    appendCellHtml(row, platform);
    appendCellHtml(row, dataMs < 0 ? QByteArray() : timestamp(dataMs).left(16).replace('T', ' '));
    row += "</tr>\n";
    m_rows.push_back({record.host, m_store.add(row)});
}

void ReportData::takeFailure(const RecordView &record)
{
    const Cause cause = causeFromName(record.causeWord()).value_or(record.status == Status::Ok ? Cause::None : Cause::Internal);
    m_counts.add(record.status, cause);
    const NetworkKey network = NetworkKey::of(jsonText(record.address));
    const auto key = std::pair(network.family, network.family == 4 ? network.bits & ~quint64(0xff) : network.bits);
    Subnet *subnet = nullptr;
    if (network.family != 0 && (m_subnets.size() < maximumSubnets || m_subnets.contains(key)))
        subnet = &m_subnets[key];
    if (subnet)
        ++subnet->hosts;
    if (record.status == Status::Ok)
        return;
    if (subnet)
        ++subnet->failed[cause];
    m_messages.try_emplace(cause, jsonText(record.message));
}

// When what stands in `facts` was had; -1: there is nothing.
qint64 ReportData::dataMsOf(const RecordView &record) const
{
    if (!JsonMembers(record.facts).next())
        return -1;
    qint64 ms = record.isGood() ? timeOf(record.started).value_or(-1) : -1;
    for (JsonMembers older(record.factsFrom); older.next();) {
        const auto from = timeOf(jsonMember(older.value(), "started"));
        if (from)
            ms = ms < 0 ? *from : std::min(ms, *from);
    }
    return ms;
}

QList<ReportData::Failure> ReportData::failures() const
{
    constexpr qsizetype shownSubnets = 5;
    QList<Failure> failures;
    for (int i = 1; i < causeCount; ++i) {
        const auto cause = Cause(i);
        if (m_counts.of(cause) == 0)
            continue;
        Failure failure{cause, m_counts.of(cause), {}, {}};
        if (const auto message = m_messages.find(cause); message != m_messages.end())
            failure.message = message->second;
        std::vector<std::pair<quint64, std::pair<quint8, quint64>>> worst;
        for (const auto &[key, subnet] : m_subnets) {
            if (const auto failed = subnet.failed.find(cause); failed != subnet.failed.end())
                worst.emplace_back(failed->second, key);
        }
        std::sort(worst.begin(), worst.end(),
                  [](const auto &a, const auto &b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
        for (size_t n = 0; n < std::min(worst.size(), size_t(shownSubnets)); ++n) {
            const quint64 hosts = m_subnets.find(worst[n].second)->second.hosts;
            failure.subnets.append({subnetName(worst[n].second.first, worst[n].second.second) + " (" + QByteArray::number(worst[n].first) +
                                        " of " + QByteArray::number(hosts) + ')',
                                    worst[n].first});
        }
        if (worst.size() > size_t(shownSubnets))
            failure.subnets.append({QByteArray::number(qulonglong(worst.size()) - shownSubnets) + " more", 0});
        failures.append(failure);
    }
    std::stable_sort(failures.begin(), failures.end(), [](const Failure &a, const Failure &b) { return a.hosts > b.hosts; });
    return failures;
}

QList<ReportData::OldData> ReportData::oldest(qsizetype limit) const
{
    const auto count = std::min<qsizetype>(limit, qsizetype(m_old.size()));
    return {m_old.begin(), m_old.begin() + count};
}

bool ReportData::forEachRow(const std::function<void(QByteArrayView)> &take, QString *error)
{
    QByteArray row;
    for (const Row &each : m_rows) {
        if (!m_store.read(each.ref, row))
            break;
        take(row);
    }
    *error = m_store.error();
    return error->isEmpty();
}

} // namespace collector
