// Memory and swap of other systems.

#include "elsewhere.h"

#include "sysctl.h"
#include "text.h"

#include <algorithm>
#include <optional>

namespace collector::facts {

namespace {

constexpr qint64 mebi = 1 << 20;

void setMemory(Findings &out, qint64 total, std::optional<qint64> unused)
{
    if (total <= 0)
        return;
    out.set(u"memtotal_mb", total / mebi);
    out.set(u"memory_total_bytes", total);
    if (unused && *unused >= 0)
        out.set(u"memfree_mb", *unused / mebi);
}

void setSwap(Findings &out, qint64 total, qint64 unused)
{
    out.set(u"swaptotal_mb", total / mebi);
    out.set(u"swap_total_bytes", total);
    out.set(u"swapfree_mb", unused / mebi);
}

// Device 1K-blocks Used Avail Capacity (FreeBSD's swapinfo -k); a last line `Total` stands there only where there are several.
void addSwapinfo(QByteArrayView output, Findings &out)
{
    qint64 total = 0, unused = 0;
    bool isAnything = false;
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        isAnything |= words.value(0) == "Device";
        if (words.size() < 4 || words[0] == "Device" || words[0] == "Total" || !toInteger(words[1]) || !toInteger(words[3]))
            continue;
        addBytes(total, bytesOf(*toInteger(words[1]), 1024));
        addBytes(unused, bytesOf(*toInteger(words[3]), 1024));
    }
    if (isAnything)
        setSwap(out, total, unused);
}

// total: 1048576 1K-blocks allocated, 0 used, 1048576 available (OpenBSD and NetBSD: swapctl -sk)
void addSwapctl(QByteArrayView line, Findings &out)
{
    const QList<QByteArrayView> words = wordsOf(line);
    if (words.size() >= 8 && words[0] == "total:" && toInteger(words[1]) && toInteger(words[6]))
        setSwap(out, bytesOf(*toInteger(words[1]), 1024), bytesOf(*toInteger(words[6]), 1024));
    else if (line.startsWith("no swap devices"))
        setSwap(out, 0, 0);
}

// total = 2048.00M  used = 1.00M  free = 2047.00M (macOS)
void addSwapusage(QByteArrayView text, Findings &out)
{
    const QList<QByteArrayView> words = wordsOf(text);
    const auto amount = [&](QByteArrayView name) {
        const qsizetype at = words.indexOf(name);
        QByteArrayView number = at >= 0 && at + 2 < words.size() ? words[at + 2] : QByteArrayView();
        if (number.endsWith('M'))
            number.chop(1);
        const double value = toNumber(number).value_or(0);
        return value >= 0 && value < 1e12 ? qint64(value * double(mebi)) : 0;
    };
    if (words.contains(QByteArrayView("total")))
        setSwap(out, amount("total"), amount("free"));
}

// macOS: what is neither wired, active nor inactive is free, as Ansible counts it; the page's size is that of the report.
std::optional<qint64> freeOfVmStat(QByteArrayView output, qint64 total)
{
    qint64 page = 4096, used = 0;
    for (const QByteArrayView line : linesOf(output)) {
        if (const qsizetype at = line.indexOf("page size of "); at >= 0)
            page = toInteger(wordsOf(line.sliced(at + 13)).value(0)).value_or(4096);
        auto [key, value] = keyValue(line, ':');
        if (value.endsWith('.'))
            value.chop(1);
        if (key == "Pages wired down" || key == "Pages active" || key == "Pages inactive")
            used += std::clamp<qint64>(toInteger(value).value_or(0), 0, qint64(1) << 40);
    }
    return used > 0 && page > 0 && page <= (1 << 24) ? std::optional(std::max<qint64>(0, total - used * page)) : std::nullopt;
}

// The last line of OpenBSD's vmstat, whose column `fre` holds `28160` (kilobytes) or `3264M`.
std::optional<qint64> freeOfVmstat(QByteArrayView output)
{
    const QList<QByteArrayView> lines = linesOf(output);
    const QList<QByteArrayView> heads = lines.size() > 2 ? wordsOf(lines[1]) : QList<QByteArrayView>();
    const qsizetype at = heads.indexOf(QByteArrayView("fre"));
    QByteArrayView text = at < 0 ? QByteArrayView() : wordsOf(lines.constLast()).value(at);
    const qint64 unit = text.endsWith('M') ? mebi : text.endsWith('G') ? 1024 * mebi : 1024;
    if (text.endsWith('M') || text.endsWith('G') || text.endsWith('K'))
        text.chop(1);
    const auto number = toInteger(text);
    return number && *number >= 0 ? std::optional(bytesOf(*number, unit)) : std::nullopt;
}

// total: 112230656k bytes allocated + 357865576k reserved = 470096232k used, 47057688k available (Solaris: swap -s)
void addSwapOfSolaris(QByteArrayView line, Findings &out)
{
    const QList<QByteArrayView> words = wordsOf(line);
    const auto before = [&](QByteArrayView name) -> qint64 {
        const qsizetype at = words.indexOf(name);
        QByteArrayView number = at > 0 ? words[at - 1] : QByteArrayView();
        if (number.endsWith('k'))
            number.chop(1);
        return bytesOf(toInteger(number).value_or(0), 1024);
    };
    if (words.value(0) == "total:" && words.contains(QByteArrayView("used,")))
        setSwap(out, before("used,") + before("available"), before("available"));
}

// Total Paging Space: 8192MB, Percent Used: 3% (AIX: prtconf)
void addPagingSpace(QByteArrayView prtconf, Findings &out)
{
    QByteArrayView total = valueIn(prtconf, "Total Paging Space"), used = valueIn(prtconf, "Percent Used");
    if (total.endsWith("MB"))
        total.chop(2);
    if (used.endsWith('%'))
        used.chop(1);
    const auto amount = toInteger(total), percent = toInteger(used);
    if (amount && percent && *percent >= 0 && *percent <= 100) {
        const qint64 bytes = bytesOf(*amount, mebi);
        setSwap(out, bytes, bytes / 100 * (100 - *percent));
    }
}

// `Memory size: 8192 Megabytes` of prtconf; `Memory Size: 4096 MB` of AIX.
qint64 memoryOfPrtconf(QByteArrayView output)
{
    for (const QByteArrayView line : linesOf(output)) {
        const auto [key, value] = keyValue(line, ':');
        if (key.compare("Memory size", Qt::CaseInsensitive) == 0) {
            const qint64 amount = wordsOf(value).isEmpty() ? 0 : toInteger(wordsOf(value)[0]).value_or(0);
            return amount > 0 && amount < (qint64(1) << 30) ? amount * mebi : 0;
        }
    }
    return 0;
}

} // namespace

void parseMemoryElsewhere(const Section &in, Findings &out)
{
    const Sysctl sysctl(in.bytes("sysctl"));
    const qint64 page = sysctl.number("hw.pagesize").value_or(sysctl.number("vm.stats.vm.v_page_size").value_or(4096));
    qint64 total = 0;
    for (const char *key : {"hw.memsize", "hw.physmem64", "hw.physmem", "hw.realmem"}) {
        if (total <= 0)
            total = sysctl.number(key).value_or(0);
    }
    if (total <= 0)
        total = memoryOfPrtconf(in.bytes("prtconf"));
    std::optional<qint64> unused;
    if (const auto pages = sysctl.number("vm.stats.vm.v_free_count"); pages && *pages < (qint64(1) << 40))
        unused = *pages * page;
    if (in.has("vm_stat"))
        unused = freeOfVmStat(in.bytes("vm_stat"), total);
    if (in.has("vmstat"))
        unused = freeOfVmstat(in.bytes("vmstat"));
    // AIX: `  1234567 free pages` of vmstat -v, of four kilobytes each
    for (const QByteArrayView line : linesOf(in.bytes("vmstat-v"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() == 3 && words[1] == "free" && words[2] == "pages" && toInteger(words[0]))
            unused = bytesOf(*toInteger(words[0]), 4096);
    }
    setMemory(out, total, unused);
    // As Ansible: of FreeBSD what its pages make, of OpenBSD what programs may have.
    const auto pages = sysctl.number("vm.stats.vm.v_page_count"), user = sysctl.number("hw.usermem");
    if (pages && *pages > 0)
        out.set(u"memtotal_mb", bytesOf(*pages, page) / mebi);
    else if (user && *user > 0 && out.text(u"system") == u"OpenBSD")
        out.set(u"memtotal_mb", *user / mebi);
    addSwapOfSolaris(in.firstLine("swap"), out);
    addPagingSpace(in.bytes("prtconf"), out);
    addSwapinfo(in.bytes("swapinfo"), out);
    addSwapctl(in.firstLine("swapctl"), out);
    addSwapusage(sysctl.text("vm.swapusage"), out);
}

} // namespace collector::facts
