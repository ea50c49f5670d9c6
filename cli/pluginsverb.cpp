#include "cli/pluginsverb.h"

#include "cli/newplugin.h"
#include "cli/optiontable.h"
#include "cli/pluginoption.h"
#include "cli/verbline.h"
#include "plugin/loadguard.h"
#include "plugin/registry.h"

#include <collector/joberror.h>

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <utility>

namespace collector {

namespace {

QString text(QByteArrayView utf8)
{
    return QString::fromUtf8(utf8);
}

QJsonObject toJson(const OptionSpec &option)
{
    QJsonObject object{{QStringLiteral("name"), text(option.name)},
                       {QStringLiteral("type"), text(typeName(option.type))},
                       {QStringLiteral("help"), option.help}};
    if (!option.defaultValue.isUndefined())
        object.insert(QStringLiteral("default"), option.defaultValue);
    if (!option.choices.isEmpty())
        object.insert(QStringLiteral("choices"), QJsonArray::fromStringList(option.choices));
    if (option.minimum)
        object.insert(QStringLiteral("minimum"), *option.minimum);
    if (option.maximum)
        object.insert(QStringLiteral("maximum"), *option.maximum);
    return object;
}

QJsonObject toJson(const FactSpec &fact)
{
    return {{QStringLiteral("name"), text(fact.name)},
            {QStringLiteral("type"), text(typeName(fact.type))},
            {QStringLiteral("class"), text(className(fact.factClass))},
            {QStringLiteral("subset"), text(fact.subset)},
            {QStringLiteral("unit"), fact.unit},
            {QStringLiteral("help"), fact.help},
            {QStringLiteral("headline"), fact.isHeadline},
            {QStringLiteral("needs_root"), fact.needsRoot}};
}

QJsonObject toJson(const PluginFile &plugin)
{
    QJsonObject object{{QStringLiteral("path"), plugin.path}, {QStringLiteral("origin"), plugin.origin}};
    if (!plugin.isUsable())
        object.insert(QStringLiteral("refused"), plugin.refusal);
    if (!plugin.manifest)
        return object;
    object.insert(QStringLiteral("name"), text(plugin.manifest->name));
    object.insert(QStringLiteral("summary"), plugin.manifest->summary);
    object.insert(QStringLiteral("sha256"), text(sha256OfFile(plugin.path)));
    QJsonArray options, facts;
    for (const OptionSpec &option : plugin.manifest->options)
        options.append(toJson(option));
    for (const FactSpec &fact : plugin.manifest->facts)
        facts.append(toJson(fact));
    QJsonArray after, documents;
    for (const QByteArray &name : plugin.manifest->after)
        after.append(text(name));
    for (const DocumentSpec &document : plugin.manifest->documents)
        documents.append(QJsonObject{{QStringLiteral("name"), text(document.name)}, {QStringLiteral("help"), document.help}});
    object.insert(QStringLiteral("after"), after);
    object.insert(QStringLiteral("documents"), documents);
    object.insert(QStringLiteral("options"), options);
    object.insert(QStringLiteral("facts"), facts);
    return object;
}

QString listed(const PluginRegistry &registry)
{
    QString out;
    for (const PluginFile &plugin : registry.plugins()) {
        if (plugin.isUsable())
            out += QStringLiteral("%1 %2\n%3 %4 (%5)\n")
                       .arg(text(plugin.manifest->name), -14)
                       .arg(plugin.manifest->summary)
                       .arg(QString(), -14)
                       .arg(plugin.path, plugin.origin);
    }
    bool isFirst = true;
    for (const PluginFile &plugin : registry.plugins()) {
        if (plugin.isUsable())
            continue;
        if (std::exchange(isFirst, false))
            out += QStringLiteral("\nrefused:\n");
        out += QStringLiteral("%1: %2\n").arg(plugin.path, plugin.refusal);
    }
    return out;
}

QString described(const PluginFile &plugin)
{
    const Manifest &manifest = *plugin.manifest;
    QString out = QStringLiteral("%1: %2\n%3 (%4)\n").arg(text(manifest.name), manifest.summary, plugin.path, plugin.origin);
    if (!manifest.after.isEmpty())
        out += QStringLiteral("Runs after %1, where they are selected.\n").arg(text(manifest.after.join(", ")));
    if (!manifest.options.isEmpty())
        out += QStringLiteral("\nOptions (--NAME VALUE, -O %1.NAME=VALUE, inventory variable %2_NAME):\n")
                   .arg(text(manifest.name), text(QByteArray(manifest.name).replace('-', '_')));
    for (const OptionSpec &option : manifest.options)
        out += QStringLiteral("  %1%2\n      %3\n").arg(shownOption(option), shownDefault(option), option.help);
    if (!manifest.facts.isEmpty())
        out += QStringLiteral("\nFacts (* in the CSV unless --columns says otherwise, # needs root):\n");
    for (const FactSpec &fact : manifest.facts) {
        QString left =
            QStringLiteral("  %1%2 %3").arg(text(fact.name), fact.isHeadline ? QStringLiteral("*") : QString(), text(typeName(fact.type)));
        if (!fact.unit.isEmpty())
            left += QStringLiteral(" [%1]").arg(fact.unit);
        if (fact.needsRoot)
            left += QStringLiteral(" #");
        out += QStringLiteral("%1 %2%3\n")
                   .arg(left, -44)
                   .arg(text(className(fact.factClass)), fact.help.isEmpty() ? QString() : QStringLiteral(": ") + fact.help);
    }
    if (!manifest.documents.isEmpty())
        out += QStringLiteral("\nDocuments (collector plugins %1 --NAME):\n").arg(text(manifest.name));
    for (const DocumentSpec &document : manifest.documents)
        out += QStringLiteral("  --%1: %2\n").arg(text(document.name), document.help);
    return out;
}

// The verb's own options, and the documents of the plugin that is named.
VerbTable table(const PluginFile *plugin)
{
    VerbTable verb{
        QStringLiteral("plugins"),
        QStringLiteral("[NAME]"),
        QStringLiteral(
            "Lists the plugins that are found, with their origin, and those that are refused; with NAME: its options and facts.\n"
            "NAME --help also has what that plugin prints: of ssh-facts --script, --sudoers and --authorized-keys."),
        {
            {QStringLiteral("json"), {}, {}, QStringLiteral("as JSON")},
            {QStringLiteral("check"), {}, QStringLiteral("FILE"), QStringLiteral("whether this file would be taken, and why not")},
            {QStringLiteral("new"),
             {},
             QStringLiteral("NAME"),
             QStringLiteral("write the project of a new plugin into the folder NAME: source, manifest, CMakeLists.txt, a test")},
            {QStringLiteral("plugin-dir"), {}, QStringLiteral("DIR"), QStringLiteral("look here first")},
        },
        QStringLiteral("Exit status: 0 told, 1 output error, 2 usage, or the plugin is refused.\n\n"
                       "Examples:\n"
                       "  collector plugins ssh-facts\n"
                       "  collector plugins ssh-facts --sudoers > collector.sudoers\n"
                       "  collector plugins --new serial-numbers"),
        0,
        1,
    };
    if (plugin) {
        for (const DocumentSpec &document : plugin->manifest->documents)
            verb.options.append({text(document.name), {}, {}, document.help});
    }
    return verb;
}

int check(const VerbLine &line, const QString &path)
{
    PluginFile plugin = inspectPlugin(QFileInfo(path).absoluteFilePath(), QStringLiteral("--check"));
    plugin.refuseOptions(coreOptionNames());
    if (!plugin.isUsable())
        return line.refuse(QStringLiteral("%1 is refused: %2").arg(plugin.path, plugin.refusal));
    return line.print(QStringLiteral("%1: the plugin %2 is good (%3 options, %4 facts)\n")
                          .arg(plugin.path, text(plugin.manifest->name))
                          .arg(plugin.manifest->options.size())
                          .arg(plugin.manifest->facts.size())
                          .toUtf8());
}

int writeNew(const VerbLine &line, const PluginRegistry &registry, const QString &name)
{
    if (const PluginFile *known = registry.find(name.toUtf8()))
        return line.refuse(QStringLiteral("there is a plugin \"%1\" already: %2").arg(name, known->path));
    QString error;
    if (!newPlugin(name, QDir::currentPath(), &error))
        return line.refuse(error);
    return line.print(QStringLiteral("%1/ written. Next:\n"
                                     "    cmake -S %1 -B %1/build && cmake --build %1/build && ctest --test-dir %1/build\n"
                                     "    collector --plugin-dir %1/build/lib/collector/plugins -p %1 -i HOST,\n")
                          .arg(name)
                          .toUtf8());
}

int printDocument(const VerbLine &line, const PluginFile &plugin, const QByteArray &name)
{
    QString error;
    const auto loaded = PluginRegistry::load(plugin, &error);
    if (!loaded)
        return line.refuse(error);
    QByteArray document;
    try {
        const LoadGuard guard(LoadGuard::Step::Document, plugin.manifest->name, plugin.path);
        document = loaded->job->document(name);
    } catch (const std::exception &failure) {
        error = printable(failure.what());
    } catch (...) {
        error = QStringLiteral("it threw what is no std::exception");
    }
    if (!error.isEmpty())
        return line.refuse(QStringLiteral("the plugin %1 failed as it was asked for its document \"%2\": %3")
                               .arg(text(plugin.manifest->name), text(name), error));
    return line.print(document);
}

// What decides which options there are, told before they are known.
struct Named
{
    QStringList directories;
    QStringList operands;
};

Named namedIn(const QStringList &words)
{
    const QString directory = QStringLiteral("--plugin-dir");
    const QStringList withValue{directory, QStringLiteral("--check"), QStringLiteral("--new")};
    Named named;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString &word = words[i];
        if (word.startsWith(directory + u'='))
            named.directories.append(word.mid(directory.size() + 1));
        else if (!word.startsWith(u'-'))
            named.operands.append(word);
        else if (withValue.contains(word) && ++i < words.size() && word == directory)
            named.directories.append(words[i]);
    }
    return named;
}

} // namespace

int runPluginsVerb(const QStringList &words)
{
    // The plugin decides which options there are: it is looked for first.
    const Named said = namedIn(words);
    const PluginRegistry registry(PluginRegistry::standardPlaces(said.directories), coreOptionNames());
    const PluginFile *named = said.operands.isEmpty() ? nullptr : registry.find(said.operands.first().toUtf8());
    const VerbTable verb = table(named);
    const VerbLine line(verb, words);
    if (line.isDone())
        return line.exitStatus();
    if (line.has(QStringLiteral("check")))
        return check(line, line.value(QStringLiteral("check")));
    if (line.has(QStringLiteral("new"))) {
        if (!line.operands().isEmpty())
            return line.refuse(QStringLiteral("--new takes one name; what is \"%1\" for?").arg(line.operands().first()));
        return writeNew(line, registry, line.value(QStringLiteral("new")));
    }
    for (const QString &folder : registry.missing()) // the others are told all the same
        line.refuse(folder);
    if (line.operands().isEmpty()) {
        if (!line.has(QStringLiteral("json")))
            return line.print(listed(registry).toUtf8());
        QJsonArray all;
        for (const PluginFile &plugin : registry.plugins())
            all.append(toJson(plugin));
        return line.print(QJsonDocument(all).toJson());
    }
    if (!named)
        return line.refuse(registry.whyNot(line.operands().first()));
    for (const DocumentSpec &document : named->manifest->documents) {
        if (!line.has(text(document.name)))
            continue;
        return printDocument(line, *named, document.name);
    }
    if (line.has(QStringLiteral("json")))
        return line.print(QJsonDocument(toJson(*named)).toJson());
    return line.print(described(*named).toUtf8());
}

} // namespace collector
