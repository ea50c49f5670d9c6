// Manifest: what a plugin says of itself, as data: known before any of its code runs, and the one source of truth for its
// options, its help, the facts that it may set, CSV headers, `absent` and the classes of diff.
// Immutable after parse(); shared by all threads.

#pragma once

#include "export.h"

#include <QByteArray>
#include <QHash>
#include <QJsonObject>
#include <QJsonValue>
#include <QList>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

namespace collector {

// An option that a plugin declares: `--name VALUE`, `-O plugin.name=VALUE`, inventory variable `<plugin>_<name>`.
struct OptionSpec
{
    enum class Type { Boolean, Integer, Number, Text, Duration, Choice, File, List };

    QByteArray name;
    Type type = Type::Text;
    QJsonValue defaultValue; // undefined: none. Durations are numbers of milliseconds once parsed
    QStringList choices;
    std::optional<double> minimum;
    std::optional<double> maximum;
    QString help;
};

// A fact, or a pattern of facts (`*` in the name), that a plugin may set.
struct FactSpec
{
    enum class Type { Any, Boolean, Integer, Number, Text, List, Object };
    enum class Class { Identity, Hardware, Configuration, State, Noise, Sensitive };

    QByteArray name;
    Type type = Type::Any;
    Class factClass = Class::State;
    QByteArray subset; // whatever words the plugin groups its facts by; empty: always
    QString unit;
    QString help;
    bool isHeadline = false; // stands in the CSV unless --columns says otherwise
    bool needsRoot = false;
    [[nodiscard]] bool isPattern() const { return name.contains('*'); }
};

// A text that the plugin gives on demand: `collector plugins PLUGIN --NAME`.
struct DocumentSpec
{
    QByteArray name;
    QString help;
};

class COLLECTOR_SDK Manifest
{
public:
    // What a job needs beside itself: decides whether a host is connected to at all.
    enum class Use { Shell, Ping, Tcp, Program };

    // Parses a manifest, as embedded or as a file. Where it is malformed: nothing, and every defect in `errors`.
    [[nodiscard]] static std::shared_ptr<const Manifest> parse(const QJsonObject &object, QStringList *errors);

    QByteArray name;     // lower case, digits and dashes
    QString summary;     // one line
    QByteArray factsKey; // where its facts stand in the record: the name with underscores; empty: at the root
    QList<Use> uses;
    QList<QByteArray> after; // names of jobs that come first on a host, where they are selected
    QList<OptionSpec> options;
    QList<FactSpec> facts; // plain names first, then patterns
    QList<DocumentSpec> documents;

    [[nodiscard]] bool usesShell() const { return uses.contains(Use::Shell); }
    // Throws JobError (plugin_error) where `uses` does not list it: asked whenever a job takes it.
    void require(Use use) const;
    [[nodiscard]] const OptionSpec *option(QByteArrayView optionName) const;
    // The index in `facts` of what declares this key: its own entry, else the first pattern that matches; -1: undeclared.
    [[nodiscard]] int factIndex(QByteArrayView key) const;
    // Of what factIndex() gives: whether the key is the entry's own name, rather than one that its pattern matches.
    [[nodiscard]] bool isPlainFact(int index) const { return index < m_firstPattern; }

private:
    QHash<QByteArray, int> m_plainFacts;
    int m_firstPattern = 0;
};

// The names as they stand in a manifest.
[[nodiscard]] COLLECTOR_SDK QByteArrayView typeName(OptionSpec::Type type);
[[nodiscard]] COLLECTOR_SDK QByteArrayView typeName(FactSpec::Type type);
[[nodiscard]] COLLECTOR_SDK QByteArrayView className(FactSpec::Class factClass);

// Whether `text` matches `pattern`, in which each `*` stands for any characters, none included.
[[nodiscard]] COLLECTOR_SDK bool matchesStars(QByteArrayView pattern, QByteArrayView text);

} // namespace collector
