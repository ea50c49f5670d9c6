// collector: the composition root. The only place that knows all rooms; everything else is behind its own door.

#include "cli/help.h"
#include "cli/optiontable.h"
#include "cli/run.h"
#include "cli/signals.h"
#include "cli/standardoutput.h"
#include "cli/verbs.h"
#include "plugin/registry.h"
#include "ssh/curve25519provider.h"

#include <QCoreApplication>

#include <libssh/libssh.h>

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <system_error>

#ifdef COLLECTOR_JEMALLOC
// Read by jemalloc before main(): arenas for the workers, the writer and the pool; pages that a wave of hosts gave back stay for the next,
// to the end of the run.
extern "C" const char *malloc_conf; // NOLINT(readability-identifier-naming): its name
const char *malloc_conf = "narenas:2,dirty_decay_ms:-1";
#endif

using namespace collector;

namespace {

// With file capabilities, nothing of the caller's makes Qt load code or write files: glibc and OpenSSL see to their own.
void forgetEnvironmentOfQt()
{
    QByteArrayList names;
    for (char *const *variable = environ; *variable; ++variable) {
        if (const QByteArrayView text(*variable); text.startsWith("QT"))
            names.append(text.first(std::max<qsizetype>(0, text.indexOf('='))).toByteArray());
    }
    for (const QByteArray &name : std::as_const(names))
        qunsetenv(name.constData());
}

// A standard descriptor that the caller has closed would be the number of the first file or socket that is opened, and results would go
// there. /dev/null holds its place, opened the wrong way round: whoever uses it is told that it is closed.
void holdStandardDescriptors()
{
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(descriptor, F_GETFD) < 0)
            (void)!open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

// Before there are threads: what every library reads once.
void prepareProcess()
{
    holdStandardDescriptors();
    if (getauxval(AT_SECURE) != 0)
        forgetEnvironmentOfQt();
    qputenv("QT_NO_GLIB", "1"); // glib's dispatcher polls every descriptor on every turn
    if (!qEnvironmentVariableIsSet("RES_OPTIONS"))
        qputenv("RES_OPTIONS", "timeout:2 attempts:2");
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none); // secrets are in memory
    blockSignals();
    ssh_init();
    installCurve25519Provider();
}

void printError(const QByteArray &text)
{
    std::fwrite(text.constData(), 1, size_t(text.size()), stderr);
}

// With the options of the plugins that -p names beside it.
QByteArray helpOf(const CommandLine &line)
{
    const QStringList names = listed(line.values(QStringLiteral("plugin")));
    if (names.isEmpty())
        return helpText();
    const PluginRegistry registry(PluginRegistry::standardPlaces(line.values(QStringLiteral("plugin-dir"))), coreOptionNames());
    std::vector<const PluginFile *> plugins;
    for (const QString &name : names) {
        const PluginFile *plugin = registry.find(name.toUtf8());
        if (!plugin)
            throw UsageError(registry.whyNot(name));
        plugins.push_back(plugin);
    }
    return helpText(plugins);
}

int dispatch(const QStringList &words)
{
    if (words.isEmpty()) {
        printError(helpText());
        return 2;
    }
    if (words.first() == u"help")
        return dispatch(words.size() == 1 ? QStringList{QStringLiteral("--help")} : QStringList{words[1], QStringLiteral("--help")});
    if (!words.first().startsWith(u'-')) {
        const SignalsEndUs interruptible;
        if (const auto status = runVerb(words.first(), words.mid(1)))
            return *status;
    }
    const CommandLine line = CommandLine::parse(words);
    if (line.has(QStringLiteral("help")))
        return printAnswer(helpOf(line));
    if (line.has(QStringLiteral("version")))
        return printAnswer(versionText());
    const RunOptions options = [&line] {
        const SignalsEndUs interruptible; // a configuration may be a pipe
        return RunOptions(line);
    }();
    return runCollector(options);
}

} // namespace

int main(int argc, char **argv)
{
    prepareProcess();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("collector"));
    QCoreApplication::setApplicationVersion(QStringLiteral(COLLECTOR_VERSION));
    try {
        return dispatch(QCoreApplication::arguments().mid(1));
    } catch (const UsageError &error) {
        printError("collector: " + error.message().toUtf8() + '\n');
        return 2;
    } catch (const std::system_error &error) { // no thread or descriptor to begin with
        printError(QByteArray("collector: ") + error.what() +
                   "; raise the limit of processes or of open files (ulimit -u, ulimit -n, TasksMax= of a systemd unit, pids.max of a "
                   "container)\n");
        return 1;
    }
}
