// SshConfig: the user's and the system's ssh_config, read once for a run, and what they say of each host.
//
// load() reads files (main thread, before the run). Afterwards nothing changes: resolve() is const, reads nothing but /etc/passwd
// for a `~user`, and may be called from any thread; some microseconds a host.
//
// The word of OpenSSH 9.2 counts: first value wins, files are gone through twice for Match final and CanonicalizeHostname. `ssh -G` is the
// tests' oracle.

#pragma once

#include "ssh/sshconfigtree.h"
#include "ssh/sshhostconfig.h"
#include "ssh/sshtokens.h"

#include <QStringList>

#include <optional>
#include <vector>

namespace collector {

// What stands above ssh_config: the command line first, then the inventory. First value wins; identity and certificate files add up.
class SshOverrides
{
public:
    // One word with its value as it is, no quoting to undo: add(SshWord::User, "ops", "--user"). False, with `error`, if ssh would refuse
    // it.
    bool add(SshWord word, const QByteArray &value, const QByteArray &origin, QString *error);

    // The argument of ssh's -o: "Word=value" or "Word value", quoted as in a file. A word that is known and not supported is no error: it
    // is put into `unsupported`.
    bool addOption(const QByteArray &option, const QByteArray &origin, QString *error, QByteArray *unsupported);

    // What was checked before, as of other overrides.
    void add(const SshStatement &statement) { m_statements.push_back(statement); }

    [[nodiscard]] const std::vector<SshStatement> &statements() const { return m_statements; }
    [[nodiscard]] bool has(SshWord word) const;

private:
    bool add(SshWord word, const class SshConfigLine &line, const QByteArray &origin, QString *error);

    std::vector<SshStatement> m_statements;
};

class SshConfig
{
public:
    struct Sources
    {
        std::optional<QString> file; // --ssh-config: FILE instead of both, or "none"
        QString systemFile = QStringLiteral("/etc/ssh/ssh_config");
        SshLocal local = SshLocal::ofProcess();
    };

    // Nothing is set.
    explicit SshConfig(SshLocal local = SshLocal::ofProcess());

    [[nodiscard]] static SshConfig load(Sources sources);
    [[nodiscard]] static SshConfig fromText(const QByteArray &text, SshLocal local); // for tests and fuzzing

    // For a person, each with file and line. Not empty: do not run.
    [[nodiscard]] const QStringList &errors() const { return m_errors; }

    // What was read, included files too.
    [[nodiscard]] const QStringList &files() const { return m_files; }

    // Words that ssh knows and we do not, each once, with where it stands first.
    [[nodiscard]] const QStringList &unsupportedWords() const { return m_unsupported; }

    // `host` is what one would write after `ssh`: the inventory's ansible_host, or the name. `canonical` is the one of an earlier answer's
    // canonicalCandidates that exists, or empty where none does.
    [[nodiscard]] SshHostConfig resolve(const QByteArray &host, const SshOverrides &overrides = {},
                                        const std::optional<QByteArray> &canonical = {}) const;

    // Whether CanonicalizeHostname stands anywhere: else no host has canonicalCandidates, but by its overrides.
    [[nodiscard]] bool mayCanonicalize() const;

    // Values of these words that name the same file for every host.
    [[nodiscard]] QStringList fixedFiles(std::initializer_list<SshWord> words) const;
    // Of IdentityFile: to be imported before the run.
    [[nodiscard]] QStringList fixedIdentityFiles() const { return fixedFiles({SshWord::IdentityFile}); }

private:
    SshLocal m_local;
    SshConfigTree m_tree;
    QStringList m_errors;
    QStringList m_files;
    QStringList m_unsupported;
};

} // namespace collector
