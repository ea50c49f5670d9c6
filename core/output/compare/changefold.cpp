#include "output/compare/changefold.h"

#include "model/json.h"

#include <QLocale>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace collector {

namespace {

constexpr qsizetype pieceBytes = 16 * 1024;
constexpr qsizetype maximumPendingBytes = 16 * 1024 * 1024;
constexpr size_t maximumFacts = 100'000;          // beyond them, by the fact at the root alone
constexpr qsizetype maximumValueBytes = 4 * 1024; // a larger value is told by its size

// How a change lies in a piece: this, then the two values.
struct EntryHead
{
    HostNumber host;
    quint32 before;
    quint32 after;
    FactChange::Kind kind;
};

EntryHead headAt(const char *at)
{
    EntryHead head;
    std::memcpy(&head, at, sizeof head);
    return head;
}

QByteArray bounded(QByteArrayView value)
{
    if (value.size() <= maximumValueBytes)
        return value.toByteArray();
    QByteArray text;
    const char *const what = isJsonObject(value) ? "object" : isJsonArray(value) ? "list" : "text";
    appendJsonString(text, QByteArrayView(QByteArray("(") + what + " of " + QByteArray::number(value.size()) + " bytes)"));
    return text;
}

} // namespace

void ChangeFold::add(HostNumber host, const FactChange &change)
{
    Fact &fact = factOf(change);
    ++m_counts[size_t(change.factClass)];
    const QByteArray before = bounded(change.before), after = bounded(change.after);
    EntryHead head{};
    head.host = host;
    head.before = quint32(before.size());
    head.after = quint32(after.size());
    head.kind = change.kind;
    const qsizetype size = qsizetype(sizeof head) + before.size() + after.size();
    fact.pending.append(reinterpret_cast<const char *>(&head), sizeof head);
    fact.pending += before;
    fact.pending += after;
    m_pendingBytes += size;
    if (fact.pending.size() >= pieceBytes)
        flush(fact);
    if (m_pendingBytes >= maximumPendingBytes) {
        for (Fact &each : m_facts)
            flush(each);
    }
}

ChangeFold::Fact &ChangeFold::factOf(const FactChange &change)
{
    QByteArray path = change.path.toByteArray();
    if (m_facts.size() >= maximumFacts && !m_numbers.contains(path))
        path = path.left(
            std::min(path.indexOf('.') < 0 ? path.size() : path.indexOf('.'), path.indexOf('[') < 1 ? path.size() : path.indexOf('[')));
    if (m_facts.size() >= 2 * maximumFacts)
        path = "(others)";
    const auto found = m_numbers.constFind(path);
    if (found != m_numbers.constEnd())
        return m_facts[*found];
    m_numbers.insert(path, quint32(m_facts.size()));
    m_facts.push_back({change.factClass, path, {}, {}});
    return m_facts.back();
}

void ChangeFold::flush(Fact &fact)
{
    if (fact.pending.isEmpty())
        return;
    m_pendingBytes -= fact.pending.size();
    fact.pieces.push_back(m_store.add(fact.pending));
    fact.pending = QByteArray();
}

FactChanges ChangeFold::folded(Fact &fact)
{
    struct Entry
    {
        size_t hash;
        quint64 offset;
        HostNumber host;
        quint32 length;
    };
    flush(fact);
    const size_t seed = QHashSeed::globalSeed();
    std::vector<Entry> entries;
    QByteArray bytes;
    for (const RecordRef piece : fact.pieces) {
        if (!m_store.read(piece, bytes))
            return {};
        for (qsizetype at = 0; at < bytes.size();) {
            const EntryHead head = headAt(bytes.constData() + at);
            const auto length = qsizetype(sizeof head) + head.before + head.after;
            const QByteArrayView values = QByteArrayView(bytes).sliced(at + qsizetype(sizeof head), length - qsizetype(sizeof head));
            const size_t hash = qHash(values, seed ^ (size_t(head.before) << 2 ^ size_t(head.kind)));
            entries.push_back({hash, piece.offset + quint64(at), head.host, quint32(length)});
            at += length;
        }
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.hash < b.hash; });

    FactChanges changes;
    changes.factClass = fact.factClass;
    changes.path = fact.path;
    changes.hostCount = entries.size();
    for (size_t i = 0; i < entries.size();) {
        FactChanges::Group group;
        group.entry = {entries[i].offset, entries[i].length};
        const size_t from = i;
        for (; i < entries.size() && entries[i].hash == entries[from].hash; ++i)
            group.hosts.push_back(entries[i].host);
        changes.groups.push_back(std::move(group));
    }
    std::sort(changes.groups.begin(), changes.groups.end(), [](const FactChanges::Group &a, const FactChanges::Group &b) {
        return a.hosts.size() != b.hosts.size() ? a.hosts.size() > b.hosts.size() : a.hosts.front() < b.hosts.front();
    });
    return changes;
}

bool ChangeFold::forEachFact(const std::function<void(const FactChanges &)> &visit)
{
    std::vector<size_t> order(m_facts.size());
    std::iota(order.begin(), order.end(), size_t(0));
    std::sort(order.begin(), order.end(), [this](size_t a, size_t b) {
        const Fact &left = m_facts[a], &right = m_facts[b];
        return left.factClass != right.factClass ? left.factClass < right.factClass : left.path < right.path;
    });
    for (const size_t i : order) {
        const FactChanges changes = folded(m_facts[i]);
        if (!error().isEmpty())
            return false;
        visit(changes);
    }
    return true;
}

FoldedChange ChangeFold::read(const FactChanges::Group &group)
{
    QByteArray bytes;
    if (!m_store.read(group.entry, bytes))
        return {};
    const EntryHead head = headAt(bytes.constData());
    FoldedChange change;
    change.kind = head.kind;
    change.before = bytes.mid(sizeof head, head.before);
    change.after = bytes.mid(qsizetype(sizeof head) + head.before, head.after);
    return change;
}

quint64 ChangeFold::count() const
{
    return std::accumulate(m_counts.begin(), m_counts.end(), quint64(0));
}

} // namespace collector
