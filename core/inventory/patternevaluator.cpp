#include "inventory/patternevaluator.h"

#include "inventory/hostpattern.h"
#include "inventory/pythontext.h"

#include <QFile>

#include <algorithm>
#include <numeric>

namespace collector {

namespace {

constexpr qint64 largestPatternFile = 256 * 1024 * 1024;
constexpr size_t mostCompared = 200'000; // names looked at for the nearest one

/// Levenshtein's distance, given up above `most`.
qsizetype distance(QByteArrayView a, QByteArrayView b, qsizetype most)
{
    if (std::abs(a.size() - b.size()) > most)
        return most + 1;
    std::vector<qsizetype> row(static_cast<size_t>(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 0; i < a.size(); ++i) {
        qsizetype diagonal = row[0];
        row[0] = i + 1;
        for (qsizetype j = 0; j < b.size(); ++j) {
            const auto at = static_cast<size_t>(j) + 1;
            const qsizetype replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[at];
            row[at] = std::min({replaced, row[at] + 1, row[at - 1] + 1});
        }
    }
    return row.back();
}

std::optional<AddressRange> addressesOf(QByteArrayView pattern)
{
    if (const auto address = IpAddress::parse(pattern))
        return AddressRange::single(*address);
    const auto parsed = AddressRange::parse(pattern);
    return parsed.syntax == AddressRange::Syntax::Valid ? std::optional(parsed.range) : std::nullopt;
}

} // namespace

std::optional<std::vector<PatternEvaluator::Single>> PatternEvaluator::split(const QList<QByteArray> &texts)
{
    std::vector<Single> singles;
    for (const QByteArray &text : texts) {
        for (const QByteArray &single : splitHostPattern(m_grammar, text)) {
            if (!single.startsWith('@')) {
                singles.push_back({single, false});
                continue;
            }
            QFile file(QFile::decodeName(single.sliced(1)));
            if (!file.open(QIODevice::ReadOnly)) {
                m_error = "'" + single + "': " + file.fileName().toUtf8() + " cannot be read: " + file.errorString().toUtf8();
                return std::nullopt;
            }
            QByteArray content = file.read(largestPatternFile);
            content.remove(0, markLength(content));
            for (const QByteArray &line : content.split('\n')) {
                if (const QByteArrayView name = stripped(line); !name.isEmpty())
                    singles.push_back({name.toByteArray(), true});
            }
        }
    }
    return singles;
}

std::optional<HostSet> PatternEvaluator::evaluate(const std::vector<Single> &patterns, Unmatched unmatched)
{
    std::vector<Single> ordered;
    for (const Single &pattern : patterns) {
        if (pattern.text.front() != '!' && pattern.text.front() != '&')
            ordered.push_back(pattern);
    }
    HostSet hosts(m_tables);
    // Without a regular pattern all hosts are meant, whatever bears the name `all`.
    if (ordered.empty()) {
        for (const HostIndex host : m_tables.membersOf(InventoryTables::all))
            hosts.append(host);
    }
    for (const char modifier : {'&', '!'}) {
        for (const Single &pattern : patterns) {
            if (pattern.text.front() == modifier)
                ordered.push_back(pattern);
        }
    }
    for (const Single &pattern : ordered) {
        auto matched = evaluateOne(pattern, unmatched);
        if (!matched)
            return std::nullopt;
        if (pattern.text.front() == '!')
            hosts.remove(*matched);
        else if (pattern.text.front() == '&')
            hosts.keepOnly(*matched);
        else
            hosts.append(*matched);
    }
    hosts.deduplicate();
    return hosts;
}

std::optional<HostSet> PatternEvaluator::evaluateOne(const Single &pattern, Unmatched unmatched)
{
    HostSet matched(m_tables);
    const auto single = [&](QByteArrayView name) {
        const auto place = m_tables.findHost(name);
        if (place && m_tables.isLone(place->host))
            matched.append(place->host);
        else if (place)
            matched.append(place->host, {place->offset, 1, nullptr});
        return place.has_value();
    };
    if (single(pattern.text))
        return matched;
    QByteArray text = pattern.text;
    if (text.startsWith('!') || text.startsWith('&'))
        text.remove(0, 1);
    if (text.isEmpty()) {
        m_error = "'" + pattern.text + "' is no host pattern: behind ! or & belongs a name";
        return std::nullopt;
    }
    const QByteArray whole = text;
    const auto subscript = Subscript::takeFrom(text);
    const NamePattern names(text);
    if (!names.isValid()) {
        m_error = "'" + pattern.text + "' is no regular expression: " + names.problem();
        return std::nullopt;
    }
    bool groupMatched = false;
    if (!names.literal() || m_tables.findGroup(text))
        matched = byName(names, groupMatched);
    else
        single(text);
    if (matched.isEmpty() && !groupMatched) {
        if (const auto addresses = addressesOf(text))
            matched = byAddress(*addresses);
    }
    if (matched.isEmpty() && !groupMatched && text != "all") {
        const QByteArray near = nearest(text);
        const QByteArray message =
            "'" + whole + "' matches no host and no group" +
            (near.isEmpty() ? "; `collector inventory --graph` shows what there is" : "; the nearest name is '" + near + "'");
        if (unmatched == Unmatched::Refuse && !pattern.fromFile) {
            m_error = message;
            return std::nullopt;
        }
        if (unmatched != Unmatched::Ignore)
            m_warnings.append(message);
    }
    if (subscript && !matched.isEmpty() && !matched.slice(subscript->start, subscript->end)) {
        m_error = "'" + whole + "': there are not that many hosts";
        return std::nullopt;
    }
    return matched;
}

HostSet PatternEvaluator::byName(const NamePattern &pattern, bool &groupMatched) const
{
    HostSet matched(m_tables);
    groupMatched = false;
    for (GroupIndex group = 0; group < m_tables.groups.size(); ++group) {
        if (!pattern.matches(m_tables.texts.text(m_tables.groups[group].name)))
            continue;
        groupMatched = true;
        for (const HostIndex host : m_tables.membersOf(group))
            matched.append(host);
    }
    if (groupMatched && !pattern.isForHostsToo())
        return matched;
    const auto filter = std::make_shared<const RangeFilter>(
        [pattern](const RangeHost &host) { return !host.range().singled.contains(host.offset()) && pattern.matches(host.name()); });
    for (HostIndex host = 0; host < m_tables.hosts.size(); ++host) {
        if (!m_tables.isLone(host))
            matched.append(host, {0, m_tables.hostCount(host), filter});
        else if (pattern.matches(m_tables.texts.text(m_tables.hosts[host].name)))
            matched.append(host);
    }
    return matched;
}

HostSet PatternEvaluator::byAddress(const AddressRange &addresses) const
{
    HostSet matched(m_tables);
    for (HostIndex host = 0; host < m_tables.hosts.size(); ++host) {
        if (m_tables.isLone(host)) {
            const auto address = m_inventory.hostAt(host, 0).literalAddress();
            if (address && addresses.contains(*address))
                matched.append(host);
            continue;
        }
        const RangeEntry &range = m_tables.ranges[m_tables.hosts[host].range];
        const auto *mine = range.addresses();
        if (!mine) {
            matched.append(host, {0, range.count, std::make_shared<const RangeFilter>([addresses](const RangeHost &one) {
                                      const auto address = one.address();
                                      return address && addresses.contains(*address) && !one.range().singled.contains(one.offset());
                                  })});
            continue;
        }
        if (addresses.first.isV6() != mine->first.isV6() || addresses.last < mine->first || mine->last < addresses.first)
            continue;
        const IpAddress first = std::max(addresses.first, mine->first);
        const IpAddress last = std::min(addresses.last, mine->last);
        RangePart part{first.low() - mine->first.low(), AddressRange{first, last}.size(), nullptr};
        if (!range.singled.empty())
            part.filter =
                std::make_shared<const RangeFilter>([](const RangeHost &one) { return !one.range().singled.contains(one.offset()); });
        matched.append(host, std::move(part));
    }
    return matched;
}

QByteArray PatternEvaluator::nearest(QByteArrayView name) const
{
    QByteArrayView best;
    qsizetype closest = std::max<qsizetype>(name.size() / 2, 1);
    const auto compare = [&](QByteArrayView candidate) {
        const qsizetype apart = distance(name, candidate, closest);
        if (apart < closest || (apart == closest && best.isEmpty())) {
            closest = apart;
            best = candidate;
        }
    };
    for (const GroupEntry &group : m_tables.groups)
        compare(m_tables.texts.text(group.name));
    for (size_t host = 0; host < std::min(m_tables.hosts.size(), mostCompared); ++host)
        compare(m_tables.texts.text(m_tables.hosts[host].name));
    return best.toByteArray();
}

} // namespace collector
