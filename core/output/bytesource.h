// ByteSource: the bytes of a file that may be compressed, read front to back in bounded pieces. What it is compressed with
// (gzip, Zstandard, nothing) is told by its first bytes, not by its name. One thread; a value that owns its descriptor.

#pragma once

#include <QByteArray>
#include <QString>

#include <memory>

namespace collector {

class ByteSource
{
public:
    // Opens `path` (`-` is standard input). Nothing where it cannot be read, and why in `error`.
    [[nodiscard]] static std::unique_ptr<ByteSource> open(const QByteArray &path, QString *error);
    virtual ~ByteSource();
    ByteSource(const ByteSource &) = delete;
    ByteSource &operator=(const ByteSource &) = delete;

    // Appends at most `limit` bytes to `out` and returns how many: 0 at the end, -1 on an error (see error()).
    [[nodiscard]] virtual qsizetype read(QByteArray &out, qsizetype limit) = 0;
    [[nodiscard]] const QString &error() const { return m_error; }

protected:
    ByteSource() = default;
    QString m_error;
};

} // namespace collector
