// Services in the shape of service_facts (name → {name, state, status, source}), failed units, timers.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseUnits(const Section &in, Findings &out);
void parseServices(const Section &in, Findings &out);
void parseTimers(const Section &in, Findings &out);

// Each adds to, or completes, what `services` holds.
void addUnits(QByteArrayView listUnits, QJsonObject &services);         // systemctl list-units
void addUnitFiles(QByteArrayView listUnitFiles, QJsonObject &services); // systemctl list-unit-files
void addRcStatus(QByteArrayView output, QJsonObject &services);         // OpenRC
void addRcUpdate(QByteArrayView output, QJsonObject &services);
void addLaunchctl(QByteArrayView output, QJsonObject &services);
void addSvcs(QByteArrayView output, QJsonObject &services);  // Solaris
void addLssrc(QByteArrayView output, QJsonObject &services); // AIX

} // namespace collector::facts
