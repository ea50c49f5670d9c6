#include "cli/pagefile.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace collector {

bool PageFile::open(const QByteArray &path, QString *error)
{
    m_path = path;
    FileHandle handle;
    const int descriptor = namedDescriptor(path);
    if (descriptor >= 0) {
        handle = FileHandle(fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
        if (!handle.isOpen())
            *error = QStringLiteral("%1: %2").arg(QString::fromLocal8Bit(path), errorText(errno));
    } else if (placeKind(path) == PlaceKind::Stream) {
        handle = FileHandle(::open(path.constData(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
        if (!handle.isOpen())
            *error = QStringLiteral("%1: %2").arg(QString::fromLocal8Bit(path), errorText(errno));
    } else {
        m_live.emplace(path);
        handle = m_live->create(0600, error);
    }
    if (!handle.isOpen())
        return false;
    m_sink = ByteSink::make(std::move(handle), OutputSpec::Packing::None);
    return true;
}

void PageFile::write(QByteArrayView bytes)
{
    m_isGood = m_isGood && m_sink->write(bytes);
}

bool PageFile::finish(QString *error)
{
    if (!m_isGood || !m_sink->finish()) {
        *error = QStringLiteral("%1 cannot be written: %2").arg(QString::fromLocal8Bit(m_path), m_sink->error());
        return false;
    }
    if (!m_live)
        return true;
    if (fsync(m_sink->descriptor()) != 0) {
        *error = QStringLiteral("%1 cannot be written: %2").arg(QString::fromLocal8Bit(m_path), errorText(errno));
        return false;
    }
    return m_live->name(m_path, error) && (syncFolderOf(m_path), true);
}

} // namespace collector
