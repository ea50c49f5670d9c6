#include "output/livefile.h"

#include "output/bytesink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <cstdio>
#include <optional>

namespace collector {

namespace {

QString shown(const QByteArray &path)
{
    return QString::fromLocal8Bit(path);
}

constexpr const char *accessList = "system.posix_acl_access"; // acl(5)

// The access list of a file; empty: it has none, or its file system knows none. Nothing where it cannot be told.
std::optional<QByteArray> accessListOf(const QByteArray &path)
{
    QByteArray list(64 * 1024, Qt::Uninitialized); // as long as such an attribute may be
    const ssize_t size = lgetxattr(path.constData(), accessList, list.data(), size_t(list.size()));
    if (size < 0)
        return errno == ENODATA || errno == ENOTSUP ? std::optional(QByteArray()) : std::nullopt;
    return list.first(size);
}

// Mode and access list, which stand together: the group's bits of the mode are the list's mask, and without the list they would be rights.
bool takeRights(int descriptor, const struct stat &replaced, const QByteArray &path)
{
    const auto list = accessListOf(path);
    if (!list)
        return false;
    if (!list->isEmpty())
        return fsetxattr(descriptor, accessList, list->constData(), size_t(list->size()), 0) == 0;
    // What the folder gives to new files is not what this one had.
    return (fremovexattr(descriptor, accessList) == 0 || errno == ENODATA || errno == ENOTSUP) &&
           fchmod(descriptor, replaced.st_mode & 0777) == 0;
}

bool isOfAnother(const QByteArray &path)
{
    struct stat info
    {
    };
    return lstat(path.constData(), &info) == 0 && info.st_uid != geteuid();
}

// For a folder that may be written into and not read, as a drop box. What is gone from it may be there again after a power cut, which
// costs nothing.
bool syncFileSystemOf(const QByteArray &path)
{
    const FileHandle file(::open(path.constData(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    return !file.isOpen() || syncfs(file.get()) == 0;
}

} // namespace

PlaceKind placeKind(const QByteArray &path)
{
    struct stat info
    {
    };
    if (lstat(path.constData(), &info) != 0)
        return errno == ENOENT ? PlaceKind::Nothing : PlaceKind::Other;
    if (S_ISREG(info.st_mode))
        return PlaceKind::RegularFile;
    if (S_ISLNK(info.st_mode))
        return PlaceKind::SymbolicLink;
    return S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode) ? PlaceKind::Stream : PlaceKind::Other;
}

int namedDescriptor(const QByteArray &path)
{
    if (path == "-" || path == "/dev/stdout")
        return STDOUT_FILENO;
    if (path == "/dev/stderr")
        return STDERR_FILENO;
    for (const QByteArrayView folder : {"/dev/fd/", "/proc/self/fd/"}) {
        bool isNumber = false;
        const int number = path.startsWith(folder) ? path.sliced(folder.size()).toInt(&isNumber) : -1;
        if (isNumber && number >= 0)
            return number;
    }
    return -1;
}

QByteArray pathBeside(const QByteArray &path, QByteArrayView suffix)
{
    const QByteArray whole = path.endsWith('/') ? path.chopped(1) : path;
    const qsizetype slash = whole.lastIndexOf('/');
    return whole.first(slash + 1) + '.' + whole.sliced(slash + 1) + suffix.toByteArray();
}

bool syncFolderOf(const QByteArray &path)
{
    const QByteArray whole = path.endsWith('/') ? path.chopped(1) : path;
    const qsizetype slash = whole.lastIndexOf('/');
    const QByteArray folder = slash < 0 ? QByteArray(".") : slash == 0 ? QByteArray("/") : whole.first(slash);
    const FileHandle handle(::open(folder.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!handle.isOpen() && errno == EACCES)
        return syncFileSystemOf(whole);
    // Some file systems cannot sync a folder, and say so: nothing is lost that they could have kept.
    return handle.isOpen() && (fsync(handle.get()) == 0 || errno == EINVAL || errno == EROFS);
}

bool takeAfter(int descriptor, const struct stat *replaced, mode_t newFileMode, const QByteArray &path, QString *error)
{
    struct stat ours
    {
    };
    const bool isKnown = fstat(descriptor, &ours) == 0;
    const bool isOther = replaced && (replaced->st_uid != ours.st_uid || replaced->st_gid != ours.st_gid);
    if (isKnown && isOther && fchown(descriptor, replaced->st_uid, replaced->st_gid) != 0) {
        *error = QStringLiteral("%1 belongs to another user or group, which a new file cannot be given: remove it, or write elsewhere")
                     .arg(shown(path));
        return false;
    }
    if (!isKnown || !(replaced ? takeRights(descriptor, *replaced, path) : fchmod(descriptor, newFileMode) == 0)) {
        *error = QStringLiteral("%1: its mode cannot be set: %2").arg(shown(path), errorText(errno));
        return false;
    }
    return true;
}

LiveFile::~LiveFile()
{
    if (m_isThere)
        unlink(m_livePath.constData());
}

FileHandle LiveFile::create(mode_t newFileMode, QString *error)
{
    if (m_path.endsWith('/')) { // else it is not before the end of all work that it cannot have its name
        *error = QStringLiteral("%1 cannot be written: it names a folder").arg(shown(m_path));
        return {};
    }
    switch (placeKind(m_path)) {
    case PlaceKind::SymbolicLink:
        *error = QStringLiteral("%1 is a symbolic link, and links are not followed: name the file it points to").arg(shown(m_path));
        return {};
    case PlaceKind::Stream:
    case PlaceKind::Other:
        *error = QStringLiteral("%1 cannot be replaced: it is no regular file, or its folder cannot be read").arg(shown(m_path));
        return {};
    case PlaceKind::RegularFile:
        if (access(m_path.constData(), W_OK) != 0) {
            const bool isDenied = errno == EACCES;
            *error = QStringLiteral("%1 cannot be written: %2").arg(shown(m_path), errorText(errno));
            if (isDenied && isOfAnother(m_path)) // as of a night that root began by hand
                *error += QStringLiteral("; it is another user's: remove it, or give it to the one that this runs as (chown)");
            return {};
        }
        break;
    case PlaceKind::Nothing:
        break;
    }
    unlink(m_livePath.constData()); // of a process that was killed: we hold the lock
    FileHandle file(::open(m_livePath.constData(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.isOpen()) {
        *error = QStringLiteral("%1 cannot be written: %2").arg(shown(m_path), errorText(errno));
        return {};
    }
    m_isThere = true;
    struct stat old
    {
    };
    const bool replaces = lstat(m_path.constData(), &old) == 0;
    if (!takeAfter(file.get(), replaces ? &old : nullptr, newFileMode, m_path, error))
        return {};
    return file;
}

bool LiveFile::name(const QByteArray &path, QString *error)
{
    if (rename(m_livePath.constData(), path.constData()) != 0) {
        *error = QStringLiteral("%1 cannot be replaced: %2").arg(shown(path), errorText(errno));
        return false;
    }
    m_isThere = false;
    return true;
}

} // namespace collector
