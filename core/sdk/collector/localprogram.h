// LocalProgram: a program of this machine that a job runs for its host (JobContext::runLocally).
//
// It is started without a shell, leads a process group of its own, and has nothing of ours but its streams and an environment without
// secrets: PATH, HOME, USER, LOGNAME, SHELL, TERM, LANG, LC_ALL, TZ, TMPDIR, SSH_AUTH_SOCK, KRB5CCNAME, KRB5_CONFIG, XDG_RUNTIME_DIR.
// When it ends, at its deadline, and when the job is cancelled, the whole group is killed.

#pragma once

#include <QByteArray>
#include <QStringList>

#include <chrono>

namespace collector {

struct LocalProgram
{
    QStringList command;                        // the program, looked for in PATH where it has no slash, and its arguments
    QByteArray input;                           // what it gets on its standard input, then end of file
    qint64 outputLimit = 4 << 20;               // bytes kept of its standard output; what is over ends it, `isTruncated` set
    qint64 errorLimit = 64 << 10;               // and of its standard error; what is over is dropped
    std::chrono::milliseconds deadline{30'000}; // from its start on; then it is killed, and exec_timeout is thrown
};

} // namespace collector
