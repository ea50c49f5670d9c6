// InputGuard: what a run reads is not what it writes. Knows the files that are to be written (-o with its .partial and its journal,
// --summary, --log-file), and refuses the first input that is one of them, by whatever name or link. Streams are nobody's file. Main
// thread, before an output is opened.

#pragma once

#include "cli/runoptions.h"
#include "output/fileplace.h"
#include "output/outputspec.h"
#include "ssh/sshconfig.h"

#include <vector>

namespace collector {

class InputGuard
{
public:
    // Throws UsageError where two of them are one file, or one is a private key.
    InputGuard(const RunOptions &options, const QList<OutputSpec> &outputs);

    // Throws UsageError where `path` is written to. `what`: as a person calls it, "the inventory".
    void check(const QString &what, const QByteArray &path) const;
    // The same for a result that -o may replace, once it was read.
    void checkResult(const QString &what, const QByteArray &path) const;
    // All files that the options of a run name, as far as the inventory need not be read for it.
    void checkOptions(const RunOptions &options) const;
    // ssh_config with what it includes, and the files that it names for every host.
    void checkSshConfig(const SshConfig &config) const;

private:
    enum class Kind {
        Output,   // of -o
        Leftover, // of one, where a run does not end well
        Other,
    };
    struct Written
    {
        QString name; // "-o a.json"
        FilePlace place;
        Kind kind;
    };
    void add(const QString &name, const QByteArray &path, Kind kind);
    // What would be written into an inventory that is a folder, as a file that the next run would take for a part of it.
    void checkFolder(const QByteArray &path) const;
    void refuse(const QString &what, const QByteArray &path, bool isResult) const;

    std::vector<Written> m_written;
};

} // namespace collector
