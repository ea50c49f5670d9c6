#include "inventory/value.h"

#include "model/json.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QLocale>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace collector {

namespace {

template<typename... Cases>
struct Overloaded : Cases...
{
    using Cases::operator()...;
};
template<typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::optional<double> asNumber(const Value &value)
{
    if (const auto *flag = value.as<bool>())
        return *flag ? 1.0 : 0.0;
    if (const auto *integer = value.as<qint64>())
        return static_cast<double>(*integer);
    if (const auto *number = value.as<double>())
        return *number;
    return std::nullopt;
}

/// What json.dumps makes of a dictionary's key.
QByteArray keyText(const Value &key)
{
    QByteArray out;
    if (const auto *text = key.as<QByteArray>())
        return *text;
    appendJson(out, key);
    return out;
}

QByteArray pythonText(QByteArrayView text)
{
    const char quote = text.contains('\'') && !text.contains('"') ? '"' : '\'';
    QByteArray out(1, quote);
    for (const char c : text) {
        if (c == quote || c == '\\')
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else
            out += c;
    }
    return out + quote;
}

QByteArray representation(const Value &value)
{
    return std::visit(Overloaded{
                          [](const Value::Null &) { return QByteArray("None"); },
                          [](bool flag) { return QByteArray(flag ? "True" : "False"); },
                          [](qint64 integer) { return QByteArray::number(integer); },
                          [](const Value::BigInteger &integer) { return integer.digits; },
                          [](double number) { return pythonFloat(number); },
                          [](const QByteArray &text) { return pythonText(text); },
                          [](const Value::List &list) {
                              QByteArray out = "[";
                              for (const Value &item : list)
                                  out += (out.size() > 1 ? ", " : "") + representation(item);
                              return out + ']';
                          },
                          [](const Value::Map &map) {
                              QByteArray out = "{";
                              for (const auto &[key, item] : map)
                                  out += (out.size() > 1 ? ", " : "") + representation(key) + ": " + representation(item);
                              return out + '}';
                          },
                          [](const Value::Vault &) { return QByteArray("'***'"); },
                          [](const Value::Unsafe &unsafe) { return pythonText(unsafe.text); },
                          [](const Value::Unprintable &) { return QByteArray("?"); },
                      },
                      value.data);
}

void newLine(QByteArray &out, int indent)
{
    if (indent < 0)
        return;
    out += '\n';
    out.append(indent, ' ');
}

void appendMember(QByteArray &out, const char *key, QByteArrayView text)
{
    out += "{\"" + QByteArray(key) + "\": ";
    appendJsonText(out, text);
    out += '}';
}

void appendList(QByteArray &out, const Value::List &list, int indent)
{
    if (list.empty()) {
        out += "[]";
        return;
    }
    const int inner = indent < 0 ? indent : indent + 4;
    char separator = '[';
    for (const Value &item : list) {
        out += separator;
        separator = ',';
        newLine(out, inner);
        appendJson(out, item, inner);
    }
    newLine(out, indent);
    out += ']';
}

void appendMap(QByteArray &out, const Value::Map &map, int indent)
{
    if (map.empty()) {
        out += "{}";
        return;
    }
    std::vector<std::pair<QByteArray, const Value *>> members;
    members.reserve(map.size());
    for (const auto &[key, item] : map)
        members.emplace_back(keyText(key), &item);
    std::stable_sort(members.begin(), members.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    const int inner = indent < 0 ? indent : indent + 4;
    char separator = '{';
    for (const auto &[key, item] : members) {
        out += separator;
        separator = ',';
        newLine(out, inner);
        appendJsonText(out, key);
        out += indent < 0 ? ":" : ": ";
        appendJson(out, *item, inner);
    }
    newLine(out, indent);
    out += '}';
}

} // namespace

bool Value::isTrue() const
{
    return std::visit(Overloaded{
                          [](const Null &) { return false; },
                          [](bool flag) { return flag; },
                          [](qint64 integer) { return integer != 0; },
                          [](const BigInteger &) { return true; },
                          [](double number) { return number != 0.0; },
                          [](const QByteArray &text) { return !text.isEmpty(); },
                          [](const List &list) { return !list.empty(); },
                          [](const Map &map) { return !map.empty(); },
                          [](const Vault &) { return true; },
                          [](const Unsafe &unsafe) { return !unsafe.text.isEmpty(); },
                          [](const Unprintable &) { return true; },
                      },
                      data);
}

bool Value::equals(const Value &other) const
{
    const auto number = asNumber(*this);
    const auto otherNumber = asNumber(other);
    if (number && otherNumber) {
        const auto *integer = as<qint64>();
        const auto *otherInteger = other.as<qint64>();
        return integer && otherInteger ? *integer == *otherInteger : *number == *otherNumber;
    }
    if (data.index() != other.data.index())
        return false;
    if (const auto *text = as<QByteArray>())
        return *text == *other.as<QByteArray>();
    if (const auto *integer = as<BigInteger>())
        return integer->digits == other.as<BigInteger>()->digits;
    if (const auto *list = as<List>()) {
        const List &theirs = *other.as<List>();
        return std::equal(list->begin(), list->end(), theirs.begin(), theirs.end(),
                          [](const Value &a, const Value &b) { return a.equals(b); });
    }
    return isNull();
}

QJsonValue Value::toJson() const
{
    return std::visit(Overloaded{
                          [](const Null &) { return QJsonValue(QJsonValue::Null); },
                          [](bool flag) { return QJsonValue(flag); },
                          [](qint64 integer) { return QJsonValue(integer); },
                          [](const BigInteger &integer) { return QJsonValue(QString::fromLatin1(integer.digits)); },
                          [](double number) { return std::isfinite(number) ? QJsonValue(number) : QJsonValue(QJsonValue::Null); },
                          [](const QByteArray &text) { return QJsonValue(QString::fromUtf8(text)); },
                          [](const List &list) {
                              QJsonArray array;
                              for (const Value &item : list)
                                  array.append(item.toJson());
                              return QJsonValue(array);
                          },
                          [](const Map &map) {
                              QJsonObject object;
                              for (const auto &[key, item] : map)
                                  object.insert(QString::fromUtf8(keyText(key)), item.toJson());
                              return QJsonValue(object);
                          },
                          [](const Vault &vault) {
                              return QJsonValue(QJsonObject{{QStringLiteral("__ansible_vault"), QString::fromUtf8(vault.text)}});
                          },
                          [](const Unsafe &unsafe) { return QJsonValue(QString::fromUtf8(unsafe.text)); },
                          [](const Unprintable &) { return QJsonValue(QJsonValue::Null); },
                      },
                      data);
}

QByteArray Value::toText() const
{
    if (const auto *text = as<QByteArray>())
        return *text;
    if (const auto *unsafe = as<Unsafe>())
        return unsafe->text;
    return representation(*this);
}

double parseDouble(QByteArrayView text)
{
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc::result_out_of_range)
        return number;
    const bool tiny = text.contains("e-") || text.contains("E-") || text.startsWith("0.") || text.startsWith('.');
    return tiny ? 0.0 : std::numeric_limits<double>::infinity();
}

QByteArray pythonFloat(double number)
{
    if (std::isnan(number))
        return "nan";
    if (std::isinf(number))
        return number < 0 ? "-inf" : "inf";
    // Shortest digits that read back the same; Python turns to an exponent below 1e-4 and from 1e16 on.
    const double size = std::fabs(number);
    if (size != 0.0 && (size < 1e-4 || size >= 1e16)) {
        QByteArray text = QByteArray::number(number, 'e', QLocale::FloatingPointShortest);
        return text;
    }
    QByteArray text = QByteArray::number(number, 'f', QLocale::FloatingPointShortest);
    if (!text.contains('.'))
        text += ".0";
    return text;
}

bool setInMap(Value::Map &map, Value key, Value value)
{
    for (auto &[known, item] : map) {
        if (known.equals(key)) {
            item = std::move(value);
            return true;
        }
    }
    map.emplace_back(std::move(key), std::move(value));
    return false;
}

void appendJsonText(QByteArray &out, QByteArrayView text)
{
    appendJsonString(out, text, "?");
}

void appendJson(QByteArray &out, const Value &value, int indent)
{
    std::visit(Overloaded{
                   [&](const Value::Null &) { out += "null"; },
                   [&](bool flag) { out += flag ? "true" : "false"; },
                   [&](qint64 integer) { out += QByteArray::number(integer); },
                   [&](const Value::BigInteger &integer) { out += integer.digits; },
                   [&](double number) {
                       if (std::isfinite(number))
                           out += pythonFloat(number);
                       else
                           out += std::isnan(number) ? "NaN" : (number < 0 ? "-Infinity" : "Infinity");
                   },
                   [&](const QByteArray &text) { appendJsonText(out, text); },
                   [&](const Value::List &list) { appendList(out, list, indent); },
                   [&](const Value::Map &map) { appendMap(out, map, indent); },
                   [&](const Value::Vault &vault) { appendMember(out, "__ansible_vault", vault.text); },
                   [&](const Value::Unsafe &unsafe) { appendMember(out, "__ansible_unsafe", unsafe.text); },
                   [&](const Value::Unprintable &) { out += "null"; },
               },
               value.data);
}

} // namespace collector
