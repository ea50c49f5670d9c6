#include "inventory/selection.h"

#include "inventory/hostset.h"
#include "inventory/patternevaluator.h"
#include "inventory/pythontext.h"

#include <algorithm>

namespace collector {

namespace {

/// Addresses that -x and never= name, merged and sorted.
class AddressSet final
{
public:
    void add(const AddressRange &range) { m_ranges.push_back(range); }
    void seal()
    {
        std::sort(m_ranges.begin(), m_ranges.end(), [](const AddressRange &a, const AddressRange &b) { return a.first < b.first; });
        std::vector<AddressRange> merged;
        for (const AddressRange &range : m_ranges) {
            if (!merged.empty() && merged.back().last.isV6() == range.first.isV6() && range.first <= merged.back().last)
                merged.back().last = std::max(merged.back().last, range.last);
            else
                merged.push_back(range);
        }
        m_ranges = std::move(merged);
    }
    bool isEmpty() const { return m_ranges.empty(); }
    bool contains(const IpAddress &address) const
    {
        const IpAddress plain = address.unmapped();
        const auto above = std::upper_bound(m_ranges.begin(), m_ranges.end(), plain,
                                            [](const IpAddress &a, const AddressRange &range) { return a < range.first; });
        return above != m_ranges.begin() && std::prev(above)->contains(plain);
    }

private:
    std::vector<AddressRange> m_ranges;
};

std::optional<AddressRange> excludedAddresses(QByteArrayView pattern)
{
    if (const auto address = IpAddress::parse(pattern))
        return AddressRange::single(address->unmapped());
    const auto parsed = AddressRange::parse(pattern);
    return parsed.syntax == AddressRange::Syntax::Valid
               ? std::optional(AddressRange{parsed.range.first.unmapped(), parsed.range.last.unmapped()})
               : std::nullopt;
}

} // namespace

struct Selection::Parts
{
    explicit Parts(const InventoryTables &tables) : hosts(tables) {}

    /// From which index and item on the items are ranges or lone hosts: items of a run of lone hosts have one index each.
    struct Run
    {
        quint64 firstIndex;
        size_t firstItem;
    };

    HostSet hosts;
    std::vector<Run> runs;
    std::vector<bool> excludedHosts; // empty: none
    std::vector<std::pair<const RangeEntry *, RangePart>> excludedParts;
    AddressSet excludedAddresses;
    Shard shard;
    std::optional<QSet<QByteArray>> only;

    bool isExcluded(const InventoryTables &tables, HostIndex host, quint64 offset, const QByteArray &name) const;
};

Selection::Selection() = default;
Selection::~Selection() = default;

Selection::Result Selection::make(std::shared_ptr<const Inventory> inventory, const SelectionOptions &options)
{
    const InventoryTables &tables = inventory->tables();
    PatternEvaluator evaluator(*inventory);
    const auto failed = [&](const QByteArray &error) { return Result{nullptr, error, evaluator.warnings()}; };

    // What is empty names nobody, and would mean everybody: a shell variable that is not set, a file that was not filled.
    std::vector<PatternEvaluator::Single> limit;
    for (const QByteArray &text : options.limit) {
        const auto singles = evaluator.split({text});
        if (!singles)
            return failed(evaluator.error());
        if (singles->empty())
            return failed("the pattern '" + text + "' names no host, and all would be meant: name some, or `all`, or leave the option out");
        limit.insert(limit.end(), singles->begin(), singles->end());
    }
    for (const QByteArray &text : options.exclude) {
        if (stripped(text).isEmpty())
            return failed("the pattern '" + text + "' excludes no host: name some, or leave the option out");
    }
    auto hosts = evaluator.evaluate(limit, PatternEvaluator::Unmatched::Refuse);
    if (!hosts)
        return failed(evaluator.error());
    if (hosts->isEmpty())
        return failed(tables.hosts.empty()
                          ? QByteArray("the inventory has no hosts")
                          : "no host matches '" + options.limit.join("', '") + "'; `collector inventory --graph` shows what there is");

    std::shared_ptr<Selection> selection(new Selection);
    selection->m_parts = std::make_unique<Parts>(tables);
    Parts &parts = *selection->m_parts;
    parts.hosts = std::move(*hosts);
    parts.shard = options.shard;
    parts.only = options.only;

    for (const auto &[texts, unmatched] : {std::pair(&options.exclude, PatternEvaluator::Unmatched::Refuse),
                                           std::pair(&options.never, PatternEvaluator::Unmatched::Ignore)}) {
        const auto singles = evaluator.split(*texts);
        if (!singles)
            return failed(evaluator.error());
        std::vector<PatternEvaluator::Single> names;
        const PatternEvaluator::Single *restriction = nullptr; // of what the others name
        for (const auto &single : *singles) {
            if (const auto range = excludedAddresses(single.text))
                parts.excludedAddresses.add(*range);
            else
                names.push_back(single);
            if (single.text.startsWith('!') || single.text.startsWith('&'))
                restriction = &single;
        }
        // Addresses are compared when a host is about to be reached, names now: neither can be taken out of the other.
        if (restriction && names.size() < singles->size())
            return failed("'" + restriction->text + "' cannot restrict what is excluded by addresses, as in '" + texts->join("', '") +
                          "'; name only hosts and groups beside it, or write the addresses that remain");
        if (names.empty())
            continue;
        const auto excluded = evaluator.evaluate(names, unmatched);
        if (!excluded)
            return failed(evaluator.error());
        parts.excludedHosts.resize(tables.hosts.size());
        for (const HostSet::Item &item : excluded->items()) {
            if (tables.isLone(item.host))
                parts.excludedHosts[item.host] = true;
            else
                parts.excludedParts.emplace_back(&tables.ranges[tables.hosts[item.host].range], excluded->partOrAll(item));
        }
    }
    parts.excludedAddresses.seal();

    quint64 index = 0;
    bool lone = false;
    const auto &items = parts.hosts.items();
    for (size_t i = 0; i < items.size(); ++i) {
        const bool isLone = tables.isLone(items[i].host);
        if (!isLone || !lone)
            parts.runs.push_back({index, i});
        lone = isLone;
        index += isLone ? 1 : parts.hosts.partOrAll(items[i]).count;
    }
    selection->m_candidates = index;
    selection->m_inventory = std::move(inventory);
    return {selection, {}, evaluator.warnings()};
}

std::optional<SelectedHost> Selection::at(quint64 index) const
{
    if (index >= m_candidates)
        return std::nullopt;
    const Parts &parts = *m_parts;
    const InventoryTables &tables = m_inventory->tables();
    auto run =
        std::upper_bound(parts.runs.begin(), parts.runs.end(), index, [](quint64 i, const Parts::Run &r) { return i < r.firstIndex; });
    --run;
    HostSet::Item item = parts.hosts.items()[run->firstItem];
    quint64 offset = 0;
    if (tables.isLone(item.host)) {
        item = parts.hosts.items()[run->firstItem + (index - run->firstIndex)];
    } else {
        offset = index - run->firstIndex;
        if (const RangePart *part = parts.hosts.part(item)) {
            offset += part->first;
            if (part->filter && !(*part->filter)(RangeHost(tables.ranges[tables.hosts[item.host].range], offset)))
                return std::nullopt;
        }
    }
    SelectedHost host = m_inventory->hostAt(item.host, offset);
    QByteArray name;
    if (parts.shard.of > 1 || parts.only || !parts.excludedParts.empty()) {
        name = host.name();
        if (!parts.shard.holds(name) || (parts.only && !parts.only->contains(name)))
            return std::nullopt;
    }
    host.m_excluded = parts.isExcluded(tables, item.host, offset, name);
    if (!host.m_excluded && !parts.excludedAddresses.isEmpty()) {
        const auto address = host.literalAddress();
        host.m_excluded = address && parts.excludedAddresses.contains(*address);
    }
    return host;
}

bool Selection::Parts::isExcluded(const InventoryTables &tables, HostIndex host, quint64 offset, const QByteArray &name) const
{
    if (tables.isLone(host))
        return !excludedHosts.empty() && excludedHosts[host];
    if (excludedParts.empty())
        return false;
    const RangeEntry &range = tables.ranges[tables.hosts[host].range];
    const RangeHost one(range, offset);
    return std::any_of(excludedParts.begin(), excludedParts.end(), [&](const auto &excluded) {
        if (excluded.first == &range)
            return excluded.second.admits(one);
        const auto there = excluded.first->offsetOf(name, one.address());
        return there && excluded.second.admits(RangeHost(*excluded.first, *there));
    });
}

bool Selection::isExcludedAddress(const IpAddress &address) const
{
    return m_parts->excludedAddresses.contains(address);
}

bool Selection::isExcludedAddress(const QHostAddress &address) const
{
    const auto ip = IpAddress::fromHostAddress(address);
    return ip && isExcludedAddress(*ip);
}

} // namespace collector
