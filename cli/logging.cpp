#include "cli/logging.h"

#include "cli/signals.h"
#include "output/livefile.h"

#include <collector/joberror.h>

#include <QDateTime>
#include <QFile>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <utility>

namespace collector {

Q_LOGGING_CATEGORY(hostLog, "collector.host")

namespace {

int logDescriptor = -1; // stderr, for a person
QByteArray logName;
std::mutex drawingMutex;
std::function<void(const QByteArray &)> drawing;

const char *levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "debug";
    case QtInfoMsg:
        return "info";
    case QtWarningMsg:
        return "warning";
    case QtCriticalMsg:
    case QtFatalMsg:
        return "error";
    }
    return "";
}

// One write() a line: lines of several threads do not mix.
bool put(int descriptor, const QByteArray &line)
{
    ssize_t written = 0;
    do
        written = write(descriptor, line.constData(), size_t(line.size()));
    while (written < 0 && errno == EINTR);
    if (written >= 0 && written < line.size())
        errno = ENOSPC; // a device that is full takes a part, and says so at the next
    return written == line.size();
}

void tellPerson(const QByteArray &line)
{
    const std::lock_guard lock(drawingMutex);
    if (drawing)
        drawing(line);
    else
        (void)put(STDERR_FILENO, line);
}

// Once; what is about to happen is then told there too.
void tellLogIsLost(int error)
{
    static std::atomic_flag isTold;
    if (!isTold.test_and_set())
        tellPerson("collector: --log-file " + logName + ": " + qt_error_string(error).toLocal8Bit() +
                   "; the log has gaps from here on, and warnings go to stderr\n");
}

// What a host has said in it cannot steer a terminal.
void log(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const QByteArray line = printable(message.toUtf8(), 2000).toUtf8() + '\n';
    if (logDescriptor >= 0) {
        const QByteArray time = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs).toLatin1();
        if (put(logDescriptor, time + ' ' + levelName(type) + ' ' + context.category + ": " + line))
            return;
        tellLogIsLost(errno);
        if (type == QtDebugMsg || type == QtInfoMsg)
            return;
    }
    tellPerson("collector: " + line);
}

} // namespace

void setUpLogging(const RunOptions &options)
{
    const qsizetype verbosity = options.values(QStringLiteral("verbose")).size();
    const bool isQuiet = options.has(QStringLiteral("quiet")) && !options.has(QStringLiteral("log-file"));
    QLoggingCategory::setFilterRules(
        QStringLiteral("*.debug=%1\n*.info=%2\ncollector.ping.method.info=%3\n*.warning=%3\nqt.*.debug=false\nqt.*.info=false\n")
            .arg(verbosity > 1 ? u"true" : u"false", verbosity > 0 ? u"true" : u"false", isQuiet ? u"false" : u"true"));
    qInstallMessageHandler(log);
}

void openLogFile(const RunOptions &options)
{
    const auto path = options.value(QStringLiteral("log-file"));
    if (!path)
        return;
    if (namedDescriptor(QFile::encodeName(*path)) >= 0)
        throw UsageError(QStringLiteral("--log-file takes the name of a file, not \"%1\": without it, the log goes to stderr").arg(*path));
    const SignalsEndUs interruptible; // of a pipe that nobody reads yet
    logDescriptor = open(QFile::encodeName(*path).constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (logDescriptor < 0)
        throw UsageError(QStringLiteral("--log-file %1: %2").arg(*path, qt_error_string(errno)));
    logName = printable(QFile::encodeName(*path)).toUtf8();
}

void logThrough(std::function<void(const QByteArray &)> write)
{
    const std::lock_guard lock(drawingMutex);
    drawing = std::move(write);
}

} // namespace collector
