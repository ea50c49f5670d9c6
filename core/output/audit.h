// Audit: who ran what, to the system's log (syslog, facility authpriv): one line at the start of a run, one at its end. Secrets
// are redacted before they come here (RunInfo::options). Main thread.

#pragma once

#include "output/runcounts.h"

#include "model/runinfo.h"

namespace collector {

// Who runs us, as far as the system knows: login name, user id, the user behind sudo, terminal.
[[nodiscard]] QByteArray auditWho();

// The lines, without control characters, at most 2,000 bytes each.
[[nodiscard]] QByteArray auditStart(const RunInfo &run, const QByteArray &who);
[[nodiscard]] QByteArray auditEnd(const RunInfo &run, const RunCounts &counts, int exitStatus, qint64 elapsedMs);

void sendToAudit(const QByteArray &line);

} // namespace collector
