// ReportPage: the page that `collector report` writes: one file, whole without JavaScript, with nothing to fetch: style and script
// stand in it, and its own policy (CSP, by their digests) lets nothing else run, whatever hosts put into their facts.

#pragma once

#include "output/compare/diffwriter.h"
#include "output/compare/reportdata.h"

namespace collector {

struct ReportChanges
{
    QByteArray since; // the other result, as given
    DiffResult diff;
};

// `title`: the result, as given. `changes`: nullptr where there is nothing to compare with. False where the disk fails.
[[nodiscard]] bool writeReportPage(ReportData &data, QByteArrayView title, ReportChanges *changes, const TextSink &out, QString *error);

} // namespace collector
