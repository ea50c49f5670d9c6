// ByteSink: where the bytes of an output go: a descriptor, buffered, or a compressor before one. On the writer's thread; the
// descriptor may block there. After an error nothing more is written, and error() says why.

#pragma once

#include "output/filehandle.h"
#include "output/outputspec.h"

#include <QByteArray>
#include <QString>

#include <memory>

namespace collector {

class ByteSink
{
public:
    // A sink for this packing before `file`.
    [[nodiscard]] static std::unique_ptr<ByteSink> make(FileHandle file, OutputSpec::Packing packing);
    virtual ~ByteSink();
    ByteSink(const ByteSink &) = delete;
    ByteSink &operator=(const ByteSink &) = delete;

    virtual bool write(QByteArrayView bytes) = 0;
    // All that was written so far is on its way to whoever reads. Of a compressor: costs a little of its ratio.
    virtual bool flush() = 0;
    // The end: what is compressed gets its last bytes.
    virtual bool finish() = 0;
    [[nodiscard]] virtual int descriptor() const = 0;
    [[nodiscard]] const QString &error() const { return m_error; }

protected:
    ByteSink() = default;
    QString m_error;
};

// write(2) until all is written. False: errno says why; `written` how much of it was.
[[nodiscard]] bool writeAll(int descriptor, QByteArrayView bytes, qsizetype *written = nullptr);

// What errno means, for a person.
[[nodiscard]] QString errorText(int number);

} // namespace collector
