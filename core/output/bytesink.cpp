#include "output/bytesink.h"

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include <poll.h>

#include <cerrno>
#include <cstring>

namespace collector {

namespace {

constexpr qsizetype bufferSize = 64 * 1024;

class FileSink final : public ByteSink
{
public:
    explicit FileSink(FileHandle file) : m_file(std::move(file)) {}

    bool write(QByteArrayView bytes) override
    {
        if (m_buffer.size() + bytes.size() < bufferSize) {
            m_buffer += bytes;
            return m_error.isEmpty();
        }
        return flush() && put(bytes);
    }

    bool flush() override
    {
        const bool isGood = put(m_buffer);
        m_buffer.resize(0);
        return isGood;
    }

    bool finish() override { return flush(); }
    int descriptor() const override { return m_file.get(); }

private:
    bool put(QByteArrayView bytes)
    {
        if (!m_error.isEmpty())
            return false;
        if (!bytes.isEmpty() && !writeAll(m_file.get(), bytes))
            m_error = errorText(errno);
        return m_error.isEmpty();
    }

    FileHandle m_file;
    QByteArray m_buffer;
};

class GzipSink final : public ByteSink
{
public:
    explicit GzipSink(FileHandle file) : m_file(std::move(file))
    {
        // Level 4: three quarters of the time of the usual 6, and records hardly grow by it.
        m_isOpen = deflateInit2(&m_stream, 4, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
        if (!m_isOpen)
            m_error = QStringLiteral("zlib cannot be set up");
    }
    ~GzipSink() override
    {
        if (m_isOpen)
            deflateEnd(&m_stream);
    }

    bool write(QByteArrayView bytes) override { return run(bytes, Z_NO_FLUSH); }
    bool flush() override { return run({}, Z_SYNC_FLUSH) && pass(m_file.flush()); }
    bool finish() override { return run({}, Z_FINISH) && pass(m_file.finish()); }
    int descriptor() const override { return m_file.descriptor(); }

private:
    bool pass(bool isGood)
    {
        if (!isGood)
            m_error = m_file.error();
        return isGood;
    }

    bool run(QByteArrayView bytes, int mode)
    {
        if (!m_error.isEmpty())
            return false;
        m_stream.next_in = reinterpret_cast<const Bytef *>(bytes.data());
        m_stream.avail_in = uInt(bytes.size());
        do {
            m_out.resize(bufferSize);
            m_stream.next_out = reinterpret_cast<Bytef *>(m_out.data());
            m_stream.avail_out = uInt(bufferSize);
            deflate(&m_stream, mode);
            if (!pass(m_file.write(QByteArrayView(m_out).first(bufferSize - m_stream.avail_out))))
                return false;
        } while (m_stream.avail_out == 0);
        return true;
    }

    FileSink m_file;
    z_stream m_stream{};
    bool m_isOpen = false;
    QByteArray m_out;
};

class ZstdSink final : public ByteSink
{
public:
    explicit ZstdSink(FileHandle file) : m_file(std::move(file)), m_stream(ZSTD_createCStream())
    {
        if (!m_stream)
            m_error = QStringLiteral("zstd cannot be set up");
        else
            ZSTD_CCtx_setParameter(m_stream.get(), ZSTD_c_checksumFlag, 1);
    }

    bool write(QByteArrayView bytes) override { return run(bytes, ZSTD_e_continue); }
    bool flush() override { return run({}, ZSTD_e_flush) && pass(m_file.flush()); }
    bool finish() override { return run({}, ZSTD_e_end) && pass(m_file.finish()); }
    int descriptor() const override { return m_file.descriptor(); }

private:
    struct Free
    {
        void operator()(ZSTD_CStream *stream) const { ZSTD_freeCStream(stream); }
    };

    bool pass(bool isGood)
    {
        if (!isGood)
            m_error = m_file.error();
        return isGood;
    }

    bool run(QByteArrayView bytes, ZSTD_EndDirective mode)
    {
        if (!m_error.isEmpty())
            return false;
        ZSTD_inBuffer input{bytes.data(), size_t(bytes.size()), 0};
        size_t left = 0;
        do {
            m_out.resize(bufferSize);
            ZSTD_outBuffer output{m_out.data(), size_t(bufferSize), 0};
            left = ZSTD_compressStream2(m_stream.get(), &output, &input, mode);
            if (ZSTD_isError(left)) {
                m_error = QString::fromLatin1(ZSTD_getErrorName(left));
                return false;
            }
            if (!pass(m_file.write(QByteArrayView(m_out).first(qsizetype(output.pos)))))
                return false;
        } while (mode == ZSTD_e_continue ? input.pos < input.size : left > 0);
        return true;
    }

    FileSink m_file;
    std::unique_ptr<ZSTD_CStream, Free> m_stream;
    QByteArray m_out;
};

} // namespace

ByteSink::~ByteSink() = default;

std::unique_ptr<ByteSink> ByteSink::make(FileHandle file, OutputSpec::Packing packing)
{
    switch (packing) {
    case OutputSpec::Packing::Gzip:
        return std::make_unique<GzipSink>(std::move(file));
    case OutputSpec::Packing::Zstandard:
        return std::make_unique<ZstdSink>(std::move(file));
    case OutputSpec::Packing::None:
        break;
    }
    return std::make_unique<FileSink>(std::move(file));
}

bool writeAll(int descriptor, QByteArrayView bytes, qsizetype *written)
{
    qsizetype done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::write(descriptor, bytes.data() + done, size_t(bytes.size() - done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN) { // somebody else made our standard output non-blocking
            pollfd waiting{descriptor, POLLOUT, 0};
            (void)poll(&waiting, 1, -1);
            continue;
        }
        if (count <= 0)
            break;
        done += count;
    }
    if (written)
        *written = done;
    return done == bytes.size();
}

QString errorText(int number)
{
    return QString::fromLocal8Bit(std::strerror(number));
}

} // namespace collector
