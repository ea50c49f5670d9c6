#include "output/compare/schema.h"

#include "output/csvrow.h"

#include "model/json.h"
#include "model/status.h"

#include "schemaassets.h"

#include <collector/cause.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

#include <algorithm>

namespace collector {

namespace {

// The word of JSON Schema; empty: any type.
QString schemaType(FactSpec::Type type)
{
    switch (type) {
    case FactSpec::Type::Any:
        return {};
    case FactSpec::Type::Boolean:
        return QStringLiteral("boolean");
    case FactSpec::Type::Integer:
        return QStringLiteral("integer");
    case FactSpec::Type::Number:
        return QStringLiteral("number");
    case FactSpec::Type::Text:
        return QStringLiteral("string");
    case FactSpec::Type::List:
        return QStringLiteral("array");
    case FactSpec::Type::Object:
        return QStringLiteral("object");
    }
    return {};
}

QJsonObject factSchema(const FactSpec &fact)
{
    QJsonObject object;
    if (const QString type = schemaType(fact.type); !type.isEmpty())
        object[QStringLiteral("type")] = type;
    if (!fact.help.isEmpty())
        object[QStringLiteral("description")] = fact.help;
    object[QStringLiteral("x-class")] = QString::fromUtf8(className(fact.factClass));
    if (!fact.unit.isEmpty())
        object[QStringLiteral("x-unit")] = fact.unit;
    if (!fact.subset.isEmpty())
        object[QStringLiteral("x-subset")] = QString::fromUtf8(fact.subset);
    if (fact.needsRoot)
        object[QStringLiteral("x-needs-root")] = true;
    return object;
}

// Facts below others (`mounts.size_total`) have a class of their own, no place of their own: they are left to the dictionary.
QJsonObject factsSchema(const Manifest &manifest)
{
    QJsonObject properties, patterns;
    for (const FactSpec &fact : manifest.facts) {
        if (fact.name.contains('.'))
            continue;
        if (fact.isPattern()) {
            QString pattern = QRegularExpression::escape(QString::fromUtf8(fact.name));
            patterns[u'^' + pattern.replace(QStringLiteral("\\*"), QStringLiteral(".*")) + u'$'] = factSchema(fact);
        } else {
            properties[QString::fromUtf8(fact.name)] = factSchema(fact);
        }
    }
    QJsonObject object{{QStringLiteral("type"), QStringLiteral("object")},
                       {QStringLiteral("description"), manifest.summary},
                       {QStringLiteral("properties"), properties}};
    // A pattern would judge plain names too, and a plain name may have a type of its own: patterns are told, not enforced.
    if (!patterns.isEmpty())
        object[QStringLiteral("x-patterns")] = patterns;
    return object;
}

QJsonObject allFacts(const Manifests &manifests)
{
    QJsonObject facts{{QStringLiteral("type"), QStringLiteral("object")}};
    QJsonObject properties, patterns;
    for (const auto &manifest : manifests) {
        const QJsonObject own = factsSchema(*manifest);
        if (!manifest->factsKey.isEmpty()) {
            properties[QString::fromUtf8(manifest->factsKey)] = own;
            continue;
        }
        const QJsonObject ownPatterns = own[u"x-patterns"].toObject();
        for (auto it = ownPatterns.begin(); it != ownPatterns.end(); ++it)
            patterns[it.key()] = it.value();
        const QJsonObject plain = own[u"properties"].toObject();
        for (auto it = plain.begin(); it != plain.end(); ++it)
            properties[it.key()] = it.value();
    }
    facts[QStringLiteral("properties")] = properties;
    if (!patterns.isEmpty())
        facts[QStringLiteral("x-patterns")] = patterns;
    facts[QStringLiteral("description")] =
        QStringLiteral("Facts: those of ssh-facts at the root, those of other plugins under their names with dashes as underscores.");
    return facts;
}

QJsonObject causes()
{
    QJsonArray names{QJsonValue()};
    for (int i = 1; i < causeCount; ++i)
        names.append(QString::fromUtf8(causeName(Cause(i))));
    return {{QStringLiteral("enum"), names}};
}

QJsonObject statuses()
{
    QJsonArray names;
    for (int i = 0; i < statusCount; ++i)
        names.append(QString::fromUtf8(statusName(Status(i))));
    return {{QStringLiteral("enum"), names}};
}

struct Entry
{
    QByteArray plugin, path, type, unit, factClass, subset, flags, help;
};

QList<Entry> entries(const Manifests &manifests)
{
    QList<Entry> list;
    for (const auto &manifest : manifests) {
        for (const FactSpec &fact : manifest->facts) {
            QByteArray flags;
            if (fact.isHeadline)
                flags = "headline";
            if (fact.needsRoot)
                flags += flags.isEmpty() ? "root" : ";root";
            list.append({manifest->name, manifest->factsKey.isEmpty() ? fact.name : manifest->factsKey + '.' + fact.name,
                         typeName(fact.type).toByteArray(), fact.unit.toUtf8(), className(fact.factClass).toByteArray(), fact.subset, flags,
                         fact.help.toUtf8()});
        }
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Entry &a, const Entry &b) { return std::tie(a.plugin, a.path) < std::tie(b.plugin, b.path); });
    return list;
}

constexpr std::array<std::pair<QByteArrayView, QByteArray Entry::*>, 8> fields{{{"plugin", &Entry::plugin},
                                                                                {"fact", &Entry::path},
                                                                                {"type", &Entry::type},
                                                                                {"unit", &Entry::unit},
                                                                                {"class", &Entry::factClass},
                                                                                {"subset", &Entry::subset},
                                                                                {"flags", &Entry::flags},
                                                                                {"help", &Entry::help}}};

QByteArray csvDictionary(const QList<Entry> &list)
{
    QByteArray out;
    CsvRow row(out, true);
    for (const auto &[name, member] : fields)
        row.cell(name);
    row.end();
    for (const Entry &entry : list) {
        for (const auto &[name, member] : fields)
            row.cell(entry.*member);
        row.end();
    }
    return out;
}

QByteArray jsonDictionary(const QList<Entry> &list)
{
    QByteArray out = "[";
    for (const Entry &entry : list) {
        out += out.size() > 1 ? ",\n{" : "\n{";
        for (const auto &[name, member] : fields) {
            if (out.back() != '{')
                out += ',';
            appendJsonString(out, name);
            out += ':';
            appendJsonString(out, QByteArrayView(entry.*member));
        }
        out += '}';
    }
    return out + "\n]\n";
}

QByteArray markdownDictionary(const QList<Entry> &list)
{
    QByteArray out = "|", rule = "|";
    for (const auto &[name, member] : fields) {
        out += ' ' + name.toByteArray() + " |";
        rule += " --- |";
    }
    out += '\n' + rule + '\n';
    for (const Entry &entry : list) {
        out += '|';
        for (const auto &[name, member] : fields)
            out += ' ' + QByteArray(entry.*member).replace('|', "\\|").replace('\n', ' ') + " |";
        out += '\n';
    }
    return out;
}

QByteArray textDictionary(const QList<Entry> &list)
{
    QByteArray out, plugin;
    for (const Entry &entry : list) {
        if (entry.plugin != plugin) {
            out += (out.isEmpty() ? "" : "\n") + entry.plugin + '\n';
            plugin = entry.plugin;
        }
        QByteArray about = entry.type;
        for (const QByteArray &word : {entry.unit, entry.factClass, entry.subset, QByteArray(entry.flags).replace(';', ", ")})
            about += word.isEmpty() ? word : ", " + word;
        out += "  " + entry.path.leftJustified(30) + "  " + about + '\n';
        if (!entry.help.isEmpty())
            out += "      " + entry.help + '\n';
    }
    return out;
}

} // namespace

QStringList schemaParts()
{
    return {QStringLiteral("document"), QStringLiteral("record"), QStringLiteral("run"), QStringLiteral("summary"),
            QStringLiteral("facts")};
}

QJsonObject resultSchema(const Manifests &manifests, const QString &part)
{
    if (!schemaParts().contains(part))
        return {};
    QJsonObject schema = QJsonDocument::fromJson(schemaText.toByteArray()).object();
    QJsonObject definitions = schema[u"$defs"].toObject();
    definitions[QStringLiteral("status")] = statuses();
    definitions[QStringLiteral("cause")] = causes();
    definitions[QStringLiteral("facts")] = allFacts(manifests);
    schema[QStringLiteral("$defs")] = definitions;
    schema[QStringLiteral("$ref")] = QStringLiteral("#/$defs/") + part;
    return schema;
}

QByteArray dataDictionary(const Manifests &manifests, DictionaryFormat format)
{
    const QList<Entry> list = entries(manifests);
    switch (format) {
    case DictionaryFormat::Csv:
        return csvDictionary(list);
    case DictionaryFormat::Json:
        return jsonDictionary(list);
    case DictionaryFormat::Markdown:
        return markdownDictionary(list);
    case DictionaryFormat::Text:
        break;
    }
    return textDictionary(list);
}

} // namespace collector
