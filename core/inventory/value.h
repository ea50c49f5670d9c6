// What a variable holds, as Python would: integers of any size apart from floats, dictionaries with keys that are not text.
// QJsonValue knows neither, hence our own tree while reading; the outside sees QJsonValue. Values, any thread.
#pragma once

#include <QByteArray>
#include <QJsonValue>

#include <utility>
#include <variant>
#include <vector>

namespace collector {

class Value final
{
public:
    using List = std::vector<Value>;
    using Map = std::vector<std::pair<Value, Value>>;

    struct Null
    {
    };
    /// An integer beyond 64 bits, in decimal.
    struct BigInteger
    {
        QByteArray digits;
    };
    /// Ansible's vault text: encrypted, and nobody here has the key.
    struct Vault
    {
        QByteArray text;
    };
    /// `!unsafe` text: braces in it are no template.
    struct Unsafe
    {
        QByteArray text;
    };

    /// A set, a complex number or the like: Ansible fails on it as soon as a host has it.
    struct Unprintable
    {
        const char *reason = nullptr;
    };

    using Data = std::variant<Null, bool, qint64, BigInteger, double, QByteArray, List, Map, Vault, Unsafe, Unprintable>;

    Value() = default;
    template<typename T>
    explicit Value(T value) : data(std::move(value))
    {
    }

    template<typename T>
    [[nodiscard]] const T *as() const
    {
        return std::get_if<T>(&data);
    }
    [[nodiscard]] bool isNull() const { return std::holds_alternative<Null>(data); }

    /// Python's idea of truth: empty, zero and None are false.
    [[nodiscard]] bool isTrue() const;
    /// Python's ==, as keys of a dictionary are compared: 1 == 1.0 == True.
    [[nodiscard]] bool equals(const Value &other) const;
    /// A BigInteger is a text of all its digits there: as a number it would be another one.
    [[nodiscard]] QJsonValue toJson() const;
    /// As Ansible puts it into a text: Python's str().
    [[nodiscard]] QByteArray toText() const;

    Data data;
};

/// The number that a text of digits, point and exponent stands for; too large is infinite, as in Python.
[[nodiscard]] double parseDouble(QByteArrayView text);
/// A float as Python's repr() writes it: "1000.0", "1e+16", "inf".
[[nodiscard]] QByteArray pythonFloat(double number);

/// Sets `key` in a dictionary as Python does: an equal key stays, its value is replaced. True where it was there.
bool setInMap(Value::Map &map, Value key, Value value);

/// JSON as json.dumps(sort_keys=True, ensure_ascii=False) prints it; a byte that is not UTF-8 becomes `?`, as there.
/// `indent` < 0: compact.
void appendJson(QByteArray &out, const Value &value, int indent = -1);
void appendJsonText(QByteArray &out, QByteArrayView text);

} // namespace collector
