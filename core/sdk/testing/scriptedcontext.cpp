#include "scriptedcontext.h"

#include "scriptedstream.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>

#include <algorithm>

namespace collector {

namespace {

using std::chrono::milliseconds;

constexpr auto longestCallback = milliseconds(10'000); // that something outside (a QNetworkReply) may take, on the wall's clock

const ScriptedAnswer *find(const std::vector<ScriptedAnswer> &answers, QByteArrayView text)
{
    const auto found =
        std::find_if(answers.begin(), answers.end(), [text](const ScriptedAnswer &each) { return matchesStars(each.pattern, text); });
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
        if (m_own > 0 && !m_isSet)
            throw waitedForTwice();
        const Count one(m_waiting), own(m_own);
        // Its callback comes from outside virtual time: looked for again each moment.
        while (!m_isSet)
            co_await m_clock.after(milliseconds(1));
    }

private:
    VirtualClock &m_clock;
    int &m_waiting; // for all events of the job
    int m_own = 0;
    bool m_isSet = false;
};

} // namespace

// A command's, in the frame of its coroutine: as in the program, those of one host run one after the other.
class ScriptedContext::Turn
{
public:
    explicit Turn(ScriptedContext &context) : m_wait(context.m_clock.until(VirtualClock::Time::max())), m_turns(context.m_turns)
    {
        m_turns.push_back(this);
    }
    ~Turn()
    {
        m_turns.erase(std::find(m_turns.begin(), m_turns.end(), this));
        if (!m_turns.empty())
            m_turns.front()->m_wait.wake();
    }
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;

    [[nodiscard]] bool hasCome() const { return m_turns.front() == this; }
    [[nodiscard]] VirtualClock::Wait &comes() { return m_wait; }

private:
    VirtualClock::Wait m_wait;
    std::deque<Turn *> &m_turns;
};

const Facts *ScriptedContext::factsOf(QByteArrayView plugin) const
{
    const auto found = m_script.earlier.find(plugin.toByteArray());
    return found == m_script.earlier.end() ? nullptr : &found->second;
}

RemoteShell &ScriptedContext::shell()
{
    m_script.manifest->require(Manifest::Use::Shell);
    return *this;
}

Pinger &ScriptedContext::pinger()
{
    m_script.manifest->require(Manifest::Use::Ping);
    return *this;
}

Task<std::unique_ptr<TcpStream>> ScriptedContext::connectTcp(quint16 port, milliseconds)
{
    m_script.manifest->require(Manifest::Use::Tcp);
    co_await m_clock.after(milliseconds(0));
    const auto service = m_script.services.find(port);
    if (service == m_script.services.end())
        throw JobError(Cause::Refused, QStringLiteral("port %1 is closed").arg(port));
    co_return std::make_unique<ScriptedStream>(m_clock, service->second.lines, service->second.isSilent, m_outcome.sent);
}

Task<QByteArray> ScriptedContext::resolve()
{
    m_script.manifest->require(Manifest::Use::Tcp);
    co_await m_clock.after(milliseconds(0));
    co_return m_script.host.hostAddress;
}

Task<ShellReply> ScriptedContext::runLocally(LocalProgram program)
{
    m_script.manifest->require(Manifest::Use::Program);
    m_outcome.programs.append(program);
    const QString words = program.command.join(u' ');
    const ScriptedAnswer *answer = find(m_script.programs, words.toUtf8());
    if (!answer)
        throw unscripted(QStringLiteral("the program \"%1\"").arg(words));
    ShellReply reply = answer->reply;
    reply.errorOutput.truncate(program.errorLimit); // dropped, and not told
    cut(reply, program.outputLimit, program.errorLimit);
    co_await m_clock.after(std::min(answer->after, program.deadline));
    if (answer->after > program.deadline)
        throw JobError(Cause::ExecTimeout, QStringLiteral("the program did not end within %1 ms").arg(program.deadline.count()));
    co_return reply;
}

std::unique_ptr<Event> ScriptedContext::makeEvent()
{
    return std::make_unique<ScriptedEvent>(m_clock, m_callbacks);
}

Task<std::shared_ptr<void>> ScriptedContext::qtSocket()
{
    m_script.manifest->require(Manifest::Use::Tcp);
    co_return nullptr;
}

void ScriptedContext::setPartial(Cause cause, const QString &message)
{
    if (m_outcome.cause != Cause::None)
        return;
    m_outcome.status = "partial";
    m_outcome.cause = recordedCause(cause);
    m_outcome.message = message;
}

Task<ShellReply> ScriptedContext::run(ShellCommand command, bool isKeptWhenLate)
{
    m_outcome.commands.append(command);
    Turn turn(*this);
    VirtualClock::Wait &itComes = turn.comes(); // GCC 12 would copy what co_await has from a function
    if (!turn.hasCome())
        co_await itComes;
    std::optional<ShellReply> reply;
    milliseconds after{0};
    if (m_script.shellFunction)
        reply = m_script.shellFunction(command);
    if (!reply) {
        const bool isScript = command.command == scriptCommand();
        const ScriptedAnswer *answer = find(m_script.shell, isScript ? command.input : command.command);
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
    milliseconds longest = command.deadline.count() > 0 ? command.deadline : milliseconds::max();
    const bool isKept = isKeptWhenLate && !reply->output.isEmpty();
    if (isKept) // as the program does it
        longest = std::min(longest, m_script.timeout - m_clock.now() - std::min(m_script.timeout / 10, milliseconds(2000)));
    co_await m_clock.after(std::min(after, longest));
    if (after > longest && isKept) {
        reply->isLate = true;
        reply->exitStatus.reset();
        reply->signal.clear();
    } else if (after > longest) {
        throw JobError(Cause::ExecTimeout, QStringLiteral("the command did not end in time"));
    }
    cut(*reply, command.outputLimit, command.errorLimit);
    co_return std::move(*reply);
}

Task<PingReply> ScriptedContext::ping(PingRequest request)
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

void ScriptedContext::play()
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

void ScriptedContext::conclude()
{
    m_outcome.elapsed = m_clock.now();
    m_outcome.facts = m_facts.toJson();
    for (const Facts::Missing &missing : m_facts.missing()) {
        if (m_facts.value(missing.path).isUndefined())
            m_outcome.absent.insert(QString::fromUtf8(missing.path), QString::fromUtf8(absenceName(missing.reason)));
    }
}

Task<> ScriptedContext::runBlocking(std::function<void()> function)
{
    co_await m_clock.after(milliseconds(0));
    function();
}

} // namespace collector
