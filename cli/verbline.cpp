#include "cli/verbline.h"

#include "cli/helppage.h"
#include "model/nearest.h"

#include <algorithm>
#include <cstdio>

namespace collector {

namespace {

void say(const QString &who, const QString &message)
{
    std::fputs(QStringLiteral("%1: %2\n").arg(who, message).toLocal8Bit().constData(), stderr);
}

} // namespace

VerbLine::VerbLine(const VerbTable &table, const QStringList &words) : m_table(table)
{
    parse(words);
    if (isDone())
        return;
    if (m_operands.size() < table.minimumOperands)
        mistake(QStringLiteral("expects %1").arg(table.synopsis));
    else if (table.maximumOperands >= 0 && m_operands.size() > table.maximumOperands)
        mistake(QStringLiteral("\"%1\" is one too many: expects %2").arg(m_operands[table.maximumOperands], table.synopsis));
}

void VerbLine::parse(const QStringList &words)
{
    const auto find = [this](const auto &matches) {
        const auto found = std::find_if(m_table.options.begin(), m_table.options.end(), matches);
        return found == m_table.options.end() ? nullptr : &*found;
    };
    bool onlyOperands = false;
    for (qsizetype i = 0; i < words.size() && !isDone(); ++i) {
        const QString &word = words[i];
        if (onlyOperands || word == u"-" || !word.startsWith(u'-')) {
            m_operands.append(word);
            continue;
        }
        if (word == u"--") {
            onlyOperands = true;
            continue;
        }
        if (word == u"--help" || word == u"-h") {
            m_exitStatus = print(verbHelp(m_table).toUtf8());
            return;
        }
        const bool isLong = word.startsWith(u"--");
        const qsizetype equals = isLong ? word.indexOf(u'=') : -1;
        const QString name = isLong ? word.mid(2, equals < 0 ? -1 : equals - 2) : word.mid(1, 1);
        const VerbOption *const option = isLong ? find([&](const VerbOption &each) { return each.name == name; })
                                                : find([&](const VerbOption &each) { return each.shortName == name[0]; });
        if (!option) {
            const QString near = isLong ? nearestOption(name) : QString();
            mistake(near.isEmpty() ? QStringLiteral("there is no option %1: see collector %2 --help")
                                         .arg(isLong ? word.section(u'=', 0, 0) : word.left(2), m_table.name)
                                   : QStringLiteral("there is no option --%1: is --%2 meant?").arg(name, near));
            return;
        }
        const bool hasValue = isLong ? equals >= 0 : word.size() > 2;
        if (option->argument.isEmpty()) {
            if (hasValue)
                mistake(QStringLiteral("--%1 takes no value").arg(option->name));
            m_values[option->name].append(QString());
        } else if (hasValue) {
            take(*option, isLong ? word.mid(equals + 1) : word.mid(2));
        } else if (i + 1 < words.size()) {
            take(*option, words[++i]);
        } else {
            mistake(QStringLiteral("--%1 needs a value: %2").arg(option->name, option->argument));
        }
    }
}

QString VerbLine::nearestOption(const QString &name) const
{
    QStringList known{QStringLiteral("help")};
    for (const VerbOption &option : m_table.options)
        known.append(option.name);
    return meant(name, known);
}

void VerbLine::take(const VerbOption &option, const QString &value)
{
    if (!option.choices.isEmpty() && !option.choices.contains(value)) {
        mistake(QStringLiteral("--%1 is one of %2, not \"%3\"").arg(option.name, option.choices.join(QStringLiteral(", ")), value));
        return;
    }
    m_values[option.name].append(value);
}

void VerbLine::mistake(const QString &message)
{
    m_exitStatus = refuse(message);
}

QString VerbLine::value(const QString &name, const QString &without) const
{
    const auto found = m_values.constFind(name);
    return found == m_values.constEnd() ? without : found->last();
}

int VerbLine::refuse(const QString &message) const
{
    say(fullName(), message);
    return 2;
}

int VerbLine::failedOutput(const QString &message) const
{
    say(fullName(), message);
    return 1;
}

QString verbHelp(const VerbTable &table)
{
    constexpr int column = 28;
    const int width = helpWidth();
    QString text = helpParagraphs(
        QStringLiteral("Usage: collector %1 [options] %2\n\n%3\n\nOptions:").arg(table.name, table.synopsis, table.summary), width);
    for (const VerbOption &option : table.options) {
        QString left = option.shortName.isNull() ? QStringLiteral("      ") : QStringLiteral("  -%1, ").arg(option.shortName);
        left += QStringLiteral("--") + option.name;
        if (!option.argument.isEmpty())
            left += u' ' + option.argument;
        text += helpRow(left, option.help, column, width);
    }
    text += helpRow(QStringLiteral("  -h, --help"), QStringLiteral("this page"), column, width);
    return text + helpParagraphs(u'\n' + table.notes.trimmed(), width);
}

} // namespace collector
