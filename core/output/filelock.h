// FileLock: one process at a time for one output, by `.NAME.lock` beside it (flock(2)). Held as long as it lives; the file goes
// with it. Who was killed holds none.

#pragma once

#include "output/filehandle.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace collector {

class FileLock
{
public:
    // Nothing, and why in `error`: who holds it, or why it cannot be made. `holder` is put into the file, for others to read.
    [[nodiscard]] static std::optional<FileLock> take(const QByteArray &output, const QByteArray &holder, QString *error);
    FileLock(FileLock &&) noexcept = default;
    FileLock &operator=(FileLock &&) noexcept;
    ~FileLock();

    [[nodiscard]] const QByteArray &path() const { return m_path; }

private:
    FileLock(QByteArray path, FileHandle file) : m_path(std::move(path)), m_file(std::move(file)) {}

    QByteArray m_path;
    FileHandle m_file;
};

} // namespace collector
