#include "output/timestamp.h"

#include <array>

namespace collector {

namespace {

constexpr qint64 msPerDay = 86'400'000;
constexpr qint64 lastMs = 253'402'300'799'999; // 9999-12-31T23:59:59.999Z
constexpr qint64 firstMs = -62'167'219'200'000;

struct Civil
{
    int year;
    int month;
    int day;
};

// Days since 1970-01-01 to the Gregorian calendar and back, by eras of 400 years that begin in March
// (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
constexpr Civil civilFromDays(qint64 days)
{
    days += 719'468;
    const qint64 era = (days >= 0 ? days : days - 146'096) / 146'097;
    const auto dayOfEra = int(days - era * 146'097);
    const int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36'524 - dayOfEra / 146'096) / 365;
    const int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const int shifted = (5 * dayOfYear + 2) / 153;
    const int month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {int(yearOfEra + era * 400) + (month <= 2), month, dayOfYear - (153 * shifted + 2) / 5 + 1};
}

constexpr qint64 daysFromCivil(Civil date)
{
    const int year = date.year - (date.month <= 2);
    const qint64 era = (year >= 0 ? year : year - 399) / 400;
    const auto yearOfEra = int(year - era * 400);
    const int dayOfYear = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    const int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146'097 + dayOfEra - 719'468;
}

static_assert(daysFromCivil({1970, 1, 1}) == 0 && daysFromCivil({2000, 2, 29}) == 11'016);
static_assert(civilFromDays(11'016).day == 29 && civilFromDays(-1).year == 1969);

void put(char *at, int digits, int value)
{
    for (; digits > 0; --digits, value /= 10)
        at[digits - 1] = char('0' + value % 10);
}

// `digits` decimal digits at `at`, which moves past them; -1 if one of them is none.
int take(QByteArrayView text, qsizetype &at, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; ++i, ++at) {
        if (at >= text.size() || text[at] < '0' || text[at] > '9')
            return -1;
        value = value * 10 + (text[at] - '0');
    }
    return value;
}

bool skip(QByteArrayView text, qsizetype &at, QByteArrayView oneOf)
{
    if (at >= text.size() || !oneOf.contains(text[at]))
        return false;
    ++at;
    return true;
}

} // namespace

void appendTimestamp(QByteArray &out, qint64 msSinceEpoch)
{
    const qint64 ms = qBound(firstMs, msSinceEpoch, lastMs);
    const qint64 days = ms >= 0 ? ms / msPerDay : -((-ms + msPerDay - 1) / msPerDay);
    const auto rest = int(ms - days * msPerDay);
    const Civil date = civilFromDays(days);
    std::array<char, 24> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                              '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
    put(text.data(), 4, date.year);
    put(text.data() + 5, 2, date.month);
    put(text.data() + 8, 2, date.day);
    put(text.data() + 11, 2, rest / 3'600'000);
    put(text.data() + 14, 2, rest / 60'000 % 60);
    put(text.data() + 17, 2, rest / 1000 % 60);
    put(text.data() + 20, 3, rest % 1000);
    out.append(text.data(), qsizetype(text.size()));
}

QByteArray timestamp(qint64 msSinceEpoch)
{
    QByteArray text;
    appendTimestamp(text, msSinceEpoch);
    return text;
}

QByteArray timestampJson(qint64 msSinceEpoch)
{
    return msSinceEpoch < 0 ? QByteArray("null") : '"' + timestamp(msSinceEpoch) + '"';
}

std::optional<qint64> parseTimestamp(QByteArrayView text)
{
    qsizetype at = 0;
    const int year = take(text, at, 4);
    const bool hasYear = skip(text, at, "-");
    const int month = take(text, at, 2);
    const bool hasMonth = skip(text, at, "-");
    const int day = take(text, at, 2);
    const bool hasDay = skip(text, at, "Tt ");
    const int hour = take(text, at, 2);
    const bool hasHour = skip(text, at, ":");
    const int minute = take(text, at, 2);
    const bool hasMinute = skip(text, at, ":");
    const int second = take(text, at, 2);
    if (year < 0 || !hasYear || month < 1 || month > 12 || !hasMonth || day < 1 || day > 31 || !hasDay || hour < 0 || hour > 23 ||
        !hasHour || minute < 0 || minute > 59 || !hasMinute || second < 0 || second > 60)
        return std::nullopt;
    qint64 ms = daysFromCivil({year, month, day}) * msPerDay + hour * 3'600'000LL + minute * 60'000LL + second * 1000LL;
    if (skip(text, at, ".")) {
        int scale = 100;
        const qsizetype from = at;
        for (int digit; (digit = take(text, at, 1)) >= 0; scale /= 10)
            ms += digit * scale;
        if (at == from)
            return std::nullopt;
    }
    if (skip(text, at, "Zz"))
        return at == text.size() ? std::optional(ms) : std::nullopt;
    const bool isEast = at < text.size() && text[at] == '+';
    if (!skip(text, at, "+-"))
        return std::nullopt;
    const int offsetHours = take(text, at, 2);
    const bool hasColon = skip(text, at, ":");
    const int offsetMinutes = take(text, at, 2);
    if (offsetHours < 0 || !hasColon || offsetMinutes < 0 || at != text.size())
        return std::nullopt;
    const qint64 offset = (offsetHours * 60LL + offsetMinutes) * 60'000;
    return isEast ? ms - offset : ms + offset;
}

QByteArray makeRunId(qint64 msSinceEpoch, quint16 random)
{
    QByteArray id = timestamp(msSinceEpoch).first(19) + "Z-" + QByteArray::number(random, 16).rightJustified(4, '0');
    return id.replace("-", "").replace(":", "").insert(16, '-');
}

} // namespace collector
