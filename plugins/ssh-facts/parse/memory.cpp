#include "memory.h"

#include "elsewhere.h"
#include "text.h"

#include <QHash>

namespace collector::facts {

void parseMemory(const Section &in, Findings &out)
{
    if (!in.has("/proc/meminfo")) {
        parseMemoryElsewhere(in, out);
        return;
    }
    QHash<QByteArray, qint64> kibibytes;
    for (const QByteArrayView line : linesOf(in.bytes("/proc/meminfo"))) {
        const auto [key, value] = keyValue(line, ':');
        const QList<QByteArrayView> words = wordsOf(value);
        const auto number = words.isEmpty() ? std::nullopt : toInteger(words.constFirst());
        if (number && *number >= 0 && *number < (qint64(1) << 50))
            kibibytes.insert(key.toByteArray(), *number);
    }
    const auto mebibytes = [&](const char *key) -> QJsonValue {
        const auto found = kibibytes.constFind(key);
        return found == kibibytes.constEnd() ? QJsonValue() : QJsonValue(*found / 1024);
    };
    const auto number = [](const QJsonValue &value) { return value.toInteger(); };
    const QJsonValue total = mebibytes("MemTotal"), unused = mebibytes("MemFree"), cached = mebibytes("Cached");
    const QJsonValue buffers = mebibytes("Buffers"), swapTotal = mebibytes("SwapTotal"), swapFree = mebibytes("SwapFree");
    out.set(u"memtotal_mb", total);
    out.set(u"memfree_mb", unused);
    out.set(u"swaptotal_mb", swapTotal);
    out.set(u"swapfree_mb", swapFree);
    if (total.isNull() || unused.isNull())
        return;
    const qint64 reclaimable = number(cached) + number(unused) + number(buffers);
    out.set(u"memory_mb", QJsonObject{{QStringLiteral("real"), QJsonObject{{QStringLiteral("total"), total},
                                                                           {QStringLiteral("used"), number(total) - number(unused)},
                                                                           {QStringLiteral("free"), unused}}},
                                      {QStringLiteral("nocache"), QJsonObject{{QStringLiteral("free"), reclaimable},
                                                                              {QStringLiteral("used"), number(total) - reclaimable}}},
                                      {QStringLiteral("swap"), QJsonObject{{QStringLiteral("total"), swapTotal},
                                                                           {QStringLiteral("free"), swapFree},
                                                                           {QStringLiteral("used"), number(swapTotal) - number(swapFree)},
                                                                           {QStringLiteral("cached"), mebibytes("SwapCached")}}}});
    out.set(u"memory_total_bytes", kibibytes.value("MemTotal") * 1024);
    out.set(u"swap_total_bytes", kibibytes.value("SwapTotal") * 1024);
    if (kibibytes.contains("MemAvailable"))
        out.set(u"memory_available_bytes", kibibytes.value("MemAvailable") * 1024);
    else
        out.miss(u"memory_available_bytes", Absence::Unsupported);
}

} // namespace collector::facts
