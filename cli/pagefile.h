// PageFile: where a page goes: a file that appears whole or not at all, or standard output. Its lock is the caller's to take,
// before it reads. Main thread.

#pragma once

#include "output/bytesink.h"
#include "output/livefile.h"

#include <memory>
#include <optional>

namespace collector {

class PageFile
{
public:
    // `-` is standard output.
    [[nodiscard]] bool open(const QByteArray &path, QString *error);
    void write(QByteArrayView bytes);
    // All is written and bears its name; else why not, in `error`.
    [[nodiscard]] bool finish(QString *error);

private:
    QByteArray m_path;
    std::optional<LiveFile> m_live; // nothing: a stream
    std::unique_ptr<ByteSink> m_sink;
    bool m_isGood = true;
};

} // namespace collector
