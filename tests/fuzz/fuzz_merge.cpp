// Results, a NUL between: what merge keeps of files that somebody else wrote, and reads again of what it wrote itself. The order of the
// files, and which of them were merged before, makes no difference to a byte; every host is there once; times are those of its attempts.

#include "output/compare/merge.h"
#include "output/resultreader.h"

#include "memoryfile.h"
#include "require.h"

#include <algorithm>
#include <set>

using namespace collector;

namespace {

constexpr int mostResults = 3;

// The merge as JSON lines; what is no result is refused with its file, and a record with its line.
std::optional<QByteArray> merged(const QByteArrayList &results)
{
    const FactClasses classes({});
    Merge merge(classes);
    QString error;
    qsizetype size = 0;
    for (const QByteArray &result : results) {
        const MemoryFile file(result);
        if (!merge.read(file.path(), &error)) {
            require(error.startsWith(QString::fromLatin1(file.path()) + u':'));
            return std::nullopt;
        }
        size += result.size();
    }
    require(merge.conclude(&error) && error.isEmpty());
    QByteArray text;
    require(merge.forEachRecord([&](QByteArrayView line) { return (text += line) += '\n', true; }, &error));
    require(text.count('\n') == qsizetype(merge.hosts()));
    // Of an image that many hosts are of, sixteen others are named; controls may take six bytes that took one.
    require(text.size() <= 100 * size + 1024 * qsizetype(merge.hosts()));
    (void)merge.warnings();
    return text;
}

// Whether JSON says what it means: a member that is there twice has two values, and nobody says which.
bool isPlain(QByteArrayView value, int depth = 0)
{
    require(depth <= maximumJsonDepth);
    std::set<QByteArray> keys;
    for (JsonMembers member(value); member.next();) {
        if (!keys.insert(member.key().toByteArray()).second || !isPlain(member.value(), depth + 1))
            return false;
    }
    for (JsonItems item(value); item.next();) {
        if (!isPlain(item.value(), depth + 1))
            return false;
    }
    return true;
}

// What the records of one host say of whose facts are whose.
struct Owners
{
    std::set<QByteArray> jobs;    // the keys that belong to jobs
    std::set<QByteArray> orphans; // those that a record has without their job
};

struct Seen
{
    std::set<QByteArray> hosts;
    bool isPlain = true;
    bool isOwned = true;
};

void lookInto(const RecordView &record, Owners &owners)
{
    const FactClasses classes({});
    std::set<QByteArray> own;
    for (const QByteArrayView names : {record.jobs, record.factsFrom}) {
        for (JsonMembers job(names); job.next();)
            own.insert(classes.keyOf(job.key()));
    }
    for (const QByteArrayView values : {record.facts, record.absent}) {
        for (JsonMembers value(values); value.next();) {
            const QByteArray path = value.key().toByteArray();
            const QByteArray key = path.left(path.indexOf('.'));
            if (!own.contains(path) && !own.contains(key))
                owners.orphans.insert({path, key});
        }
    }
    owners.jobs.merge(own);
}

// Whether each key belongs to one job throughout: nobody says whose it is that one record has without its job, and another with it.
bool isOwned(const Owners &owners)
{
    return std::none_of(owners.orphans.begin(), owners.orphans.end(), [&](const QByteArray &key) { return owners.jobs.contains(key); });
}

Seen lookInto(const QByteArrayList &results)
{
    Seen seen;
    std::map<QByteArray, Owners> owners;
    for (const QByteArray &result : results) {
        const MemoryFile file(result);
        QString error;
        const auto reader = ResultReader::open(file.path(), &error);
        require(reader != nullptr);
        while (const auto record = nextRecord(*reader)) {
            seen.hosts.insert(record->host);
            seen.isPlain = seen.isPlain && isPlain(record->text);
            lookInto(*record, owners[record->host]);
        }
    }
    for (const auto &[host, owns] : owners)
        seen.isOwned = seen.isOwned && isOwned(owns);
    return seen;
}

void requireRecord(QByteArrayView line, const QByteArray &host)
{
    const auto record = RecordView::of(line);
    require(record && record->host == host && isJsonObject(record->facts) && isJsonObject(record->absent));
    const auto attempts = Attempts::ofMerged(line);
    require(attempts.has_value());
    QByteArray again;
    attempts->append(again);
    require(line.indexOf(again) >= 0); // what was written of the attempts and read again is the same
    const bool isFailing = attempts->isFailing();
    require(isFailing == (attempts->failingSince() >= 0) && attempts->streak() <= 1000);
    require(attempts->firstSeen() >= 0 || attempts->streak() == 0);
    if (attempts->firstSeen() >= 0 && attempts->lastOk() >= 0 && !isFailing)
        require(attempts->streak() > 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    QByteArrayList results;
    for (const QByteArray &each : QByteArray(reinterpret_cast<const char *>(data), qsizetype(size)).split('\0')) {
        const bool isPacked = each.startsWith("\x1f\x8b") || each.startsWith("\x28\xb5\x2f\xfd"); // fuzz_result has these
        if (!isPacked && results.size() < mostResults && merged({each}))
            results.append(each);
    }
    const auto all = merged(results);
    require(all.has_value());
    const Seen seen = lookInto(results);
    QByteArrayList lines = all->split('\n');
    lines.removeLast();
    require(lines.size() == qsizetype(seen.hosts.size()));
    auto host = seen.hosts.begin();
    for (const QByteArray &line : lines)
        requireRecord(line, *host++);
    if (!seen.isPlain)
        return 0;
    require(std::all_of(lines.begin(), lines.end(), [](const QByteArray &line) { return isPlain(line); }));
    QByteArrayList backwards = results;
    std::reverse(backwards.begin(), backwards.end());
    require(merged(backwards) == all);
    require(merged({*all}) == all);
    if (results.isEmpty() || !seen.isOwned)
        return 0;
    const qsizetype some = qsizetype(size) % results.size();
    require(merged({*all, results[some]}) == all);
    const auto before = merged(results.first(some + 1));
    require(before && merged(QByteArrayList{*before} + results.mid(some + 1)) == all);
    return 0;
}
