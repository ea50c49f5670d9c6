// The lines of a source, cut where Python's str.splitlines() cuts, read piece by piece so that a file of a million hosts never lies
// in memory as a whole; everything read goes into the hash of the run's inventory. One thread.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QCryptographicHash>
#include <QIODevice>

namespace collector {

class LineReader final
{
public:
    /// `device` is open, stands at its beginning and outlives this.
    LineReader(QIODevice &device, QCryptographicHash &hash);

    /// The next line without its end, until the next call. False at the end.
    [[nodiscard]] bool next(QByteArrayView &line);
    /// The first bytes of the source, without eating them.
    [[nodiscard]] QByteArrayView peek(qsizetype bytes);
    /// All that is left, or nothing if that is more than `most` bytes.
    [[nodiscard]] bool readAll(QByteArray &text, qint64 most);
    /// From 1, of the line given last.
    [[nodiscard]] int lineNumber() const { return m_number; }
    /// Whether a line was longer than 16 MiB; the source is no text then, and next() was false.
    [[nodiscard]] bool isTooLong() const { return m_tooLong; }

private:
    bool refill();

    QIODevice &m_device;
    QCryptographicHash &m_hash;
    QByteArray m_buffer;
    qsizetype m_begin = 0;
    int m_number = 0;
    bool m_atEnd = false;
    bool m_tooLong = false;
};

} // namespace collector
