#include "processes.h"

#include "masking.h"
#include "text.h"

#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

// pid (name) state ppid …: the name may hold blanks and brackets.
std::optional<QJsonObject> ofStat(QByteArrayView line)
{
    const qsizetype open = line.indexOf('('), close = line.lastIndexOf(')');
    const auto pid = open > 0 ? toInteger(line.first(open)) : std::nullopt;
    if (!pid || close < open)
        return {};
    const QList<QByteArrayView> rest = wordsOf(line.sliced(close + 1));
    QJsonObject process{{QStringLiteral("pid"), *pid}, {QStringLiteral("name"), toText(line.sliced(open + 1, close - open - 1))}};
    if (rest.size() > 1 && toInteger(rest[1]))
        process.insert(u"ppid", *toInteger(rest[1]));
    return process;
}

// pid ppid user rss name
std::optional<QJsonObject> ofPs(QByteArrayView line)
{
    const QList<QByteArrayView> words = wordsOf(line);
    if (words.size() < 5 || !toInteger(words[0]) || !toInteger(words[1]))
        return {};
    const QByteArrayView name = line.sliced(words[4].data() - line.data());
    return QJsonObject{{QStringLiteral("pid"), *toInteger(words[0])},
                       {QStringLiteral("ppid"), *toInteger(words[1])},
                       {QStringLiteral("user"), toText(words[2])},
                       {QStringLiteral("rss_bytes"), bytesOf(toInteger(words[3]).value_or(0), 1024)},
                       {QStringLiteral("name"), toText(baseName(name.trimmed()))}};
}

void addContainer(QJsonArray &all, const char *runtime, QByteArrayView id, QByteArrayView name, QByteArrayView image, QByteArrayView state,
                  QByteArrayView pod = {})
{
    if (name.isEmpty() && id.isEmpty())
        return;
    QJsonObject container{{QStringLiteral("runtime"), QString::fromLatin1(runtime)}};
    for (const auto &[key, value] :
         {std::pair(u"id", id), std::pair(u"name", name), std::pair(u"image", image), std::pair(u"state", state), std::pair(u"pod", pod)}) {
        if (!value.isEmpty())
            putText(container, key, value.trimmed());
    }
    if (all.size() < mostEntries)
        all.append(container);
}

// ID|NAME|IMAGE|STATUS
void addDocker(QByteArrayView output, const char *runtime, QJsonArray &all)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> cells = split(line, '|');
        if (cells.size() == 4)
            addContainer(all, runtime, cells[0], cells[1], cells[2], cells[3].startsWith("Up") ? QByteArrayView("running") : cells[3]);
    }
}

// VMID NAME STATUS …, with a head line.
void addProxmox(QByteArrayView output, const char *runtime, bool isStatusSecond, QJsonArray &all)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() >= 3 && toInteger(words[0]))
            addContainer(all, runtime, words[0], isStatusSecond ? words.constLast() : words[1], {}, isStatusSecond ? words[1] : words[2]);
    }
}

void addCsv(QByteArrayView output, const char *runtime, QJsonArray &all)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> cells = split(line, ',');
        if (cells.size() >= 2)
            addContainer(all, runtime, {}, cells[0], {}, cells[1].toByteArray().toLower());
    }
}

// What it printed, where it came to a good end: else it is words for a person, or the half of it.
QByteArrayView listOf(const Section &in, QByteArrayView label)
{
    const Block *block = in.find(label);
    return block && block->status == 0 ? block->bytes : QByteArrayView();
}

// What crictl prints, or nothing that it would. The image may be a bare digest, where it does not tell by which name it was asked for.
bool addCri(QByteArrayView output, const char *runtime, QJsonArray &all)
{
    const QJsonDocument document = QJsonDocument::fromJson(output.toByteArray());
    if (!document.isObject())
        return false;
    for (const QJsonValue one : document.object().value(u"containers").toArray()) {
        const QJsonValue asked = one[u"image"][u"userSpecifiedImage"], image = one[u"image"][u"image"], labels = one[u"labels"];
        QString name = !asked.toString().isEmpty() ? asked.toString() : image.toString();
        if (const QString reference = one[u"imageRef"].toString(); !name.contains(u'/') && reference.contains(u'/'))
            name = reference;
        QString state = one[u"state"].toString().toLower();
        if (state.startsWith(u"container_"))
            state.remove(0, 10);
        const QString pod = labels[u"io.kubernetes.pod.name"].toString();
        addContainer(all, runtime, one[u"id"].toString().toUtf8(), one[u"metadata"][u"name"].toString().toUtf8(), name.toUtf8(),
                     state.toUtf8(),
                     pod.isEmpty() ? QByteArray() : (labels[u"io.kubernetes.pod.namespace"].toString() + u'/' + pod).toUtf8());
    }
    return true;
}

// Why somebody who is there has not told what it has; nothing, where it has.
std::optional<Absence> silenceOf(const Block &block)
{
    if (block.kind == Block::Kind::Output && block.status != 0)
        return block.isTimedOut() || !block.status ? Absence::Timeout : Absence::Denied;
    if (block.kind == Block::Kind::Missing && block.label != "virsh") // its daemons are not there, and so no guests
        return block.reason == "denied" ? Absence::Denied : Absence::Unsupported;
    return {};
}

// UUID NAME
void addLibvirt(QByteArrayView output, const char *runtime, QJsonArray &all)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() >= 2 && words[0].size() == 36)
            addContainer(all, runtime, words[0], words[1], {}, {});
    }
}

} // namespace

void parseProcesses(const Section &in, Findings &out)
{
    const bool hasPs = in.has("ps");
    QJsonArray processes;
    qint64 count = 0;
    for (const QByteArrayView line : linesOf(in.bytes(hasPs ? "ps" : "stat"))) {
        const auto process = hasPs ? ofPs(line) : ofStat(line);
        if (!process)
            continue;
        ++count;
        if (processes.size() < mostEntries)
            processes.append(*process);
    }
    if (count > 0) {
        out.set(u"processes", processes);
        out.set(u"process_count", count);
    }
}

void parseProcessArguments(const Section &in, Findings &out)
{
    QJsonObject arguments;
    for (const QByteArrayView line : linesOf(in.bytes("args"))) {
        const QList<QByteArrayView> words = wordsOf(line.first(std::min<qsizetype>(line.size(), 40)));
        if (words.size() < 2 || !toInteger(words[0]) || arguments.size() >= mostEntries)
            continue;
        const QByteArrayView command = line.sliced(words[1].data() - line.data());
        putText(arguments, toText(words[0]), masked(command.first(std::min<qsizetype>(command.size(), 4096))));
    }
    if (!arguments.isEmpty())
        out.set(u"process_arguments", arguments);
}

void parseContainers(const Section &in, Findings &out)
{
    QJsonArray containers, guests;
    addDocker(listOf(in, "docker"), "docker", containers);
    addDocker(listOf(in, "podman"), "podman", containers);
    // Two of one kind may be there.
    for (const Block &block : in.blocks) {
        const bool isContainerd = block.label == "containerd";
        if (block.kind == Block::Kind::Output && block.status == 0 && (isContainerd || block.label == "cri-o") &&
            !addCri(block.bytes, isContainerd ? "containerd" : "cri-o", containers))
            out.miss(QStringLiteral("containers.") + toText(block.label), Absence::ParseError);
    }
    addCsv(listOf(in, "lxd"), "lxd", containers);
    addCsv(listOf(in, "incus"), "incus", containers);
    for (const QByteArrayView line : linesOf(listOf(in, "lxc"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() == 2 && words[0] != "NAME")
            addContainer(containers, "lxc", {}, words[0], {}, words[1].toByteArray().toLower());
    }
    for (const QByteArrayView line : linesOf(listOf(in, "machinectl"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() >= 3 && words[2] != "libvirt-qemu")
            addContainer(words[1] == "vm" ? guests : containers, "machined", {}, words[0], {}, "running");
    }
    addLibvirt(listOf(in, "virsh"), "libvirt", guests);
    addLibvirt(listOf(in, "virsh-xen"), "libvirt", guests);
    addLibvirt(listOf(in, "virsh-lxc"), "libvirt-lxc", containers);
    addProxmox(listOf(in, "qm"), "proxmox", false, guests);
    addProxmox(listOf(in, "pct"), "proxmox", true, containers);
    for (const QByteArrayView line : linesOf(listOf(in, "vzlist"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() >= 3)
            addContainer(containers, "openvz", words[0], words[2], {}, words[1]);
    }
    for (const QByteArrayView line : linesOf(listOf(in, "jls"))) {
        QByteArrayView id, name;
        for (const QByteArrayView word : wordsOf(line)) {
            if (word.startsWith("jid="))
                id = word.sliced(4);
            else if (word.startsWith("name="))
                name = word.sliced(5);
        }
        addContainer(containers, "jail", id, name, {}, "running");
    }
    for (const QByteArrayView line : linesOf(listOf(in, "zoneadm"))) {
        const QList<QByteArrayView> cells = split(line, ':');
        if (cells.size() > 4 && cells[1] != "global")
            addContainer(containers, "zone", cells[4], cells[1], {}, cells[2]);
    }
    // Who is there and did not answer: of all, where nobody else did; else of that one.
    std::optional<Absence> silent;
    for (const Block &block : in.blocks) {
        const std::optional<Absence> reason = silenceOf(block);
        if (!reason)
            continue;
        // Why it failed is told beside it.
        if (block.kind == Block::Kind::Output && *reason == Absence::Denied && !in.missing(block.label).isEmpty())
            continue;
        if (!silent || *reason == Absence::Timeout)
            silent = reason;
        const bool isHypervisor = block.label == "virsh" || block.label == "virsh-xen" || block.label == "qm";
        if (!containers.isEmpty() || !guests.isEmpty())
            out.miss((isHypervisor ? QStringLiteral("guests.") : QStringLiteral("containers.")) + toText(block.label), *reason);
    }
    if (silent && containers.isEmpty() && guests.isEmpty()) {
        out.miss(u"containers", *silent);
        out.miss(u"guests", *silent);
        return;
    }
    out.set(u"containers", containers);
    // Nobody was there to ask.
    if (guests.isEmpty() && !in.missing("virsh").isEmpty())
        out.miss(u"guests", Absence::Unsupported);
    else
        out.set(u"guests", guests);
}

} // namespace collector::facts
