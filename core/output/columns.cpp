#include "output/columns.h"

#include "output/jsonspan.h"
#include "output/recordfields.h"
#include "output/timestamp.h"

#include "model/json.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace collector {

namespace {

using Field = Columns::Field;
using Step = JsonPath::Step;

// Those that a Record has as they are; the others take its JSON to read.
constexpr std::array<QByteArrayView, 11> fieldNames{"",        "host",   "address", "groups",     "status",  "cause",
                                                    "message", "plugin", "started", "elapsed_ms", "attempts"};

Field fieldOf(QByteArrayView name)
{
    const auto found = std::find(fieldNames.begin() + 1, fieldNames.end(), name);
    return found == fieldNames.end() ? Field::None : Field(found - fieldNames.begin());
}

// Group names from our own rendering of them.
void appendGroups(QByteArray &out, const QByteArray &groupsJson)
{
    if (groupsJson.contains('\\')) {
        appendCell(out, QJsonDocument::fromJson(groupsJson).array());
        return;
    }
    bool isInName = false;
    for (const char c : groupsJson) {
        if (c == '"')
            isInName = !isInName;
        else if (isInName)
            out += c;
        else if (c == ',')
            out += ';';
    }
}

// As the record's JSON has it: an inventory may hold any bytes, and one of them makes all of a CSV no UTF-8 for its readers.
QByteArrayView utf8Of(const QByteArray &bytes, QByteArray &scratch)
{
    if (QByteArrayView(bytes).isValidUtf8())
        return bytes;
    appendJsonString(scratch, QByteArrayView(bytes));
    scratch = jsonText(scratch);
    return scratch;
}

// A field's text is either the record's own bytes or put into `scratch`.
QByteArrayView fieldText(Field field, const Record &record, QByteArray &scratch)
{
    scratch.resize(0);
    switch (field) {
    case Field::None:
        return {};
    case Field::Host:
        return utf8Of(record.host, scratch);
    case Field::Address:
        return utf8Of(record.address, scratch);
    case Field::Groups:
        appendGroups(scratch, record.groupsJson);
        return scratch;
    case Field::Status:
        return statusName(record.status);
    case Field::Cause:
        return causeName(record.cause);
    case Field::Message:
        scratch = record.message.toUtf8();
        return scratch;
    case Field::Plugin:
        return record.plugin < 0 ? QByteArrayView() : QByteArrayView(record.jobs[size_t(record.plugin)].facts.manifest().name);
    case Field::Started:
        if (record.startedMs >= 0)
            appendTimestamp(scratch, record.startedMs);
        return scratch;
    case Field::ElapsedMs:
        appendJsonNumber(scratch, record.elapsedMs);
        return scratch;
    case Field::Attempts:
        appendJsonNumber(scratch, qint64(record.attempts));
        return scratch;
    }
    return {};
}

const Facts *factsOf(const Record &record, const Manifest &manifest)
{
    for (const JobResult &job : record.jobs) {
        if (&job.facts.manifest() == &manifest)
            return &job.facts;
    }
    return nullptr;
}

// At commas that stand in no quotes.
QStringList splitPaths(const QString &text)
{
    QStringList paths{QString()};
    bool isQuoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c == u'"')
            isQuoted = !isQuoted;
        if (c == u',' && !isQuoted) {
            paths.append(QString());
            continue;
        }
        paths.last() += c;
        if (c == u'\\' && isQuoted && i + 1 < text.size())
            paths.last() += text[++i];
    }
    return paths;
}

} // namespace

void appendCell(QByteArray &out, const QJsonValue &value)
{
    if (value.isString()) {
        out += value.toString().toUtf8();
    } else if (value.isArray()) {
        const QJsonArray array = value.toArray();
        const bool isPlain =
            std::none_of(array.begin(), array.end(), [](const QJsonValue &item) { return item.isArray() || item.isObject(); });
        if (!isPlain) {
            appendJson(out, value);
            return;
        }
        for (qsizetype i = 0; i < array.size(); ++i) {
            if (i > 0)
                out += ';';
            appendCell(out, array[i]);
        }
    } else if (!value.isNull() && !value.isUndefined()) {
        appendJson(out, value);
    }
}

void Columns::add(Column column)
{
    // Each is looked for among all facts of a record: many are found sooner in its JSON, which has them in order.
    constexpr size_t mostLookedFor = 256;
    m_readsRecords = m_readsRecords && (column.field != Field::None || column.manifest) && m_columns.size() < mostLookedFor;
    m_columns.push_back(std::move(column));
}

void Columns::addFields(std::initializer_list<QByteArrayView> names)
{
    for (const QByteArrayView name : names)
        add({name.toByteArray(), JsonPath({{Step::Kind::Member, QString::fromLatin1(name)}}), fieldOf(name), nullptr, {}, {}});
}

void Columns::addHeadlines(const RunInfo &run)
{
    for (const RunInfo::Plugin &plugin : run.plugins) {
        const Manifest &manifest = *plugin.manifest;
        for (const FactSpec &spec : manifest.facts) {
            if (!spec.isHeadline || spec.isPattern())
                continue;
            std::vector<Step> steps{{Step::Kind::Member, QStringLiteral("facts")}};
            if (!manifest.factsKey.isEmpty())
                steps.push_back({Step::Kind::Member, QString::fromUtf8(manifest.factsKey)});
            steps.push_back({Step::Kind::Member, QString::fromUtf8(spec.name)});
            const QByteArray name = manifest.factsKey.isEmpty() ? spec.name : manifest.factsKey + '.' + spec.name;
            add({name, JsonPath(std::move(steps)), Field::None, plugin.manifest, spec.name, {}});
        }
    }
}

Columns Columns::usual(const RunInfo &run)
{
    Columns columns;
    columns.addFields({"host", "address", "groups", "status", "cause", "message", "plugin", "started", "elapsed_ms", "attempts"});
    columns.addHeadlines(run);
    return columns;
}

Columns Columns::forTerminal(const RunInfo &run)
{
    Columns columns;
    columns.addFields({"host", "address", "status", "cause"});
    columns.addHeadlines(run);
    return columns;
}

std::optional<Columns::Column> Columns::resolve(const QString &text, const RunInfo &run, bool isMerged, QString *error)
{
    auto path = JsonPath::parse(text, error);
    if (!path)
        return std::nullopt;
    std::vector<Step> steps = path->steps();
    const QString name = text.trimmed();
    Column column{(name.startsWith(u'.') && !name.startsWith(u".[") ? name.mid(1) : name).toUtf8(), *path, Field::None, nullptr, {}, {}};
    if (steps.front().kind == Step::Kind::Member) {
        const QByteArray first = steps.front().member.toUtf8();
        if (steps.size() == 1)
            column.field = fieldOf(first);
        const RecordField *const field = recordField(first);
        if (field && (isMerged || !field->isMergeOnly) && !(first == "facts" && steps.size() > 1))
            return column;
        if (first == "facts") // `.facts.distribution` is `.distribution`
            steps.erase(steps.begin());
    }
    column.path = JsonPath(steps);
    const auto memberAt = [&](size_t i) {
        return i < steps.size() && steps[i].kind == Step::Kind::Member ? steps[i].member.toUtf8() : QByteArray();
    };
    bool isDeclared = false;
    for (const RunInfo::Plugin &plugin : run.plugins) {
        const Manifest &manifest = *plugin.manifest;
        const size_t keyAt = manifest.factsKey.isEmpty() ? 0 : 1;
        if (keyAt == 1 && memberAt(0) != manifest.factsKey)
            continue;
        isDeclared = isDeclared || (keyAt == 1 && steps.size() == 1);
        const QByteArray key = memberAt(keyAt);
        QByteArray declared = key;
        if (declared.endsWith("_base64"))
            declared.chop(7);
        if (key.isEmpty() || (manifest.factIndex(key) < 0 && manifest.factIndex(declared) < 0))
            continue;
        column.manifest = plugin.manifest;
        column.fact = key;
        column.below = column.path.below(keyAt + 1);
        isDeclared = true;
        break;
    }
    if (!isDeclared) {
        *error =
            QStringLiteral("the column `%1` is no field of a record, and no %2")
                .arg(name, isMerged ? QStringLiteral("plugin that is found has such a fact; COLLECTOR_PLUGIN_PATH names further "
                                                     "folders, `collector plugins` lists what is found")
                                    : QStringLiteral("selected plugin has such a fact; `collector plugins NAME` lists the facts of one"));
        return std::nullopt;
    }
    steps.insert(steps.begin(), {Step::Kind::Member, QStringLiteral("facts")});
    column.path = JsonPath(std::move(steps));
    return column;
}

std::optional<Columns> Columns::parse(const QString &paths, const RunInfo &run, QString *error, bool isMerged)
{
    Columns columns;
    for (const QString &path : splitPaths(paths)) {
        auto column = resolve(path, run, isMerged, error);
        if (!column)
            return std::nullopt;
        columns.add(std::move(*column));
    }
    return columns;
}

void Columns::cells(const Record &record, CellSink &sink) const
{
    Q_ASSERT(m_readsRecords);
    QByteArray scratch;
    for (const Column &column : m_columns) {
        if (column.field != Field::None) {
            sink.cell(fieldText(column.field, record, scratch));
            continue;
        }
        scratch.resize(0);
        if (const Facts *facts = factsOf(record, *column.manifest))
            appendCell(scratch, column.below.find(facts->value(column.fact)));
        sink.cell(scratch);
    }
}

void Columns::cells(const QJsonObject &record, CellSink &sink) const
{
    QByteArray scratch;
    for (const Column &column : m_columns) {
        scratch.resize(0);
        appendCell(scratch, column.path.find(record));
        sink.cell(scratch);
    }
}

} // namespace collector
