// The running kernel against the newest installed one, and what it says of itself: vulnerabilities, taint, lockdown, secure boot.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

// Needs `kernel` of parsePlatform().
void parseKernel(const Section &in, Findings &out);

// Whether version `a` is older than `b`, number by number, as `sort -V` sees it.
[[nodiscard]] bool isOlder(QByteArrayView a, QByteArrayView b);

} // namespace collector::facts
