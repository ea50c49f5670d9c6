// Where files go that leave with the process.

#pragma once

#include <QString>

namespace collector {

// TMPDIR as it was given, else /tmp: of one that is not there QDir::tempPath() makes nothing, and what is made would be made in the root.
[[nodiscard]] inline QString temporaryFolder()
{
    const QString given = qEnvironmentVariable("TMPDIR");
    return given.isEmpty() ? QStringLiteral("/tmp") : given;
}

} // namespace collector
