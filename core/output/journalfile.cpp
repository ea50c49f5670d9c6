#include "output/journalfile.h"

#include "output/bytesink.h"
#include "output/livefile.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

namespace collector {

namespace {

// O_APPEND: a crash note comes from elsewhere, and must not be written over.
constexpr int openFlags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC;

QString cannot(const QByteArray &path)
{
    return QStringLiteral("the journal %1 cannot be written: %2").arg(QString::fromLocal8Bit(path), errorText(errno));
}

} // namespace

JournalFile JournalFile::create(const QByteArray &path, const JournalHeader &header, QString *error)
{
    JournalFile journal(path, FileHandle(::open(path.constData(), openFlags | O_CREAT | O_EXCL, 0600)));
    if (!journal.isOpen()) {
        *error = cannot(path);
        return {};
    }
    if (!journal.append(header.toLine()) || !journal.sync() || !syncFolderOf(path)) {
        *error = journal.error().isEmpty() ? cannot(path) : journal.error();
        journal.remove();
        return {};
    }
    return journal;
}

JournalFile JournalFile::reopen(const QByteArray &path, qint64 wholeBytes, QString *error)
{
    JournalFile journal(path, FileHandle(::open(path.constData(), openFlags)));
    if (journal.isOpen() && ftruncate(journal.descriptor(), wholeBytes) == 0 && fdatasync(journal.descriptor()) == 0)
        return journal;
    *error = cannot(path);
    return {};
}

bool JournalFile::append(QByteArrayView lines)
{
    if (!m_error.isEmpty())
        return false;
    const off_t before = lseek(m_file.get(), 0, SEEK_END);
    m_isDirty = true;
    if (writeAll(m_file.get(), lines))
        return true;
    const int problem = errno;
    // What was written of it ends in the middle of a line. If it cannot be taken back, the next reader cuts it off.
    (void)!ftruncate(m_file.get(), before);
    errno = problem;
    return fail();
}

bool JournalFile::sync()
{
    if (!m_isDirty || !m_error.isEmpty())
        return m_error.isEmpty();
    m_isDirty = false;
    return fdatasync(m_file.get()) == 0 || fail();
}

bool JournalFile::moveTo(const QByteArray &path)
{
    if (!sync() || rename(m_path.constData(), path.constData()) != 0)
        return fail();
    m_path = path;
    return syncFolderOf(path) || fail();
}

void JournalFile::remove()
{
    unlink(m_path.constData());
    syncFolderOf(m_path);
    m_file.close();
}

bool JournalFile::fail()
{
    if (m_error.isEmpty())
        m_error = cannot(m_path);
    return false;
}

} // namespace collector
