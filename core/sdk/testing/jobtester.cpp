#include "collector/jobtester.h"

#include "scriptedstream.h"
#include "virtualclock.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QPluginLoader>

#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

namespace collector {

namespace {

using std::chrono::milliseconds;

constexpr auto longestCallback = milliseconds(10'000); // that something outside (a QNetworkReply) may take, on the wall's clock

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

struct Answer
{
    QByteArray pattern;
    ShellReply reply;
    milliseconds after{0};
    std::optional<JobError> failure;
};

struct Service
{
    QList<JobTester::TcpLine> lines;
    bool isSilent = false;
};

const Answer *find(const std::vector<Answer> &answers, QByteArrayView text)
{
    const auto found =
        std::find_if(answers.begin(), answers.end(), [text](const Answer &each) { return matchesStars(each.pattern, text); });
    return found == answers.end() ? nullptr : &*found;
}

JobError unscripted(const QString &what)
{
    return {Cause::PluginError, QStringLiteral("JobTester: nothing is scripted for %1").arg(what)};
}

// As a transport keeps it: the head.
void cut(ShellReply &reply, qint64 outputLimit, qint64 errorLimit)
{
    reply.isTruncated = reply.isTruncated || reply.output.size() > outputLimit || reply.errorOutput.size() > errorLimit;
    reply.output.truncate(outputLimit);
    reply.errorOutput.truncate(errorLimit);
}

// The manifest of what an earlier job had: anything goes.
std::shared_ptr<const Manifest> openManifest(const QByteArray &name)
{
    auto manifest = std::make_shared<Manifest>();
    manifest->name = name;
    FactSpec any;
    any.name = "*";
    manifest->facts.append(any);
    return manifest;
}

class ScriptedEvent final : public Event
{
public:
    explicit ScriptedEvent(VirtualClock &clock, int &waiting) : m_clock(clock), m_waiting(waiting) {}
    void set() override { m_isSet = true; }
    Task<> wait() override
    {
        struct Count
        {
            explicit Count(int &waiting) : count(waiting) { ++count; }
            ~Count() { --count; }
            int &count;
        };
        const Count one(m_waiting);
        // Its callback comes from outside virtual time: looked for again each moment.
        while (!m_isSet)
            co_await m_clock.after(milliseconds(1));
    }

private:
    VirtualClock &m_clock;
    int &m_waiting;
    bool m_isSet = false;
};

} // namespace

struct JobTester::Script
{
    std::unique_ptr<QPluginLoader> loader;
    Job *job = nullptr;
    std::shared_ptr<const Manifest> manifest;
    std::optional<Options> options;
    ScriptedHost host;
    std::map<QByteArray, Facts> earlier;
    milliseconds timeout{60'000};
    std::function<std::optional<ShellReply>(const ShellCommand &)> shellFunction;
    std::vector<Answer> shell;
    std::vector<Answer> programs;
    std::vector<std::pair<PingReply, std::optional<JobError>>> pings;
    std::map<quint16, Service> services;
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

class JobTester::Context final : public JobContext, public RemoteShell, public Pinger
{
public:
    Context(Script &script, JobOutcome &outcome) : m_script(script), m_outcome(outcome), m_facts(script.manifest) {}

    const Host &host() const override { return m_script.host; }
    const Options &options() const override { return *m_script.options; }
    Facts &facts() override { return m_facts; }
    const Facts *factsOf(QByteArrayView plugin) const override
    {
        const auto found = m_script.earlier.find(plugin.toByteArray());
        return found == m_script.earlier.end() ? nullptr : &found->second;
    }
    RemoteShell &shell() override
    {
        m_script.manifest->require(Manifest::Use::Shell);
        return *this;
    }
    Pinger &pinger() override
    {
        m_script.manifest->require(Manifest::Use::Ping);
        return *this;
    }
    Task<std::unique_ptr<TcpStream>> connectTcp(quint16 port, milliseconds) override
    {
        m_script.manifest->require(Manifest::Use::Tcp);
        co_await m_clock.after(milliseconds(0));
        const auto service = m_script.services.find(port);
        if (service == m_script.services.end())
            throw JobError(Cause::Refused, QStringLiteral("port %1 is closed").arg(port));
        co_return std::make_unique<ScriptedStream>(m_clock, service->second.lines, service->second.isSilent, m_outcome.sent);
    }
    Task<QByteArray> resolve() override
    {
        m_script.manifest->require(Manifest::Use::Tcp);
        co_await m_clock.after(milliseconds(0));
        co_return m_script.host.hostAddress;
    }
    Task<ShellReply> runLocally(LocalProgram program) override
    {
        m_script.manifest->require(Manifest::Use::Program);
        m_outcome.programs.append(program);
        const QString words = program.command.join(u' ');
        const Answer *answer = find(m_script.programs, words.toUtf8());
        if (!answer)
            throw unscripted(QStringLiteral("the program \"%1\"").arg(words));
        ShellReply reply = answer->reply;
        cut(reply, program.outputLimit, program.errorLimit);
        co_await m_clock.after(std::min(answer->after, program.deadline));
        if (answer->after > program.deadline)
            throw JobError(Cause::ExecTimeout, QStringLiteral("the program did not end within %1 ms").arg(program.deadline.count()));
        co_return reply;
    }
    Task<> sleep(milliseconds duration) override { co_await m_clock.after(duration); }
    std::unique_ptr<Event> makeEvent() override { return std::make_unique<ScriptedEvent>(m_clock, m_callbacks); }
    QObject *worker() override { return &m_script.worker; }
    Task<std::shared_ptr<void>> qtSocket() override
    {
        m_script.manifest->require(Manifest::Use::Tcp);
        co_return nullptr;
    }
    void setPartial(Cause cause, const QString &message) override
    {
        if (m_outcome.cause != Cause::None)
            return;
        m_outcome.status = "partial";
        m_outcome.cause = cause;
        m_outcome.message = message;
    }

    using RemoteShell::run;
    Task<ShellReply> run(ShellCommand command) override
    {
        m_outcome.commands.append(command);
        std::optional<ShellReply> reply;
        milliseconds after{0};
        if (m_script.shellFunction)
            reply = m_script.shellFunction(command);
        if (!reply) {
            const bool isScript = command.command == scriptCommand();
            const Answer *answer = find(m_script.shell, isScript ? command.input : command.command);
            if (!answer)
                throw unscripted(isScript ? QStringLiteral("the script that begins with \"%1\"").arg(printable(command.input, 80))
                                          : QStringLiteral("the command \"%1\"").arg(printable(command.command, 200)));
            if (answer->failure) {
                const JobError failure = *answer->failure;
                co_await m_clock.after(milliseconds(0));
                throw failure;
            }
            reply = answer->reply;
            after = answer->after;
        }
        const bool isLate = command.deadline.count() > 0 && after > command.deadline;
        co_await m_clock.after(isLate ? command.deadline : after);
        if (isLate)
            throw JobError(Cause::ExecTimeout, QStringLiteral("the command did not end in time"));
        cut(*reply, command.outputLimit, command.errorLimit);
        co_return std::move(*reply);
    }
    Task<PingReply> ping(PingRequest request) override
    {
        m_outcome.pings.append(request);
        if (m_script.pings.empty())
            throw unscripted(QStringLiteral("a ping"));
        const auto [reply, failure] = m_script.pings[std::min(m_ping++, m_script.pings.size() - 1)];
        co_await m_clock.after(milliseconds(0));
        if (failure)
            throw JobError(*failure);
        co_return reply;
    }

    // Has the job run to its end, or to the end of its time.
    void play()
    {
        Task<> root = m_script.job->run(*this);
        root.start();
        QElapsedTimer wall;
        wall.start();
        while (!root.isDone()) {
            if (m_callbacks > 0)
                QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
            if (!m_clock.step(m_script.timeout) || (m_callbacks > 0 && wall.elapsed() > longestCallback.count()))
                throw JobError(
                    Cause::ExecTimeout,
                    QStringLiteral("not done within %1 s of virtual time").arg(std::chrono::duration<double>(m_script.timeout).count()));
        }
        root.result();
    }
    void conclude()
    {
        m_outcome.elapsed = m_clock.now();
        m_outcome.facts = m_facts.toJson();
        for (const Facts::Missing &missing : m_facts.missing()) {
            if (m_facts.value(missing.path).isUndefined())
                m_outcome.absent.insert(QString::fromUtf8(missing.path), QString::fromUtf8(absenceName(missing.reason)));
        }
    }

protected:
    Task<> runBlocking(std::function<void()> function) override
    {
        co_await m_clock.after(milliseconds(0));
        function();
    }

private:
    Script &m_script;
    JobOutcome &m_outcome;
    VirtualClock m_clock;
    Facts m_facts;
    size_t m_ping = 0;
    int m_callbacks = 0; // that are waited for
};

JobTester::JobTester(const QString &pluginFile) : m_script(std::make_unique<Script>())
{
    m_script->loader = std::make_unique<QPluginLoader>(pluginFile);
    m_script->loader->setLoadHints(QLibrary::ResolveAllSymbolsHint | QLibrary::PreventUnloadHint);
    m_script->job = qobject_cast<Job *>(m_script->loader->instance());
    if (!m_script->job)
        throw std::runtime_error((pluginFile + QStringLiteral(": ") + m_script->loader->errorString()).toStdString());
    m_script->take(m_script->loader->metaData()[u"MetaData"].toObject());
}

JobTester::JobTester(Job &job, const QJsonObject &manifest) : m_script(std::make_unique<Script>())
{
    m_script->job = &job;
    m_script->take(manifest);
}

JobTester::~JobTester() = default;

void JobTester::setHost(const QByteArray &name, const QByteArray &address)
{
    m_script->host.hostName = name;
    m_script->host.hostAddress = address;
}

void JobTester::setGroups(const QList<QByteArray> &groups)
{
    m_script->host.groupNames = groups;
}

void JobTester::setVariable(const QByteArray &name, const QJsonValue &value)
{
    m_script->host.variables.insert(QString::fromUtf8(name), value);
}

void JobTester::setOption(const QByteArray &name, const QByteArray &text)
{
    const OptionSpec *spec = m_script->manifest->option(name);
    if (!spec)
        throw std::invalid_argument(("the plugin declares no option " + name).toStdString());
    QString error;
    const QJsonValue value = parseOption(*spec, text, &error);
    if (value.isUndefined())
        throw std::invalid_argument((name + ": " + error.toUtf8()).toStdString());
    m_script->options = m_script->options->with(spec - m_script->manifest->options.constData(), value);
}

void JobTester::setFactsOf(const QByteArray &plugin, const QJsonObject &facts)
{
    Facts known(openManifest(plugin));
    for (auto fact = facts.begin(); fact != facts.end(); ++fact)
        known.set(fact.key().toUtf8(), fact.value());
    m_script->earlier.insert_or_assign(plugin, std::move(known));
}

void JobTester::setTimeout(milliseconds timeout)
{
    m_script->timeout = timeout;
}

void JobTester::answer(const QByteArray &pattern, const QByteArray &output, int exitStatus)
{
    ShellReply reply;
    reply.output = output;
    reply.exitStatus = exitStatus;
    answer(pattern, reply);
}

void JobTester::answer(const QByteArray &pattern, const ShellReply &reply, milliseconds after)
{
    m_script->shell.push_back({pattern, reply, after, {}});
}

void JobTester::failShell(const QByteArray &pattern, Cause cause, const QString &message)
{
    m_script->shell.push_back({pattern, {}, {}, JobError(cause, message)});
}

void JobTester::answerShell(std::function<std::optional<ShellReply>(const ShellCommand &)> function)
{
    m_script->shellFunction = std::move(function);
}

void JobTester::answerProgram(const QByteArray &pattern, const ShellReply &reply, milliseconds after)
{
    m_script->programs.push_back({pattern, reply, after, {}});
}

void JobTester::answerPing(const PingReply &reply)
{
    m_script->pings.emplace_back(reply, std::nullopt);
}

void JobTester::failPing(Cause cause, const QString &message)
{
    m_script->pings.emplace_back(PingReply(), JobError(cause, message));
}

void JobTester::answerTcp(quint16 port, const QList<TcpLine> &lines, bool isSilent)
{
    m_script->services[port] = {lines, isSilent};
}

JobOutcome JobTester::run()
{
    JobOutcome outcome;
    outcome.status = "ok";
    try {
        m_script->job->prepare(*m_script->options);
    } catch (const JobError &refusal) {
        outcome.status = "refused";
        outcome.cause = refusal.cause();
        outcome.message = refusal.message();
        return outcome;
    }
    Context context(*m_script, outcome);
    try {
        context.play();
    } catch (const JobError &error) {
        outcome.status = error.cause() >= Cause::Dns && error.cause() <= Cause::NoReply ? "unreachable" : "failed";
        outcome.cause = error.cause();
        outcome.message = error.message();
    } catch (const std::exception &error) {
        outcome.status = "failed";
        outcome.cause = Cause::PluginError;
        outcome.message =
            QStringLiteral("the plugin %1 threw: %2").arg(QString::fromUtf8(m_script->manifest->name), printable(error.what()));
    }
    context.conclude();
    return outcome;
}

Job &JobTester::job()
{
    return *m_script->job;
}

const Manifest &JobTester::manifest() const
{
    return *m_script->manifest;
}

QObject &JobTester::worker()
{
    return m_script->worker;
}

} // namespace collector
