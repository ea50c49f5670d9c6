#include "collector/event.h"

namespace collector {

Event::Event() = default;
Event::~Event() = default;

JobError Event::waitedForTwice()
{
    return {Cause::PluginError, QStringLiteral("an Event of the plugin's is waited for twice at a time; make one for each who waits")};
}

} // namespace collector
