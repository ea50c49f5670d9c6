// SshConfigReader: reads ssh_config files, with all that they include, into a tree.
//
// One thread, before the run; reads files. Each complaint names file and line, and reading goes on, so that all are told at once.
// Bounds: 16 levels of Include (as ssh), 1,024 files, 16 MiB in all.

#pragma once

#include "ssh/sshconfigline.h"
#include "ssh/sshconfigtree.h"

#include <QStringList>

#include <map>

namespace collector {

class SshConfigReader
{
public:
    enum class Kind {
        User,   // ~/.ssh/config: owner and mode are checked; may be missing
        System, // /etc/ssh/ssh_config; may be missing
        Given,  // --ssh-config FILE: as a user's, but must be there
    };

    // `home` is what `~` stands for.
    explicit SshConfigReader(QByteArray home) : m_home(std::move(home)) {}

    void readFile(const QString &path, Kind kind);
    void readText(const QByteArray &text, const QString &name, Kind kind = Kind::User); // for tests and fuzzing

    [[nodiscard]] const QStringList &errors() const { return m_errors; }
    [[nodiscard]] const QStringList &files() const { return m_files; } // those that were read

    // "ForwardAgent (/home/ops/.ssh/config:3)": known to ssh, without effect here, each word once.
    [[nodiscard]] QStringList unsupportedWords() const;

    [[nodiscard]] SshConfigTree takeTree(); // once

private:
    struct Place
    {
        QString file;
        int line = 0;
        bool isUsers = true;
        int depth = 0;
    };

    bool include(const QString &path, bool mustExist, bool isChecked, const Place &from, int condition);
    void parse(const QByteArray &text, Place place, int condition);
    int statement(SshConfigLine &line, const Place &place, int fileCondition, int condition);
    int host(const SshConfigLine &line, const Place &place, int fileCondition);
    int match(SshConfigLine &line, const Place &place, int fileCondition);
    void includeAll(const SshConfigLine &line, const Place &place, int condition);
    void unknown(const SshConfigLine &line, const Place &place);
    void noteUnsupported(const SshConfigLine &line, const Place &place);
    int addCondition(SshCondition condition);
    void beginSegment(int condition, bool isFirst);
    void complain(const Place &place, const QString &what);

    const QByteArray m_home;
    SshConfigTree m_tree;
    QStringList m_errors;
    std::map<QByteArray, QByteArray> m_unsupported; // word as written → where first
    QByteArray m_ignored;                           // patterns of IgnoreUnknown
    QStringList m_files;
    qint64 m_bytes = 0;
};

} // namespace collector
