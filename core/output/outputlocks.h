// OutputLocks: the locks of all that one process writes, whichever verb it is: a run, a merge and a report keep off one another. Taken
// before anything is read or contacted, so that nobody replaces what another one made meanwhile. Held as long as it lives.

#pragma once

#include "output/filelock.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <vector>

namespace collector {

class OutputLocks
{
public:
    // `doing`, in words, is told to whoever is kept off: "run 20261122T020000Z-4f1c".
    explicit OutputLocks(const QByteArray &doing);

    // Of a file, or of a folder that is one output. A stream needs none. False, and why in `error`, where it cannot be had.
    [[nodiscard]] bool take(const QByteArray &output, QString *error);
    void release() { m_locks.clear(); }

    // Of the files that are there as long as this.
    [[nodiscard]] QList<QByteArray> paths() const;

private:
    QByteArray m_holder;
    std::vector<FileLock> m_locks;
};

} // namespace collector
