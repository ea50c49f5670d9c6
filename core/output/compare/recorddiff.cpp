#include "output/compare/recorddiff.h"

#include "output/compare/jsonjoin.h"
#include "output/jsonpath.h"

#include "model/json.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace collector {

namespace {

constexpr int maximumDepth = 40;

// What names an item of a list of objects, best first: lists are joined by it, so that one mount more is one change.
constexpr std::array<QByteArrayView, 9> naming{"mount", "name", "device", "interface", "id", "uuid", "address", "path", "key"};

bool isWord(QByteArrayView key)
{
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !key.isEmpty() && isLetter(key.front()) &&
           std::all_of(key.begin(), key.end(), [&](char c) { return isLetter(c) || (c >= '0' && c <= '9'); });
}

// Whether two values are one moment, read twice from a clock: of a boot, most of all, which is the time less the uptime.
bool isOneMoment(QByteArrayView before, QByteArrayView after)
{
    constexpr qint64 readingMs = 2000;
    const auto one = isJsonString(before) ? timeOf(before) : std::nullopt;
    const auto other = one && isJsonString(after) ? timeOf(after) : std::nullopt;
    return other && std::abs(*one - *other) <= readingMs;
}

} // namespace

void appendPathKey(QByteArray &path, QByteArrayView key)
{
    if (!isWord(key)) {
        path += '[';
        appendJsonString(path, key);
        path += ']';
        return;
    }
    if (!path.isEmpty())
        path += '.';
    path += key;
}

const RecordDiff::Job *RecordDiff::Side::jobAt(QByteArrayView topKey) const
{
    const auto found = std::find_if(jobs.begin(), jobs.end(), [&](const Job &job) { return job.key == topKey; });
    return found == jobs.end() ? nullptr : &*found;
}

bool RecordDiff::Side::knows(QByteArrayView jobKey) const
{
    const Job *const job = jobAt(jobKey);
    return jobs.empty() ? isGood : job && job->isGood;
}

// Whether both sides know what stands under this key of `facts`: whether its job was run there, and well.
bool RecordDiff::isKnown(QByteArrayView topKey) const
{
    const bool isJobs = m_before.jobAt(topKey) || m_after.jobAt(topKey) || m_classes.isJobKey(topKey);
    const QByteArrayView key = isJobs ? topKey : QByteArrayView();
    return m_before.knows(key) && m_after.knows(key);
}

bool RecordDiff::Side::lacks(QByteArrayView path) const
{
    const auto isBelow = [](QByteArrayView inner, QByteArrayView outer) {
        return inner.startsWith(outer) && (inner.size() == outer.size() || inner[outer.size()] == '.');
    };
    return std::any_of(absent.begin(), absent.end(), [&](const QByteArray &name) { return isBelow(path, name) || isBelow(name, path); });
}

RecordDiff::Side RecordDiff::sideOf(const RecordView &record) const
{
    Side side;
    side.isGood = record.isGood();
    for (const Member &job : membersOf(record.jobs)) {
        QByteArray storage;
        const auto status = statusFromName(jsonTextView(jsonMember(job.value, "status"), storage));
        const bool isGood = (status == Status::Ok || status == Status::Partial) || !jsonMember(record.factsFrom, job.key).isEmpty();
        side.jobs.push_back({job.key, m_classes.keyOf(job.key), isGood});
    }
    for (const Member &missing : membersOf(record.absent))
        side.absent.push_back(missing.key);
    return side;
}

HostChange RecordDiff::compare(const RecordView &before, const RecordView &after, const Sink &sink)
{
    if (!before.isAttempted() || !after.isAttempted())
        return HostChange::Unknown;
    m_sink = &sink;
    m_before = sideOf(before);
    m_after = sideOf(after);
    HostChange change = HostChange::None;
    if (before.status != after.status && after.status == Status::Unreachable) {
        change = HostChange::Unreachable;
    } else if (before.status != after.status && before.status == Status::Unreachable) {
        change = HostChange::Returned;
    } else {
        field("status", FactSpec::Class::State, before.statusWord, after.statusWord);
        field("cause", FactSpec::Class::State, before.cause, after.cause);
    }
    field("address", FactSpec::Class::Configuration, before.address, after.address);
    field("groups", FactSpec::Class::Configuration, before.groups, after.groups);
    field("vars", FactSpec::Class::Configuration, before.vars, after.vars);
    // Both sides must have met: a host that was not reached has shown no key.
    if (isJsonObject(before.connection) && isJsonObject(after.connection)) {
        const auto connection = [&](const char *name, const char *path, FactSpec::Class factClass) {
            field(path, factClass, jsonMember(before.connection, name), jsonMember(after.connection, name));
        };
        // Another type of key may be offered without any other host; the key itself is compared among its like.
        if (jsonMember(before.connection, "host_key_type") == jsonMember(after.connection, "host_key_type"))
            connection("host_key", "connection.host_key", FactSpec::Class::Identity);
        else
            connection("host_key_type", "connection.host_key_type", FactSpec::Class::Configuration);
        connection("banner", "connection.banner", FactSpec::Class::Configuration);
    }
    facts(before.facts, after.facts);
    m_sink = nullptr;
    return change;
}

// A field of the record itself, that is known on both sides.
void RecordDiff::field(const char *name, FactSpec::Class factClass, QByteArrayView before, QByteArrayView after)
{
    const bool mayBeNull = qstrcmp(name, "cause") == 0;
    if (before == after || (!mayBeNull && (isJsonNull(before) || isJsonNull(after))) || sameJson(before, after))
        return;
    if (isJsonArray(before) && isJsonArray(after)) {
        m_path = name;
        m_segments = {QByteArray(name)};
        lists(before, after);
        m_path.clear();
        m_segments.clear();
        return;
    }
    QByteArray left, right;
    (*m_sink)({factClass, FactChange::Kind::Value, name, compactJson(before, left), compactJson(after, right)});
}

void RecordDiff::facts(QByteArrayView before, QByteArrayView after)
{
    if (before == after || !isJsonObject(before) || !isJsonObject(after))
        return;
    joinMembers(before, after, [&](QByteArrayView key, QByteArrayView old, QByteArrayView now) {
        const bool isOnBoth = !old.isEmpty() && !now.isEmpty();
        if (old == now || !isKnown(key) || !(m_hasAllFacts || isOnBoth))
            return;
        if (m_hasAllFacts)
            enter(key.toByteArray());
        else
            enterColumn(key.toByteArray());
        value(old, now);
        leave();
    });
}

void RecordDiff::value(QByteArrayView before, QByteArrayView after)
{
    if (before == after || m_marks.size() > maximumDepth)
        return;
    if (before.isEmpty() ? m_before.lacks(m_dotted) : after.isEmpty() && m_after.lacks(m_dotted))
        return;
    if (isJsonObject(before) && isJsonObject(after))
        objects(before, after);
    else if (isJsonArray(before) && isJsonArray(after))
        lists(before, after);
    else if (!sameJson(before, after))
        tell(FactChange::Kind::Value, before, after);
}

void RecordDiff::objects(QByteArrayView before, QByteArrayView after)
{
    joinMembers(before, after, [&](QByteArrayView key, QByteArrayView old, QByteArrayView now) {
        if (old == now)
            return;
        enter(key.toByteArray());
        value(old, now);
        leave();
    });
}

void RecordDiff::lists(QByteArrayView before, QByteArrayView after)
{
    const std::vector<QByteArrayView> left = itemsOf(before);
    const std::vector<QByteArrayView> right = itemsOf(after);
    const auto isObjects = [](const std::vector<QByteArrayView> &items) { return std::all_of(items.begin(), items.end(), isJsonObject); };
    if (left.empty() || right.empty() || !isObjects(left) || !isObjects(right)) {
        plainItems(left, right, before, after);
        return;
    }
    if (namedItems(left, right))
        return;
    if (left.size() > 1 || right.size() > 1) {
        const std::vector<QByteArray> still = withoutNoise(left), stillAfter = withoutNoise(right);
        const QByteArray whole = listOf({still.begin(), still.end()}), wholeAfter = listOf({stillAfter.begin(), stillAfter.end()});
        plainItems({still.begin(), still.end()}, {stillAfter.begin(), stillAfter.end()}, whole, wholeAfter);
        return;
    }
    enterItem("0");
    value(left[0], right[0]);
    leave();
}

// Joins two lists of objects by the first member that names each item of both; false where there is none such.
bool RecordDiff::namedItems(const std::vector<QByteArrayView> &before, const std::vector<QByteArrayView> &after)
{
    const auto named = [](const std::vector<QByteArrayView> &items, QByteArrayView name) {
        std::vector<Member> found;
        for (const QByteArrayView item : items) {
            const QByteArrayView value = jsonMember(item, name);
            if (!isJsonString(value))
                return std::vector<Member>();
            found.push_back({jsonText(value), item});
        }
        std::sort(found.begin(), found.end(), [](const Member &a, const Member &b) { return a.key < b.key; });
        const bool isUnique =
            std::adjacent_find(found.begin(), found.end(), [](const Member &a, const Member &b) { return a.key == b.key; }) == found.end();
        return isUnique ? found : std::vector<Member>();
    };
    for (const QByteArrayView name : naming) {
        const std::vector<Member> left = named(before, name);
        const std::vector<Member> right = left.empty() ? left : named(after, name);
        if (right.empty())
            continue;
        const auto visit = [&](const QByteArray &key, QByteArrayView old, QByteArrayView now) {
            QByteArray selector;
            appendJsonString(selector, QByteArrayView(key));
            enterItem(selector);
            value(old, now);
            leave();
        };
        auto l = left.begin();
        auto r = right.begin();
        while (l != left.end() || r != right.end()) {
            if (r == right.end() || (l != left.end() && l->key < r->key)) {
                visit(l->key, l->value, {});
                ++l;
            } else if (l == left.end() || r->key < l->key) {
                visit(r->key, {}, r->value);
                ++r;
            } else {
                visit(l->key, l->value, r->value);
                ++l;
                ++r;
            }
        }
        return true;
    }
    return false;
}

// Leaves out what both have after all, laid out or escaped in another way: one of the results went through another tool.
void RecordDiff::dropSame(std::vector<QByteArrayView> &gone, std::vector<QByteArrayView> &come)
{
    using Item = std::pair<QByteArray, QByteArrayView>;
    const auto less = [](const Item &a, const Item &b) { return a.first < b.first; };
    const auto normal = [&](const std::vector<QByteArrayView> &items) {
        std::vector<Item> texts;
        for (const QByteArrayView item : items)
            appendNormalJson(texts.emplace_back(QByteArray(), item).first, item);
        std::sort(texts.begin(), texts.end(), less);
        return texts;
    };
    const auto without = [&](const std::vector<Item> &items, const std::vector<Item> &others) {
        std::vector<Item> rest;
        std::set_difference(items.begin(), items.end(), others.begin(), others.end(), std::back_inserter(rest), less);
        std::vector<QByteArrayView> texts;
        texts.reserve(rest.size());
        for (const auto &[text, item] : rest)
            texts.push_back(item);
        return texts;
    };
    const std::vector<Item> left = normal(gone), right = normal(come);
    gone = without(left, right);
    come = without(right, left);
}

// The objects of a list that nothing joins are compared whole, so what is noise in them goes first.
std::vector<QByteArray> RecordDiff::withoutNoise(const std::vector<QByteArrayView> &items)
{
    std::vector<QByteArray> rest;
    for (const QByteArrayView item : items) {
        QByteArray text = "{";
        for (JsonMembers walk(item); walk.next();) {
            m_segments.push_back(walk.key().toByteArray());
            const bool isNoise = m_classes.classOf(m_segments) == FactSpec::Class::Noise;
            m_segments.pop_back();
            if (isNoise)
                continue;
            if (text.size() > 1)
                text += ',';
            appendJsonString(text, walk.key());
            text += ':';
            text += walk.value();
        }
        rest.push_back(text += '}');
    }
    return rest;
}

void RecordDiff::plainItems(const std::vector<QByteArrayView> &before, const std::vector<QByteArrayView> &after, QByteArrayView whole,
                            QByteArrayView wholeAfter)
{
    const auto less = [](QByteArrayView a, QByteArrayView b) { return a.compare(b) < 0; };
    const auto without = [&](std::vector<QByteArrayView> items, std::vector<QByteArrayView> others) {
        std::sort(items.begin(), items.end(), less);
        std::sort(others.begin(), others.end(), less);
        std::vector<QByteArrayView> rest;
        std::set_difference(items.begin(), items.end(), others.begin(), others.end(), std::back_inserter(rest), less);
        return rest;
    };
    std::vector<QByteArrayView> gone = without(before, after);
    std::vector<QByteArrayView> come = without(after, before);
    if (!gone.empty() && !come.empty())
        dropSame(gone, come);
    if (gone.empty() && come.empty()) {
        if (!sameJson(whole, wholeAfter))
            tell(FactChange::Kind::Value, whole, wholeAfter); // the order alone: of name servers, it matters
        return;
    }
    tell(FactChange::Kind::Items, listOf(gone), listOf(come));
}

void RecordDiff::tell(FactChange::Kind kind, QByteArrayView before, QByteArrayView after)
{
    QByteArray left, right;
    FactChange change;
    change.kind = kind;
    change.path = m_path;
    change.before = compactJson(before, left);
    change.after = compactJson(after, right);
    change.factClass = m_classes.classOf(m_segments);
    if (change.factClass == FactSpec::Class::Noise)
        return;
    if (change.factClass == FactSpec::Class::State && isOneMoment(before, after))
        return;
    if (change.factClass == FactSpec::Class::Sensitive) {
        change.kind = FactChange::Kind::Value;
        change.before = before.isEmpty() ? before : QByteArrayView("\"***\"");
        change.after = after.isEmpty() ? after : QByteArrayView("\"***\"");
    }
    (*m_sink)(change);
}

void RecordDiff::enter(const QByteArray &key)
{
    m_marks.push_back({m_path.size(), m_dotted.size(), m_segments.size()});
    appendPathKey(m_path, key);
    if (!m_dotted.isEmpty())
        m_dotted += '.';
    m_dotted += key;
    m_segments.push_back(key);
}

// A column is called by the path of what it shows.
void RecordDiff::enterColumn(const QByteArray &name)
{
    QString error;
    const auto path = JsonPath::parse(QString::fromUtf8(name), &error);
    if (!path)
        return enter(name);
    m_marks.push_back({m_path.size(), m_dotted.size(), m_segments.size()});
    for (const JsonPath::Step &step : path->steps()) {
        if (step.kind == JsonPath::Step::Kind::Member) {
            appendPathKey(m_path, step.member.toUtf8());
            m_segments.push_back(step.member.toUtf8());
        } else {
            m_path += step.kind == JsonPath::Step::Kind::Index ? '[' + QByteArray::number(step.index) + ']' : QByteArray("[]");
        }
    }
}

// An item of a list has the class of its list.
void RecordDiff::enterItem(const QByteArray &selector)
{
    m_marks.push_back({m_path.size(), m_dotted.size(), m_segments.size()});
    m_path += '[' + selector + ']';
}

void RecordDiff::leave()
{
    const Mark mark = m_marks.back();
    m_marks.pop_back();
    m_path.truncate(mark.path);
    m_dotted.truncate(mark.dotted);
    m_segments.resize(mark.segments);
}

} // namespace collector
