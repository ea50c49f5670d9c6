#include "collector/manifest.h"

#include "collector/joberror.h"
#include "sametext.h"

#include <QJsonArray>
#include <QSet>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace collector {

namespace {

constexpr std::array<QByteArrayView, 8> optionTypes{"boolean", "integer", "number", "text", "duration", "choice", "file", "list"};
constexpr std::array<QByteArrayView, 7> factTypes{"any", "boolean", "integer", "number", "text", "list", "object"};
constexpr std::array<QByteArrayView, 6> factClasses{"identity", "hardware", "configuration", "state", "noise", "sensitive"};
constexpr std::array<QByteArrayView, 4> useNames{"shell", "ping", "tcp", "program"};

template<typename Enum, size_t N>
std::optional<Enum> fromName(const std::array<QByteArrayView, N> &names, const QString &name)
{
    const auto found = std::find(names.begin(), names.end(), QByteArrayView(name.toUtf8()));
    if (found == names.end())
        return std::nullopt;
    return Enum(found - names.begin());
}

bool isName(const QByteArray &name, bool isFact)
{
    if (name.isEmpty() || name.size() > 64 || name.startsWith('-'))
        return false;
    return std::all_of(name.begin(), name.end(), [isFact](char c) {
        const bool isCommon = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        return isCommon || (isFact ? c == '_' || c == '*' || c == '.' || (c >= 'A' && c <= 'Z') : c == '-');
    });
}

// Nothing converts a default later: of another kind it would be 0 or nothing, without a word. It may lie outside of the range, as 0 for
// "not at all" does.
bool isOfType(const QJsonValue &value, const OptionSpec &spec)
{
    const QJsonArray items = value.toArray();
    switch (spec.type) {
    case OptionSpec::Type::Boolean:
        return value.isBool();
    case OptionSpec::Type::Integer:
    case OptionSpec::Type::Duration:
        return value.isDouble() && value.toDouble() == std::trunc(value.toDouble());
    case OptionSpec::Type::Number:
        return value.isDouble();
    case OptionSpec::Type::Choice:
        return value.isString() && spec.choices.contains(value.toString());
    case OptionSpec::Type::Text:
    case OptionSpec::Type::File:
        return value.isString();
    case OptionSpec::Type::List:
        return value.isArray() && std::all_of(items.begin(), items.end(), [](const QJsonValue &item) { return item.isString(); });
    }
    return false;
}

QString defaultOf(OptionSpec::Type type)
{
    switch (type) {
    case OptionSpec::Type::Boolean:
        return QStringLiteral("true or false");
    case OptionSpec::Type::Integer:
        return QStringLiteral("a whole number");
    case OptionSpec::Type::Duration:
        return QStringLiteral("a whole number of milliseconds");
    case OptionSpec::Type::Number:
        return QStringLiteral("a number");
    case OptionSpec::Type::Choice:
        return QStringLiteral("one of the choices");
    case OptionSpec::Type::List:
        return QStringLiteral("an array of texts");
    case OptionSpec::Type::Text:
    case OptionSpec::Type::File:
        break;
    }
    return QStringLiteral("a text");
}

// What a key of a manifest holds.
constexpr auto aText = QJsonValue::String;
constexpr auto aNumber = QJsonValue::Double;
constexpr auto aTruth = QJsonValue::Bool;
constexpr auto aList = QJsonValue::Array;
constexpr auto anything = QJsonValue::Undefined;

QString kindOf(QJsonValue::Type kind)
{
    switch (kind) {
    case aText:
        return QStringLiteral("a text");
    case aNumber:
        return QStringLiteral("a number");
    case aTruth:
        return QStringLiteral("true or false");
    default:
        return QStringLiteral("a list");
    }
}

// Reads one manifest, noting every defect with the place where it stands.
class Reader
{
public:
    explicit Reader(QStringList *errors) : m_errors(errors) {}

    void defect(const QString &place, const QString &what) const { m_errors->append(place + QStringLiteral(": ") + what); }

    // Of another kind a value would be nothing, 0 or false, without a word.
    void onlyKeys(const QJsonObject &object, const QString &place,
                  std::initializer_list<std::pair<const char *, QJsonValue::Type>> known) const
    {
        for (auto entry = object.begin(); entry != object.end(); ++entry) {
            const QString key = entry.key();
            const auto found =
                std::find_if(known.begin(), known.end(), [&key](const auto &each) { return key == QLatin1StringView(each.first); });
            if (found == known.end())
                defect(place, QStringLiteral("unknown key \"%1\"").arg(key));
            else if (found->second != anything && !entry->isNull() && entry->type() != found->second)
                defect(place, QStringLiteral("\"%1\" is %2").arg(key, kindOf(found->second)));
        }
    }

    QStringList texts(const QJsonObject &object, const QString &key, const QString &place) const
    {
        QStringList words;
        for (const QJsonValue item : object[key].toArray()) {
            if (!item.isString())
                defect(place, QStringLiteral("\"%1\" is a list of texts").arg(key));
            words.append(item.toString());
        }
        return words;
    }

    OptionSpec option(const QJsonObject &object, const QString &place) const
    {
        onlyKeys(object, place,
                 {{"name", aText},
                  {"type", aText},
                  {"default", anything},
                  {"choices", aList},
                  {"minimum", aNumber},
                  {"maximum", aNumber},
                  {"help", aText}});
        OptionSpec spec;
        spec.name = object[u"name"].toString().toUtf8();
        if (!isName(spec.name, false))
            defect(place, QStringLiteral("an option's name is lower case letters, digits and dashes"));
        if (const auto type = fromName<OptionSpec::Type>(optionTypes, object[u"type"].toString()))
            spec.type = *type;
        else
            defect(place, QStringLiteral("\"type\" is one of boolean, integer, number, text, duration, choice, file, list"));
        spec.defaultValue = object[u"default"].isNull() ? QJsonValue(QJsonValue::Undefined) : object[u"default"];
        spec.choices = texts(object, QStringLiteral("choices"), place);
        if (spec.type == OptionSpec::Type::Choice && spec.choices.isEmpty())
            defect(place, QStringLiteral("a choice needs \"choices\""));
        else if (!spec.defaultValue.isUndefined() && !isOfType(spec.defaultValue, spec))
            defect(place, QStringLiteral("the \"default\" of \"%1\" is to be %2").arg(QString::fromUtf8(spec.name), defaultOf(spec.type)));
        if (object[u"minimum"].isDouble())
            spec.minimum = object[u"minimum"].toDouble();
        if (object[u"maximum"].isDouble())
            spec.maximum = object[u"maximum"].toDouble();
        if (spec.minimum && spec.maximum && *spec.minimum > *spec.maximum)
            defect(place, QStringLiteral("the \"minimum\" of \"%1\" is above its \"maximum\"").arg(QString::fromUtf8(spec.name)));
        spec.help = object[u"help"].toString();
        if (spec.help.isEmpty())
            defect(place, QStringLiteral("\"help\" is missing"));
        return spec;
    }

    FactSpec fact(const QJsonObject &object, const QString &place) const
    {
        onlyKeys(object, place,
                 {{"name", aText},
                  {"type", aText},
                  {"class", aText},
                  {"subset", aText},
                  {"unit", aText},
                  {"help", aText},
                  {"headline", aTruth},
                  {"needs_root", aTruth}});
        FactSpec spec;
        spec.name = object[u"name"].toString().toUtf8();
        if (!isName(spec.name, true))
            defect(place, QStringLiteral("a fact's name is letters, digits, underscores, dots, and * in a pattern"));
        if (const auto type = fromName<FactSpec::Type>(factTypes, object[u"type"].toString()))
            spec.type = *type;
        else
            defect(place, QStringLiteral("\"type\" is one of any, boolean, integer, number, text, list, object"));
        if (!object.contains(u"class"))
            spec.factClass = FactSpec::Class::State;
        else if (const auto factClass = fromName<FactSpec::Class>(factClasses, object[u"class"].toString()))
            spec.factClass = *factClass;
        else
            defect(place, QStringLiteral("\"class\" is one of identity, hardware, configuration, state, noise, sensitive"));
        spec.subset = object[u"subset"].toString().toUtf8();
        spec.unit = object[u"unit"].toString();
        spec.help = object[u"help"].toString();
        spec.isHeadline = object[u"headline"].toBool();
        spec.needsRoot = object[u"needs_root"].toBool();
        return spec;
    }

private:
    QStringList *m_errors;
};

} // namespace

std::shared_ptr<const Manifest> Manifest::parse(const QJsonObject &object, QStringList *errors)
{
    const qsizetype before = errors->size();
    const Reader reader(errors);
    auto manifest = std::make_shared<Manifest>();
    const QString root = QStringLiteral("manifest");
    reader.onlyKeys(object, root,
                    {{"name", aText},
                     {"summary", aText},
                     {"uses", aList},
                     {"after", aList},
                     {"facts_at_root", aTruth},
                     {"options", aList},
                     {"facts", aList},
                     {"documents", aList}});
    manifest->name = object[u"name"].toString().toUtf8();
    if (!isName(manifest->name, false))
        reader.defect(root, QStringLiteral("\"name\" is lower case letters, digits and dashes"));
    manifest->summary = object[u"summary"].toString();
    if (manifest->summary.isEmpty())
        reader.defect(root, QStringLiteral("\"summary\" is missing"));
    if (!object[u"facts_at_root"].toBool())
        manifest->factsKey = QByteArray(manifest->name).replace('-', '_');
    for (const QJsonValue value : object[u"uses"].toArray()) {
        if (const auto use = fromName<Use>(useNames, value.toString()))
            manifest->uses.append(*use);
        else
            reader.defect(root, QStringLiteral("\"uses\" lists shell, ping, tcp, program"));
    }
    for (const QString &job : reader.texts(object, QStringLiteral("after"), root))
        manifest->after.append(job.toUtf8());

    int position = 0;
    for (const QJsonValue value : object[u"options"].toArray()) {
        const OptionSpec spec = reader.option(value.toObject(), QStringLiteral("options[%1]").arg(position++));
        if (manifest->option(spec.name))
            reader.defect(root, QStringLiteral("option \"%1\" stands twice").arg(QString::fromUtf8(spec.name)));
        manifest->options.append(spec);
    }
    position = 0;
    for (const QJsonValue value : object[u"facts"].toArray())
        manifest->facts.append(reader.fact(value.toObject(), QStringLiteral("facts[%1]").arg(position++)));
    std::stable_partition(manifest->facts.begin(), manifest->facts.end(), [](const FactSpec &fact) { return !fact.isPattern(); });
    QSet<QByteArray> names;
    for (const FactSpec &fact : std::as_const(manifest->facts)) {
        if (names.contains(fact.name))
            reader.defect(root, QStringLiteral("fact \"%1\" stands twice").arg(QString::fromUtf8(fact.name)));
        names.insert(fact.name);
        if (!fact.isPattern())
            manifest->m_plainFacts.insert(fact.name, manifest->m_firstPattern++);
    }
    position = 0;
    for (const QJsonValue value : object[u"documents"].toArray()) {
        reader.onlyKeys(value.toObject(), QStringLiteral("documents[%1]").arg(position++), {{"name", aText}, {"help", aText}});
        const DocumentSpec document{value[u"name"].toString().toUtf8(), value[u"help"].toString()};
        if (!isName(document.name, false) || document.help.isEmpty())
            reader.defect(root, QStringLiteral("each of \"documents\" has a \"name\" (lower case letters, digits, dashes) and a \"help\""));
        if (std::any_of(manifest->documents.begin(), manifest->documents.end(),
                        [&](const auto &each) { return each.name == document.name; }))
            reader.defect(root, QStringLiteral("document \"%1\" stands twice").arg(QString::fromUtf8(document.name)));
        manifest->documents.append(document);
    }
    if (errors->size() > before)
        return nullptr;
    return manifest;
}

void Manifest::require(Use use) const
{
    if (!uses.contains(use))
        throw JobError(Cause::PluginError, QStringLiteral("the plugin %1 used what its manifest does not list: add \"%2\" to its \"uses\"")
                                               .arg(QString::fromUtf8(name), QString::fromUtf8(useNames[size_t(use)])));
}

const OptionSpec *Manifest::option(QByteArrayView optionName) const
{
    const auto found =
        std::find_if(options.begin(), options.end(), [&](const OptionSpec &spec) { return isSameText(spec.name, optionName); });
    return found == options.end() ? nullptr : &*found;
}

constexpr int fewFacts = 16;

int Manifest::factIndex(QByteArrayView key) const
{
    if (key.isEmpty())
        return -1; // a name is never empty, though a star may stand for nothing
    // Where there are few, comparing beats hashing: a million hosts set nine facts each.
    if (m_firstPattern <= fewFacts) {
        for (int i = 0; i < m_firstPattern; ++i) {
            if (isSameText(facts[i].name, key))
                return i;
        }
    } else {
        const auto plain = m_plainFacts.constFind(QByteArray::fromRawData(key.data(), key.size()));
        if (plain != m_plainFacts.constEnd())
            return *plain;
    }
    for (int i = m_firstPattern; i < facts.size(); ++i) {
        if (matchesStars(facts[i].name, key))
            return i;
    }
    return -1;
}

QByteArrayView typeName(OptionSpec::Type type)
{
    return optionTypes[size_t(type)];
}

QByteArrayView typeName(FactSpec::Type type)
{
    return factTypes[size_t(type)];
}

QByteArrayView className(FactSpec::Class factClass)
{
    return factClasses[size_t(factClass)];
}

bool matchesStars(QByteArrayView pattern, QByteArrayView text)
{
    // The last star is all that ever has to be tried again: linear in practice, quadratic at worst, never exponential.
    qsizetype p = 0, t = 0, star = -1, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star >= 0) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace collector
