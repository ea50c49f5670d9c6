// Credentials: everything a run may log in with, gathered before the first host and shared by all workers.
//
// Built on the main thread by gather(), which may read files and ask on the terminal; afterwards constant, but for keys that only a host's
// own settings name: offers() imports those when they first come up (offload pool, not a worker).

#pragma once

#include "ssh/keyfiles.h"

#include <QStringList>

#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace collector {

// Where something is from that holds for all hosts, for `collector explain`, and whether it is for those too that say otherwise of their
// own.
struct SettingPlace
{
    QByteArray origin; // empty: it was not given
    bool isFixed = false;
};

class Credentials
{
public:
    struct Sources
    {
        QString home;                   // whose .ssh/ holds the default keys
        QStringList identities;         // --identity: must be usable
        bool areIdentitiesFixed = true; // they are offered to all hosts, and nothing else; else as the hosts' settings say
        QStringList expected;           // IdentityFile of ssh_config, key files of the inventory: as far as known before the run
        std::optional<QString> passphraseFile;
        bool hasOtherWay = false;          // an agent or a password: then no default key's passphrase is asked for
        std::vector<QByteArray> agentKeys; // public keys that the agent holds: no passphrase is asked for them
        KeyFiles::Question question;       // empty: there is no terminal
    };

    // A certificate whose private key no file holds: good if an agent has it.
    struct AgentCertificate
    {
        QString path;
        QByteArray blob;
    };

    struct Problem
    {
        QString text;
        QByteArray publicKey; // an agent may have the key; empty: not known
    };

    // What is offered to one host, best first: certificates, then keys, each in the order of the files.
    struct Offers
    {
        std::vector<SharedIdentity> identities;
        std::vector<QByteArray> agentOnly; // public keys without a usable private half: for an agent to sign with
        std::vector<AgentCertificate> agentCertificates;
        bool anyAgentKey = true;       // false under IdentitiesOnly: of the agent's keys, only those of the files
        std::vector<Problem> problems; // of files that could not be used
    };

    // Throws std::runtime_error with a message for a person where an identity of --identity cannot be used.
    [[nodiscard]] static std::shared_ptr<Credentials> gather(Sources sources);

    // `identityFiles` as the host's settings resolve them; empty: the defaults, where those may be used.
    [[nodiscard]] std::shared_ptr<const Offers> offers(const QStringList &identityFiles, const QStringList &certificateFiles,
                                                       bool identitiesOnly, bool mayUseDefaults = true);

    // "~/.ssh/id_ed25519" …, in the order of what they cost: an RSA signature takes twenty times as long.
    [[nodiscard]] static QStringList defaultIdentities(const QString &home);

    // What a person should know before the run: default or expected keys that had to be left out.
    [[nodiscard]] const QStringList &warnings() const { return m_warnings; }

    void setPassword(Secret password, SettingPlace place = {{}, true});
    void setBecomePassword(Secret password, SettingPlace place = {{}, true});
    [[nodiscard]] const SettingPlace &passwordPlace() const { return m_passwordPlace; }
    [[nodiscard]] const SettingPlace &becomePasswordPlace() const { return m_becomePasswordPlace; }
    [[nodiscard]] std::shared_ptr<const Secret> password() const { return m_password; }             // null: none
    [[nodiscard]] std::shared_ptr<const Secret> becomePassword() const { return m_becomePassword; } // null: none

private:
    void preload(const Sources &sources);

    KeyFiles m_keys;
    QStringList m_explicit;
    QStringList m_defaults;
    QStringList m_warnings;
    std::shared_ptr<const Secret> m_password;
    std::shared_ptr<const Secret> m_becomePassword;
    SettingPlace m_passwordPlace;
    SettingPlace m_becomePasswordPlace;

    std::mutex m_mutex;
    std::map<std::tuple<QStringList, bool, bool>, std::shared_ptr<const Offers>> m_offers; // few: one for each set of files
};

} // namespace collector
