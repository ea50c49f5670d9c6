#include "output/filelock.h"

#include "output/bytesink.h"
#include "output/livefile.h"

#include <collector/joberror.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

namespace collector {

namespace {

// Whether the file that is locked is the one that has the name: its holder may have removed it before we had the lock.
bool isStillNamed(int descriptor, const QByteArray &path)
{
    struct stat ours
    {
    };
    struct stat named
    {
    };
    return fstat(descriptor, &ours) == 0 && lstat(path.constData(), &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

// Why there is no lock, in words of the output: of the lock's name the user has never heard.
QString whyNot(const QByteArray &path, int number)
{
    const QString lock = QString::fromLocal8Bit(path);
    if (number == ELOOP)
        return QStringLiteral("its lock %1 is a symbolic link").arg(lock);
    if (number == ENOENT)
        return errorText(number) + QStringLiteral("; is its folder there?");
    if (number != EACCES)
        return errorText(number);
    const qsizetype slash = path.lastIndexOf('/');
    const QByteArray folder = slash < 0 ? QByteArray(".") : path.first(slash + 1);
    return errorText(number) +
           (faccessat(AT_FDCWD, folder.constData(), W_OK | X_OK, AT_EACCESS) != 0
                ? QStringLiteral("; its folder has to be writable, for it is written beside its place")
                : QStringLiteral("; its lock %1 is another user's: where no run of theirs writes it, remove that").arg(lock));
}

QString holderOf(int descriptor)
{
    std::array<char, 200> text;
    const ssize_t length = pread(descriptor, text.data(), text.size(), 0);
    return length > 0 ? printable(QByteArrayView(text.data(), length)) : QStringLiteral("another process");
}

} // namespace

std::optional<FileLock> FileLock::take(const QByteArray &output, const QByteArray &holder, QString *error)
{
    const QByteArray path = pathBeside(output, ".lock");
    const QString name = QString::fromLocal8Bit(output);
    for (;;) {
        FileHandle file(::open(path.constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file.isOpen()) {
            *error = QStringLiteral("%1 cannot be written: %2").arg(name, whyNot(path, errno));
            return std::nullopt;
        }
        if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
            *error = errno == EWOULDBLOCK
                         ? QStringLiteral("%1 is being written by %2: wait for it, or write elsewhere").arg(name, holderOf(file.get()))
                         : QStringLiteral("%1 cannot be locked: %2").arg(name, errorText(errno));
            return std::nullopt;
        }
        if (!isStillNamed(file.get(), path))
            continue;
        FileLock lock(path, std::move(file)); // from here on it goes with us, also where the disk is full
        if (ftruncate(lock.m_file.get(), 0) != 0 || !writeAll(lock.m_file.get(), holder)) {
            *error = QStringLiteral("%1 cannot be written: %2").arg(name, errorText(errno));
            return std::nullopt;
        }
        return lock;
    }
}

FileLock &FileLock::operator=(FileLock &&other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_file, other.m_file);
    return *this;
}

FileLock::~FileLock()
{
    if (m_file.isOpen())
        unlink(m_path.constData());
}

} // namespace collector
