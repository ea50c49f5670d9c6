#include "collector/pinger.h"

namespace collector {

Pinger::Pinger() = default;
Pinger::~Pinger() = default;

} // namespace collector
