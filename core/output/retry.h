// Retry: how some hosts of a run are tried again and the records of all others kept, in the words of the command line. A run writes the
// hosts that it was asked for and no others, so it writes to a file of its own, which merge then joins with the former result. A shell
// may be given them as they are. Pure.

#pragma once

#include <QString>
#include <QStringList>

namespace collector {

struct Retry
{
    QString options; // `--rerun a.json -o retried.json`; empty: none of the files is a result that can be read
    QString output;  // `retried.json`, or another name where that is one of the files
    QString joining; // `collector merge a.json retried.json -o a.json -o a.csv`; empty: merge reads none of the files (CSV)

    // `files`: the outputs of the run, as they are named now.
    [[nodiscard]] static Retry of(const QStringList &files);
};

} // namespace collector
