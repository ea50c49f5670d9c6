// Block devices from /sys/block, in Ansible's shape; serial, WWN and model of SCSI and ATA disks from udev's world-readable
// database, which needs neither root nor sg_inq. Beside it the trees of LVM, md and LUKS as far as an ordinary user may see.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseDevices(const Section &in, Findings &out);

} // namespace collector::facts
