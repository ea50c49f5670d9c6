#include "ssh/sessionprototypes.h"

#include <collector/joberror.h>

namespace collector {

namespace {

constexpr size_t mostPrototypes = 64; // 4 KB each; an inventory may have lists of its own for every host

void set(ssh_session session, ssh_options_e option, const QByteArray &list)
{
    if (ssh_options_set(session, option, list.constData()) != SSH_OK)
        throw JobError(Cause::BadVariable, QStringLiteral("none of these algorithms is supported here: %1").arg(printable(list)));
}

} // namespace

ssh_session SessionPrototypes::makeSession(const SshAlgorithms &algorithms)
{
    Lists lists{algorithms.kex, algorithms.hostKeys, algorithms.ciphers, algorithms.macs, algorithms.publicKeys};
    auto found = m_prototypes.find(lists);
    if (found == m_prototypes.end()) {
        Prototype prototype = makePrototype(algorithms);
        if (!prototype)
            return nullptr;
        if (m_prototypes.size() >= mostPrototypes)
            m_prototypes.clear();
        found = m_prototypes.emplace(std::move(lists), std::move(prototype)).first;
    }
    ssh_session copy = nullptr;
    return ssh_options_copy(found->second.get(), &copy) == 0 ? copy : nullptr;
}

SessionPrototypes::Prototype SessionPrototypes::makePrototype(const SshAlgorithms &algorithms)
{
    Prototype prototype(ssh_new());
    if (!prototype)
        return nullptr;
    ssh_session session = prototype.get();
    const bool processConfig = false;
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &processConfig); // and never SSH_OPTIONS_HOST: no file is read for a session
    // Real names go to ssh_userauth_*(): libssh refuses `CORP\alice` and `svc$` here.
    ssh_options_set(session, SSH_OPTIONS_USER, "collector");
    ssh_options_set(session, SSH_OPTIONS_SSH_DIR, "/nonexistent");
    set(session, SSH_OPTIONS_KEY_EXCHANGE, algorithms.kex);
    set(session, SSH_OPTIONS_HOSTKEYS, algorithms.hostKeys);
    set(session, SSH_OPTIONS_CIPHERS_C_S, algorithms.ciphers);
    set(session, SSH_OPTIONS_CIPHERS_S_C, algorithms.ciphers);
    set(session, SSH_OPTIONS_HMAC_C_S, algorithms.macs);
    set(session, SSH_OPTIONS_HMAC_S_C, algorithms.macs);
    set(session, SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, algorithms.publicKeys);
    set(session, SSH_OPTIONS_COMPRESSION, QByteArrayLiteral("none"));
    return prototype;
}

} // namespace collector
