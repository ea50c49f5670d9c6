// Which distribution, by the release files, as Ansible's setup decides it: the same names, families and quirks, so that
// `when: ansible_distribution == …` carries over. Beside it os_release in full and lsb.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

// Needs what parsePlatform() found (system, kernel, kernel_version).
void parseDistribution(const Section &in, Findings &out);

// `Some Linux release 7.4 (Name)` → name, version, code name; what is not there is empty.
struct ReleaseLine
{
    QByteArray name;
    QByteArray version;
    QByteArray codename;
};
[[nodiscard]] ReleaseLine parseReleaseLine(QByteArrayView line);

// `RedHat` of `Rocky`, …; the distribution itself where it is its own family.
[[nodiscard]] QString familyOf(const QString &distribution);

} // namespace collector::facts
