// Integers of any length as Python writes them, from text and back to it. Pure functions, any thread.
#pragma once

#include "inventory/value.h"

#include <QByteArrayView>

#include <optional>

namespace collector {

[[nodiscard]] constexpr bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Of a digit in base 2 to 16; 99: it is none.
[[nodiscard]] int digitValue(char c);

/// Decimal digits of a number written in base 2, 8 or 16 (digits only, any length).
[[nodiscard]] QByteArray toDecimal(QByteArrayView digits, int base);

/// A qint64 where it fits, else a BigInteger.
[[nodiscard]] Value integerOf(const QByteArray &decimal);

/// The number that `text` is, where it is written as most are: digits without a zero in front, perhaps a minus.
[[nodiscard]] std::optional<qint64> plainInteger(QByteArrayView text);

/// Python's int(value), where that is a qint64: of text too, a fraction cut off.
[[nodiscard]] std::optional<qint64> intOf(const Value &value);

/// Python's unary minus, on a number.
void negate(Value &value);

} // namespace collector
