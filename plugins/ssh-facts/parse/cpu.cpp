#include "cpu.h"

#include "elsewhere.h"
#include "text.h"

#include <QSet>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

// What Ansible counts while it reads /proc/cpuinfo.
struct Counts
{
    QJsonArray processor;
    qint64 entries = 0, vendors = 0, models = 0, processors = 0, active = 0;
    QSet<QByteArrayView> sockets; // physical ids
    QByteArrayView firstSocket;
    qint64 cores = 1;                          // of the first socket
    qint64 siblings = 0;                       // of the first core
    qint64 s390Processors = 0, s390Listed = 0; // those in use, those configured
    bool isXenParavirtual = false;
    QByteArrayView flags;
    QByteArrayView model;
};

void setSocket(Counts &counts, QByteArrayView id, qint64 cores)
{
    if (counts.sockets.isEmpty())
        counts.firstSocket = id;
    counts.sockets.insert(id);
    if (cores > 0 && id == counts.firstSocket)
        counts.cores = cores;
}

Counts countCpuinfo(QByteArrayView cpuinfo, bool isXen)
{
    static constexpr std::array<QByteArrayView, 6> listed{"model name", "Processor", "vendor_id", "cpu", "Vendor", "processor"};
    Counts counts;
    QByteArrayView socket = "0";
    for (const QByteArrayView line : linesOf(cpuinfo)) {
        const auto [key, value] = keyValue(line, ':');
        if (std::find(listed.begin(), listed.end(), key) != listed.end()) {
            if (counts.processor.size() < mostEntries)
                counts.processor.append(toText(value));
            ++counts.entries;
            counts.vendors += key == "vendor_id";
            counts.models += key == "model name";
            counts.processors += key == "processor";
            if ((key == "model name" || key == "cpu" || key == "Processor") && counts.model.isEmpty())
                counts.model = value;
        } else if (key == "physical id") {
            setSocket(counts, socket = value, 0);
        } else if (key == "cpu cores") {
            setSocket(counts, socket, toInteger(value).value_or(0));
        } else if (key == "siblings") {
            if (counts.siblings == 0)
                counts.siblings = toInteger(value).value_or(0);
        } else if (key == "# processors") {
            counts.s390Processors = toInteger(value).value_or(0);
        } else if (key.startsWith("processor ") && value.startsWith("version")) {
            ++counts.s390Listed;
        } else if (key == "ncpus active") {
            counts.active = toInteger(value).value_or(0);
        } else if (key == "flags" || key == "Features" || key == "features") {
            if (counts.flags.isEmpty())
                counts.flags = value;
            counts.isXenParavirtual |= isXen && key == "flags" && !value.contains("vme");
        } else if ((key == "uarch" || key == "cpu model" || key == "machine") && counts.model.isEmpty()) {
            counts.model = value;
        }
    }
    return counts;
}

void setCounted(const Counts &counts, const QString &architecture, Findings &out)
{
    if (architecture == u"s390x") {
        out.set(u"processor_count", 1);
        out.set(u"processor_cores", counts.s390Processors);
        out.set(u"processor_threads_per_core", 1);
        out.set(u"processor_vcpus", counts.s390Processors);
        return;
    }
    qint64 number = counts.active > 0 ? counts.active : counts.entries;
    if (counts.vendors > 0 && counts.vendors == counts.models)
        number = counts.vendors;
    if (architecture.startsWith(u"armv") || architecture.startsWith(u"aarch") || architecture.startsWith(u"ppc") ||
        architecture.startsWith(u"riscv") || architecture.startsWith(u"mips"))
        number = counts.processors;
    qint64 sockets = counts.sockets.isEmpty() ? number : counts.sockets.size();
    qint64 cores = counts.cores;
    qint64 threads = std::max<qint64>(1, counts.siblings / std::max<qint64>(1, cores));
    if (counts.isXenParavirtual) {
        sockets = cores = number;
        threads = 1;
    }
    out.set(u"processor_count", sockets);
    out.set(u"processor_cores", cores);
    out.set(u"processor_threads_per_core", threads);
    out.set(u"processor_vcpus", counts.isXenParavirtual ? number : sockets * cores * threads);
}

void setTopology(const Section &in, const Counts &counts, Findings &out)
{
    QSet<QByteArray> packages, cores;
    qint64 threads = 0;
    for (const QByteArrayView line : linesOf(in.bytes("topology"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() != 3)
            continue;
        ++threads;
        packages.insert(words[1].toByteArray());
        cores.insert(words[1].toByteArray() + ':' + words[2].toByteArray());
    }
    if (threads == 0) {
        threads = std::max({counts.processors, counts.s390Processors, counts.s390Listed, counts.active});
        out.miss(u"cpu_sockets", Absence::Unsupported);
        out.miss(u"cpu_cores", Absence::Unsupported);
    } else {
        out.set(u"cpu_sockets", packages.size());
        out.set(u"cpu_cores", cores.size());
    }
    if (threads > 0)
        out.set(u"cpu_threads", threads);
    if (!counts.model.isEmpty())
        out.set(u"cpu_model", toText(counts.model).simplified());
    else
        out.miss(u"cpu_model", Absence::NotApplicable);
}

void setLimit(const Section &in, Findings &out)
{
    const QList<Thing> things = thingsOf(in.bytes("online"));
    const Thing group = things.isEmpty() ? Thing{} : things.constFirst();
    const QList<QByteArrayView> words = wordsOf(group.value("cpu.max"));
    const bool isFirstVersion = words.size() != 2;
    const auto used = toNumber(isFirstVersion ? group.value("cpu.cfs_quota_us") : words[0]); // -1 and `max`: as much as there is
    const auto period = toNumber(isFirstVersion ? group.value("cpu.cfs_period_us") : words[1]);
    if (used && period && *used > 0 && *period > 0)
        out.set(u"cpu_limit_cores", *used / *period);
    else
        out.miss(u"cpu_limit_cores", Absence::NotApplicable);
    // The first version has no word for what is not limited, but the largest number that is whole pages.
    constexpr qint64 most = qint64(1) << 60;
    const auto memory = toInteger(group.has("memory.max") ? group.value("memory.max") : group.value("memory.limit_in_bytes"));
    if (memory && *memory < most)
        out.set(u"memory_limit_bytes", *memory);
    else
        out.miss(u"memory_limit_bytes", Absence::NotApplicable);
}

} // namespace

qint64 countOfList(QByteArrayView list)
{
    qint64 count = 0;
    for (const QByteArrayView part : split(list.trimmed(), ',')) {
        const QList<QByteArrayView> ends = split(part, '-');
        const auto first = toInteger(ends.constFirst());
        const auto last = toInteger(ends.constLast());
        if (!first || !last || ends.size() > 2 || *first < 0 || *last < *first || *last - *first > 1'000'000)
            return 0;
        count += *last - *first + 1;
    }
    return count;
}

void parseCpu(const Section &in, Findings &out)
{
    if (!in.has("cpuinfo") && !in.has("/proc/cpuinfo")) {
        parseCpuElsewhere(in, out);
        return;
    }
    const QByteArrayView cpuinfo = in.has("cpuinfo") ? in.bytes("cpuinfo") : in.bytes("/proc/cpuinfo");
    const bool isXen = in.exists("/proc/xen") || in.firstLine("/sys/hypervisor/type") == "xen";
    const Counts counts = countCpuinfo(cpuinfo, isXen);
    out.set(u"processor", counts.processor);
    setCounted(counts, out.text(u"architecture"), out);
    const qint64 usable = countOfList(in.firstLine("affinity"));
    out.set(u"processor_nproc", usable > 0 ? usable : std::max(counts.processors, counts.s390Processors));
    QJsonArray flags;
    for (const QByteArrayView flag : wordsOf(counts.flags))
        flags.append(toText(flag));
    if (!flags.isEmpty())
        out.set(u"flags", flags);
    else
        out.miss(u"flags", Absence::NotApplicable);
    setTopology(in, counts, out);
    setLimit(in, out);
}

} // namespace collector::facts
