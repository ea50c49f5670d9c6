#include "collector/facts.h"

#include "collector/joberror.h"

#include <QHash>
#include <QStringDecoder>

#include <algorithm>
#include <array>
#include <cmath>

namespace collector {

namespace {

constexpr std::array<QByteArrayView, 7> reasons{"denied",         "tool_missing", "timeout", "unsupported",
                                                "not_applicable", "parse_error",  "limit"};
constexpr QByteArrayView exactSuffix = "_base64";

bool isOfType(FactSpec::Type declared, QJsonValue::Type type, const QJsonValue &value)
{
    switch (declared) {
    case FactSpec::Type::Any:
        return true;
    case FactSpec::Type::Boolean:
        return type == QJsonValue::Bool;
    case FactSpec::Type::Integer: {
        const double number = value.toDouble(0.5); // what is no number is no whole one
        return number == std::trunc(number);
    }
    case FactSpec::Type::Number:
        return type == QJsonValue::Double;
    case FactSpec::Type::Text:
        return type == QJsonValue::String;
    case FactSpec::Type::List:
        return type == QJsonValue::Array;
    case FactSpec::Type::Object:
        return type == QJsonValue::Object;
    }
    return false;
}

bool isSame(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

QString quoted(QByteArrayView key)
{
    return u'"' + printable(key, 80) + u'"';
}

// Where a host has thousands of facts, one for each of its interfaces, to search all of them for each is the square of them. The plugins of
// interface 1 know the size of Facts, so the index of those that are being set stands beside them: one a thread, made again when
// another host's turn comes.
constexpr size_t mostSearched = 64;
thread_local const void *indexed = nullptr;
thread_local QHash<std::pair<int, QByteArray>, size_t> places;

// The place of a fact among those of `facts`; behind the last where it is new, and is to be put there.
size_t placeOf(int spec, const QByteArray &name, const Facts &facts)
{
    const std::vector<Facts::Fact> &all = facts.facts();
    if (indexed != &facts || size_t(places.size()) != all.size()) {
        indexed = &facts;
        places.clear();
        for (size_t i = 0; i < all.size(); ++i)
            places.insert({all[i].spec, all[i].name}, i);
    }
    const std::pair key{spec, name};
    if (const auto known = places.constFind(key); known != places.cend())
        return *known;
    places.insert(key, all.size());
    return all.size();
}

void forget(const Facts *facts)
{
    if (indexed != facts)
        return;
    indexed = nullptr;
    places = {};
}

} // namespace

QByteArrayView absenceName(Absence reason)
{
    return reasons[size_t(reason)];
}

Facts::Facts(std::shared_ptr<const Manifest> manifest) : m_manifest(std::move(manifest)) {}
Facts::Facts(Facts &&other) noexcept
    : m_manifest(std::move(other.m_manifest)),
      m_facts(std::move(other.m_facts)),
      m_missing(std::move(other.m_missing))
{
    forget(&other);
}
Facts &Facts::operator=(Facts &&other) noexcept
{
    forget(this);
    forget(&other);
    m_manifest = std::move(other.m_manifest);
    m_facts = std::move(other.m_facts);
    m_missing = std::move(other.m_missing);
    return *this;
}
Facts::~Facts()
{
    forget(this);
}

void Facts::set(QByteArrayView key, const QJsonValue &value)
{
    // Most plugins set them in the manifest's order.
    const int next = m_facts.empty() ? 0 : m_facts.back().spec + 1;
    const bool isNext = m_manifest->isPlainFact(next) && isSame(m_manifest->facts[next].name, key);
    const int spec = isNext ? next : m_manifest->factIndex(key);
    if (spec < 0)
        throw JobError(Cause::PluginError,
                       QStringLiteral("the plugin %1 set the fact %2, which its manifest does not declare; declare it there")
                           .arg(QString::fromUtf8(m_manifest->name), quoted(key)));
    const QJsonValue::Type type = value.type();
    if (type == QJsonValue::Null || type == QJsonValue::Undefined)
        return;
    const FactSpec &declared = m_manifest->facts[spec];
    if (!isOfType(declared.type, type, value))
        throw JobError(Cause::PluginError,
                       QStringLiteral("the plugin %1 set the fact %2 to something that is not of its declared type (%3)")
                           .arg(QString::fromUtf8(m_manifest->name), quoted(key), QString::fromUtf8(typeName(declared.type))));
    // Where the spec has this very name, the name need not be kept.
    store(spec, m_manifest->isPlainFact(spec) || isSame(declared.name, key) ? QByteArrayView() : key, value);
}

void Facts::setBytes(QByteArrayView key, QByteArrayView bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringConverter::Flag::Stateless);
    const QString text = decoder(bytes);
    set(key, text);
    if (decoder.hasError())
        store(m_manifest->factIndex(key), key.toByteArray() + exactSuffix.toByteArray(),
              QString::fromLatin1(bytes.toByteArray().toBase64()));
}

void Facts::store(int spec, QByteArrayView name, const QJsonValue &value)
{
    if (m_facts.size() >= mostSearched) {
        const QByteArray own = name.isEmpty() ? QByteArray() : name.toByteArray();
        const size_t place = placeOf(spec, own, *this);
        if (place < m_facts.size())
            m_facts[place].value = value;
        else
            m_facts.push_back({spec, own, value});
        return;
    }
    for (Fact &fact : m_facts) {
        if (fact.spec == spec && fact.name == name) {
            fact.value = value;
            return;
        }
    }
    if (m_facts.empty())
        m_facts.reserve(size_t(std::min<qsizetype>(m_manifest->facts.size(), 16)));
    m_facts.push_back({spec, name.isEmpty() ? QByteArray() : name.toByteArray(), value});
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
            return fact.value;
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
        object.insert(QString::fromUtf8(nameOf(fact)), fact.value);
    return object;
}

} // namespace collector
