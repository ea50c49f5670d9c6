#include "collector/jobtester.h"

#include "scriptedcontext.h"

#include <stdexcept>
#include <utility>
#include <vector>

namespace collector {

namespace {

using std::chrono::milliseconds;

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

// Within a handler: what it has caught.
QString thrown()
{
    try {
        throw;
    } catch (const std::exception &error) {
        return printable(error.what());
    } catch (...) {
        return QStringLiteral("what is no std::exception");
    }
}

} // namespace

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
    const QString name = QString::fromUtf8(m_script->manifest->name);
    JobOutcome outcome;
    outcome.status = "ok";
    try {
        m_script->job->prepare(*m_script->options);
    } catch (const JobError &refusal) {
        outcome.status = "refused";
        outcome.cause = refusal.cause();
        outcome.message = refusal.message();
        return outcome;
    } catch (...) { // what the program says of it
        outcome.status = "refused";
        outcome.cause = Cause::PluginError;
        outcome.message = QStringLiteral("the plugin %1 failed as it was prepared: %2").arg(name, thrown());
        return outcome;
    }
    auto context = std::make_unique<ScriptedContext>(*m_script, outcome);
    try {
        context->play();
    } catch (const JobError &error) {
        outcome.status = error.cause() >= Cause::Dns && error.cause() <= Cause::NoReply ? "unreachable" : "failed";
        outcome.cause = error.cause();
        outcome.message = error.message();
    } catch (...) {
        outcome.status = "failed";
        outcome.cause = Cause::PluginError;
        outcome.message = QStringLiteral("the plugin %1 threw: %2").arg(name, thrown());
    }
    context->conclude();
    if (context->hasLeaked()) {
        outcome.status = "failed";
        outcome.cause = Cause::PluginError;
        outcome.message = QStringLiteral("the plugin %1 left a Task behind that still waits; await every Task (all(), first()), or destroy "
                                         "it, before run() ends")
                              .arg(name);
        // That Task uses it, and whoever keeps it may outlive all of us.
        static auto *const used = new std::vector<std::unique_ptr<ScriptedContext>>;
        used->push_back(std::move(context));
    }
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
