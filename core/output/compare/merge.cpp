#include "output/compare/merge.h"

#include "output/compare/plaintext.h"
#include "output/resultreader.h"
#include "output/timestamp.h"

#include <QDateTime>

#include <algorithm>
#include <map>
#include <set>

namespace collector {

namespace {

// So far the clocks of two machines that make results may be apart.
constexpr qint64 apartMs = 86'400'000;

} // namespace

bool Merge::read(const QByteArray &path, QString *error)
{
    const auto reader = ResultReader::open(path, error);
    if (!reader)
        return false;
    if (!reader->hasTypedFacts()) {
        *error = QStringLiteral("%1: a CSV has no types and not all facts: merge the JSON or JSON lines of the run")
                     .arg(QString::fromLocal8Bit(path));
        return false;
    }
    auto writer = std::make_unique<MergedRecord>(m_classes, *m_store);
    RecordTexts texts = writer->texts();
    while (const auto record = nextRecord(*reader)) {
        const RecordRef ref = m_store->add(record->text);
        m_hosts[record->host].take(*record, ref, m_classes.rootJob(), texts);
        if (m_store->size() <= m_compactAt)
            continue;
        if (!compact(error))
            return false;
        writer = std::make_unique<MergedRecord>(m_classes, *m_store);
        texts = writer->texts();
    }
    *error = !reader->error().isEmpty() ? reader->error() : m_store->error();
    return error->isEmpty();
}

// Moves the records that still count to a new store: most of a year of nights does not.
bool Merge::compact(QString *error)
{
    auto store = std::make_unique<RecordStore>();
    QByteArray text;
    for (HostRegisters &host : m_hosts) {
        std::map<quint64, RecordRef> moved;
        host.relocate([&](RecordRef &ref) {
            if (ref.length == 0)
                return;
            const auto found = moved.find(ref.offset);
            if (found != moved.end()) {
                ref = found->second;
                return;
            }
            const quint64 offset = ref.offset;
            if (m_store->read(ref, text))
                ref = moved[offset] = store->add(text);
        });
    }
    *error = m_store->error();
    if (!error->isEmpty())
        return false;
    *error = store->error();
    m_store = std::move(store);
    m_compactAt = std::max(m_compactAt, 2 * m_store->size());
    return error->isEmpty();
}

bool Merge::conclude(QString *error)
{
    for (auto it = m_hosts.keyBegin(); it != m_hosts.keyEnd(); ++it)
        m_order.push_back(*it);
    std::sort(m_order.begin(), m_order.end());
    std::set<Moment> runs;
    const qint64 latestMs = QDateTime::currentMSecsSinceEpoch() + apartMs;
    MergedRecord writer(m_classes, *m_store);
    QByteArray text;
    for (const QByteArray &host : m_order) {
        const HostRegisters &registers = m_hosts.find(host).value();
        text.resize(0);
        if (!writer.append(registers, text))
            break;
        text += '}';
        m_marks.add(host, text);
        noteTimes(text);
        const auto note = [&runs](const Moment &moment) { runs.insert({timeOf(moment.run).value_or(moment.ms), moment.run}); };
        note(registers.status().moment);
        if (registers.status().moment.ms > latestMs) {
            m_future = std::max(m_future, registers.status().moment);
            ++m_futureHosts;
        }
        for (const auto &[plugin, kept] : registers.facts()) {
            note(kept.moment);
            m_plugins.insert(plugin);
        }
    }
    for (const Moment &run : runs) {
        if (!run.run.isEmpty() && (m_runs.isEmpty() || m_runs.last() != run.run))
            m_runs.append(run.run);
    }
    *error = m_store->error();
    return error->isEmpty();
}

// A clock that was wrong for a night would else keep all later nights from being told, and nobody would know why.
QStringList Merge::warnings() const
{
    QStringList lines = m_marks.warnings();
    if (m_futureHosts > 0)
        lines.append(QStringLiteral("%1 from a time to come, such as %2 of run %3: a clock was wrong, and until then nothing that is found "
                                    "later counts; merge again without the results of that run")
                         .arg(m_futureHosts == 1 ? QStringLiteral("the record of 1 host is")
                                                 : QStringLiteral("the records of %1 hosts are").arg(m_futureHosts),
                              QString::fromLatin1(timestamp(m_future.ms)), QString::fromUtf8(printable(m_future.run.left(40)))));
    return lines;
}

void Merge::noteTimes(QByteArrayView record)
{
    std::optional<qint64> started, run;
    qint64 elapsed = 0;
    for (JsonMembers walk(record); walk.next();) {
        if (walk.key() == "started")
            started = timeOf(walk.value());
        else if (walk.key() == "run")
            run = timeOf(walk.value());
        else if (walk.key() == "elapsed_ms")
            elapsed = walk.value().toByteArray().toLongLong();
    }
    if (!started) {
        if (run)
            m_untriedMs = m_untriedMs < 0 ? *run : std::min(m_untriedMs, *run);
        return;
    }
    m_startedMs = m_startedMs < 0 ? *started : std::min(m_startedMs, *started);
    m_finishedMs = std::max(m_finishedMs, *started + std::clamp<qint64>(elapsed, 0, 1'000'000'000));
}

bool Merge::forEachRecord(const std::function<bool(QByteArrayView)> &take, QString *error)
{
    MergedRecord writer(m_classes, *m_store);
    QByteArray text;
    HostNumber number = 0;
    for (const QByteArray &host : m_order) {
        text.resize(0);
        if (!writer.append(m_hosts.find(host).value(), text))
            break;
        m_marks.append(number++, text);
        text += '}';
        if (!take(text))
            return true;
    }
    *error = m_store->error();
    return error->isEmpty();
}

} // namespace collector
