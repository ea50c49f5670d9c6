#include "ssh/knownhostsappender.h"

#include "ssh/keyblob.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace collector {

namespace {

std::string_view view(const QByteArray &bytes)
{
    return {bytes.constData(), size_t(bytes.size())};
}

// A name that the file's syntax would take for something else, or that would end the line, is not written. A comment, a marker, a hash and
// a negation have their sign in front (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
bool canStand(const QByteArray &name)
{
    constexpr QByteArrayView special = ",*?";
    constexpr QByteArrayView specialInFront = "!|#@";
    return !name.isEmpty() && name.size() < 1000 && !specialInFront.contains(name.front()) &&
           std::none_of(name.begin(), name.end(),
                        [&](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127 || special.contains(c); });
}

QString systemError()
{
    return QString::fromLocal8Bit(std::strerror(errno));
}

bool lock(int fd, std::chrono::steady_clock::time_point deadline)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

} // namespace

KnownHostsAppender::KnownHostsAppender() : m_thread([this] { work(); }) {}

KnownHostsAppender::~KnownHostsAppender()
{
    if (m_thread.joinable())
        (void)finish();
}

KnownHostsAppender::Verdict KnownHostsAppender::accept(const QString &file, const QByteArray &name, const QByteArray &blob, bool isHashed)
{
    const bool isKept = !file.isEmpty();
    if ((isKept && !canStand(name)) || !isWellFormedKey(blob))
        return Verdict::BadName;
    const std::lock_guard guard(m_mutex);
    const auto [known, isNew] = m_accepted.try_emplace({file, name}, blob);
    if (!isNew)
        return known->second == blob ? Verdict::Known : Verdict::Different;
    if (isKept) {
        m_waiting[file].push_back({name, blob, isHashed});
        m_wakeUp.notify_one();
    } else if (const QString notKept =
                   QStringLiteral("new host keys were accepted for this run and are kept nowhere (UserKnownHostsFile none)");
               !m_problems.contains(notKept)) {
        m_problems.append(notKept);
    }
    return Verdict::Added;
}

QStringList KnownHostsAppender::finish()
{
    {
        const std::lock_guard guard(m_mutex);
        m_isOver = true;
    }
    m_wakeUp.notify_one();
    m_thread.join();
    return m_problems;
}

int KnownHostsAppender::added() const
{
    const std::lock_guard guard(m_mutex);
    return m_added;
}

void KnownHostsAppender::work()
{
    std::unique_lock guard(m_mutex);
    while (true) {
        m_wakeUp.wait(guard, [this] { return m_isOver || !m_waiting.empty(); });
        if (m_waiting.empty())
            return;
        const auto waiting = std::exchange(m_waiting, {});
        guard.unlock();
        for (const auto &[path, entries] : waiting)
            write(path, entries);
        guard.lock();
    }
}

void KnownHostsAppender::complain(const QString &path, const QString &what)
{
    const std::lock_guard guard(m_mutex);
    const QString problem = path + QStringLiteral(": ") + what;
    if (!m_problems.contains(problem) && m_problems.size() < 100)
        m_problems.append(problem);
}

void KnownHostsAppender::write(const QString &path, const std::vector<Entry> &entries)
{
    const QString folder = QFileInfo(path).path();
    if (!QFileInfo::exists(folder) && QDir().mkpath(folder))
        QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const int fd = open(QFile::encodeName(path).constData(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd < 0) {
        complain(path, QStringLiteral("cannot add host keys: ") + systemError());
        return;
    }
    struct stat status = {};
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        File &file = m_files[path];
        if (!lock(fd, std::chrono::steady_clock::now() + longestWaitForLock))
            complain(path, QStringLiteral("cannot add host keys: another process keeps it locked"));
        else if (catchUp(fd, path, file)) {
            for (const Entry &entry : entries)
                append(fd, path, file, entry);
            fdatasync(fd);
        }
    }
    close(fd); // and with it the lock
}

// Reads what is new since we were here last: all of it the first time, or when somebody has put another file in its place.
bool KnownHostsAppender::catchUp(int fd, const QString &path, File &file)
{
    struct stat status = {};
    if (fstat(fd, &status) != 0)
        return false;
    if (file.inode != status.st_ino || status.st_size < file.size) {
        file = File();
        file.inode = status.st_ino;
    }
    QByteArray text(qsizetype(status.st_size - file.size), Qt::Uninitialized);
    qsizetype have = 0;
    while (have < text.size()) {
        const ssize_t count = pread(fd, text.data() + have, size_t(text.size() - have), file.size + have);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            complain(path, QStringLiteral("cannot add host keys: it cannot be read: ") + systemError());
            return false;
        }
        have += count;
    }
    if (!text.isEmpty()) {
        file.endsInMidLine = !text.endsWith('\n');
        file.seen.push_back(std::make_unique<KnownHostsFile>(path, std::move(text)));
        file.size = status.st_size;
    }
    return true;
}

void KnownHostsAppender::append(int fd, const QString &path, File &file, const Entry &entry)
{
    std::vector<KnownKey> keys;
    for (const auto &part : file.seen)
        part->collect(view(entry.name), KnownHostsFile::Hashed::Probe, keys);
    std::erase_if(keys, [](const KnownKey &key) { return key.marker != KnownKey::Marker::None; });
    if (std::any_of(keys.begin(), keys.end(), [&](const KnownKey &key) { return key.blob == entry.blob; }))
        return;
    if (!keys.empty()) {
        complain(path, QStringLiteral("another process has added another key for %1 meanwhile; ours was not added: %2")
                           .arg(QString::fromUtf8(entry.name), QString::fromLatin1(fingerprint(entry.blob))));
        return;
    }
    const QByteArray name = entry.isHashed ? QByteArray::fromStdString(hashedName(view(entry.name))) : entry.name;
    const QByteArray line = (file.endsInMidLine ? "\n" : "") + name + ' ' + keyType(entry.blob) + ' ' + entry.blob.toBase64() + '\n';
    const ssize_t written = ::write(fd, line.constData(), size_t(line.size()));
    if (written != line.size()) {
        complain(path, QStringLiteral("cannot add host keys: ") + (written < 0 ? systemError() : QStringLiteral("the disk is full")));
        if (written > 0 && ftruncate(fd, file.size) != 0) // no half a line for those who come after
            complain(path, QStringLiteral("ends in half a line now; remove it"));
        return;
    }
    file.endsInMidLine = false;
    file.size += written;
    const std::lock_guard guard(m_mutex);
    ++m_added;
}

} // namespace collector
