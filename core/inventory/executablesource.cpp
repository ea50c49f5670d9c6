#include "inventory/executablesource.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QFileInfo>

#include <csignal>
#include <deque>
#include <sys/prctl.h>
#include <unistd.h>

namespace collector {

namespace {

constexpr qsizetype mostAtOnce = 8;
constexpr qsizetype longestComplaint = 2000;

} // namespace

std::unique_ptr<QProcess> ExecutableSource::start(const QByteArrayList &arguments) const
{
    auto process = std::make_unique<QProcess>();
    QStringList texts;
    for (const QByteArray &argument : arguments)
        texts.append(QFile::decodeName(argument));
    process->setStandardInputFile(QProcess::nullDevice());
    // A group of its own, so that a script's children end with it. A ^C does not reach it there, so it goes when this process goes.
    process->setChildProcessModifier([] {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    });
    process->start(QFileInfo(QFile::decodeName(m_path)).absoluteFilePath(), texts);
    return process;
}

void ExecutableSource::kill(QProcess &process)
{
    if (const qint64 pid = process.processId(); pid > 0)
        ::kill(-static_cast<pid_t>(pid), SIGKILL);
    process.kill();
    process.waitForFinished(1000);
}

ExecutableSource::Output ExecutableSource::finish(QProcess &process, std::chrono::milliseconds timeout) const
{
    const QDeadlineTimer deadline(timeout);
    if (!process.waitForStarted(static_cast<int>(deadline.remainingTime())))
        return {{}, "cannot be run: " + process.errorString().toUtf8()};
    QByteArray text;
    QByteArray complaint;
    const auto drain = [&] {
        text += process.readAllStandardOutput();
        const QByteArray said = process.readAllStandardError();
        if (!said.isEmpty() && m_options.dynamicStderr)
            m_options.dynamicStderr(said);
        complaint = (complaint + said).right(longestComplaint);
    };
    while (process.state() != QProcess::NotRunning) {
        process.waitForReadyRead(static_cast<int>(std::min<qint64>(deadline.remainingTime(), 100)));
        drain();
        if (text.size() > m_options.largestDynamicOutput) {
            kill(process);
            return {{}, "printed more than " + QByteArray::number(m_options.largestDynamicOutput >> 20) + " MiB and was ended"};
        }
        if (deadline.hasExpired() && process.state() != QProcess::NotRunning) {
            kill(process);
            return {{}, "gave no answer within " + QByteArray::number(std::chrono::duration<double>(timeout).count()) + " s and was ended"};
        }
    }
    drain();
    const QByteArray said = complaint.trimmed().isEmpty() ? QByteArray() : ": " + complaint.trimmed();
    if (process.exitStatus() == QProcess::CrashExit)
        return {{}, "was ended by a signal" + said};
    if (process.exitCode() != 0)
        return {{}, "ended with status " + QByteArray::number(process.exitCode()) + said};
    return {text, {}};
}

ExecutableSource::Output ExecutableSource::run(const QByteArrayList &arguments)
{
    const auto process = start(arguments);
    return finish(*process, m_options.dynamicTimeout);
}

QList<ExecutableSource::Output> ExecutableSource::runForHosts(const QByteArrayList &names)
{
    const QDeadlineTimer all(m_options.dynamicTimeout * 10);
    std::deque<std::unique_ptr<QProcess>> running;
    QList<Output> outputs;
    qsizetype started = 0;
    while (outputs.size() < names.size()) {
        for (; started < names.size() && static_cast<qsizetype>(running.size()) < mostAtOnce; ++started)
            running.push_back(start({"--host", names[started]}));
        Output output = finish(*running.front(), std::min(m_options.dynamicTimeout, std::chrono::milliseconds(all.remainingTime())));
        running.pop_front();
        const bool failed = !output.problem.isEmpty();
        outputs.append(std::move(output));
        if (failed)
            break;
    }
    for (const auto &process : running)
        kill(*process);
    return outputs;
}

} // namespace collector
