// What belongs to the installed system: package and service manager, user, host keys, capabilities, SELinux, AppArmor, FIPS,
// chroot, environment, Pythons.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseSelinux(const Section &in, Findings &out);
void parseApparmor(const Section &in, Findings &out);
void parseFips(const Section &in, Findings &out);
void parseChroot(const Section &in, Findings &out);
void parseCaps(const Section &in, Findings &out);
void parseSshKeys(const Section &in, Findings &out);
void parsePkgMgr(const Section &in, Findings &out);     // needs parseDistribution()
void parseServiceMgr(const Section &in, Findings &out); // needs parseDistribution()
void parseUser(const Section &in, Findings &out);
void parseEnv(const Section &in, Findings &out);
void parsePython(const Section &in, Findings &out);

} // namespace collector::facts
