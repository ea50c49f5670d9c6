#include "output/outputlocks.h"

#include "output/livefile.h"

#include <unistd.h>

namespace collector {

OutputLocks::OutputLocks(const QByteArray &doing) : m_holder("process " + QByteArray::number(getpid()) + ", " + doing + '\n') {}

bool OutputLocks::take(const QByteArray &output, QString *error)
{
    if (namedDescriptor(output) >= 0 || placeKind(output) == PlaceKind::Stream)
        return true;
    auto lock = FileLock::take(output, m_holder, error);
    if (lock)
        m_locks.push_back(std::move(*lock));
    return lock.has_value();
}

QList<QByteArray> OutputLocks::paths() const
{
    QList<QByteArray> paths;
    for (const FileLock &lock : m_locks)
        paths.append(lock.path());
    return paths;
}

} // namespace collector
