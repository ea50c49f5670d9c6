#include "output/audit.h"

#include "model/json.h"

#include <collector/joberror.h>

#include <pwd.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr qsizetype longestLine = 2000;
constexpr qsizetype longestWord = 64;

void appendField(QByteArray &line, const char *name, const QByteArray &value)
{
    line += ' ';
    line += name;
    line += '=';
    line += value.isEmpty() ? QByteArray("-") : value;
}

// From the environment, which is the user's: it is to add no fields of its own.
QByteArray oneWord(const QByteArray &text)
{
    const QByteArray word = printable(text, longestWord).toUtf8();
    return word.left(std::find_if(word.begin(), word.end(), [](char c) { return c == ' ' || c == '='; }) - word.begin());
}

QByteArray bounded(const QByteArray &line)
{
    return printable(line, longestLine).toUtf8().left(longestLine);
}

} // namespace

QByteArray auditWho()
{
    QByteArray who;
    passwd entry{};
    passwd *found = nullptr;
    std::array<char, 4096> storage;
    const bool isKnown = getpwuid_r(getuid(), &entry, storage.data(), storage.size(), &found) == 0 && found;
    appendField(who, "user", isKnown ? QByteArray(found->pw_name) : QByteArray());
    appendField(who, "uid", QByteArray::number(getuid()));
    if (qEnvironmentVariableIsSet("SUDO_USER"))
        appendField(who, "sudo_user", oneWord(qgetenv("SUDO_USER")));
    std::array<char, 64> terminal{};
    const bool hasTerminal = ttyname_r(STDIN_FILENO, terminal.data(), terminal.size()) == 0;
    appendField(who, "tty", hasTerminal ? QByteArray(terminal.data()) : QByteArray());
    return who.trimmed();
}

QByteArray auditStart(const RunInfo &run, const QByteArray &who)
{
    QByteArray line = "start run=" + run.id;
    line += ' ' + who;
    appendField(line, "hosts", QByteArray::number(run.hosts));
    appendField(line, "inventory_sha256", run.inventorySha256);
    appendField(line, "script_sha256", run.scriptSha256);
    for (const RunInfo::Plugin &plugin : run.plugins)
        appendField(line, "plugin", plugin.manifest->name + ':' + plugin.sha256);
    QByteArray options;
    appendJson(options, run.options);
    appendField(line, "options", options);
    return bounded(line);
}

QByteArray auditEnd(const RunInfo &run, const RunCounts &counts, int exitStatus, qint64 elapsedMs)
{
    QByteArray line = "end run=" + run.id;
    appendField(line, "exit_status", QByteArray::number(exitStatus));
    appendField(line, "elapsed_ms", QByteArray::number(elapsedMs));
    appendField(line, "hosts", QByteArray::number(counts.hosts()));
    for (int i = 0; i < statusCount; ++i)
        appendField(line, statusName(Status(i)).data(), QByteArray::number(counts.of(Status(i))));
    return bounded(line);
}

void sendToAudit(const QByteArray &line)
{
    openlog("collector", LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s", line.constData());
    closelog();
}

} // namespace collector
