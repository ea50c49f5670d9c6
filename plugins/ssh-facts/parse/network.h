// Interfaces, addresses and the way out, in Ansible's shapes. Interfaces stand at the root (`-` and `:` become `_`) unless
// they are containers' ends, and all of them in `network_interfaces`.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseNetwork(const Section &in, Findings &out);
void parseDns(const Section &in, Findings &out);
void parseFabric(const Section &in, Findings &out); // fibre_channel_wwn, iscsi_iqn, hostnqn

} // namespace collector::facts
