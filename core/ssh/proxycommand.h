// ProxyCommand: a process that carries the connection on its standard input and output.
//
// Started by posix_spawn() on the blocking pool, without a shell, in a process group of its own; killed with its group when the connection
// is dropped, and reaped on the pool. Its standard error is kept for the message. On the worker's thread.

#pragma once

#include "net/tcpconnect.h"
#include "ssh/carrier.h"
#include "ssh/sshsettings.h"
#include "ssh/sshworker.h"

#include <collector/task.h>

#include <memory>
#include <utility>

namespace collector {

// Throws JobError: jump_failed, local_limit.
Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> startProxyCommand(SshWorker &worker, std::shared_ptr<const SshSettings> settings);

// For a person and the record: as it is run, but for passwords on it (`sshpass -p`, `--proxy-auth` and the like), which are `***`. Any
// thread.
[[nodiscard]] QString shownCommand(const QStringList &command);

} // namespace collector
