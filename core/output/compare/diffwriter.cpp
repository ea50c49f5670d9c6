#include "output/compare/diffwriter.h"

#include "output/compare/plaintext.h"

#include "model/json.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

constexpr size_t shownHosts = 6;
constexpr size_t shownGroups = 4;
constexpr qsizetype shownValue = 60;

QByteArray counted(quint64 count, const char *one, const char *many)
{
    return QByteArray::number(count) + ' ' + (count == 1 ? one : many);
}

// How many of a fact's changes are told. Where every host has values of its own, one stands for all.
size_t shownOf(const FactChanges &fact, bool isWhole)
{
    if (isWhole || fact.groups.size() <= shownGroups + 1)
        return fact.groups.size();
    return fact.groups.front().hosts.size() == 1 ? 1 : shownGroups;
}

QByteArray sideLine(const char *label, const QByteArray &path, const DiffResult::Side &side)
{
    QByteArray line = label + printable(path) + "  " + counted(side.hosts, "host", "hosts");
    if (!side.run.isEmpty())
        line += ", run " + printable(side.run);
    return line += '\n';
}

void hostLine(QByteArray &out, const char *label, const HostNames &names, const HostNumbers &hosts, size_t limit)
{
    if (!hosts.empty())
        out += "  " + QByteArray(label).leftJustified(13) + ' ' + QByteArray::number(qulonglong(hosts.size())).rightJustified(6) + "  " +
               hostList(names, hosts, limit) + '\n';
}

QByteArray hostsText(const DiffResult &diff, size_t limit)
{
    QByteArray text;
    hostLine(text, "came", diff.names, diff.came, limit);
    hostLine(text, "went", diff.names, diff.went, limit);
    for (auto it = diff.unreachable.begin(); it != diff.unreachable.end(); ++it) {
        hostLine(text, "unreachable", diff.names, it.value(), limit);
        if (!it.key().isEmpty()) {
            text.chop(1);
            text += " (" + printable(it.key()) + ")\n";
        }
    }
    hostLine(text, "returned", diff.names, diff.returned, limit);
    hostLine(text, "not tried", diff.names, diff.unknown, limit);
    return text;
}

void jsonHosts(QByteArray &out, const HostNames &names, HostNumbers hosts)
{
    names.sort(hosts);
    char separator = '[';
    for (const HostNumber host : hosts) {
        out += separator;
        appendJsonString(out, names.name(host));
        separator = ',';
    }
    out += separator == '[' ? "[]" : "]";
}

void jsonSide(QByteArray &out, const char *name, const QByteArray &path, const DiffResult::Side &side)
{
    out += QByteArray(",\"") + name + "\":{\"file\":";
    appendJsonString(out, QByteArrayView(path));
    out += ",\"run\":";
    if (side.run.isEmpty())
        out += "null";
    else
        appendJsonString(out, QByteArrayView(side.run));
    out += ",\"hosts\":" + QByteArray::number(side.hosts) + '}';
}

void jsonChange(QByteArray &out, const FactChanges &fact, const FoldedChange &change, const HostNames &names, const HostNumbers &hosts)
{
    const auto value = [&](const char *name, const QByteArray &json) {
        if (!json.isEmpty())
            out += QByteArray(",\"") + name + "\":" + json;
    };
    out += "{\"class\":\"";
    out += className(fact.factClass);
    out += "\",\"fact\":";
    appendJsonString(out, QByteArrayView(fact.path));
    const bool isItems = change.kind == FactChange::Kind::Items;
    value(isItems ? "removed" : "old", change.before);
    value(isItems ? "added" : "new", change.after);
    out += ",\"hosts\":";
    jsonHosts(out, names, hosts);
    out += '}';
}

} // namespace

QByteArray hostList(const HostNames &names, HostNumbers hosts, size_t limit)
{
    names.sort(hosts);
    QByteArray text;
    const size_t shown = hosts.size() <= limit + 1 ? hosts.size() : limit;
    for (size_t i = 0; i < shown; ++i) {
        if (i > 0)
            text += ' ';
        text += printable(names.name(hosts[i]));
    }
    if (shown < hosts.size())
        text += " and " + QByteArray::number(qulonglong(hosts.size() - shown)) + " more";
    return text;
}

QByteArray changeText(const FoldedChange &change, qsizetype width)
{
    const auto value = [width](const QByteArray &json) { return elided(printable(json), width); };
    if (change.kind == FactChange::Kind::Items) {
        QByteArray text;
        for (const auto &[sign, list] : {std::pair("- ", &change.before), std::pair("+ ", &change.after)}) {
            for (JsonItems walk(*list); walk.next();) {
                if (!text.isEmpty())
                    text += "  ";
                text += sign + value(walk.value().toByteArray());
                if (text.size() > 4 * width)
                    return text + "  \xe2\x80\xa6";
            }
        }
        // A list that was too long is a text that tells its size.
        return !text.isEmpty() ? text : "- " + value(change.before) + "  + " + value(change.after);
    }
    if (change.before.isEmpty())
        return "+ " + value(change.after);
    if (change.after.isEmpty())
        return "- " + value(change.before);
    return value(change.before) + " -> " + value(change.after);
}

void writeDiffText(DiffResult &diff, const DiffNames &names, bool isWhole, const TextSink &out)
{
    constexpr size_t all = size_t(-2);
    const size_t hostLimit = isWhole ? all : shownHosts;
    const qsizetype width = isWhole ? 1'000'000 : shownValue;
    out(sideLine("old  ", names.before, diff.before) + sideLine("new  ", names.after, diff.after));
    for (const QString &note : diff.notes)
        out("note  " + elided(printable(note.toUtf8()), 300) + '\n');
    const QByteArray hosts = hostsText(diff, hostLimit);
    if (!hosts.isEmpty())
        out("\nhosts\n" + hosts);
    if (diff.isEmpty()) {
        out("\nno differences\n");
        return;
    }
    int lastClass = -1;
    [[maybe_unused]] const bool isRead = diff.changes.forEachFact([&](const FactChanges &fact) {
        QByteArray text;
        if (int(fact.factClass) != lastClass) {
            lastClass = int(fact.factClass);
            text += '\n' + className(fact.factClass).toByteArray() + " (" +
                    counted(diff.changedHostsByClass[size_t(lastClass)], "host", "hosts") + ")\n";
        }
        text += "  " + printable(fact.path) + '\n';
        const size_t shown = shownOf(fact, isWhole);
        quint64 told = 0;
        for (size_t i = 0; i < shown; ++i) {
            const FactChanges::Group &group = fact.groups[i];
            told += group.hosts.size();
            text += "    " + changeText(diff.changes.read(group), width) + "   [";
            if (group.hosts.size() > 1)
                text += counted(group.hosts.size(), "host", "hosts") + ": ";
            text += hostList(diff.names, group.hosts, hostLimit) + "]\n";
            out(text);
            text.clear();
        }
        if (shown < fact.groups.size())
            text += "    and " + QByteArray::number(qulonglong(fact.groups.size() - shown)) + " other changes on " +
                    counted(fact.hostCount - told, "host", "hosts") + '\n';
        out(text);
    });
}

void writeDiffJson(DiffResult &diff, const DiffNames &names, const TextSink &out)
{
    QByteArray text = "{\"schema\":\"collector-diff/1\"";
    jsonSide(text, "old", names.before, diff.before);
    jsonSide(text, "new", names.after, diff.after);
    text += ",\"notes\":[";
    for (const QString &note : diff.notes) {
        if (!text.endsWith('['))
            text += ',';
        appendJsonString(text, QStringView(note));
    }
    text += "],\n\"hosts\":{\"came\":";
    jsonHosts(text, diff.names, diff.came);
    text += ",\"went\":";
    jsonHosts(text, diff.names, diff.went);
    text += ",\"unreachable\":";
    HostNumbers lost;
    for (const HostNumbers &hosts : std::as_const(diff.unreachable))
        lost.insert(lost.end(), hosts.begin(), hosts.end());
    jsonHosts(text, diff.names, lost);
    text += ",\"unreachable_causes\":{";
    char separator = 0;
    for (auto it = diff.unreachable.begin(); it != diff.unreachable.end(); ++it) {
        if (separator)
            text += separator;
        separator = ',';
        appendJsonString(text, QByteArrayView(it.key()));
        text += ':';
        jsonHosts(text, diff.names, it.value());
    }
    text += "},\"returned\":";
    jsonHosts(text, diff.names, diff.returned);
    text += ",\"not_tried\":";
    jsonHosts(text, diff.names, diff.unknown);
    text += "},\n\"changes\":[";
    bool isFirst = true;
    [[maybe_unused]] const bool isRead = diff.changes.forEachFact([&](const FactChanges &fact) {
        for (const FactChanges::Group &group : fact.groups) {
            text += isFirst ? "\n" : ",\n";
            isFirst = false;
            jsonChange(text, fact, diff.changes.read(group), diff.names, group.hosts);
            if (text.size() > 64 * 1024) {
                out(text);
                text.resize(0);
            }
        }
    });
    text += "\n],\n\"summary\":{\"changed_hosts\":" + QByteArray::number(diff.changedHosts) + ",\"classes\":{";
    separator = 0;
    for (const auto factClass : {FactSpec::Class::Identity, FactSpec::Class::Hardware, FactSpec::Class::Configuration,
                                 FactSpec::Class::State, FactSpec::Class::Sensitive}) {
        if (separator)
            text += separator;
        separator = ',';
        text += '"' + className(factClass).toByteArray() + "\":{\"changes\":" + QByteArray::number(diff.changes.count(factClass)) +
                ",\"hosts\":" + QByteArray::number(diff.changedHostsByClass[size_t(factClass)]) + '}';
    }
    text += "}}}\n";
    out(text);
}

} // namespace collector
