// Installed packages in the shape of package_facts: name → list of {name, version, arch, source, …}; and the short form.

#pragma once

#include "../findings.h"
#include "../frames.h"

#include <QJsonArray>
#include <QMap>

namespace collector::facts {

void parsePackages(const Section &in, Findings &out);
void parsePackageSummary(const Section &in, Findings &out);

using Packages = QMap<QString, QJsonArray>; // name → each of its versions

// Each adds what it finds to `packages`.
void addDpkg(QByteArrayView status, Packages &packages);
void addApk(QByteArrayView installed, Packages &packages);
void addOpkg(QByteArrayView status, Packages &packages);
void addRpm(QByteArrayView query, Packages &packages); // NAME|EPOCH|VERSION|RELEASE|ARCH|INSTALLTIME|VENDOR
// Lines of `name version …`, or of `name-version …` where the version begins after the last dash before a digit.
void addTwoColumns(QByteArrayView list, const char *source, Packages &packages);
void addDashed(QByteArrayView list, const char *source, Packages &packages);
void addPkg5(QByteArrayView list, Packages &packages);    // Solaris 11: pkg list -H
void addPkginfo(QByteArrayView list, Packages &packages); // Solaris: pkginfo -l
void addLslpp(QByteArrayView list, Packages &packages);   // AIX: lslpp -Lcq

} // namespace collector::facts
