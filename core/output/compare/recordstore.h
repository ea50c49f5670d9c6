// RecordStore: records that are wanted again, in another order than they came: by reference, from the disk, so that memory
// holds sixteen bytes for each of them. Kept in an unlinked temporary file (TMPDIR) that goes with the process.
// One thread.

#pragma once

#include <QByteArray>
#include <QString>

#include <memory>

class QTemporaryFile;

namespace collector {

struct RecordRef
{
    quint64 offset = 0;
    quint32 length = 0; // 0: none
};

class RecordStore
{
public:
    RecordStore();
    ~RecordStore();
    RecordStore(const RecordStore &) = delete;
    RecordStore &operator=(const RecordStore &) = delete;

    // Keeps a copy of `bytes`. Once an error() occurred, nothing more is kept.
    [[nodiscard]] RecordRef add(QByteArrayView bytes);

    // Reads one back into `out`; false on an error.
    [[nodiscard]] bool read(RecordRef ref, QByteArray &out);

    [[nodiscard]] quint64 size() const { return m_written + quint64(m_pending.size()); }
    [[nodiscard]] const QString &error() const { return m_error; }

private:
    [[nodiscard]] bool flush();

    std::unique_ptr<QTemporaryFile> m_file;
    QByteArray m_pending; // the tail, not in the file yet
    quint64 m_written = 0;
    QString m_error;
};

} // namespace collector
