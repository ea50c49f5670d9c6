#include "collector/event.h"

namespace collector {

Event::Event() = default;
Event::~Event() = default;

} // namespace collector
