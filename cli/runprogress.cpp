#include "cli/runprogress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto drawEvery = 200ms;
constexpr auto tellEvery = 30s;
constexpr auto jsonEvery = 1s;

void put(const QByteArray &bytes)
{
    std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stderr);
    std::fflush(stderr);
}

// One that knows no escape sequences, as an editor's: nothing can be drawn over there.
bool isDumbTerminal()
{
    return qgetenv("TERM") == "dumb";
}

} // namespace

std::pair<int, int> terminalSize(int descriptor)
{
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return {80, 24};
    return {size.ws_col, size.ws_row};
}

RunProgress::RunProgress(const RunOptions &options) : m_isTerminal(isatty(STDERR_FILENO)), m_isQuiet(options.has(QStringLiteral("quiet")))
{
    const QStringList words{QStringLiteral("auto"), QStringLiteral("on"), QStringLiteral("off"), QStringLiteral("json")};
    const QString mode = options.choice(QStringLiteral("progress"), words).value_or(words[0]);
    const QString color = options.choice(QStringLiteral("color"), words.first(3)).value_or(words[0]);
    const bool canDraw = m_isTerminal && !isDumbTerminal();
    m_usesColor = color == u"on" || (color == u"auto" && canDraw && qEnvironmentVariableIsEmpty("NO_COLOR"));
    if (mode == u"json")
        m_mode = Mode::Json;
    else if (mode == u"on" || (mode == u"auto" && !m_isQuiet))
        m_mode = canDraw ? Mode::Line : Mode::Text;
    connect(&m_timer, &QTimer::timeout, this, &RunProgress::tick);
}

void RunProgress::start(QByteArray runId, std::function<ProgressSample()> sample)
{
    m_runId = std::move(runId);
    m_sample = std::move(sample);
    m_clock.start();
    if (m_mode != Mode::Off)
        m_timer.start(m_mode == Mode::Line   ? std::chrono::milliseconds(drawEvery)
                      : m_mode == Mode::Text ? std::chrono::milliseconds(tellEvery)
                                             : std::chrono::milliseconds(jsonEvery));
}

void RunProgress::stop()
{
    m_timer.stop();
    if (m_mode == Mode::Json && m_sample)
        tick();
    const std::lock_guard lock(m_mutex);
    clear();
}

ProgressSample RunProgress::take()
{
    ProgressSample sample = m_sample();
    sample.elapsedMs = m_clock.elapsed();
    m_meter.note(sample.elapsedMs, sample.done);
    sample.rate = m_meter.rate();
    sample.remainingMs = m_meter.remainingMs(sample.total, sample.done);
    return sample;
}

void RunProgress::tick()
{
    const ProgressSample sample = take();
    if (m_mode == Mode::Json)
        say(progressJson(sample, m_runId));
    if (m_mode == Mode::Text)
        say(QByteArrayLiteral("collector: ") + progressText(sample).toUtf8() + '\n');
    const std::lock_guard lock(m_mutex);
    if (m_mode != Mode::Line || m_drawQuestion)
        return;
    put(QByteArrayLiteral("\r\x1b[K") + progressLine(sample, terminalSize(STDERR_FILENO).first - 1).toUtf8());
    m_isDrawn = true;
}

void RunProgress::tell()
{
    if (m_sample)
        say(QByteArrayLiteral("collector: ") + progressText(take()).toUtf8() + '\n');
}

void RunProgress::say(const QByteArray &line)
{
    aside([&line] { put(line); });
}

void RunProgress::aside(const std::function<void()> &write)
{
    const std::lock_guard lock(m_mutex);
    clear();
    if (m_drawQuestion)
        m_drawQuestion(false);
    write();
    if (m_drawQuestion)
        m_drawQuestion(true);
}

void RunProgress::makeWay(std::function<void(bool)> drawQuestion)
{
    const std::lock_guard lock(m_mutex);
    clear();
    m_drawQuestion = std::move(drawQuestion);
    if (m_drawQuestion)
        m_drawQuestion(true);
}

void RunProgress::clear()
{
    if (std::exchange(m_isDrawn, false))
        put(QByteArrayLiteral("\r\x1b[K"));
}

} // namespace collector
