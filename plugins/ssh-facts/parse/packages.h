// Installed packages in the shape of package_facts: name → list of {name, version, arch, source, …}; and the short form.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parsePackages(const Section &in, Findings &out);
void parsePackageSummary(const Section &in, Findings &out);

// Each adds what it finds to `packages`.
void addDpkg(QByteArrayView status, QJsonObject &packages);
void addApk(QByteArrayView installed, QJsonObject &packages);
void addOpkg(QByteArrayView status, QJsonObject &packages);
void addRpm(QByteArrayView query, QJsonObject &packages); // NAME|EPOCH|VERSION|RELEASE|ARCH|INSTALLTIME|VENDOR
// Lines of `name version …`, or of `name-version …` where the version begins after the last dash before a digit.
void addTwoColumns(QByteArrayView list, const char *source, QJsonObject &packages);
void addDashed(QByteArrayView list, const char *source, QJsonObject &packages);
void addPkg5(QByteArrayView list, QJsonObject &packages);    // Solaris 11: pkg list -H
void addPkginfo(QByteArrayView list, QJsonObject &packages); // Solaris: pkginfo -l
void addLslpp(QByteArrayView list, QJsonObject &packages);   // AIX: lslpp -Lcq

} // namespace collector::facts
