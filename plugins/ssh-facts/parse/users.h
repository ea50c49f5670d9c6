// Accounts and groups of the host's own files, who is root, whose keys open an account (fingerprints alone).

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseUsers(const Section &in, Findings &out);
void parseAccess(const Section &in, Findings &out);

[[nodiscard]] QJsonArray parsePasswd(QByteArrayView passwd);
[[nodiscard]] QJsonArray parseGroup(QByteArrayView group);
// Type and SHA256:… of one line of authorized_keys; nothing where it is none.
[[nodiscard]] std::optional<QJsonObject> fingerprintOf(QByteArrayView line);

} // namespace collector::facts
