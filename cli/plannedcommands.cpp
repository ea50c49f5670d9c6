#include "cli/plannedcommands.h"

#include "ssh/delivery.h"

#include <collector/joberror.h>

#include <coroutine>

namespace collector {

namespace {

// Whoever asks it for anything waits for ever, and is destroyed.
class Recorder final : public JobContext, private RemoteShell, private Pinger
{
public:
    Recorder(const InventoryHost &host, Options options, std::shared_ptr<const Manifest> manifest)
        : m_host(host),
          m_options(std::move(options)),
          m_facts(std::move(manifest))
    {
    }

    std::optional<ShellCommand> command;
    QByteArray otherwise; // what it does where it is no command

    const Host &host() const override { return m_host; }
    const Options &options() const override { return m_options; }
    Facts &facts() override { return m_facts; }
    const Facts *factsOf(QByteArrayView) const override { return nullptr; }
    RemoteShell &shell() override { return *this; }
    Pinger &pinger() override { return *this; }
    Task<std::unique_ptr<TcpStream>> connectTcp(quint16 port, std::chrono::milliseconds) override
    {
        otherwise = "a connection to TCP port " + QByteArray::number(port);
        co_await std::suspend_always();
        co_return nullptr;
    }
    Task<QByteArray> resolve() override
    {
        otherwise = "a look-up of its address";
        co_await std::suspend_always();
        co_return QByteArray();
    }
    Task<ShellReply> runLocally(LocalProgram program) override
    {
        otherwise = "a program here: " + program.command.join(u' ').toUtf8();
        co_await std::suspend_always();
        co_return ShellReply();
    }
    Task<> sleep(std::chrono::milliseconds) override { co_await std::suspend_always(); }
    std::unique_ptr<Event> makeEvent() override { return nullptr; } // whoever needs one waits for its permit first
    QObject *worker() override { return nullptr; }
    Task<std::shared_ptr<void>> qtSocket() override
    {
        otherwise = "a connection of Qt's";
        co_await std::suspend_always();
        co_return nullptr;
    }
    void setPartial(Cause, const QString &) override {}

protected:
    Task<> runBlocking(std::function<void()>) override { co_await std::suspend_always(); }

private:
    Task<ShellReply> run(ShellCommand wanted) override
    {
        command = std::move(wanted);
        co_await std::suspend_always();
        co_return ShellReply();
    }
    Task<PingReply> ping(PingRequest request) override
    {
        otherwise = QByteArray::number(request.count) + " echo request" + (request.count == 1 ? "" : "s");
        co_await std::suspend_always();
        co_return PingReply();
    }

    const InventoryHost &m_host;
    const Options m_options;
    Facts m_facts;
};

std::shared_ptr<const Secret> shownAs(const std::shared_ptr<const Secret> &secret)
{
    return secret ? std::make_shared<const Secret>("***") : nullptr;
}

QByteArray sent(ShellCommand command, const SshSettings &settings)
{
    Become become = settings.become;
    become.password = shownAs(become.password);
    settleRaising(command, become);
    const QByteArray mark = "collector-RUN";
    QByteArray line = command.command == RemoteShell::scriptCommand() ? marked(command.command, mark) : command.command;
    QByteArray input = inputOf(command);
    QByteArray first;
    if (isToBeRaised(command, settings)) {
        line = marked(raisingCommand(become, become.password ? "PROMPT" : "", "BEGUN"), mark);
        input = supervised(raisedScript(command, "END"));
        first = become.password ? "  after PROMPT         ***\n  after BEGUN" : "  after BEGUN";
    }
    QByteArray text = "  command line         " + line + '\n';
    if (input.isEmpty())
        return text;
    text += first.isEmpty() ? "  standard input" : first;
    text += ", " + QByteArray::number(input.size()) + " bytes:\n" + input;
    return input.endsWith('\n') ? text : text + '\n';
}

} // namespace

QByteArray plannedCommands(const SelectedPlugins &selected, const InventoryHost &host, const SshSettings &settings)
{
    QByteArray text;
    for (size_t i = 0; i < selected.plugins.size(); ++i) {
        const PluginRegistry::Loaded &plugin = selected.plugins[i];
        text += plugin.manifest->name + " sends\n";
        try {
            Recorder recorder(host, host.ownOptions(int(i)).value_or(selected.options->common(int(i))), plugin.manifest);
            Task<> job = plugin.job->run(recorder);
            job.start();
            if (recorder.command)
                text += sent(*recorder.command, settings);
            else if (job.isDone())
                job.result();
            if (!recorder.command)
                text += "  " + (recorder.otherwise.isEmpty() ? "what depends on what it finds" : recorder.otherwise) + '\n';
        } catch (const JobError &error) {
            text += "  nothing: " + error.message().toUtf8() + '\n';
        }
    }
    return text;
}

} // namespace collector
