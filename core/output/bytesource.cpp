#include "output/bytesource.h"

#include "output/filehandle.h"
#include "output/outputspec.h"

#include <zlib.h>
#include <zstd.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

namespace collector {

namespace {

constexpr qsizetype inputPiece = 256 * 1024;

// Reads a descriptor as it is; what was read to see what it is can be given back.
class PlainSource final : public ByteSource
{
public:
    explicit PlainSource(FileHandle file) : m_file(std::move(file)) {}

    void unread(QByteArray head) { m_head = std::move(head); }

    qsizetype read(QByteArray &out, qsizetype limit) override
    {
        if (!m_head.isEmpty()) {
            const qsizetype taken = qMin(limit, m_head.size());
            out.append(m_head.constData(), taken);
            m_head.remove(0, taken);
            return taken;
        }
        const qsizetype before = out.size();
        out.resize(before + limit);
        ssize_t got;
        do {
            got = ::read(m_file.get(), out.data() + before, size_t(limit));
        } while (got < 0 && errno == EINTR);
        out.resize(before + qMax<qsizetype>(got, 0));
        if (got < 0)
            m_error = QStringLiteral("cannot be read: %1").arg(QString::fromLocal8Bit(std::strerror(errno)));
        return got;
    }

private:
    FileHandle m_file;
    QByteArray m_head;
};

// What both decompressors share: compressed input in pieces, an end that must not come early.
class CompressedSource : public ByteSource
{
public:
    explicit CompressedSource(std::unique_ptr<ByteSource> inner) : m_inner(std::move(inner)) {}

protected:
    // Whether there is input; false at the end of the file, and on an error.
    bool fill()
    {
        if (m_used < m_input.size())
            return true;
        m_input.resize(0);
        m_used = 0;
        const qsizetype got = m_inner->read(m_input, inputPiece);
        if (got < 0)
            m_error = m_inner->error();
        return got > 0;
    }

    qsizetype fail(const QString &reason)
    {
        if (m_error.isEmpty())
            m_error = reason;
        return -1;
    }

    QByteArray m_input;
    qsizetype m_used = 0;

private:
    std::unique_ptr<ByteSource> m_inner;
};

class GzipSource final : public CompressedSource
{
public:
    using CompressedSource::CompressedSource;
    ~GzipSource() override { inflateEnd(&m_stream); }
    [[nodiscard]] bool prepare() { return inflateInit2(&m_stream, 15 + 16) == Z_OK; }

    qsizetype read(QByteArray &out, qsizetype limit) override
    {
        const qsizetype before = out.size();
        out.resize(before + limit);
        m_stream.next_out = reinterpret_cast<Bytef *>(out.data() + before);
        m_stream.avail_out = uInt(limit);
        const bool isGood = inflateSome(limit);
        const qsizetype made = limit - m_stream.avail_out;
        out.resize(before + made);
        if (!isGood && made == 0)
            return fail(QStringLiteral("its gzip data is damaged or cut off"));
        return made;
    }

private:
    bool inflateSome(qsizetype limit)
    {
        while (m_stream.avail_out == uInt(limit)) {
            if (!fill())
                return m_error.isEmpty() && m_isAtEnd;
            if (m_isAtEnd) {
                if (m_input[m_used] == '\0') { // padding, as tapes and block devices have it behind a file: gzip(1) passes over it too
                    ++m_used;
                    continue;
                }
                if (inflateReset(&m_stream) != Z_OK) // a further member: `cat a.gz b.gz`
                    return false;
                m_isAtEnd = false;
            }
            m_stream.next_in = reinterpret_cast<Bytef *>(m_input.data() + m_used);
            m_stream.avail_in = uInt(m_input.size() - m_used);
            const int result = inflate(&m_stream, Z_NO_FLUSH);
            m_used = m_input.size() - m_stream.avail_in;
            if (result == Z_STREAM_END)
                m_isAtEnd = true;
            else if (result != Z_OK)
                return false;
        }
        return true;
    }

    z_stream m_stream{};
    bool m_isAtEnd = false;
};

class ZstdSource final : public CompressedSource
{
public:
    explicit ZstdSource(std::unique_ptr<ByteSource> inner) : CompressedSource(std::move(inner)), m_stream(ZSTD_createDStream()) {}

    qsizetype read(QByteArray &out, qsizetype limit) override
    {
        const qsizetype before = out.size();
        out.resize(before + limit);
        ZSTD_outBuffer output{out.data() + before, size_t(limit), 0};
        bool isGood = m_stream != nullptr;
        while (isGood && output.pos == 0) {
            if (!fill()) {
                isGood = m_error.isEmpty() && m_isAtEnd;
                break;
            }
            ZSTD_inBuffer input{m_input.constData() + m_used, size_t(m_input.size() - m_used), 0};
            const size_t result = ZSTD_decompressStream(m_stream.get(), &output, &input);
            m_used += qsizetype(input.pos);
            isGood = !ZSTD_isError(result);
            m_isAtEnd = result == 0;
        }
        out.resize(before + qsizetype(output.pos));
        if (!isGood && output.pos == 0)
            return fail(QStringLiteral("its zstd data is damaged or cut off"));
        return qsizetype(output.pos);
    }

private:
    struct Free
    {
        void operator()(ZSTD_DStream *stream) const { ZSTD_freeDStream(stream); }
    };
    std::unique_ptr<ZSTD_DStream, Free> m_stream;
    bool m_isAtEnd = false;
};

// A frame, or one to be skipped, as pzstd and seekable files have them in front (RFC 8878, 3.1).
bool isZstd(QByteArrayView head)
{
    return head.startsWith("\x28\xb5\x2f\xfd") ||
           (head.size() >= 4 && (uchar(head[0]) & 0xf0) == 0x50 && head.sliced(1).startsWith("\x2a\x4d\x18"));
}

} // namespace

ByteSource::~ByteSource() = default;

std::unique_ptr<ByteSource> ByteSource::open(const QByteArray &path, QString *error)
{
    const QString name = path == "-" ? QStringLiteral("standard input") : QString::fromLocal8Bit(path);
    FileHandle file(path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.constData(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.isOpen()) {
        *error = QStringLiteral("%1 cannot be opened: %2").arg(name, QString::fromLocal8Bit(std::strerror(errno)));
        return nullptr;
    }
    auto plain = std::make_unique<PlainSource>(std::move(file));
    QByteArray head;
    while (head.size() < 4) {
        const qsizetype got = plain->read(head, 4 - head.size());
        if (got < 0) {
            *error = name + u' ' + plain->error();
            return nullptr;
        }
        if (got == 0)
            break;
    }
    if (head.isEmpty() && endingOf(path.toLower()).packing != OutputSpec::Packing::None) {
        *error = QStringLiteral("%1 is empty: what is compressed has a frame, even of nothing").arg(name);
        return nullptr;
    }
    plain->unread(head);
    if (head.startsWith("\x1f\x8b")) {
        auto source = std::make_unique<GzipSource>(std::move(plain));
        if (!source->prepare()) {
            *error = QStringLiteral("%1: zlib cannot be set up").arg(name);
            return nullptr;
        }
        return source;
    }
    if (isZstd(head))
        return std::make_unique<ZstdSource>(std::move(plain));
    return plain;
}

} // namespace collector
