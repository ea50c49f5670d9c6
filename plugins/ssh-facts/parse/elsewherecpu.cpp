// Processors of other systems.

#include "elsewhere.h"

#include "sysctl.h"
#include "text.h"

#include <algorithm>

namespace collector::facts {

namespace {

// The processors that psrinfo -pv knows. Each socket has a line (`The physical processor has 4 cores and 32 virtual processors (0-31)`),
// may have one for each core, then one with its chip (`SPARC-M7 (chipid 0, clock 4133 MHz)`), and on x86 one with what the chip calls
// itself.
void setSolarisProcessors(const Section &in, Findings &out)
{
    qint64 processors = 0, sockets = 0, cores = 0;
    bool isCoreCounted = true; // by each of them
    QJsonArray names;
    qsizetype details = 0;
    for (const QByteArrayView line : linesOf(in.bytes("psrinfo"))) {
        const QByteArrayView bare = line.trimmed();
        const qsizetype at = bare.indexOf("physical processor has ");
        if (bare.startsWith("The ") && at > 0) {
            const QList<QByteArrayView> words = wordsOf(bare.sliced(at));
            const auto before = [&](QByteArrayView name) {
                const qsizetype found = words.indexOf(name);
                return std::clamp<qint64>(found > 0 ? toInteger(words[found - 1]).value_or(0) : 0, 0, 100'000);
            };
            ++sockets;
            processors += before("virtual");
            const qint64 own = before("cores") + before("core");
            isCoreCounted &= own > 0;
            cores += own;
            details = 0;
            if (at > 4) // Solaris 9 has its name there
                names.append(toText(bare.sliced(4, at - 4).trimmed()));
        } else if (!bare.isEmpty() && sockets > 0 && !bare.startsWith("The core has")) {
            const qsizetype bracket = bare.indexOf('(');
            const QString name = toText(details == 0 && bracket > 0 ? bare.first(bracket).trimmed() : bare).simplified();
            if (details == 0)
                names.append(name);
            else if (details == 1 && !names.isEmpty())
                names.replace(names.size() - 1, name);
            ++details;
        }
    }
    if (sockets == 0)
        return;
    out.set(u"processor", names);
    out.set(u"processor_count", sockets);
    // As Ansible: what the system schedules on. `cpu_cores` is the true number.
    out.set(u"processor_cores", processors);
    out.set(u"processor_vcpus", processors);
    out.set(u"cpu_sockets", sockets);
    out.set(u"cpu_threads", processors);
    if (isCoreCounted)
        out.set(u"cpu_cores", cores);
    if (!names.isEmpty())
        out.set(u"cpu_model", names.at(0));
}

void setAixProcessors(const Section &in, Findings &out)
{
    const QByteArrayView prtconf = in.bytes("prtconf");
    const auto count = toInteger(valueIn(prtconf, "Number Of Processors"));
    if (!count)
        return;
    const QByteArrayView type = valueIn(prtconf, "Processor Type");
    out.set(u"processor", QJsonArray{toText(type)});
    // As Ansible: AIX does not tell how many sockets there are. `smt_threads 4 Processor SMT threads False`
    out.set(u"processor_count", 1);
    out.set(u"processor_cores", *count);
    out.set(u"cpu_model", toText(type));
    out.set(u"cpu_cores", *count);
    const auto threads = toInteger(wordsOf(in.firstLine("smt")).value(1));
    if (threads && *threads > 0 && *threads < 1000 && *count > 0 && *count < 100'000) {
        out.set(u"processor_threads_per_core", *threads);
        out.set(u"processor_vcpus", *count * *threads);
        out.set(u"cpu_threads", *count * *threads);
    }
}

// FreeBSD's first words: `CPU: NAME (2399.97-MHz …)`, `Features=0x1fa3fbff<FPU,VME,…>`, `1 package(s) x 2 core(s) x 2 SMT threads`.
void setBootMessages(QByteArrayView messages, Findings &out)
{
    QJsonArray flags;
    for (const QByteArrayView line : linesOf(messages)) {
        const qsizetype open = line.indexOf('<'), close = line.lastIndexOf('>');
        if (line.startsWith("  ") && open > 0 && close > open) {
            for (const QByteArrayView flag : split(line.sliced(open + 1, close - open - 1), ',')) {
                const QString name = toText(flag).toLower();
                if (!flags.contains(name) && flags.size() < 500)
                    flags.append(name);
            }
        }
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.value(0) != "FreeBSD/SMP:" || words.value(2) != "package(s)")
            continue;
        if (const auto packages = toInteger(words[1]))
            out.set(u"cpu_sockets", *packages);
    }
    if (!flags.isEmpty())
        out.set(u"flags", flags);
}

} // namespace

void parseCpuElsewhere(const Section &in, Findings &out)
{
    const Sysctl sysctl(in.bytes("sysctl"));
    if (sysctl.isEmpty()) {
        setSolarisProcessors(in, out);
        setAixProcessors(in, out);
        return;
    }
    const QByteArrayView brand = sysctl.text("machdep.cpu.brand_string");
    const QByteArrayView model = brand.isEmpty() ? sysctl.text("hw.model") : brand;
    const auto online = sysctl.number("hw.ncpuonline"), all = sysctl.number("hw.ncpu"), logical = sysctl.number("hw.logicalcpu");
    const auto physical = sysctl.number("hw.physicalcpu"), cores = sysctl.number("kern.smp.cores");
    const qint64 count = logical.value_or(online.value_or(all.value_or(0)));
    if (count <= 0)
        return;
    QJsonArray processors{toText(model)};
    // As Ansible: OpenBSD's are listed one by one.
    while (out.text(u"system") == u"OpenBSD" && processors.size() < std::min<qint64>(count, mostEntries))
        processors.append(toText(model));
    out.set(u"processor", processors);
    out.set(u"cpu_model", toText(model).simplified());
    // Ansible counts processors here as the kernel does: each thread is one.
    out.set(u"processor_count", count);
    out.set(u"processor_cores", physical.value_or(cores.value_or(count)));
    out.set(u"processor_vcpus", count);
    out.set(u"cpu_threads", count);
    if (physical || cores)
        out.set(u"cpu_cores", physical.value_or(cores.value_or(count)));
    if (const auto packages = sysctl.number("hw.packages"))
        out.set(u"cpu_sockets", *packages);
    const auto threads = sysctl.number("kern.smp.threads_per_core");
    if (threads)
        out.set(u"processor_threads_per_core", *threads);
    QJsonArray flags;
    for (const QByteArrayView flag : wordsOf(sysctl.text("machdep.cpu.features")))
        flags.append(toText(flag).toLower());
    if (!flags.isEmpty())
        out.set(u"flags", flags);
    setBootMessages(in.bytes("dmesg"), out);
}

} // namespace collector::facts
