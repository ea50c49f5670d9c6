// What kind of machine and which name: uname, ELF width, machine-id, /etc/hosts. No name is looked up anywhere: where the
// host's own file does not know a longer name, `fqdn` is the node name.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parsePlatform(const Section &in, Findings &out);

// As getfqdn() of a resolver that knows this file alone: the first name with a dot in the first line of the address that
// `name` has; else the first name there; else `name`.
[[nodiscard]] QByteArray qualifiedName(QByteArrayView hosts, QByteArrayView name);

} // namespace collector::facts
