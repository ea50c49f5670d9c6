#include "output/output.h"

#include "output/ansiblecache.h"
#include "output/livefile.h"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

namespace collector {

namespace {

// A FIFO is opened when somebody reads it, as by a shell; but not for ever.
constexpr std::chrono::seconds readerWait{10};

class FileOutput final : public Output
{
public:
    explicit FileOutput(const OutputSpec &spec) : Output(spec.path), m_live(spec.path) {}

    bool open(const OutputSpec &spec, const Output::Setup &setup)
    {
        FileHandle file = m_live.create(setup.newFileMode, &m_error);
        if (!file.isOpen())
            return false;
        Document::Frame frame = setup.frame;
        frame.canPatch = spec.packing == OutputSpec::Packing::None;
        m_document = Document::make(spec.format, std::move(frame));
        m_sink = ByteSink::make(std::move(file), spec.packing);
        m_goesOn = setup.goesOn;
        return true;
    }

    bool begin() override { return m_document->begin(*m_sink) || fail(m_sink->error()); }
    bool add(const Batch &batch) override { return m_document->add(batch, *m_sink) || fail(m_sink->error()); }
    bool pause() override { return m_error.isEmpty(); }

    bool end(const Document::Ending &ending) override
    {
        if (!m_document->end(ending, *m_sink))
            return fail(m_sink->error().isEmpty() ? errorText(errno) : m_sink->error());
        return fsync(m_sink->descriptor()) == 0 || fail(errorText(errno));
    }

    bool name(bool isPartial) override
    {
        const QByteArray target = isPartial ? m_path + ".partial" : m_path;
        if (!m_live.name(target, &m_error))
            return false;
        if (!isPartial && m_goesOn) // the same run, before it went on
            unlink((m_path + ".partial").constData());
        m_path = target;
        return true;
    }

private:
    LiveFile m_live;
    bool m_goesOn = false;
    std::unique_ptr<ByteSink> m_sink;
    std::unique_ptr<Document> m_document;
};

class StreamOutput final : public Output
{
public:
    StreamOutput(const OutputSpec &spec, const Setup &setup, FileHandle file) : Output(spec.path)
    {
        if (isatty(file.get()) && setup.onTerminal)
            m_wrap = setup.onTerminal;
        m_document = Document::make(spec.format, setup.frame);
        m_sink = ByteSink::make(std::move(file), spec.packing);
    }

    bool begin() override
    {
        return write([this] { return m_document->begin(*m_sink); });
    }
    bool add(const Batch &batch) override
    {
        // On a terminal at once; into a pipe when the buffer is full, or pause().
        return write([&] { return m_document->add(batch, *m_sink) && (!m_wrap || m_sink->flush()); });
    }
    bool pause() override
    {
        return write([this] { return m_document->pause(*m_sink) && m_sink->flush(); });
    }
    bool end(const Document::Ending &ending) override
    {
        return write([&] { return m_document->end(ending, *m_sink); });
    }
    bool name(bool) override { return true; }
    bool hasName() const override { return false; }

private:
    template<typename Step>
    bool write(Step step)
    {
        if (!m_error.isEmpty())
            return false;
        bool isGood = false;
        if (m_wrap)
            m_wrap([&] { isGood = step(); });
        else
            isGood = step();
        return isGood || fail(m_sink->error());
    }

    std::function<void(const std::function<void()> &)> m_wrap;
    std::unique_ptr<ByteSink> m_sink;
    std::unique_ptr<Document> m_document;
};

// Whether somebody waits for us to end, whom a run has not begun to listen to.
bool isEndPending()
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

// A descriptor for a FIFO or a device. Main thread, before the run: it may wait.
FileHandle openStream(const QByteArray &path)
{
    const auto giveUp = std::chrono::steady_clock::now() + readerWait;
    for (;;) {
        FileHandle file(::open(path.constData(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC));
        if (file.isOpen()) {
            fcntl(file.get(), F_SETFL, fcntl(file.get(), F_GETFL) & ~O_NONBLOCK);
            return file;
        }
        if (errno != ENXIO || std::chrono::steady_clock::now() >= giveUp || isEndPending())
            return file;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

} // namespace

Output::~Output() = default;

bool Output::fail(const QString &reason)
{
    if (m_error.isEmpty())
        m_error =
            QStringLiteral("%1 cannot be written: %2")
                .arg(namedDescriptor(m_path) == STDOUT_FILENO ? QStringLiteral("standard output") : QString::fromLocal8Bit(m_path), reason);
    return false;
}

void Output::note(const QString &text)
{
    static constexpr qsizetype mostNotes = 3;
    if (m_notes.size() < mostNotes)
        m_notes.append(text);
    else if (m_notes.size() == mostNotes)
        m_notes.append(QStringLiteral("and more of this kind"));
}

std::unique_ptr<Output> Output::open(const OutputSpec &spec, const Setup &setup, QString *error)
{
    if (spec.format == OutputSpec::Format::AnsibleCache)
        return AnsibleCache::open(spec, setup, error);
    const int descriptor = namedDescriptor(spec.path);
    if (descriptor >= 0 || placeKind(spec.path) == PlaceKind::Stream) {
        FileHandle file = descriptor >= 0 ? FileHandle(fcntl(descriptor, F_DUPFD_CLOEXEC, 3)) : openStream(spec.path);
        if (file.isOpen() && (fcntl(file.get(), F_GETFL) & O_ACCMODE) != O_RDONLY)
            return std::make_unique<StreamOutput>(spec, setup, std::move(file));
        const int reason = file.isOpen() ? EBADF : errno; // closed by the caller, or open for reading alone
        *error = QStringLiteral("%1 cannot be written: %2")
                     .arg(descriptor == STDOUT_FILENO ? QStringLiteral("standard output") : QString::fromLocal8Bit(spec.path),
                          reason == ENXIO ? QStringLiteral("nobody reads it") : errorText(reason));
        return nullptr;
    }
    auto output = std::make_unique<FileOutput>(spec);
    if (!output->open(spec, setup)) {
        *error = output->error();
        return nullptr;
    }
    return output;
}

} // namespace collector
