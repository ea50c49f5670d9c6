#include "collector/facts.h"

#include "collector/joberror.h"
#include "sametext.h"

#include <QHash>
#include <QStringDecoder>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace collector {

namespace {

constexpr std::array<QByteArrayView, 7> reasons{"denied",         "tool_missing", "timeout", "unsupported",
                                                "not_applicable", "parse_error",  "limit"};
constexpr QByteArrayView exactSuffix = "_base64";

// Whether what a FactValue holds may stand for a fact that is declared so.
template<typename Held>
bool isOfType(FactSpec::Type declared, const Held &held)
{
    using Type = FactSpec::Type;
    if constexpr (std::is_same_v<Held, double>) {
        if (!std::isfinite(held))
            return false; // JSON has none: a record would say null, as if nobody had asked
    }
    if (declared == Type::Any)
        return true;
    if constexpr (std::is_same_v<Held, bool>)
        return declared == Type::Boolean;
    else if constexpr (std::is_same_v<Held, qint64>)
        return declared == Type::Integer || declared == Type::Number;
    else if constexpr (std::is_same_v<Held, double>)
        return declared == Type::Number || (declared == Type::Integer && held == std::trunc(held));
    else if constexpr (std::is_same_v<Held, QString>)
        return declared == Type::Text;
    else
        return (declared == Type::List && held.isArray()) || (declared == Type::Object && held.isObject());
}

FactValue numberOf(const QJsonValue &value)
{
    const double number = value.toDouble();
    const qint64 whole = value.toInteger(0); // beyond a double's 53 bits it is kept as such
    if (whole != 0 && double(whole) == number)
        return whole;
    return number;
}

QString quoted(QByteArrayView key)
{
    return u'"' + printable(key, 80) + u'"';
}

// Where a host has thousands of facts, one for each of its interfaces, to search all of them for each is the square of them.
constexpr size_t mostSearched = 64;

// In its place where the compiler can: a value that is moved in once more costs as much as what it is made of.
template<typename Value>
void append(std::vector<Facts::Fact> &facts, int spec, QByteArray &&name, Value &&value)
{
#ifdef __cpp_aggregate_paren_init
    facts.emplace_back(spec, std::move(name), std::forward<Value>(value));
#else // Clang 14
    facts.push_back({spec, std::move(name), std::forward<Value>(value)});
#endif
}

} // namespace

QJsonValue toJson(const FactValue &value)
{
    return std::visit([](const auto &held) { return QJsonValue(held); }, value);
}

QByteArrayView absenceName(Absence reason)
{
    return reasons[size_t(reason)];
}

struct Facts::Places : QHash<std::pair<int, QByteArray>, size_t>
{
};

Facts::Facts(std::shared_ptr<const Manifest> manifest) : m_manifest(std::move(manifest)) {}
Facts::Facts(Facts &&) noexcept = default;
Facts &Facts::operator=(Facts &&) noexcept = default;
Facts::~Facts() = default;

void Facts::set(QByteArrayView key, const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        (void)specOf(key); // a key that is not declared is a defect, whatever its value
        return;
    case QJsonValue::Bool:
        return setTruth(key, value.toBool());
    case QJsonValue::Double:
        return put(key, numberOf(value));
    case QJsonValue::String:
        return set(key, value.toString());
    case QJsonValue::Array:
    case QJsonValue::Object:
        return put(key, value);
    }
}

void Facts::setTruth(QByteArrayView key, bool value)
{
    putHeld(key, value);
}

void Facts::setUnsigned(QByteArrayView key, quint64 value)
{
    if (!std::in_range<qint64>(value))
        throw JobError(Cause::PluginError,
                       QStringLiteral("the plugin %1 set the fact %2 to %3, which is above the largest whole number of a record")
                           .arg(QString::fromUtf8(m_manifest->name), quoted(key))
                           .arg(value));
    set(key, qint64(value));
}

void Facts::set(QByteArrayView key, qint64 value)
{
    putHeld(key, value);
}

void Facts::set(QByteArrayView key, double value)
{
    putHeld(key, value);
}

void Facts::set(QByteArrayView key, const QString &value)
{
    putHeld(key, value);
}

void Facts::put(QByteArrayView key, FactValue &&value)
{
    std::visit([&](const auto &held) { putHeld(key, held); }, value);
}

// Most plugins set them in the manifest's order, each once: a short way, a million times.
template<typename Held>
void Facts::putHeld(QByteArrayView key, const Held &value)
{
    const int next = m_facts.empty() ? 0 : m_facts.back().spec + 1;
    if (m_isAscending && m_manifest->isPlainFact(next)) {
        const FactSpec &spec = m_manifest->facts[next];
        if (isSameText(spec.name, key) && isOfType(spec.type, value)) {
            makeRoom();
            append(m_facts, next, QByteArray(), value);
            return;
        }
    }
    putAnywhere(key, FactValue(value));
}

// At once for as many as there commonly are.
void Facts::makeRoom()
{
    if (m_facts.capacity() == 0)
        m_facts.reserve(size_t(std::min<qsizetype>(m_manifest->facts.size(), 16)));
}

void Facts::putAnywhere(QByteArrayView key, FactValue &&value)
{
    const int spec = specOf(key);
    const FactSpec &declared = m_manifest->facts[spec];
    if (const double *number = std::get_if<double>(&value); number && !std::isfinite(*number))
        throw JobError(Cause::PluginError,
                       QStringLiteral("the plugin %1 set the fact %2 to a number that is not finite; setAbsent() says that there is none")
                           .arg(QString::fromUtf8(m_manifest->name), quoted(key)));
    if (!std::visit([&declared](const auto &held) { return isOfType(declared.type, held); }, value))
        throw JobError(Cause::PluginError,
                       QStringLiteral("the plugin %1 set the fact %2 to something that is not of its declared type (%3)")
                           .arg(QString::fromUtf8(m_manifest->name), quoted(key), QString::fromUtf8(typeName(declared.type))));
    // Where the spec has this very name, the name need not be kept.
    store(spec, m_manifest->isPlainFact(spec) || isSameText(declared.name, key) ? QByteArrayView() : key, std::move(value));
}

// Throws JobError (plugin_error) where the manifest declares no such key.
int Facts::specOf(QByteArrayView key) const
{
    const int spec = m_manifest->factIndex(key);
    if (spec < 0)
        throw JobError(Cause::PluginError,
                       QStringLiteral("the plugin %1 set the fact %2, which its manifest does not declare; declare it there")
                           .arg(QString::fromUtf8(m_manifest->name), quoted(key)));
    return spec;
}

void Facts::setBytes(QByteArrayView key, QByteArrayView bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringConverter::Flag::Stateless | QStringConverter::Flag::ConvertInitialBom);
    const QString text = decoder(bytes);
    set(key, text);
    const int spec = m_manifest->factIndex(key);
    const QByteArray exactKey = key.toByteArray() + exactSuffix.toByteArray();
    if (decoder.hasError()) {
        store(spec, exactKey, QString::fromLatin1(bytes.toByteArray().toBase64()));
    } else if (const size_t former = placeFor(spec, exactKey); former < m_facts.size()) {
        m_facts.erase(m_facts.begin() + qsizetype(former));
        m_places.reset();
    }
}

void Facts::store(int spec, QByteArrayView name, FactValue &&value)
{
    const size_t place = placeFor(spec, name);
    if (place < m_facts.size()) {
        m_facts[place].value = std::move(value);
        return;
    }
    makeRoom();
    if (!m_facts.empty() && m_facts.back().spec >= spec)
        m_isAscending = false;
    append(m_facts, spec, name.isEmpty() ? QByteArray() : name.toByteArray(), std::move(value));
}

// Where a fact stands, or is to be put: behind the last.
size_t Facts::placeFor(int spec, QByteArrayView name)
{
    if (m_facts.size() < mostSearched) {
        const auto isIt = [=](const Fact &fact) { return fact.spec == spec && fact.name == name; };
        return size_t(std::find_if(m_facts.begin(), m_facts.end(), isIt) - m_facts.begin());
    }
    if (!m_places)
        m_places = std::make_unique<Places>();
    for (auto i = size_t(m_places->size()); i < m_facts.size(); ++i)
        m_places->insert({m_facts[i].spec, m_facts[i].name}, i);
    return m_places->value({spec, name.toByteArray()}, m_facts.size());
}

void Facts::setAbsent(QByteArrayView path, Absence reason)
{
    const qsizetype dot = path.indexOf('.');
    if (m_manifest->factIndex(dot < 0 ? path : path.first(dot)) < 0 && m_manifest->factIndex(path) < 0)
        throw JobError(
            Cause::PluginError,
            QStringLiteral("the plugin %1 said that the fact %2 is missing, but its manifest does not declare it; declare it there")
                .arg(QString::fromUtf8(m_manifest->name), quoted(path)));
    const auto known = std::find_if(m_missing.begin(), m_missing.end(), [path](const Missing &missing) { return missing.path == path; });
    if (known == m_missing.end())
        m_missing.push_back({path.toByteArray(), reason});
    else
        known->reason = reason;
}

QJsonValue Facts::value(QByteArrayView key) const
{
    for (const Fact &fact : m_facts) {
        if (nameOf(fact) == key)
            return collector::toJson(fact.value);
    }
    return QJsonValue(QJsonValue::Undefined);
}

QByteArrayView Facts::nameOf(const Fact &fact) const
{
    return fact.name.isEmpty() ? QByteArrayView(m_manifest->facts[fact.spec].name) : QByteArrayView(fact.name);
}

QJsonObject Facts::toJson() const
{
    QJsonObject object;
    for (const Fact &fact : m_facts)
        object.insert(QString::fromUtf8(nameOf(fact)), collector::toJson(fact.value));
    return object;
}

} // namespace collector
