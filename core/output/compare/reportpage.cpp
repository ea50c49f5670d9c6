#include "output/compare/reportpage.h"

#include "output/compare/html.h"
#include "output/compare/plaintext.h"
#include "output/timestamp.h"

#include "reportassets.h"

#include <QCryptographicHash>

#include <algorithm>

namespace collector {

namespace {

constexpr qsizetype shownLines = 15;
constexpr qsizetype shownOld = 20;
constexpr size_t shownGroups = 4;
constexpr size_t shownHosts = 12;
constexpr qsizetype shownValue = 80;
constexpr int shownFacts = 60; // of each class

QByteArray count(quint64 number)
{
    return QByteArray::number(number);
}

QByteArray hostsOf(quint64 number)
{
    return count(number) + (number == 1 ? " host" : " hosts");
}

QByteArray digest(QByteArrayView text)
{
    return "'sha256-" + QCryptographicHash::hash(text.toByteArray(), QCryptographicHash::Sha256).toBase64() + '\'';
}

QByteArray head(QByteArrayView title)
{
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src " +
           digest(reportStyle) + "; script-src " + digest(reportScript) +
           "; base-uri 'none'; form-action 'none'\">\n"
           "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<link rel=\"icon\" href=\"data:,\">\n<title>" +
           html(title) + " \xe2\x80\x93 collector</title>\n<style>" + reportStyle.toByteArray() + "</style>\n</head>\n<body>\n";
}

QByteArray tile(const char *label, const QByteArray &value, QByteArrayView kind = {})
{
    return QByteArray("<div><dt>") + label + "</dt><dd" + (kind.isEmpty() ? QByteArray() : " class=\"" + kind.toByteArray() + '"') + '>' +
           value + "</dd></div>\n";
}

QByteArray totals(const ReportData &data)
{
    const RunCounts &counts = data.counts();
    QByteArray text = "<section id=\"totals\">\n<dl class=\"tiles\">\n" + tile("hosts", count(counts.hosts()));
    QList<BarPart> parts;
    QByteArray title;
    for (int i = 0; i < statusCount; ++i) {
        const quint64 hosts = counts.of(Status(i));
        if (hosts == 0 && i != int(Status::Ok))
            continue;
        const QByteArray name = statusName(Status(i)).toByteArray();
        text += tile(name.constData(), count(hosts), name);
        parts.append({counts.hosts() > 0 ? double(hosts) / double(counts.hosts()) : 0, name});
        title += (title.isEmpty() ? "" : ", ") + count(hosts) + ' ' + name;
    }
    return text + "</dl>\n" + stackedBarSvg(parts, title) + "</section>\n";
}

QByteArray failures(const ReportData &data)
{
    const QList<ReportData::Failure> failures = data.failures();
    QByteArray text = "<section id=\"failures\">\n<h2>Failures by cause</h2>\n";
    if (failures.isEmpty())
        return text + "<p>None.</p>\n</section>\n";
    text += "<table><thead><tr><th scope=\"col\">cause</th><th scope=\"col\" class=\"n\">hosts</th><th scope=\"col\"></th>"
            "<th scope=\"col\">subnets</th><th scope=\"col\">for example</th></tr></thead>\n<tbody>\n";
    for (const ReportData::Failure &failure : failures) {
        text += "<tr><td><code>" + html(causeName(failure.cause)) + "</code></td><td class=\"n\">" + count(failure.hosts) +
                "</td><td class=\"bar\">" + barSvg(double(failure.hosts) / double(failures.first().hosts), "failed") + "</td><td>";
        for (qsizetype i = 0; i < failure.subnets.size(); ++i)
            text += (i > 0 ? ", " : "") + html(failure.subnets[i].text);
        text += "</td><td>" + html(elided(failure.message, 300)) + "</td></tr>\n";
    }
    return text + "</tbody></table>\n</section>\n";
}

QByteArray tallyTable(const char *title, const Tally &tally)
{
    QByteArray text = QByteArray("<div>\n<h2>") + title + "</h2>\n";
    if (tally.total() == 0)
        return text + "<p class=\"dim\">No host told.</p>\n</div>\n";
    const QList<Tally::Line> lines = tally.largest(shownLines);
    text += "<table><tbody>\n";
    for (const Tally::Line &line : lines)
        text += "<tr><td>" + html(line.text) + "</td><td class=\"n\">" + count(line.count) + "</td><td class=\"bar\">" +
                barSvg(double(line.count) / double(lines.first().count)) + "</td></tr>\n";
    text += "</tbody></table>\n";
    if (tally.distinct() > lines.size())
        text += "<p class=\"dim\">and " + count(quint64(tally.distinct() - lines.size())) + " more</p>\n";
    return text + "</div>\n";
}

QByteArray elapsed(const ReportData &data)
{
    QList<HistogramColumn> columns;
    quint64 total = 0;
    for (size_t i = 0; i < data.elapsed().size(); ++i) {
        const bool isLast = i == ReportData::elapsedBounds.size();
        const qint64 bound = ReportData::elapsedBounds[isLast ? i - 1 : i];
        const QByteArray seconds = QByteArray::number(double(bound) / 1000) + " s";
        columns.append({(isLast ? "> " : "\xe2\x89\xa4 ") + seconds, data.elapsed()[i]});
        total += data.elapsed()[i];
    }
    if (total == 0)
        return {};
    return "<div class=\"wide\">\n<h2>Time per host</h2>\n" + histogramSvg(columns, "hosts by the time they took") + "</div>\n";
}

QByteArray oldest(const ReportData &data)
{
    QByteArray text = "<section id=\"oldest\">\n<h2>Oldest data</h2>\n";
    if (data.withoutData() > 0)
        text += "<p>No data at all: of " + hostsOf(data.withoutData()) + ".</p>\n";
    if (data.oldCount() == 0)
        return text + "<p>All other data is of the record beside it.</p>\n</section>\n";
    text += "<p>Older than the last record: that of " + hostsOf(data.oldCount()) +
            ".</p>\n"
            "<table><thead><tr><th scope=\"col\">host</th><th scope=\"col\">data of</th><th scope=\"col\" "
            "class=\"n\">days</th></tr></thead>\n<tbody>\n";
    for (const ReportData::OldData &old : data.oldest(shownOld))
        text += "<tr><td>" + html(old.host) + "</td><td>" + timestamp(old.ms) + "</td><td class=\"n\">" +
                QByteArray::number(double(std::max<qint64>(0, data.lastMs() - old.ms)) / 86'400'000.0, 'f', 1) + "</td></tr>\n";
    return text + "</tbody></table>\n</section>\n";
}

QByteArray hostChange(const char *label, const HostNames &names, const HostNumbers &hosts)
{
    if (hosts.empty())
        return {};
    return QByteArray("<tr><td>") + label + "</td><td class=\"n\">" + count(hosts.size()) + "</td><td>" +
           html(hostList(names, hosts, shownHosts)) + "</td></tr>\n";
}

QByteArray factRows(const FactChanges &fact, DiffResult &diff)
{
    QByteArray text;
    const size_t shown =
        fact.groups.front().hosts.size() == 1 && fact.groups.size() > shownGroups ? 1 : std::min(fact.groups.size(), shownGroups);
    quint64 told = 0;
    for (size_t i = 0; i < shown; ++i) {
        const FactChanges::Group &group = fact.groups[i];
        told += group.hosts.size();
        text += "<tr><td>" + (i == 0 ? "<code>" + html(elided(fact.path, 200)) + "</code>" : QByteArray()) + "</td><td><code>" +
                html(changeText(diff.changes.read(group), shownValue)) + "</code></td><td class=\"n\">" + count(group.hosts.size()) +
                "</td><td>" + html(hostList(diff.names, group.hosts, shownHosts)) + "</td></tr>\n";
    }
    if (shown < fact.groups.size())
        text += "<tr><td></td><td class=\"dim\">" + count(fact.groups.size() - shown) + " other changes</td><td class=\"n\">" +
                count(fact.hostCount - told) + "</td><td></td></tr>\n";
    return text;
}

void changes(ReportChanges &changes, const TextSink &out)
{
    DiffResult &diff = changes.diff;
    QByteArray text = "<section id=\"changes\">\n<h2>Changes since " + html(changes.since) + "</h2>\n";
    for (const QString &note : std::as_const(diff.notes))
        text += "<p class=\"dim\">" + html(note.toUtf8()) + "</p>\n";
    if (diff.isEmpty()) {
        out(text + "<p>None.</p>\n</section>\n");
        return;
    }
    if (diff.hasHostChanges()) {
        text += "<table><tbody>\n" + hostChange("came", diff.names, diff.came) + hostChange("went", diff.names, diff.went);
        for (auto it = diff.unreachable.begin(); it != diff.unreachable.end(); ++it)
            text += hostChange(("became unreachable: <code>" + html(it.key()) + "</code>").constData(), diff.names, it.value());
        text += hostChange("returned", diff.names, diff.returned) + "</tbody></table>\n";
    }
    int lastClass = -1;
    int facts = 0;
    [[maybe_unused]] const bool isRead = diff.changes.forEachFact([&](const FactChanges &fact) {
        if (int(fact.factClass) != lastClass) {
            text += lastClass >= 0 ? "</tbody></table>\n" : "";
            lastClass = int(fact.factClass);
            facts = 0;
            text += "<h3>" + className(fact.factClass).toByteArray() + " (" + hostsOf(diff.changedHostsByClass[size_t(lastClass)]) +
                    ")</h3>\n<table><thead><tr><th scope=\"col\">fact</th><th scope=\"col\">change</th>"
                    "<th scope=\"col\" class=\"n\">hosts</th><th scope=\"col\"></th></tr></thead>\n<tbody>\n";
        }
        if (++facts <= shownFacts)
            text += factRows(fact, diff);
        else if (facts == shownFacts + 1)
            text += "<tr><td colspan=\"4\" class=\"dim\">more facts changed: collector diff tells them all</td></tr>\n";
        out(text);
        text.resize(0);
    });
    out(text + (lastClass >= 0 ? "</tbody></table>\n" : "") + "</section>\n");
}

QByteArray hostsHead()
{
    QByteArray text = "<section id=\"hosts\">\n<h2>Hosts</h2>\n<table id=\"hosts-table\"><thead><tr>";
    for (const char *name :
         {"host", "address", "status", "cause", "groups", "distribution", "kernel", "arch", "CPUs", "RAM MiB", "platform", "data of"}) {
        const bool isNumber = qstrcmp(name, "CPUs") == 0 || qstrcmp(name, "RAM MiB") == 0;
        text += QByteArray("<th scope=\"col\"") + (isNumber ? " class=\"n\">" : ">") + name + "</th>";
    }
    return text + "</tr></thead>\n<tbody>\n";
}

} // namespace

bool writeReportPage(ReportData &data, QByteArrayView title, ReportChanges *since, const TextSink &out, QString *error)
{
    QByteArray text = head(title);
    text += "<header>\n<h1>" + html(title) + "</h1>\n<p class=\"dim\">";
    if (!data.run().isEmpty())
        text += "Run " + html(data.run()) + ". ";
    if (data.firstMs() >= 0)
        text += "Records of " + timestamp(data.firstMs()) + " to " + timestamp(data.lastMs()) + ". ";
    text += "Times are UTC.</p>\n<nav><a href=\"#failures\">failures</a><a href=\"#platforms\">platforms</a><a href=\"#oldest\">oldest "
            "data</a>";
    text += since ? "<a href=\"#changes\">changes</a>" : "";
    text += "<a href=\"#hosts\">hosts</a></nav>\n</header>\n<main>\n" + totals(data) + failures(data) +
            "<section id=\"platforms\" class=\"columns\">\n" + tallyTable("Distributions", data.distributions()) +
            tallyTable("Kernels", data.kernels()) + tallyTable("Platforms", data.platforms()) + elapsed(data) + "</section>\n" +
            oldest(data);
    out(text);
    if (since)
        changes(*since, out);
    out(hostsHead());
    if (!data.forEachRow(out, error))
        return false;
    out("</tbody></table>\n</section>\n</main>\n<footer class=\"dim\"><p>collector " COLLECTOR_VERSION "</p></footer>\n<script>" +
        reportScript.toByteArray() + "</script>\n</body>\n</html>\n");
    *error = since ? since->diff.changes.error() : QString();
    return error->isEmpty();
}

} // namespace collector
