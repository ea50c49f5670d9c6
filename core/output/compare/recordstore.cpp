#include "output/compare/recordstore.h"

#include "model/temporaryfolder.h"

#include <QTemporaryFile>

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace collector {

namespace {

constexpr qsizetype pieceBytes = 1 << 20;

} // namespace

RecordStore::RecordStore() = default;
RecordStore::~RecordStore() = default;

RecordRef RecordStore::add(QByteArrayView bytes)
{
    const RecordRef ref{m_written + quint64(m_pending.size()), quint32(bytes.size())};
    m_pending += bytes;
    if (m_pending.size() >= pieceBytes && !flush())
        return {};
    return ref;
}

bool RecordStore::flush()
{
    if (!m_error.isEmpty())
        return false;
    if (!m_file) {
        m_file = std::make_unique<QTemporaryFile>(temporaryFolder() + QStringLiteral("/collector-XXXXXX"));
        if (!m_file->open()) {
            m_error = QStringLiteral("temporary file in %1 (TMPDIR): %2").arg(temporaryFolder(), m_file->errorString());
            return false;
        }
        ::unlink(m_file->fileName().toLocal8Bit().constData());
    }
    for (qsizetype done = 0; done < m_pending.size();) {
        const ssize_t count = ::pwrite(m_file->handle(), m_pending.constData() + done, size_t(m_pending.size() - done), off_t(m_written));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            m_error =
                QStringLiteral("temporary file in %1 (TMPDIR): %2").arg(temporaryFolder(), QString::fromLocal8Bit(std::strerror(errno)));
            return false;
        }
        done += count;
        m_written += quint64(count);
    }
    m_pending.resize(0);
    return true;
}

bool RecordStore::read(RecordRef ref, QByteArray &out)
{
    if (!m_error.isEmpty())
        return false;
    if (ref.offset >= m_written) {
        out = m_pending.mid(qsizetype(ref.offset - m_written), ref.length);
        return true;
    }
    out.resize(ref.length);
    for (qsizetype done = 0; done < out.size();) {
        const ssize_t count = ::pread(m_file->handle(), out.data() + done, size_t(out.size() - done), off_t(ref.offset) + done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            m_error = QStringLiteral("temporary file in %1 (TMPDIR): cannot be read back").arg(temporaryFolder());
            return false;
        }
        done += count;
    }
    return true;
}

} // namespace collector
