// SshConnection: a host that we are logged in to.
//
// open() goes the whole way once: address, a turn at it, TCP (or the channel of a jump host, or a ProxyCommand), banner, key exchange, host
// key, login; it throws JobError with the cause of the step that failed. `info` and `progress` are filled in as things are learnt.
// Destroying it, opened or half way, drops the connection at once. On the worker's thread.

#pragma once

#include "model/record.h"
#include "ssh/banner.h"
#include "ssh/carrier.h"
#include "ssh/loginturn.h"
#include "ssh/session.h"
#include "ssh/sshprogress.h"
#include "ssh/sshsettings.h"
#include "ssh/sshworker.h"

#include <memory>
#include <optional>

namespace collector {

struct LoginPerson;

class SshConnection
{
public:
    // `person`: whom its login may ask, which a jump host's alone may; null: nobody.
    SshConnection(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
                  LoginPerson *person = nullptr);
    ~SshConnection();
    SshConnection(const SshConnection &) = delete;
    SshConnection &operator=(const SshConnection &) = delete;

    Task<> open();

    [[nodiscard]] SshSession &session() { return *m_session; }
    [[nodiscard]] const SshSettings &settings() const { return *m_settings; }
    // Once it is open: not with a host whose key nobody has checked.
    [[nodiscard]] bool mayUsePassword() const { return m_mayUsePassword; }

    // Where an error of this connection is its jump host's or its ProxyCommand's, that.
    [[nodiscard]] std::optional<JobError> lossOfCarrier(const JobError &error) const;

private:
    class KeyExchange;

    Task<> goThrough();
    Task<> connect();
    Task<> connectThroughOthers();
    Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> openTunnel();
    Task<> connectDirectly();
    Task<> lookUpHostKeys();
    Task<> takeTurn(const QByteArray &address);
    Task<> awaitConnected();
    Task<> awaitBanner();
    Task<> exchangeKeys();
    void checkHostKey();
    Task<> logIn();

    void refuseExcluded(const std::vector<SocketAddress> &addresses) const;
    void makeSession();
    [[nodiscard]] QString place() const;

    SshWorker &m_worker;
    const std::shared_ptr<const SshSettings> m_settings;
    ConnectionInfo &m_info;
    SshProgress &m_progress;
    LoginPerson *const m_person;

    SocketAddress m_peer;               // of a direct connection
    OwnedSocket m_socket;               // until the session has it
    std::unique_ptr<Carrier> m_carrier; // what is at the other end of the socket, where it is not the host
    std::unique_ptr<SshSession> m_session;
    std::optional<HostKeys> m_knownKeys;
    SshAlgorithms m_algorithms; // that we propose
    LoginTurn m_turn;
    QByteArray m_login; // place, user and what is offered: not tried again once it was refused
    Deadline m_handshakeEnd = never;
    bool m_mayUsePassword = false;
};

} // namespace collector
