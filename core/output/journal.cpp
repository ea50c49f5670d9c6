#include "output/journal.h"

#include "output/filehandle.h"
#include "output/journalreader.h"
#include "output/livefile.h"
#include "output/runjson.h"
#include "output/timestamp.h"

#include "model/json.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QMessageAuthenticationCode>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace collector {

namespace {

// Options that say how a run is done or shown, not what it finds.
constexpr std::array<QByteArrayView, 30> freeOptions{
    "accept-partial", "ask-become-pass", "ask-pass",        "color",     "columns",
    "concurrency",    "config",          "connect-timeout", "csv-guard", "deadline",
    "format",         "log-file",        "min-ok",          "order",     "output",
    "output-mode",    "plugin-dir",      "progress",        "quiet",     "rate",
    "resume",         "retries",         "since",           "summary",   "threads",
    "timeout",        "verbose",         "retry-failed",    "help",      "max-auth-failures"};

QString shown(const QJsonValue &value)
{
    if (value.isUndefined() || value.isNull())
        return QStringLiteral("not given");
    QByteArray text;
    if (value.isString())
        text = value.toString().toUtf8();
    else
        appendJson(text, value);
    return QString::fromUtf8(text.left(80));
}

QStringList pluginNames(const QJsonValue &plugins)
{
    QStringList names;
    const QJsonArray list = plugins.toArray();
    for (const QJsonValue plugin : list)
        names.append(plugin[u"name"].toString());
    return names;
}

// Whether there would be one beside it, were it the first.
bool hasJournal(const OutputSpec &spec)
{
    return spec.format == OutputSpec::Format::AnsibleCache || (namedDescriptor(spec.path) < 0 && placeKind(spec.path) != PlaceKind::Stream);
}

QJsonObject fingerprints(const QJsonObject &secrets, quint64 seed, const QByteArray &runId)
{
    QJsonObject prints;
    for (auto it = secrets.begin(); it != secrets.end(); ++it) {
        QByteArray text = it.key().toUtf8() + '=';
        appendJson(text, it.value());
        const QByteArray key = runId + ' ' + QByteArray::number(seed, 16);
        const QByteArray hash = QMessageAuthenticationCode::hash(text, key, QCryptographicHash::Sha256);
        prints.insert(it.key(), QString::fromLatin1(hash.first(2).toHex()));
    }
    return prints;
}

} // namespace

JournalHeader JournalHeader::of(const RunInfo &run, quint64 seed)
{
    return {run.id, run.startedMs, seed, runJson(run), fingerprints(run.secretOptions, seed, run.id)};
}

QByteArray JournalHeader::toLine() const
{
    QByteArray line = "{\"journal\":\"collector/1\",\"run\":";
    appendJson(line, run);
    line += ",\"seed\":\"" + QByteArray::number(seed, 16) + '"';
    if (!secrets.isEmpty()) {
        line += ",\"secrets\":";
        appendJson(line, secrets);
    }
    return line + "}\n";
}

std::optional<JournalHeader> JournalHeader::fromLine(QByteArrayView line)
{
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromRawData(line.data(), line.size())).object();
    const QJsonObject run = object[u"run"].toObject();
    const auto started = parseTimestamp(run[u"started"].toString().toLatin1());
    bool hasSeed = false;
    const quint64 seed = object[u"seed"].toString().toULongLong(&hasSeed, 16);
    if (object[u"journal"].toString() != u"collector/1" || !started || !hasSeed || run[u"id"].toString().isEmpty())
        return std::nullopt;
    return JournalHeader{run[u"id"].toString().toUtf8(), *started, seed, run, object[u"secrets"].toObject()};
}

QByteArray journalPath(const QList<OutputSpec> &outputs)
{
    const auto first = std::find_if(outputs.begin(), outputs.end(), hasJournal);
    return first == outputs.end() ? QByteArray() : pathBeside(first->path, ".journal");
}

QList<QByteArray> otherJournals(const QList<OutputSpec> &outputs)
{
    const QByteArray own = journalPath(outputs);
    QList<QByteArray> others;
    for (const OutputSpec &spec : outputs) {
        const QByteArray path = hasJournal(spec) ? pathBeside(spec.path, ".journal") : own;
        if (path == own || placeKind(path) != PlaceKind::RegularFile)
            continue;
        QString error;
        const auto reader = JournalReader::open(path, &error);
        JournalReader::Entry entry;
        if (reader ? reader->next(entry) : !error.isEmpty())
            others.append(path);
    }
    return others;
}

std::optional<JournalHeader> findInterruptedRun(const QList<OutputSpec> &outputs, QString *error)
{
    const QByteArray path = journalPath(outputs);
    if (path.isEmpty()) {
        *error = QStringLiteral("--resume needs an output that is a file: its journal lies beside it");
        return std::nullopt;
    }
    const PlaceKind kind = placeKind(path);
    if (kind == PlaceKind::Nothing)
        return std::nullopt;
    if (kind != PlaceKind::RegularFile) {
        *error = QStringLiteral("the journal %1 is no regular file").arg(QString::fromLocal8Bit(path));
        return std::nullopt;
    }
    auto reader = JournalReader::open(path, error);
    if (!reader)
        return std::nullopt;
    return reader->header();
}

bool hasEnded(const QByteArray &journal)
{
    const FileHandle file(::open(journal.constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    std::array<char, endMark.size()> tail{};
    const off_t size = file.isOpen() ? lseek(file.get(), 0, SEEK_END) : 0;
    return size > off_t(tail.size()) && pread(file.get(), tail.data(), tail.size(), size - off_t(tail.size())) == ssize_t(tail.size()) &&
           QByteArrayView(tail.data(), tail.size()) == endMark;
}

QStringList differences(const JournalHeader &header, const RunInfo &info)
{
    QStringList found;
    const QJsonObject now = runJson(info);
    const auto compare = [&](const QString &name, const QJsonValue &then, const QJsonValue &today) {
        if (then != today)
            found.append(QStringLiteral("%1: %2 then, %3 now").arg(name, shown(then), shown(today)));
    };
    const QStringList pluginsThen = pluginNames(header.run[u"plugins"]);
    const QStringList pluginsNow = pluginNames(now[u"plugins"]);
    compare(QStringLiteral("plugins"), pluginsThen.join(u' '), pluginsNow.join(u' '));
    const QJsonObject then = header.run[u"options"].toObject();
    const QJsonObject today = info.options;
    QStringList names = then.keys() + today.keys();
    const QJsonObject secretsNow = fingerprints(info.secretOptions, header.seed, header.runId);
    names.sort();
    names.removeDuplicates();
    for (const QString &name : names) {
        const bool isFree = std::find(freeOptions.begin(), freeOptions.end(), name.toUtf8()) != freeOptions.end();
        if (header.secrets.contains(name) || secretsNow.contains(name)) {
            if (header.secrets[name] != secretsNow[name])
                found.append(QStringLiteral("--%1: %2")
                                 .arg(name, !then.contains(name)    ? u"a secret that was not given then"
                                            : !today.contains(name) ? u"a secret that is not given now"
                                                                    : u"another secret then"));
        } else if (!isFree && name != u"plugin")
            compare(QStringLiteral("--%1").arg(name), then[name], today[name]);
    }
    compare(QStringLiteral("shard"), header.run[u"shard"], now[u"shard"]);
    compare(QStringLiteral("the inventory's SHA-256"), header.run[u"inventory_sha256"], now[u"inventory_sha256"]);
    compare(QStringLiteral("the script's SHA-256"), header.run[u"script_sha256"], now[u"script_sha256"]);
    return found;
}

} // namespace collector
