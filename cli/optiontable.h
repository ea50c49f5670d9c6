// The options of `collector` itself, as a table: the parser, the help, completions and the check of plugins' options read it.

#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace collector {

struct CoreOption
{
    QString name;     // without the dashes
    QChar shortName;  // null: none
    QString argument; // what it takes, as the help names it; empty: a flag
    QString section;  // of the help
    QString help;     // one or more lines
    bool isRepeatable = false;
    bool isList = false; // of words with commas: given again, they are added
};

// In the order of the help. Built once.
[[nodiscard]] const QList<CoreOption> &coreOptions();
[[nodiscard]] const CoreOption *findCoreOption(const QString &name);
[[nodiscard]] const CoreOption *findCoreOption(QChar shortName);
[[nodiscard]] QStringList coreOptionNames();

} // namespace collector
