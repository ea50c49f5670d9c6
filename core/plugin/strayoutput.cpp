#include "plugin/strayoutput.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace collector {

StrayOutput::StrayOutput()
{
    std::fflush(stdout);
    m_standardOutput = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (m_standardOutput >= 0)
        dup2(STDERR_FILENO, STDOUT_FILENO);
}

// What is still in a buffer was written meanwhile.
StrayOutput::~StrayOutput()
{
    if (m_standardOutput < 0)
        return;
    std::fflush(stdout);
    dup2(m_standardOutput, STDOUT_FILENO);
    close(m_standardOutput);
}

} // namespace collector
