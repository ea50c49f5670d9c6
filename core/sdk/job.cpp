#include "collector/job.h"

namespace collector {

JobContext::JobContext() = default;
JobContext::~JobContext() = default;

Job::Job() = default;
Job::~Job() = default;

void Job::prepare(const Options &) {}

QByteArray Job::document(QByteArrayView)
{
    return {};
}

} // namespace collector
