// RunProgress: what a run shows on stderr while it goes: one line that is drawn again on a terminal, plain lines every half
// minute elsewhere, JSON for programs, nothing with -q. Main thread; say(), aside() and makeWay() from any.

#pragma once

#include "cli/runoptions.h"
#include "output/progress.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>
#include <mutex>

namespace collector {

class RunProgress : public QObject
{
public:
    explicit RunProgress(const RunOptions &options);

    // `sample` gives the counts; rate and remaining time are filled in here.
    void start(QByteArray runId, std::function<ProgressSample()> sample);
    void stop();
    // The state now, as SIGUSR1 asks for it.
    void tell();

    // A line for the person: the progress line makes way and is drawn again.
    void say(const QByteArray &line);
    // Has `write` write to the terminal while the progress line is away.
    void aside(const std::function<void()> &write);
    // Of TerminalQuestions: a question's line stands where the progress line would, which makes way; with an empty one, no longer.
    void makeWay(std::function<void(bool)> drawQuestion);

    [[nodiscard]] qint64 elapsedMs() const { return m_clock.isValid() ? m_clock.elapsed() : 0; }
    [[nodiscard]] bool isTerminal() const { return m_isTerminal; }
    [[nodiscard]] bool isQuiet() const { return m_isQuiet; }
    [[nodiscard]] bool usesColor() const { return m_usesColor; }

private:
    enum class Mode { Off, Line, Text, Json };

    void tick();
    void clear();
    [[nodiscard]] ProgressSample take();

    Mode m_mode = Mode::Off;
    bool m_isTerminal;
    bool m_isQuiet;
    bool m_usesColor;
    QByteArray m_runId;
    std::function<ProgressSample()> m_sample;
    ProgressMeter m_meter;
    QElapsedTimer m_clock;
    QTimer m_timer;
    std::mutex m_mutex; // of the terminal
    bool m_isDrawn = false;
    std::function<void(bool)> m_drawQuestion; // empty: no question is up
};

// Columns and rows of the terminal on this descriptor; 80 and 24 where it has none.
[[nodiscard]] std::pair<int, int> terminalSize(int descriptor);

} // namespace collector
