#include "ssh/execchannel.h"

#include "ssh/failure.h"
#include "ssh/packetsizewatch.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto betweenNudges = 1s;        // some, such as Twisted Conch, tell the status once nobody reads the input: our watchdog does
constexpr uint32_t mostAhead = 32 * 1024; // bytes of input handed to libssh and not yet sent
constexpr unsigned smallestPacket = 1024;
constexpr uint64_t protocolBytes = 64 * 1024; // that may come beside the output
constexpr uint64_t overhead = 128;            // bytes of a packet of output that are none; it may be a packet a byte
constexpr uint64_t roomBeyond = 256 * 1024;   // bytes of output over its limit until it is not waited for any more
constexpr uint64_t bite = 4096;               // bytes that libssh takes from the socket in one go
constexpr int mostBites = 8;                  // then it is another's turn

} // namespace

ExecChannel::ExecChannel(SshSession &session, const SshSettings &settings, SshProgress &progress, OutputLimits limits)
    : m_session(session),
      m_settings(settings),
      m_progress(progress),
      m_limits(limits)
{
    ssh_callbacks_init(&m_callbacks);
    m_callbacks.userdata = this;
    // Called from within libssh: they may note things, and nothing else.
    m_callbacks.channel_data_function = [](ssh_session, ssh_channel, void *data, uint32_t size, int isError, void *self) {
        return static_cast<ExecChannel *>(self)->takeData(data, size, isError);
    };
    m_callbacks.channel_eof_function = [](ssh_session, ssh_channel, void *self) { static_cast<ExecChannel *>(self)->m_isEof = true; };
    m_callbacks.channel_close_function = [](ssh_session, ssh_channel, void *self) { static_cast<ExecChannel *>(self)->m_isClosed = true; };
    m_callbacks.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void *self) {
        static_cast<ExecChannel *>(self)->setExitStatus(status);
    };
    m_callbacks.channel_exit_signal_function = [](ssh_session, ssh_channel, const char *signal, int, const char *, const char *,
                                                  void *self) { static_cast<ExecChannel *>(self)->setSignal(signal); };
}

ExecChannel::~ExecChannel()
{
    if (!m_channel)
        return;
    ssh_remove_channel_callbacks(m_channel, &m_callbacks);
    if (m_isOver || m_session.isDead()) {
        m_session.retire(m_channel); // most sessions end now: no packet for it
        return;
    }
    // sshd 7.9 and newer do it, but for root. Where the input is open, its end is heard by who ends more than the shell (supervised());
    // dropbear kills the shell alone, and a script whose shell is gone would pass for one that has ended.
    const bool isRunning = m_progress.phase() == SshPhase::Run || m_progress.phase() == SshPhase::Ending;
    if (isRunning && m_isInputEnding)
        ssh_channel_request_send_signal(m_channel, "KILL");
    ssh_channel_free(m_channel);
    (void)m_session.isDead(); // both are sent, or could not be
}

Task<> ExecChannel::open(bool willFeed)
{
    m_progress.enter(SshPhase::OpenChannel);
    m_session.allowToReceive(protocolBytes);
    m_session.freeRetired();
    const Deadline deadline = m_session.reactor().after(m_settings.timeouts.channel);
    bool isOpen = co_await tryToOpen(willFeed, deadline);
    // A session counts in sshd until it next goes through its channels: where MaxSessions allows one, a request right behind the CLOSE of
    // the last command is refused. By the time of that answer it has.
    if (!isOpen && m_session.hasHadChannel())
        isOpen = co_await tryToOpen(willFeed, deadline);
    if (!isOpen)
        throw JobError(
            Cause::ChannelRefused,
            QStringLiteral("the host opens no session: %1; does MaxSessions in its sshd_config allow one?").arg(m_session.errorText()));
    m_session.noteChannel();
}

// False: it is refused.
Task<bool> ExecChannel::tryToOpen(bool willFeed, Deadline deadline)
{
    m_channel = ssh_channel_new(m_session.handle());
    if (!m_channel)
        throw connectionLost(m_session, QStringLiteral("before a channel was opened"));
    ssh_set_channel_callbacks(m_channel, &m_callbacks);

    std::optional<unsigned> packetSize;
    auto request = [channel = m_channel, willFeed, &packetSize] {
        const PacketSizeWatch watch(willFeed);
        const int status = ssh_channel_open_session(channel);
        if (watch.size())
            packetSize = watch.size();
        return status;
    };
    const SshSession::Outcome outcome = co_await m_session.finish(request, SSH_AGAIN, deadline);
    check(outcome, QStringLiteral("while a channel was opened"), m_settings.timeouts.channel);
    if (outcome.status != SSH_OK) {
        ssh_remove_channel_callbacks(m_channel, &m_callbacks);
        ssh_channel_free(std::exchange(m_channel, nullptr));
        co_return false;
    }
    if (packetSize && *packetSize < smallestPacket)
        throw JobError(Cause::ChannelRefused,
                       QStringLiteral("the host takes packets of %1 bytes at most, which is too small").arg(*packetSize));
    co_return true;
}

Task<> ExecChannel::exec(QByteArray command)
{
    m_progress.enter(SshPhase::Execute);
    const Deadline deadline = m_session.reactor().after(m_settings.timeouts.exec);
    for (const auto &[name, value] : m_settings.environment) {
        auto set = [channel = m_channel, key = name.constData(), text = value.constData()] {
            return ssh_channel_request_env(channel, key, text);
        };
        const SshSession::Outcome outcome = co_await m_session.finish(set, SSH_AGAIN, deadline);
        check(outcome, QStringLiteral("while the environment was set"), m_settings.timeouts.exec);
    }
    m_progress.isCommandSent = true;
    auto request = [channel = m_channel, line = command.constData()] { return ssh_channel_request_exec(channel, line); };
    const SshSession::Outcome started = co_await m_session.finish(request, SSH_AGAIN, deadline);
    check(started, QStringLiteral("while the command was started"), m_settings.timeouts.exec);
    if (started.status != SSH_OK)
        throw JobError(
            Cause::ShellRejected,
            QStringLiteral(
                "the host refuses to run commands; is it a device, or is there a ForceCommand, or a limit of processes (ulimit -u)?"));
    m_mayReceiveBeside = m_session.received() + protocolBytes;
    m_session.allowToReceive(uint64_t(m_limits.output + m_limits.error) * 5 / 4 + roomBeyond);
    m_alive.emplace(m_session, m_settings);
    m_progress.enter(SshPhase::Run);
}

JobError ExecChannel::lost(const QString &during) const
{
    const JobError error = connectionLost(m_session, during);
    if (m_progress.phase() != SshPhase::OpenChannel || m_session.hasHadChannel())
        return error;
    return JobError(error.cause(), error.message() + howAccountsAreDropped());
}

void ExecChannel::check(SshSession::Outcome outcome, const QString &during, std::chrono::milliseconds limit)
{
    switch (outcome.end) {
    case SshSession::End::Done:
        if (outcome.status == SSH_ERROR && m_session.isDead())
            throw lost(during);
        return;
    case SshSession::End::Expired:
        throw JobError(Cause::ExecTimeout, QStringLiteral("the host did not answer in time %1%2").arg(during, howToWiden(limit)));
    case SshSession::End::Died:
        throw lost(during);
    case SshSession::End::Flooded:
        throw flooded(during);
    }
}

int ExecChannel::takeData(const void *bytes, uint32_t size, bool isError)
{
    m_mayReceiveBeside += size + overhead;
    ++m_outputPackets;
    if (m_isClosed)
        return int(size); // it has said that nothing follows
    keep(static_cast<const char *>(bytes), size, isError, m_limits);
    return int(size); // what is over is dropped: left with libssh it would pile up
}

void ExecChannel::setExitStatus(int status)
{
    if (!m_isClosed && !m_reply.exitStatus)
        m_reply.exitStatus = status < 0 ? 255 : status; // 0xffffffff has been seen
}

void ExecChannel::setSignal(const char *name)
{
    if (m_isClosed || !m_reply.signal.isEmpty())
        return;
    const QByteArrayView text(name ? name : "");
    for (const char c : text.first(std::min<qsizetype>(text.size(), 16))) {
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            m_reply.signal += c;
    }
    if (m_reply.signal.isEmpty())
        m_reply.signal = "UNKNOWN";
}

void ExecChannel::feed(const QByteArray &bytes)
{
    m_input = m_input.mid(m_inputSent) + bytes;
    m_inputSent = 0;
    m_isFed = true;
    sendInput();
}

void ExecChannel::feedEnd()
{
    m_isInputEnding = true;
    sendInput();
}

// Nothing was fed before it. Kept only while libssh does not take it: it exchanges keys, or the window is full.
void ExecChannel::feedSecret(const Secret &secret)
{
    for (const char byte : secret.bytes())
        m_secret.append(byte);
    m_secret.append('\n');
    sendSecret();
}

bool ExecChannel::sendSecret()
{
    if (m_secret.isEmpty())
        return true;
    if (m_isClosed || m_session.isDead() || ssh_channel_window_size(m_channel) < m_secret.size())
        return false;
    const int taken = ssh_channel_write(m_channel, m_secret.bytes().data(), uint32_t(m_secret.size()));
    if (taken <= 0)
        return false;
    if (size_t(taken) < m_secret.size()) {
        m_secret = Secret(m_secret.bytes().substr(size_t(taken)));
        return false;
    }
    m_secret.clear();
    return true;
}

void ExecChannel::sendInput()
{
    if (!sendSecret())
        return;
    while (m_inputSent < m_input.size() && !m_isClosed && !m_session.isDead() && !m_session.hasUnsent()) {
        const uint32_t window = ssh_channel_window_size(m_channel);
        const uint32_t size = std::min({window, mostAhead, uint32_t(m_input.size() - m_inputSent)});
        if (size == 0)
            return;
        const int taken = ssh_channel_write(m_channel, m_input.constData() + m_inputSent, size);
        if (taken <= 0)
            return;
        m_inputSent += taken;
    }
    judge(); // a short command may have ended by now: it is told nothing
    if (m_inputSent < m_input.size() || !m_isInputEnding || m_isInputEnded || m_isOver || m_session.isDead())
        return;
    m_isInputEnded = true;
    m_input.clear();
    m_inputSent = 0;
    ssh_channel_send_eof(m_channel);
}

// The end of the output says only that nobody writes any more: a script that has sent its own elsewhere runs on. So its watchdog is not
// told that we are gone; it looks itself.
void ExecChannel::nudge()
{
    m_nextNudge = m_session.reactor().after(betweenNudges);
    if (m_inputSent == m_input.size())
        feed("\n");
}

Task<bool> ExecChannel::advance(Deadline deadline)
{
    judge();
    if (m_isOver)
        co_return true;
    const Deadline restNext = m_rest ? m_rest->next() : never;
    const Deadline guardNext = m_guard ? m_guard->next() : never;
    const Deadline until = std::min({deadline, restNext, m_nextNudge, m_alive ? m_alive->next() : never, guardNext});
    const Reactor::Wake wake = co_await m_session.progress(until);
    if (wake == Reactor::Wake::Expired) {
        if (m_alive && until == m_alive->next()) {
            m_isSilent = !m_alive->check();
            m_isOver = m_isSilent;
            co_return true;
        }
        if (until == m_nextNudge) {
            nudge();
            co_return true;
        }
        if (until == guardNext) {
            m_guard->step();
            co_return true;
        }
        if (until != restNext)
            co_return false;
        judge();
        co_return true;
    }
    for (int i = 0; i < mostBites; ++i) {
        const uint64_t before = m_session.received();
        m_session.pump();
        if (m_session.isDead()) {
            m_isLost = true;
            break;
        }
        if (m_session.received() - before < bite || isFlooded())
            break;
    }
    if (m_guard && !m_isLost)
        m_guard->step();
    if (!m_isLost && (!m_secret.isEmpty() || m_inputSent < m_input.size() || m_isInputEnding))
        sendInput();
    judge();
    co_return true;
}

// By output, or by what is none.
bool ExecChannel::isFlooded() const
{
    return m_session.isFlooded() || m_session.received() > m_mayReceiveBeside;
}

// What has come so far: does it end the command? Servers send status, EOF and CLOSE in any order (RFC 4254, 5.3 and 6.10).
void ExecChannel::judge()
{
    m_isOver = m_isOver || m_isClosed || m_isLost || isFlooded();
    if (m_isOver)
        return;
    if (hasEnd() && !m_rest)
        m_rest.emplace(m_session);
    if (m_rest) {
        if (m_isEof)
            m_rest->sawEof();
        const OutputRest::State state = m_rest->step(m_outputPackets);
        m_isOver = state != OutputRest::State::Awaited;
        m_reply.isTruncated = m_reply.isTruncated || state == OutputRest::State::Unknown;
    }
    if (m_isEof && m_progress.phase() == SshPhase::Run) {
        m_progress.enter(SshPhase::Ending);
        if (!m_isInputEnding && m_isFed)
            m_nextNudge = m_session.reactor().after(betweenNudges);
    }
}

Task<ShellReply> ExecChannel::runToEnd(Deadline deadline)
{
    judge();
    while (!m_isOver) {
        const bool isInTime = co_await advance(nextEnd(deadline));
        if (!isInTime && hasEnd() && m_isEof)
            break; // nothing should follow
        if (!isInTime && isKept())
            co_return takeLate();
        if (!isInTime)
            throw JobError(Cause::ExecTimeout, lateness());
    }
    ShellReply reply = takeReply();
    co_return reply;
}

QString ExecChannel::lateness() const
{
    if (hasEnd())
        return QStringLiteral("the command has ended, but its output did not come in time");
    return m_isEof ? QStringLiteral("the command did not end in time: its output has ended, but the host has not told its status")
                   : QStringLiteral("the command did not end in time");
}

ShellReply ExecChannel::takeReply()
{
    if (!hasEnd() && isFlooded()) {
        if (!m_reply.isTruncated)
            throw flooded(QStringLiteral("beside the output"));
        return std::move(m_reply); // its head
    }
    if (!hasEnd() && m_isSilent)
        throw JobError(Cause::ConnectionLost, QStringLiteral("the host has been silent for %1 times %2 s (ServerAliveInterval)")
                                                  .arg(m_settings.serverAliveCountMax + 1)
                                                  .arg(m_settings.serverAliveInterval.count()));
    if (!hasEnd() && m_isLost)
        throw connectionLost(m_session, QStringLiteral("while the command ran"));
    if (!hasEnd())
        throw JobError(Cause::ConnectionLost, QStringLiteral("the host ended the command without saying how; was the shell killed?"));
    if ((m_isLost || m_isSilent) && !m_isEof && !m_isClosed)
        m_reply.isTruncated = true; // who knows what was still to come
    return std::move(m_reply);
}

} // namespace collector
