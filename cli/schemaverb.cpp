#include "cli/schemaverb.h"

#include "cli/verbline.h"

#include "output/compare/schema.h"

#include <QJsonDocument>

namespace collector {

namespace {

const VerbTable &table()
{
    static const VerbTable verb{
        QStringLiteral("schema"),
        QStringLiteral("[PART]"),
        QStringLiteral(
            "Prints what results look like: a JSON Schema (2020-12), or the data dictionary of all facts, with the facts that the\n"
            "plugins which are found declare (COLLECTOR_PLUGIN_PATH names further folders). PART: document (default), record (a\n"
            "line of JSON lines), run, summary, facts."),
        {
            {QStringLiteral("dictionary"), u'd', {}, QStringLiteral("the data dictionary instead: fact, type, unit, class, subset, help")},
            {QStringLiteral("format"),
             {},
             QStringLiteral("text|json|csv|markdown"),
             QStringLiteral("of the dictionary (text)"),
             {QStringLiteral("text"), QStringLiteral("json"), QStringLiteral("csv"), QStringLiteral("markdown")}},
            {QStringLiteral("plugin"), u'p', QStringLiteral("NAME"), QStringLiteral("only facts of this plugin; repeatable")},
        },
        QStringLiteral("Keywords that begin with x- say more of a fact (class, unit, subset) and check nothing; a validator that refuses\n"
                       "what it does not know has to be told so (of ajv: strict: false).\n\n"
                       "Exit status: 0 printed, 1 it could not be written, 2 usage.\n\n"
                       "Examples:\n"
                       "  collector schema record > record.schema.json\n"
                       "  collector schema --dictionary --format csv > dictionary.csv"),
        0,
        1,
    };
    return verb;
}

DictionaryFormat formatOf(const QString &name)
{
    if (name == u"json")
        return DictionaryFormat::Json;
    if (name == u"csv")
        return DictionaryFormat::Csv;
    return name == u"markdown" ? DictionaryFormat::Markdown : DictionaryFormat::Text;
}

} // namespace

int runSchemaVerb(const QStringList &words, const Manifests &manifests)
{
    const VerbLine line(table(), words);
    if (line.isDone())
        return line.exitStatus();
    Manifests selected;
    const QStringList plugins = line.values(QStringLiteral("plugin"));
    for (const auto &manifest : manifests) {
        if (plugins.isEmpty() || plugins.contains(QString::fromUtf8(manifest->name)))
            selected.append(manifest);
    }
    for (const QString &plugin : plugins) {
        if (std::none_of(manifests.begin(), manifests.end(), [&](const auto &each) { return each->name == plugin.toUtf8(); }))
            return line.refuse(QStringLiteral("there is no plugin %1: `collector plugins` lists them").arg(plugin));
    }

    const QString part = line.operands().value(0, QStringLiteral("document"));
    QByteArray text;
    if (line.has(QStringLiteral("dictionary"))) {
        if (!line.operands().isEmpty())
            return line.refuse(QStringLiteral("a dictionary has no parts: leave out \"%1\"").arg(part));
        text = dataDictionary(selected, formatOf(line.value(QStringLiteral("format"))));
    } else if (line.has(QStringLiteral("format"))) {
        return line.refuse(QStringLiteral("--format is for the dictionary: add --dictionary"));
    } else {
        const QJsonObject schema = resultSchema(selected, part);
        if (schema.isEmpty())
            return line.refuse(QStringLiteral("there is no part \"%1\": one of %2").arg(part, schemaParts().join(QStringLiteral(", "))));
        text = QJsonDocument(schema).toJson(QJsonDocument::Indented);
    }
    return line.print(text);
}

} // namespace collector
