#include "inventory/datanode.h"
#include "inventory/pythonnumber.h"

#include <QDate>
#include <QRegularExpression>

#include <array>
#include <cmath>
#include <limits>

namespace collector {

namespace {

constexpr qsizetype longestInteger = 4300; // digits, as in Python

// The expressions of PyYAML's resolver.py (YAML 1.1), as they are.
const QRegularExpression &floatForm()
{
    static const QRegularExpression form(QStringLiteral(R"(^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?)"
                                                        R"(|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)"
                                                        R"(|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)"
                                                        R"(|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$)"));
    return form;
}

const QRegularExpression &intForm()
{
    static const QRegularExpression form(QStringLiteral(R"(^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*))"
                                                        R"(|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$)"));
    return form;
}

const QRegularExpression &timeForm()
{
    static const QRegularExpression form(QStringLiteral(
        R"(^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2}))"
        R"((?:\.([0-9]*))?(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::([0-9]{2}))?))?)$)"));
    return form;
}

constexpr std::array truths{"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr std::array lies{"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};

template<size_t N>
bool isOneOf(const QByteArray &text, const std::array<const char *, N> &words)
{
    for (const char *word : words) {
        if (text == word)
            return true;
    }
    return false;
}

YamlScalar broken(const char *problem)
{
    return {YamlScalar::Broken, {}, problem, false};
}
YamlScalar known(Value value)
{
    return {YamlScalar::Known, std::move(value), nullptr, false};
}

Value integer(const QByteArray &digits, int base, bool negative)
{
    QByteArray decimal = toDecimal(digits, base);
    if (negative && decimal != "0")
        decimal.prepend('-');
    bool fits = false;
    const qint64 number = decimal.toLongLong(&fits);
    return fits ? Value(number) : Value(Value::BigInteger{decimal});
}

YamlScalar intOf(const QByteArray &text)
{
    QByteArray digits = QByteArray(text).replace("_", "");
    const bool negative = digits.startsWith('-');
    if (negative || digits.startsWith('+'))
        digits.remove(0, 1);
    if (digits.isEmpty())
        return broken("this is no integer");
    if (digits.size() > longestInteger)
        return broken("the number is too large");
    if (digits.contains(':')) {
        qint64 sum = 0;
        for (const QByteArray &part : digits.split(':')) {
            if (__builtin_mul_overflow(sum, 60, &sum) || __builtin_add_overflow(sum, part.toLongLong(), &sum))
                return broken("the number is too large");
        }
        return known(Value(negative ? -sum : sum));
    }
    const int base = digits.startsWith("0b") ? 2 : (digits.startsWith("0x") ? 16 : (digits.startsWith('0') ? 8 : 10));
    if (base == 2 || base == 16)
        digits.remove(0, 2);
    if (digits.isEmpty())
        return broken("this is no integer");
    for (const char c : digits) {
        bool valid = false;
        QByteArray(1, c).toInt(&valid, base);
        if (!valid)
            return broken("this is no integer");
    }
    return known(integer(digits, base, negative));
}

YamlScalar floatOf(const QByteArray &text)
{
    QByteArray digits = QByteArray(text).replace("_", "").toLower();
    const double sign = digits.startsWith('-') ? -1.0 : 1.0;
    if (digits.startsWith('-') || digits.startsWith('+'))
        digits.remove(0, 1);
    if (digits == ".inf")
        return known(Value(sign * std::numeric_limits<double>::infinity()));
    if (digits == ".nan")
        return known(Value(std::numeric_limits<double>::quiet_NaN()));
    double sum = 0;
    for (const QByteArray &part : digits.split(':')) {
        if (part.isEmpty() || !(part[0] == '.' || (part[0] >= '0' && part[0] <= '9')))
            return broken("this is no number");
        sum = sum * 60 + parseDouble(part);
    }
    return known(Value(sign * sum));
}

QByteArray padded(int number, int width)
{
    return QByteArray::number(number).rightJustified(width, '0');
}

/// As datetime.isoformat() prints it.
YamlScalar timeOf(const QByteArray &text)
{
    const auto match = timeForm().match(QString::fromUtf8(text));
    const auto isoDate = [](QByteArray iso) { return YamlScalar{YamlScalar::Known, Value(std::move(iso)), nullptr, true}; };
    if (!match.hasMatch())
        return broken("this is no date");
    const bool dateOnly = match.capturedLength(1) <= 0;
    const QDate date = dateOnly ? QDate::fromString(QString::fromUtf8(text), Qt::ISODate)
                                : QDate(match.captured(1).toInt(), match.captured(2).toInt(), match.captured(3).toInt());
    if (!date.isValid() || date.year() < 1)
        return broken("there is no such date; quotes keep it as text");
    QByteArray out = padded(date.year(), 4) + '-' + padded(date.month(), 2) + '-' + padded(date.day(), 2);
    if (dateOnly)
        return isoDate(out);
    const int hour = match.captured(4).toInt();
    const int minute = match.captured(5).toInt();
    const int second = match.captured(6).toInt();
    if (hour > 23 || minute > 59 || second > 59)
        return broken("there is no such time; quotes keep it as text");
    out += 'T' + padded(hour, 2) + ':' + padded(minute, 2) + ':' + padded(second, 2);
    const QByteArray fraction = match.captured(7).toUtf8().left(6).leftJustified(6, '0');
    if (fraction != "000000")
        out += '.' + fraction;
    if (match.captured(8) == u'Z')
        return isoDate(out + "+00:00");
    if (match.capturedLength(8) <= 0)
        return isoDate(out);
    const int zoneHours = match.captured(10).toInt();
    const int zoneMinutes = match.captured(11).toInt();
    if (zoneHours > 23 || zoneMinutes > 59)
        return broken("there is no such time zone; quotes keep it as text");
    const bool zero = zoneHours == 0 && zoneMinutes == 0;
    out += (zero ? "+" : match.captured(9).toUtf8()) + padded(zoneHours, 2) + ':' + padded(zoneMinutes, 2);
    return isoDate(out);
}

} // namespace

YamlScalar YamlScalar::resolve(const QByteArray &text)
{
    if (text.isEmpty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
        return known(Value());
    if (isOneOf(text, truths))
        return known(Value(true));
    if (isOneOf(text, lies))
        return known(Value(false));
    if (text == "<<")
        return {Merge, {}, nullptr, false};
    if (text == "=")
        return broken("a lone = has a meaning of its own in YAML; put it into quotes");
    const char c = text.front();
    if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.') {
        const QString form = QString::fromUtf8(text);
        if (floatForm().match(form).hasMatch())
            return floatOf(text);
        if (intForm().match(form).hasMatch())
            return intOf(text);
        if (c >= '0' && c <= '9' && text.size() >= 8 && timeForm().match(form).hasMatch())
            return timeOf(text);
    }
    return known(Value(text));
}

YamlScalar YamlScalar::construct(QByteArrayView tag, const QByteArray &text)
{
    if (tag == "str")
        return known(Value(text));
    if (tag == "int")
        return intOf(text);
    if (tag == "float")
        return floatOf(text);
    if (tag == "null")
        return known(Value());
    if (tag == "timestamp")
        return timeOf(text);
    if (tag == "binary")
        return known(Value(Value::Unprintable{"binary data (!!binary) has no form in JSON"}));
    if (tag == "bool") {
        const QByteArray lower = text.toLower();
        if (isOneOf(lower, truths) || isOneOf(lower, lies))
            return known(Value(isOneOf(lower, truths)));
        return broken("this is no boolean");
    }
    return broken("a tag of this kind is not understood");
}

} // namespace collector
