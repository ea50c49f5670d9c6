#include "model/json.h"

#include "model/utf8.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace collector {

namespace {

constexpr double exactWhole = 9007199254740992.0; // 2^53: below it a double has every whole number exactly
constexpr char hexDigits[] = "0123456789abcdef";

// Whether a byte stands in a JSON string as it is.
constexpr std::array<bool, 256> isPlain = [] {
    std::array<bool, 256> table{};
    for (int c = 0x20; c < 0x80; ++c)
        table[size_t(c)] = c != '"' && c != '\\' && c != 0x7f;
    return table;
}();

void appendEscaped(QByteArray &out, uchar c)
{
    switch (c) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        out += "\\u00";
        out += hexDigits[c >> 4];
        out += hexDigits[c & 15];
    }
}

// A whole number or a fraction of thousandths, as most are (milliseconds, percent): less work than the general way. Null: it is neither. A
// decimal of at most 15 digits belongs to one double alone, so these are the fewest digits that give the value back.
char *putThousandths(char *at, double value)
{
    const double magnitude = std::abs(value);
    if (!(magnitude < 1e9))
        return nullptr;
    const auto thousandths = quint64(qRound64(magnitude * 1000));
    if (double(thousandths) / 1000 != magnitude)
        return nullptr;
    if (value < 0)
        *at++ = '-';
    const quint64 whole = thousandths / 1000;
    if (whole < 10)
        *at++ = char('0' + whole);
    else
        at = std::to_chars(at, at + 20, whole).ptr;
    const auto rest = quint32(thousandths % 1000);
    if (rest == 0)
        return at;
    const quint32 tens = rest / 10;
    at[0] = '.';
    at[1] = char('0' + tens / 10);
    at[2] = char('0' + tens % 10);
    at[3] = char('0' + rest % 10);
    return at + (at[3] != '0' ? 4 : at[2] != '0' ? 3 : 2);
}

} // namespace

bool appendJsonString(QByteArray &out, QByteArrayView utf8, QByteArrayView replacement)
{
    bool isValid = true;
    out += '"';
    qsizetype from = 0;
    for (qsizetype i = 0; i < utf8.size();) {
        const auto c = uchar(utf8[i]);
        if (isPlain[c]) {
            ++i;
            continue;
        }
        const qsizetype length = c < 0x80 ? 0 : utf8Length(utf8.sliced(i));
        if (length > 0) {
            i += length;
            continue;
        }
        out += utf8.sliced(from, i - from);
        if (c < 0x80) {
            appendEscaped(out, c);
        } else {
            out += replacement;
            isValid = false;
        }
        from = ++i;
    }
    out += utf8.sliced(from);
    out += '"';
    return isValid;
}

void appendJsonString(QByteArray &out, QStringView text)
{
    // Nearly all text is plain ASCII, and needs no copy in between.
    const auto isPlainUnit = [](QChar c) { return c.unicode() < 0x80 && isPlain[c.unicode()]; };
    if (std::all_of(text.begin(), text.end(), isPlainUnit)) {
        const qsizetype start = out.size();
        out.resize(start + text.size() + 2);
        char *at = out.data() + start;
        *at++ = '"';
        for (const QChar c : text)
            *at++ = char(c.unicode());
        *at = '"';
        return;
    }
    const QByteArray utf8 = text.toUtf8();
    appendJsonString(out, QByteArrayView(utf8));
}

void appendJsonNumber(QByteArray &out, qint64 value)
{
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end - digits.data());
}

void appendJsonNumber(QByteArray &out, double value)
{
    std::array<char, jsonNumberRoom> digits;
    out.append(digits.data(), putJsonNumber(digits.data(), value) - digits.data());
}

char *putJsonNumber(char *at, double value)
{
    if (char *const end = putThousandths(at, value))
        return end;
    if (!std::isfinite(value))
        return std::copy_n("null", 4, at);
    if (value == std::trunc(value) && std::abs(value) < exactWhole)
        return std::to_chars(at, at + jsonNumberRoom, qint64(value)).ptr;
    return std::to_chars(at, at + jsonNumberRoom, value).ptr;
}

char *putJsonNumber(char *at, const QJsonValue &number)
{
    const double value = number.toDouble();
    if (std::abs(value) < exactWhole)
        return putJsonNumber(at, value);
    // Whole numbers beyond a double's 53 bits are kept as such.
    const qint64 whole = number.toInteger(0);
    if (whole != 0 && double(whole) == value)
        return std::to_chars(at, at + jsonNumberRoom, whole).ptr;
    return putJsonNumber(at, value);
}

void appendJson(QByteArray &out, const QJsonValue &value, int depth)
{
    switch (value.type()) {
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        out += "null";
        return;
    case QJsonValue::Bool:
        out += value.toBool() ? "true" : "false";
        return;
    case QJsonValue::Double: {
        std::array<char, jsonNumberRoom> digits;
        out.append(digits.data(), putJsonNumber(digits.data(), value) - digits.data());
        return;
    }
    case QJsonValue::String:
        appendJsonString(out, QStringView(value.toString()));
        return;
    case QJsonValue::Array: {
        if (depth <= 0) {
            out += "null";
            return;
        }
        char separator = '[';
        const QJsonArray array = value.toArray();
        for (const QJsonValue item : array) {
            out += separator;
            appendJson(out, item, depth - 1);
            separator = ',';
        }
        out += separator == '[' ? "[]" : "]";
        return;
    }
    case QJsonValue::Object: {
        if (depth <= 0) {
            out += "null";
            return;
        }
        char separator = '{';
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            out += separator;
            appendJsonString(out, QStringView(it.key()));
            out += ':';
            appendJson(out, it.value(), depth - 1);
            separator = ',';
        }
        out += separator == '{' ? "{}" : "}";
        return;
    }
    }
}

} // namespace collector
