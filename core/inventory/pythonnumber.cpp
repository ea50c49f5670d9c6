#include "inventory/pythonnumber.h"

#include "inventory/pythontext.h"

#include <limits>
#include <vector>

namespace collector {

int digitValue(char c)
{
    if (isDigit(c))
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

QByteArray toDecimal(QByteArrayView digits, int base)
{
    std::vector<quint32> limbs{0}; // base 10^9, lowest first
    for (const char c : digits) {
        quint64 carry = static_cast<quint64>(digitValue(c));
        for (quint32 &limb : limbs) {
            carry += static_cast<quint64>(limb) * static_cast<quint64>(base);
            limb = static_cast<quint32>(carry % 1'000'000'000);
            carry /= 1'000'000'000;
        }
        if (carry != 0)
            limbs.push_back(static_cast<quint32>(carry));
    }
    QByteArray out = QByteArray::number(limbs.back());
    for (size_t i = limbs.size() - 1; i-- > 0;)
        out += QByteArray::number(limbs[i]).rightJustified(9, '0');
    return out;
}

Value integerOf(const QByteArray &decimal)
{
    bool fits = false;
    const qint64 number = decimal.toLongLong(&fits);
    return fits ? Value(number) : Value(Value::BigInteger{decimal});
}

std::optional<qint64> plainInteger(QByteArrayView text)
{
    constexpr qsizetype longest = 17;
    const bool negative = text.startsWith('-');
    const QByteArrayView digits = text.sliced(negative ? 1 : 0);
    if (digits.isEmpty() || digits.size() > longest || (digits.front() == '0' && digits.size() > 1))
        return std::nullopt;
    qint64 number = 0;
    for (const char c : digits) {
        if (!isDigit(c))
            return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return negative ? -number : number;
}

void negate(Value &value)
{
    if (const auto *integer = value.as<qint64>())
        value.data = -*integer;
    else if (const auto *number = value.as<double>())
        value.data = -*number;
    else if (const auto *big = value.as<Value::BigInteger>(); big && big->digits == "9223372036854775808")
        value.data = std::numeric_limits<qint64>::min();
    else if (big)
        value.data = Value::BigInteger{'-' + big->digits};
}

std::optional<qint64> intOf(const Value &value)
{
    if (const auto *integer = value.as<qint64>())
        return *integer;
    if (const auto *flag = value.as<bool>())
        return *flag ? 1 : 0;
    if (const auto *number = value.as<double>(); number && *number > -9e15 && *number < 9e15)
        return static_cast<qint64>(*number);
    const auto *text = value.as<QByteArray>();
    bool valid = false;
    const qint64 number = text ? stripped(*text).toByteArray().toLongLong(&valid) : 0;
    return valid ? std::optional(number) : std::nullopt;
}

} // namespace collector
