// Services in the shape of service_facts (name → {name, state, status, source}), failed units, timers.

#pragma once

#include "../findings.h"
#include "../frames.h"

#include <QMap>

namespace collector::facts {

void parseUnits(const Section &in, Findings &out);
void parseServices(const Section &in, Findings &out);
void parseTimers(const Section &in, Findings &out);

struct Service
{
    const char *source = nullptr; // whoever told it last: systemd, sysv, …
    QString state, status;        // empty: nobody has told
};
using Services = QMap<QString, Service>; // by name

[[nodiscard]] QJsonObject toJson(const Services &services);

// Each adds to, or completes, what `services` holds.
void addUnits(QByteArrayView listUnits, Services &services);         // systemctl list-units
void addUnitFiles(QByteArrayView listUnitFiles, Services &services); // systemctl list-unit-files
void addRcStatus(QByteArrayView output, Services &services);         // OpenRC
void addRcUpdate(QByteArrayView output, Services &services);
void addLaunchctl(QByteArrayView output, Services &services);
void addSvcs(QByteArrayView output, Services &services);  // Solaris
void addLssrc(QByteArrayView output, Services &services); // AIX

} // namespace collector::facts
