#include "collector/remoteshell.h"

namespace collector {

RemoteShell::RemoteShell() = default;
RemoteShell::~RemoteShell() = default;

Task<ShellReply> RemoteShell::run(QByteArray command)
{
    ShellCommand request;
    request.command = std::move(command);
    return run(std::move(request));
}

Task<ShellReply> RemoteShell::runScript(QByteArray script)
{
    ShellCommand request;
    request.command = scriptCommand();
    request.input = std::move(script);
    return run(std::move(request));
}

// One that knows no better is never late: it throws.
Task<ShellReply> RemoteShell::runUntilLate(ShellCommand command)
{
    return run(std::move(command));
}

} // namespace collector
