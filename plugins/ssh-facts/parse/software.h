// Updates that wait, repositories, agents, JDKs, certificates.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseUpdates(const Section &in, Findings &out);
void parseRepositories(const Section &in, Findings &out);
void parseAgents(const Section &in, Findings &out);
void parseJava(const Section &in, Findings &out);
void parseCertificates(const Section &in, Findings &out);

// Subject, issuer, validity and SHA-256 of a certificate in DER; nothing where it is none.
[[nodiscard]] std::optional<QJsonObject> certificateOf(const QByteArray &der);

} // namespace collector::facts
