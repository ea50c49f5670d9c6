// InputGuard: what a run reads is not what it writes. Knows the files that are to be written (-o, --summary, --log-file), and refuses the
// first input that is one of them, by whatever name or link. Streams are nobody's file. Main thread, before an output is opened.

#pragma once

#include "cli/runoptions.h"
#include "output/outputspec.h"

#include <vector>

namespace collector {

class InputGuard
{
public:
    // Throws UsageError where two of them are one file.
    InputGuard(const RunOptions &options, const QList<OutputSpec> &outputs);

    // Throws UsageError where `path` is written to. `what`: as a person calls it, "the inventory".
    void check(const QString &what, const QByteArray &path) const;
    // The same for a result that -o may replace, once it was read.
    void checkResult(const QString &what, const QByteArray &path) const;
    // All files that the options of a run name, as far as the inventory need not be read for it.
    void checkOptions(const RunOptions &options) const;

private:
    // Where a file lies or would lie: links resolved.
    struct Place
    {
        QString path; // empty: it is a stream, or its folder is not there
        quint64 device = 0;
        quint64 node = 0; // 0: it is not there yet
        static Place of(const QByteArray &path);
        [[nodiscard]] bool isSame(const Place &other) const;
    };
    struct Written
    {
        QString name; // "-o a.json"
        Place place;
        bool isOutput; // of -o
    };
    void add(const QString &option, const QByteArray &path, bool isOutput);
    void refuse(const QString &what, const QByteArray &path, bool isResult) const;

    std::vector<Written> m_written;
};

} // namespace collector
