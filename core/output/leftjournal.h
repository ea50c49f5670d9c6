// The journal that a run left behind, once another begins where it lies. Main thread, under the lock of the output that it lies beside.

#pragma once

#include <QByteArray>
#include <QString>

#include <functional>

namespace collector {

// Gives it the name `.NAME.journal.old` and tells `warn` (may be empty) what was in it. One in which there is nothing stays as it is.
// False, and why in `error`, where it cannot be had.
[[nodiscard]] bool putJournalAside(const QByteArray &journal, const std::function<void(const QString &)> &warn, QString *error);

} // namespace collector
