// Mounts with sizes. A mount whose host or process does not answer is `state` "stuck", without sizes; one that was not asked
// (autofs) is "not_asked". Bind mounts are marked as Ansible marks them and never counted twice in the sums.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

// Needs `devices` and `device_links` for the file systems' UUIDs, where they were asked for.
void parseMounts(const Section &in, Findings &out);

// `\040` and the like in /proc/self/mountinfo.
[[nodiscard]] QByteArray withoutEscapes(QByteArrayView field);

} // namespace collector::facts
