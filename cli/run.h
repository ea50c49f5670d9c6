// Run: one run of the program, from the first host to the exit status. Main thread, one a process.

#pragma once

#include "cli/hosttransports.h"
#include "cli/runpreparation.h"
#include "cli/runprogress.h"
#include "cli/runsinks.h"
#include "cli/signals.h"
#include "engine/engine.h"
#include "output/crashnotes.h"
#include "output/writer.h"
#include "plugin/strayoutput.h"
#include "ssh/knownhostsappender.h"
#include "ssh/terminalquestions.h"

#include <QElapsedTimer>
#include <QTimer>

#include <memory>
#include <optional>

namespace collector {

class Run : public QObject
{
public:
    explicit Run(RunPreparation &preparation);
    ~Run() override;

    // Opens the outputs and starts; throws UsageError where they cannot be had. The event loop ends with exitStatus() once
    // all is over.
    void start();
    [[nodiscard]] bool isOver() const { return m_isOver; }
    [[nodiscard]] int exitStatus() const { return m_exitStatus; }

private:
    void lookElsewhere(bool alsoEnded);
    void openOutputs(); // the last that may be refused: all that is checked is checked before a file is touched
    void startEngine();
    [[nodiscard]] Order makeOrder() const;
    void received(int signal);
    void stopEngine(const QString &why);
    void watchDeadline();
    void deadlineCame();
    void outputFailed(const QString &reason);
    void engineFinished();
    void over(const RunOutcome &outcome);
    [[nodiscard]] ProgressSample sample() const;
    void say(const QString &text);

    RunPreparation &m_preparation;
    std::shared_ptr<const RunInfo> m_info;
    quint64 m_seed;
    Order m_order; // until the engine has it
    int m_maxAuthFailures = 0;
    RunProgress m_progress;
    std::shared_ptr<TerminalQuestions> m_questions; // null: there is nobody to ask
    std::unique_ptr<Writer> m_writer;
    std::unique_ptr<CrashNotes> m_crashNotes;
    std::optional<StrayOutput> m_strayOutput;
    std::unique_ptr<RunSinks> m_sinks;
    std::unique_ptr<HostTransports> m_transports;
    std::unique_ptr<Engine> m_engine;
    Signals m_signals;
    QTimer m_deadline;
    QElapsedTimer m_sinceFirstHost;
    RunEnd m_end;
    QElapsedTimer m_sinceSignal;
    bool m_isFinishing = false;
    bool m_isOver = false;
    QString m_saidFailure; // of an output, as it happened
    int m_exitStatus = 1;
};

// `collector …` without a verb. Returns the exit status; throws UsageError.
[[nodiscard]] int runCollector(const RunOptions &options);

} // namespace collector
