// RemoteShell: commands on the job's host, over the one connection that all its jobs share. The connection is made when the
// first command asks for it. On the job's thread; a command never runs twice.

#pragma once

#include "task.h"

#include "export.h"

#include <QByteArray>

#include <chrono>
#include <optional>

namespace collector {

// What is to be run, and within which bounds.
struct ShellCommand
{
    QByteArray command;                    // to the login shell, as `ssh host COMMAND`
    QByteArray input;                      // what it gets on its standard input, then end of file
    qint64 outputLimit = 4 << 20;          // bytes kept of its standard output; what is over is dropped, `isTruncated` set
    qint64 errorLimit = 64 << 10;          // and of its standard error
    std::chrono::milliseconds deadline{0}; // from its start on; 0: only the host's own
    bool isPrivileged = false;             // through --become (sudo, doas, su); throws sudo_denied where that is refused
    // A script that raises single commands itself has these assignments in its `input`: B='' W=''. Where --become asks for that,
    // they become B=sudo or B=doas, and W='the password'; with --become-mode script the whole is raised instead.
    QByteArray raisingMark;
};

struct ShellReply
{
    QByteArray output;
    QByteArray errorOutput;
    std::optional<int> exitStatus; // none where a signal ended it
    QByteArray signal;             // `KILL`, `TERM`, …
    bool isTruncated = false;      // by a limit, or, below both, because the connection was lost once the status had come
    bool isLate = false;           // its time was over before it had ended: output is what had come by then (runUntilLate() only)

    [[nodiscard]] bool isOk() const { return exitStatus == 0; }
};

class COLLECTOR_SDK RemoteShell
{
public:
    RemoteShell();
    virtual ~RemoteShell();
    RemoteShell(const RemoteShell &) = delete;
    RemoteShell &operator=(const RemoteShell &) = delete;

    // Runs it to its end. Throws JobError where the host cannot be reached, logged in to, or made to run it (causes of
    // CONTRACT: dns … connection_lost); a status other than 0, a signal and cut output are part of the reply.
    virtual Task<ShellReply> run(ShellCommand command) = 0;

    Task<ShellReply> run(QByteArray command);
    Task<ShellReply> run(const char *command) { return run(QByteArray(command)); }

    // Runs a POSIX script with /bin/sh, whatever the login shell is: sent on standard input, no file is written.
    Task<ShellReply> runScript(QByteArray script);

    // The command line for that, for those who fill in a ShellCommand themselves.
    [[nodiscard]] static QByteArray scriptCommand() { return QByteArrayLiteral("exec /bin/sh -s"); }

    // As run(), but when the time is over the reply is what has come by then, with `isLate`: for commands whose answer is of use in part.
    // Over it is at command.deadline, or shortly before the host's own (--timeout; a tenth of it, 2 s at most), so that there is time left
    // to use it. Throws what run() throws; as long as nothing has come on standard output, that is exec_timeout at command.deadline, and
    // the job is ended when the host's own time is over. What still runs on the host is ended as with run().
    virtual Task<ShellReply> runUntilLate(ShellCommand command);
};

} // namespace collector
