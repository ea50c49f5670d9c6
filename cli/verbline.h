// VerbLine: the words after a verb (`collector diff …`), split into options and operands by the verb's own table, which is its
// help as well. For the verbs that take results; the main command has options of plugins too and a parser of its own.

#pragma once

#include "cli/standardoutput.h"

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace collector {

struct VerbOption
{
    QString name;     // without the dashes
    QChar shortName;  // null: none
    QString argument; // what it takes, as the help names it; empty: a flag
    QString help;
    QStringList choices = {}; // of the argument; empty: any
};

struct VerbTable
{
    QString name;     // diff
    QString synopsis; // OLD NEW
    QString summary;  // one line
    QList<VerbOption> options;
    QString notes; // paragraphs below the options: exit status, examples
    int minimumOperands = 0;
    int maximumOperands = 0;
};

class VerbLine
{
public:
    // Parses what follows the verb. `--help` and mistakes are dealt with here: then isDone(), and exitStatus() says how.
    VerbLine(const VerbTable &table, const QStringList &words);

    [[nodiscard]] bool isDone() const { return m_exitStatus.has_value(); }
    [[nodiscard]] int exitStatus() const { return m_exitStatus.value_or(0); }

    [[nodiscard]] bool has(const QString &name) const { return m_values.contains(name); }
    [[nodiscard]] QString value(const QString &name, const QString &without = {}) const;
    [[nodiscard]] QStringList values(const QString &name) const { return m_values.value(name); }
    [[nodiscard]] const QStringList &operands() const { return m_operands; }

    // Says on stderr what is wrong, for this verb, and returns the status: 2 for usage and input, 1 for output.
    int refuse(const QString &message) const;
    int failedOutput(const QString &message) const;

    // All that the verb has to say, on stdout, or the end of it: 0, or as failedOutput().
    int print(QByteArrayView text) const { return printAnswer(text, fullName()); }
    int finish(StandardOutput &out) const { return out.finish(fullName()); }

private:
    [[nodiscard]] QString fullName() const { return QStringLiteral("collector ") + m_table.name; }
    void parse(const QStringList &words);
    void take(const VerbOption &option, const QString &value);
    [[nodiscard]] QString nearestOption(const QString &name) const; // empty: none is near
    void mistake(const QString &message);

    const VerbTable &m_table;
    QHash<QString, QStringList> m_values;
    QStringList m_operands;
    std::optional<int> m_exitStatus;
};

[[nodiscard]] QString verbHelp(const VerbTable &table);

} // namespace collector
