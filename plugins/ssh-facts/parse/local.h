// facts.d, as Ansible reads it: JSON, else INI; an executable's output the same way. And LVM as root sees it.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseLocal(const Section &in, Findings &out);
void parseLvm(const Section &in, Findings &out);

// Sections of options, all text, as Python's ConfigParser makes of it. Nothing where it is not INI.
[[nodiscard]] std::optional<QJsonObject> parseIni(QByteArrayView text);

} // namespace collector::facts
