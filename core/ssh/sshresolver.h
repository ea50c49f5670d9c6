// One host's way through the tree: which conditions hold, which values come first. The working part of SshConfig::resolve().
//
// Lives for one call on one thread.

#pragma once

#include "ssh/sshconfigtree.h"
#include "ssh/sshhostconfig.h"
#include "ssh/sshtokens.h"

namespace collector {

class SshResolver
{
public:
    SshResolver(const SshConfigTree &tree, const SshLocal &local, const QByteArray &host);

    void apply(const SshStatement &statement); // first value wins
    void pass(bool isFinal);                   // through all files

    // Between the passes and at the end: `host` after HostName, lower case, an address in its usual form.
    void settleHostName();
    void setHostName(const QByteArray &name) { m_hostName = name; }
    [[nodiscard]] const QByteArray &hostName() const { return m_hostName; }

    [[nodiscard]] bool isSet(SshWord word) const { return !m_config.settings[size_t(word)].values.isEmpty(); }
    [[nodiscard]] QByteArray value(SshWord word) const;
    [[nodiscard]] bool isYes(SshWord word, bool otherwise) const;

    [[nodiscard]] QList<QByteArray> canonicalCandidates() const;

    [[nodiscard]] SshHostConfig take(); // once

private:
    [[nodiscard]] bool holds(const SshCondition &condition, bool isFinal) const;
    [[nodiscard]] bool meets(const SshCriterion &criterion, bool isFinal) const;
    [[nodiscard]] QByteArray matchedHost(bool isFinal) const;
    [[nodiscard]] QByteArray user() const;
    void fillIn();
    void settleJumps(const SshTokens &tokens);
    void fillInFiles(const SshTokens &tokens);
    [[nodiscard]] QStringList paths(SshWord word, const SshTokens &tokens, bool withTokens = true);
    void complain(SshWord word, const QString &what);

    const SshConfigTree &m_tree;
    const SshLocal &m_local;
    const QByteArray m_host;
    QByteArray m_hostName;
    SshHostConfig m_config;
    std::vector<char> m_active; // by condition
};

} // namespace collector
