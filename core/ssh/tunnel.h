// Tunnel: a direct-tcpip channel of a jump session (RFC 4254 7.2), made to look like a socket.
//
// One end of a socket pair is the inner session's, the other is bridged to the channel here, with back-pressure both ways: what the inner
// session does not take stays in the channel's window; what the jump host does not take stays in the socket. On the jump service's thread.

#pragma once

#include "net/tcpconnect.h"
#include "ssh/carrier.h"
#include "ssh/jumpsession.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <functional>

namespace collector {

class Tunnel final : public Carrier
{
public:
    // `place`: that it holds in the session, where places are counted.
    Tunnel(SshWorker &worker, std::shared_ptr<JumpSession> jump, Gate::Pass place, QString jumpName);
    ~Tunnel() override;

    // The end for the inner session, once the jump session is ready, or lost. `whenBegun` is called when it is this one's turn; the timeout
    // counts from then on. Throws JobError: jump_failed, and what the jump host says of the target: refused, connect_timeout, no_route,
    // dns, prohibited.
    Task<OwnedSocket> open(QByteArray host, quint16 port, std::chrono::milliseconds timeout, std::function<void()> whenBegun);

    [[nodiscard]] std::optional<QString> loss() const override { return lossTeller()(); }
    // The same, on any thread, and when the tunnel is gone.
    [[nodiscard]] std::function<std::optional<QString>()> lossTeller() const;

    // For the jump session: it has taken something in, or is lost.
    void jumpHasMoved();

private:
    Task<> openChannel(QByteArray host, quint16 port, std::chrono::milliseconds timeout);
    // Whether it is answered: the channel is open. Throws what it is refused with.
    bool look(const QByteArray &host, quint16 port);
    void letOthersBegin();
    Task<> bridge();
    Task<> carry();
    uint32_t takeData(const void *bytes, uint32_t size);
    bool sendToHost();
    bool write(QByteArrayView bytes);
    void drain();
    void endOutput();
    [[nodiscard]] bool mayWrite() const;
    [[nodiscard]] bool mayRetry() const;
    [[nodiscard]] JobError refusal(const QByteArray &host, quint16 port) const;

    SshWorker &m_worker;
    const std::shared_ptr<JumpSession> m_jump;
    const Gate::Pass m_place;
    const QString m_jumpName;
    std::unique_ptr<JumpOpenings::Opening> m_opening; // until the channel is open
    std::optional<uint64_t> m_receivedBefore;         // by the session, before the jump host was asked whether it is past it
    ssh_channel m_channel = nullptr;
    ssh_channel_callbacks_struct m_callbacks{};
    OwnedSocket m_socket; // our end
    QByteArray m_pending; // taken out of the channel, and not taken by the inner session yet
    QByteArray m_unsent;  // taken from the inner session, and not by libssh yet, which exchanges keys
    uint64_t m_receivedAtWrite = 0;
    bool m_hasLeftover = false; // that the inner session has not taken yet
    bool m_isEof = false;       // of the host
    bool m_isOutputEnded = false;
    bool m_isInputEnded = false;
    Task<> m_task;
};

} // namespace collector
