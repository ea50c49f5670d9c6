#include "output/runjson.h"

#include "output/timestamp.h"

#include "model/json.h"

#include <QJsonDocument>

namespace collector {

namespace {

void appendCount(QByteArray &out, QByteArrayView name, quint64 count)
{
    out += '"';
    out += name;
    out += "\":";
    out += QByteArray::number(count);
}

// A metric's value of a label, escaped as the text format wants it.
QByteArray labelled(QByteArray text)
{
    return text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
}

void appendMetric(QByteArray &out, QByteArrayView name, QByteArrayView help)
{
    out += "# HELP ";
    out += name;
    out += ' ';
    out += help;
    out += "\n# TYPE ";
    out += name;
    out += " gauge\n";
}

void appendSample(QByteArray &out, QByteArrayView name, QByteArrayView labels, const QByteArray &value)
{
    out += name;
    if (!labels.isEmpty()) {
        out += '{';
        out += labels;
        out += '}';
    }
    out += ' ';
    out += value;
    out += '\n';
}

QByteArray seconds(qint64 ms)
{
    return QByteArray::number(ms / 1000) + '.' + QByteArray::number(ms % 1000).rightJustified(3, '0');
}

} // namespace

QByteArray runText(const RunInfo &run)
{
    QByteArray out;
    const auto text = [&](const char *name, const QByteArray &value) {
        out += out.isEmpty() ? "{\"" : ",\"";
        out += name;
        out += "\":";
        if (value.isEmpty())
            out += "null";
        else
            appendJsonString(out, value);
    };
    text("id", run.id);
    text("version", COLLECTOR_VERSION);
    text("started", timestamp(run.startedMs));
    out += ",\"plugins\":[";
    for (size_t i = 0; i < run.plugins.size(); ++i) {
        out += i > 0 ? ",{\"name\":" : "{\"name\":";
        appendJsonString(out, run.plugins[i].manifest->name);
        text("sha256", run.plugins[i].sha256);
        out += '}';
    }
    out += "],\"options\":";
    appendJson(out, run.options);
    text("inventory_sha256", run.inventorySha256);
    text("shard", run.shard);
    text("script_sha256", run.scriptSha256);
    return out + '}';
}

QJsonObject runJson(const RunInfo &run)
{
    return QJsonDocument::fromJson(runText(run)).object();
}

QByteArray summaryJson(const RunSummary &summary)
{
    QByteArray out("{");
    appendCount(out, "hosts", summary.counts.hosts());
    for (int i = 0; i < statusCount; ++i) {
        out += ',';
        appendCount(out, statusName(Status(i)), summary.counts.of(Status(i)));
    }
    out += ",\"causes\":";
    char separator = '{';
    for (int i = 1; i < causeCount; ++i) {
        if (summary.counts.of(Cause(i)) == 0)
            continue;
        out += separator;
        separator = ',';
        appendCount(out, causeName(Cause(i)), summary.counts.of(Cause(i)));
    }
    out += separator == '{' ? "{}" : "}";
    out += ",\"started\":" + timestampJson(summary.startedMs) + ",\"finished\":" + timestampJson(summary.finishedMs) + ",\"elapsed_ms\":";
    appendJsonNumber(out, qMax<qint64>(0, summary.finishedMs - summary.startedMs));
    out += ',';
    appendCount(out, "host_keys_added", summary.hostKeysAdded);
    if (summary.slowdowns.isAny()) {
        out += ",\"slowdowns\":{";
        for (int i = 0; i < strainCount; ++i) {
            appendCount(out, strainName(Strain(i)), summary.slowdowns.of(Strain(i)));
            out += ',';
        }
        appendCount(out, "least_in_flight", summary.slowdowns.leastInFlight);
        out += '}';
    }
    out += ",\"exit_status\":";
    appendJsonNumber(out, qint64(summary.exitStatus));
    out += '}';
    return out;
}

QByteArray summaryProm(const RunInfo &run, const RunSummary &summary)
{
    QByteArray out;
    appendMetric(out, "collector_run_hosts", "Hosts of the last run by status.");
    for (int i = 0; i < statusCount; ++i)
        appendSample(out, "collector_run_hosts", "status=\"" + statusName(Status(i)).toByteArray() + '"',
                     QByteArray::number(summary.counts.of(Status(i))));
    appendMetric(out, "collector_run_failures", "Hosts of the last run that are not ok, by cause.");
    for (int i = 1; i < causeCount; ++i)
        appendSample(out, "collector_run_failures", "cause=\"" + causeName(Cause(i)).toByteArray() + '"',
                     QByteArray::number(summary.counts.of(Cause(i))));
    appendMetric(out, "collector_run_exit_status", "Exit status of the last run.");
    appendSample(out, "collector_run_exit_status", {}, QByteArray::number(summary.exitStatus));
    appendMetric(out, "collector_run_start_timestamp_seconds", "When the last run began.");
    appendSample(out, "collector_run_start_timestamp_seconds", {}, seconds(summary.startedMs));
    appendMetric(out, "collector_run_end_timestamp_seconds", "When the last run ended.");
    appendSample(out, "collector_run_end_timestamp_seconds", {}, seconds(summary.finishedMs));
    appendMetric(out, "collector_run_duration_seconds", "How long the last run took.");
    appendSample(out, "collector_run_duration_seconds", {}, seconds(qMax<qint64>(0, summary.finishedMs - summary.startedMs)));
    appendMetric(out, "collector_run_slowdowns", "Times the last run took fewer hosts at once than it might, by reason.");
    for (int i = 0; i < strainCount; ++i)
        appendSample(out, "collector_run_slowdowns", "reason=\"" + strainName(Strain(i)).toByteArray() + '"',
                     QByteArray::number(summary.slowdowns.of(Strain(i))));
    appendMetric(out, "collector_run_info", "The last run.");
    appendSample(out, "collector_run_info", "run=\"" + labelled(run.id) + "\",version=\"" COLLECTOR_VERSION "\"", "1");
    return out;
}

} // namespace collector
