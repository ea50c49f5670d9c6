// Script: what a JobTester has been told, and ScriptedContext: a job's context that answers by it. One thread.

#pragma once

#include "collector/jobtester.h"

#include "virtualclock.h"

#include <QPluginLoader>

#include <deque>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace collector {

class ScriptedHost final : public Host
{
public:
    QByteArray name() const override { return hostName; }
    QByteArray address() const override { return hostAddress; }
    QList<QByteArray> groups() const override { return groupNames; }
    QJsonValue variable(QByteArrayView name) const override { return variables.value(QString::fromUtf8(name)); }

    QByteArray hostName = "host1";
    QByteArray hostAddress = "192.0.2.1";
    QList<QByteArray> groupNames;
    QJsonObject variables;
};

struct ScriptedAnswer
{
    QByteArray pattern;
    ShellReply reply;
    std::chrono::milliseconds after{0};
    std::optional<JobError> failure;
};

struct ScriptedService
{
    QList<JobTester::TcpLine> lines;
    bool isSilent = false;
};

struct JobTester::Script
{
    std::unique_ptr<QPluginLoader> loader;
    Job *job = nullptr;
    std::shared_ptr<const Manifest> manifest;
    std::optional<Options> options;
    ScriptedHost host;
    std::map<QByteArray, Facts> earlier;
    std::chrono::milliseconds timeout{60'000};
    std::function<std::optional<ShellReply>(const ShellCommand &)> shellFunction;
    std::vector<ScriptedAnswer> shell;
    std::vector<ScriptedAnswer> programs;
    std::vector<std::pair<PingReply, std::optional<JobError>>> pings;
    std::map<quint16, ScriptedService> services;
    QObject worker;

    void take(const QJsonObject &object)
    {
        QStringList errors;
        manifest = Manifest::parse(object, &errors);
        if (!manifest)
            throw std::runtime_error((QStringLiteral("the manifest is malformed: ") + errors.join(QStringLiteral("; "))).toStdString());
        options.emplace(manifest);
    }
};

class ScriptedContext final : public JobContext, private RemoteShell, private Pinger
{
public:
    ScriptedContext(JobTester::Script &script, JobOutcome &outcome) : m_script(script), m_outcome(outcome), m_facts(script.manifest) {}

    const Host &host() const override { return m_script.host; }
    const Options &options() const override { return *m_script.options; }
    Facts &facts() override { return m_facts; }
    const Facts *factsOf(QByteArrayView plugin) const override;
    RemoteShell &shell() override;
    Pinger &pinger() override;
    Task<std::unique_ptr<TcpStream>> connectTcp(quint16 port, std::chrono::milliseconds) override;
    Task<QByteArray> resolve() override;
    Task<ShellReply> runLocally(LocalProgram program) override;
    Task<> sleep(std::chrono::milliseconds duration) override { co_await m_clock.after(duration); }
    std::unique_ptr<Event> makeEvent() override;
    QObject *worker() override { return &m_script.worker; }
    Task<std::shared_ptr<void>> qtSocket() override;
    void setPartial(Cause cause, const QString &message) override;

    using RemoteShell::run;
    Task<ShellReply> run(ShellCommand command) override { return run(std::move(command), false); }
    Task<ShellReply> runUntilLate(ShellCommand command) override { return run(std::move(command), true); }
    Task<ShellReply> run(ShellCommand command, bool isKeptWhenLate);
    Task<PingReply> ping(PingRequest request) override;

    // Has the job run to its end, or to the end of its time.
    void play();
    void conclude();
    // Once it has ended: whether one of its coroutines waits still, by a Task that is kept elsewhere.
    [[nodiscard]] bool hasLeaked() const { return m_clock.waits() > 0; }

protected:
    Task<> runBlocking(std::function<void()> function) override;

private:
    class Turn;

    JobTester::Script &m_script;
    JobOutcome &m_outcome;
    VirtualClock m_clock;
    std::deque<Turn *> m_turns; // of commands: the first one's command runs
    Facts m_facts;
    size_t m_ping = 0;
    int m_callbacks = 0; // that are waited for
};

} // namespace collector
