#include "plugin/permissions.h"

#include <QFile>

#include <sys/stat.h>
#include <unistd.h>

namespace collector {

namespace {

bool isWritableByOthers(const struct stat &status)
{
    if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX))
        return false; // as /tmp: others may add, but not replace what is not theirs
    if (status.st_mode & S_IWOTH)
        return true;
    // A group that is root's, or the user's own of the same number, holds nobody else.
    const bool isOwnGroup = status.st_gid == 0 || (status.st_gid == getegid() && status.st_gid == gid_t(status.st_uid));
    return (status.st_mode & S_IWGRP) && !isOwnGroup;
}

} // namespace

QString untrusted(const QString &path)
{
    QString place = path;
    for (;;) {
        struct stat status
        {
        };
        if (stat(QFile::encodeName(place).constData(), &status) != 0)
            return QStringLiteral("%1 cannot be examined").arg(place);
        if (status.st_uid != 0 && status.st_uid != geteuid())
            return QStringLiteral("%1 is owned by neither root nor you; chown it").arg(place);
        if (isWritableByOthers(status))
            return QStringLiteral("%1 may be written by others; chmod go-w it").arg(place);
        if (place == u"/")
            return {};
        const qsizetype slash = place.lastIndexOf(u'/');
        place = slash > 0 ? place.first(slash) : QStringLiteral("/");
    }
}

} // namespace collector
