// The journal that a run left behind, once another begins where it lies, or would go on with it and looks elsewhere. Main thread.

#pragma once

#include "output/outputspec.h"

#include <functional>
#include <optional>

namespace collector {

// Gives it the name `.NAME.journal.old` and tells `warn` (may be empty) what was in it. One in which there is nothing stays as it is.
// False, and why in `error`, where it cannot be had. Under the lock of the output that it lies beside.
[[nodiscard]] bool putJournalAside(const QByteArray &journal, const std::function<void(const QString &)> &warn, QString *error);

// What earlier runs left beside these outputs, and no run goes on from: FILE.partial, .NAME.journal.old.
[[nodiscard]] QStringList leftBeside(const QList<OutputSpec> &outputs);

struct RunElsewhere
{
    QByteArray journal;
    QString outputs;         // as options
    bool isOfOutput = false; // one of the outputs was its too; else it had the name that one was given, with another date in it
};
// The last run that did not end, and wrote to one of `outputs` or to what such a name (`given`: the values of -o) was at its time, but
// whose journal lies in their folders beside another file. `alsoEnded`: or that tried every host, and had too few ok.
[[nodiscard]] std::optional<RunElsewhere> findRunElsewhere(const QList<OutputSpec> &outputs, const QStringList &given, bool alsoEnded);

} // namespace collector
