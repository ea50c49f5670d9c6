#include "output/recordencoder.h"

#include "output/csvrow.h"
#include "output/factwriter.h"
#include "output/jsonspan.h"
#include "output/recordhead.h"
#include "output/tablerow.h"
#include "output/textwriter.h"
#include "output/timestamp.h"

#include "model/json.h"

#include <QJsonDocument>

#include <algorithm>

namespace collector {

namespace {

// Room for what stands behind the facts, and for the connection: all of it is ours and bounded.
constexpr qsizetype roomForTheRest = 64 * 1024;
constexpr qsizetype longestMessage = 4000;
constexpr int mostAbsent = 2000;

QByteArray jsonString(QByteArrayView text)
{
    QByteArray out;
    appendJsonString(out, text);
    return out;
}

// `,"name":"text"`, null where it is empty, the exact bytes beside it where they are not UTF-8.
void appendText(TextWriter &out, QByteArrayView nameWithColon, QByteArrayView text)
{
    out << nameWithColon;
    if (text.isEmpty()) {
        out << "null";
        return;
    }
    if (out.string(text))
        return;
    if (!nameWithColon.startsWith(','))
        out << ',';
    out << nameWithColon.chopped(2) << "_base64\":\"" << text.toByteArray().toBase64() << '"';
}

void appendWord(TextWriter &out, QByteArrayView word)
{
    if (word.isEmpty())
        out << "null";
    else
        out << '"' << word << '"';
}

void appendConnection(TextWriter &out, const ConnectionInfo *connection)
{
    if (!connection) {
        out << ",\"connection\":null";
        return;
    }
    out << ",\"connection\":{";
    appendText(out, "\"user\":", connection->user);
    out << ",\"port\":";
    if (connection->port == 0)
        out << "null";
    else
        out.number(connection->port);
    appendText(out, ",\"via\":", connection->via);
    appendText(out, ",\"auth\":", connection->auth);
    appendText(out, ",\"key\":", connection->key);
    appendText(out, ",\"host_key_type\":", connection->hostKeyType);
    appendText(out, ",\"host_key\":", connection->hostKey);
    appendText(out, ",\"kex\":", connection->kex);
    appendText(out, ",\"cipher\":", connection->cipher);
    appendText(out, ",\"mac\":", connection->mac);
    appendText(out, ",\"banner\":", connection->banner);
    out << '}';
}

// The record's start, which many records of a batch share.
void appendStarted(TextWriter &out, qint64 startedMs, Batch &batch)
{
    if (startedMs < 0) {
        out << "null";
        return;
    }
    if (batch.stampMs != startedMs) {
        batch.stampMs = startedMs;
        batch.stamp.resize(0);
        appendTimestamp(batch.stamp, startedMs);
    }
    out << '"' << batch.stamp << '"';
}

// The index in `list` of `value`, which most often is that of the record before.
quint16 indexIn(std::vector<QByteArray> &list, const QByteArray &value)
{
    for (size_t i = list.size(); i > 0; --i) {
        const QByteArray &known = list[i - 1];
        if (known.constData() == value.constData() || known == value)
            return quint16(i - 1);
    }
    list.push_back(value);
    return quint16(list.size() - 1);
}

bool isCutShort(const Record &record)
{
    return std::any_of(record.jobs.begin(), record.jobs.end(), [](const JobResult &job) { return job.cause == Cause::Interrupted; });
}

} // namespace

struct RecordEncoder::Verdict
{
    Status status;
    Cause cause;
    int plugin;
    const QString *message;
};

RecordEncoder::RecordEncoder(const RunInfo &run, Columns csv, bool guardsFormulas, Columns table, Limits limits)
    : m_csv(std::move(csv)),
      m_table(std::move(table)),
      m_guardsFormulas(guardsFormulas),
      m_limits(limits)
{
    m_head = "{\"schema\":\"collector/1\",\"run\":" + jsonString(run.id);
    for (const RunInfo::Plugin &plugin : run.plugins) {
        const Manifest &manifest = *plugin.manifest;
        JobText text{plugin.manifest, jsonString(manifest.name) + ':', {}, {}, {}, {}};
        text.okStart = text.key + "{\"status\":\"ok\",\"cause\":null,\"elapsed_ms\":";
        if (!manifest.factsKey.isEmpty()) {
            text.factsKey = jsonString(manifest.factsKey) + ':';
            text.absentPrefix = manifest.factsKey + '.';
        }
        for (const FactSpec &spec : manifest.facts)
            text.facts.push_back(',' + jsonString(spec.name) + ':');
        m_jobs.push_back(std::move(text));
    }
}

// Both are in the order of -p.
const RecordEncoder::JobText &RecordEncoder::textOf(const Record &record, size_t job) const
{
    Q_ASSERT(m_jobs[job].manifest.get() == &record.jobs[job].facts.manifest());
    return m_jobs[job];
}

void RecordEncoder::encode(const Record &record, Batch &batch) const
{
    TextWriter line(batch.lines);
    const qsizetype start = line.size();
    Verdict verdict{record.status, record.cause, record.plugin, &record.message};
    std::vector<Dropped> dropped;
    QString message;
    appendHead(record, verdict, batch, line);
    appendJobs(record, dropped, line);
    const qsizetype factsStart = line.size();
    dropped = appendFacts(record, line, start + m_limits.bytes - roomForTheRest);
    if (!dropped.empty()) {
        // The verdict stands before the facts: said again, now that it is known.
        const QByteArray facts = line.from(factsStart).toByteArray();
        line.truncate(start);
        const auto first = int(dropped.front().job);
        if (record.jobs[size_t(first)].status == Status::Ok && (verdict.plugin < 0 || first < verdict.plugin)) {
            // What was printed on the host is as large as that option lets it be.
            const bool isPrinted = record.jobs[size_t(first)].facts.manifest().option("max-output") != nullptr;
            message =
                QStringLiteral("the fact %1 is larger than a record may be, and was left out; %2")
                    .arg(QString::fromUtf8(dropped.front().fact),
                         isPrinted ? QStringLiteral("have less printed, or give a --max-output below %1 MiB").arg(m_limits.bytes >> 20)
                                   : QStringLiteral("ask for fewer facts"));
            verdict = {verdict.status, Cause::BadOutput, first, &message};
        }
        if (verdict.status == Status::Ok)
            verdict.status = Status::Partial;
        appendHead(record, verdict, batch, line);
        appendJobs(record, dropped, line);
        line << facts;
    }
    appendAbsent(record, dropped, line);
    line << "}\n";
    line.finish();
    appendCells(record, line.from(start).chopped(1), dropped.empty(), batch);
    const QByteArray via = record.connection ? record.connection->via : QByteArray();
    batch.entries.push_back({quint32(batch.lines.size()), quint32(batch.rows.size()), quint32(batch.cells.size()),
                             indexIn(batch.groupSets, record.groupsJson), indexIn(batch.vias, via), NetworkKey::of(record.address),
                             verdict.status, verdict.cause, isCutShort(record)});
}

void RecordEncoder::appendHead(const Record &record, const Verdict &verdict, Batch &batch, TextWriter &out) const
{
    out << m_head;
    appendText(out, ",\"host\":", record.host);
    appendText(out, ",\"address\":", record.address);
    out << ",\"groups\":" << (record.groupsJson.isEmpty() ? QByteArrayView("[]") : QByteArrayView(record.groupsJson));
    appendVerdict(record, verdict, out);
    out << ",\"started\":";
    appendStarted(out, record.startedMs, batch);
    out << ",\"elapsed_ms\":";
    out.number(record.elapsedMs);
    out << ",\"attempts\":";
    out.number(record.attempts);
}

void RecordEncoder::appendVerdict(const Record &record, const Verdict &verdict, TextWriter &out)
{
    if (verdict.status == Status::Ok && verdict.cause == Cause::None && verdict.message->isEmpty() && verdict.plugin < 0) {
        out << ",\"status\":\"ok\",\"cause\":null,\"message\":null,\"plugin\":null"; // most of them
        return;
    }
    out << ",\"status\":\"" << statusName(verdict.status) << "\",\"cause\":";
    appendWord(out, causeName(verdict.cause));
    out << ",\"message\":";
    if (verdict.message->isEmpty())
        out << "null";
    else
        out.string(QStringView(*verdict.message).left(longestMessage));
    out << ",\"plugin\":";
    appendWord(out, verdict.plugin < 0 ? QByteArrayView() : QByteArrayView(record.jobs[size_t(verdict.plugin)].facts.manifest().name));
}

void RecordEncoder::appendJobs(const Record &record, const std::vector<Dropped> &dropped, TextWriter &out) const
{
    out << ",\"jobs\":{";
    for (size_t i = 0; i < record.jobs.size(); ++i) {
        const JobResult &job = record.jobs[i];
        const bool isCut =
            job.status == Status::Ok && std::any_of(dropped.begin(), dropped.end(), [i](const Dropped &fact) { return fact.job == i; });
        if (i > 0)
            out << ',';
        const JobText &text = textOf(record, i);
        if (job.status == Status::Ok && job.cause == Cause::None && !isCut) {
            out << text.okStart;
        } else {
            out << text.key << "{\"status\":\"" << statusName(isCut ? Status::Partial : job.status) << "\",\"cause\":";
            appendWord(out, causeName(isCut ? Cause::BadOutput : job.cause));
            out << ",\"elapsed_ms\":";
        }
        out.number(job.elapsedMs);
        out << '}';
    }
    out << '}';
    appendConnection(out, record.connection.get());
    out << ",\"vars\":";
    if (record.vars.isEmpty())
        out << "{}";
    else
        out.through([&](QByteArray &bytes) { appendJson(bytes, record.vars, m_limits.levels - 1); });
}

std::vector<RecordEncoder::Dropped> RecordEncoder::appendFacts(const Record &record, TextWriter &out, qsizetype end) const
{
    std::vector<Dropped> dropped;
    out << ",\"facts\":{";
    FactWriter writer(out, end, m_limits.keys);
    bool isFirst = true;
    for (size_t i = 0; i < record.jobs.size(); ++i) {
        if (textOf(record, i).factsKey.isEmpty())
            appendFactsOf(record, i, writer, &isFirst, m_limits.levels - 2, dropped);
    }
    for (size_t i = 0; i < record.jobs.size(); ++i) {
        const QByteArray &key = textOf(record, i).factsKey;
        if (key.isEmpty() || record.jobs[i].facts.facts().empty())
            continue;
        if (!isFirst)
            out << ',';
        out << key << '{';
        isFirst = true;
        appendFactsOf(record, i, writer, &isFirst, m_limits.levels - 3, dropped);
        out << '}';
        isFirst = false;
    }
    out << '}';
    return dropped;
}

void RecordEncoder::appendFactsOf(const Record &record, size_t index, FactWriter &writer, bool *isFirst, int levels,
                                  std::vector<Dropped> &dropped) const
{
    const JobText &text = textOf(record, index);
    const JobResult &job = record.jobs[index];
    for (const Facts::Fact &fact : job.facts.facts()) {
        // At the root, a name that only the host decided (a pattern's) must not hide another plugin's facts.
        const bool isTaken =
            !fact.name.isEmpty() && text.factsKey.isEmpty() &&
            std::any_of(m_jobs.begin(), m_jobs.end(), [&](const JobText &other) { return other.manifest->factsKey == fact.name; });
        if (isTaken)
            continue;
        const bool isWritten = fact.name.isEmpty() ? writer.member(*isFirst, text.facts[size_t(fact.spec)], fact.value, levels)
                                                   : writer.member(*isFirst, ',' + jsonString(fact.name) + ':', fact.value, levels);
        if (isWritten)
            *isFirst = false;
        else
            dropped.push_back({index, job.facts.nameOf(fact).toByteArray()});
    }
}

void RecordEncoder::appendAbsent(const Record &record, const std::vector<Dropped> &dropped, TextWriter &out) const
{
    char separator = '{';
    int left = mostAbsent;
    out << ",\"absent\":";
    const auto append = [&](size_t job, QByteArrayView path, Absence reason) {
        if (left-- <= 0)
            return;
        out << separator;
        separator = ',';
        out.string(textOf(record, job).absentPrefix + path.toByteArray());
        out << ":\"" << absenceName(reason) << '"';
    };
    for (const Dropped &fact : dropped)
        append(fact.job, fact.fact, Absence::Limit);
    for (size_t i = 0; i < record.jobs.size(); ++i) {
        const JobResult &job = record.jobs[i];
        for (const Facts::Missing &missing : job.facts.missing()) {
            // The last word counts: what was set after all is not missing, and one path stands there once.
            const bool isDropped = std::any_of(dropped.begin(), dropped.end(),
                                               [&](const Dropped &fact) { return fact.job == i && fact.fact == missing.path; });
            if (!isDropped && job.facts.value(missing.path).isUndefined())
                append(i, missing.path, missing.reason);
        }
    }
    out << (separator == '{' ? QByteArrayView("{}") : QByteArrayView("}"));
}

template<typename Source>
void RecordEncoder::appendCellsOf(const Source &record, Batch &batch) const
{
    if (!m_csv.isEmpty()) {
        CsvRow row(batch.rows, m_guardsFormulas);
        m_csv.cells(record, row);
        row.end();
    }
    if (!m_table.isEmpty()) {
        TableRow row(batch.cells);
        m_table.cells(record, row);
        row.end();
    }
}

void RecordEncoder::appendCells(const Record &record, QByteArrayView line, bool isWhole, Batch &batch) const
{
    if (m_csv.isEmpty() && m_table.isEmpty())
        return;
    if (isWhole && m_csv.readsRecords() && m_table.readsRecords())
        appendCellsOf(record, batch);
    else
        appendCells(QJsonDocument::fromJson(QByteArray::fromRawData(line.data(), line.size())).object(), batch);
}

void RecordEncoder::appendCells(const QJsonObject &record, Batch &batch) const
{
    appendCellsOf(record, batch);
}

bool RecordEncoder::encodeAgain(QByteArrayView line, Batch &batch) const
{
    const auto head = readRecordHead(line);
    if (!head)
        return false;
    QByteArray groups("[]");
    QByteArray via;
    JsonMembers member(line);
    while (member.next()) {
        if (member.key() == "groups")
            groups = member.value().toByteArray();
        if (member.key() == "connection") { // stands behind them; null where there was none: then there is nothing to go through
            via = jsonText(jsonMember(member.value(), "via"));
            break;
        }
    }
    if (!member.isValid())
        return false;
    if (!m_csv.isEmpty() || !m_table.isEmpty())
        appendCells(QJsonDocument::fromJson(QByteArray::fromRawData(line.data(), line.size())).object(), batch);
    batch.lines += line;
    batch.lines += '\n';
    batch.entries.push_back({quint32(batch.lines.size()), quint32(batch.rows.size()), quint32(batch.cells.size()),
                             indexIn(batch.groupSets, groups), indexIn(batch.vias, via), NetworkKey::of(head->address), head->status,
                             head->cause});
    return true;
}

} // namespace collector
