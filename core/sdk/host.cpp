#include "collector/host.h"

namespace collector {

Host::Host() = default;
Host::~Host() = default;

} // namespace collector
