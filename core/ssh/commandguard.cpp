#include "ssh/commandguard.h"

#include "ssh/delivery.h"

#include <QVersionNumber>

#include <algorithm>
#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 500ms;                                         // most commands have ended by then, and cost nothing
constexpr std::chrono::nanoseconds shortestLead = 1s, longestLead = 15s; // to open a channel and look about, on a slow host

// For any login shell: no line end, no "!", no quote in it. It gets no input, so that it does not matter how small the host's packets are.
// Its parent must be an sshd: where the connection has ended before it began, that is who takes in orphans, init as a rule, and those
// beside it are all the machine's services. The kernel's list of sshd's children ends without a line end, so that `read` fails and has read
// it all the same; where there is none, ps has one. Numbers are given anew: whom sshd has started for this connection has it in its
// environment. The session's next command, should it have begun already, has a larger number than ours.
constexpr auto line = "exec /bin/sh -c 'exec >/dev/null 2>&1; [ $PPID -gt 1 ] || exit; "
                      "read -r n </proc/$PPID/comm || n=$(ps -o comm= -p $PPID); case $n in *sshd*) ;; *) exit;; esac; "
                      "read -r l </proc/$PPID/task/$PPID/children; "
                      "[ \"$l\" ] || l=$(ps -A -o pid= -o ppid= | while read -r p q; do [ \"$q\" = $PPID ] && echo \"$p\"; done); "
                      "ours() { [ -r /proc/$$/environ ] || return 0; "
                      "tr \"\\000\" \"\\n\" </proc/$1/environ | grep -qxF \"SSH_CONNECTION=$SSH_CONNECTION\"; }; "
                      "while read -r _; do :; done; "
                      "for p in $l; do [ \"$p\" -lt $$ ] && kill -s 0 \"$p\" && ours \"$p\" && kill -s KILL -- \"-$p\"; done'";

} // namespace

CommandGuard::CommandGuard(SshSession &session, const QByteArray &mark, Deadline end)
    : m_session(session),
      m_command(marked(commandLine(), mark)),
      m_begin(beginning(session.reactor().now(), end))
{
    ssh_callbacks_init(&m_callbacks);
    m_callbacks.userdata = this;
    // It has nothing to say; what comes is dropped, or it would pile up.
    m_callbacks.channel_data_function = [](ssh_session, ssh_channel, void *, uint32_t size, int, void *) { return int(size); };
}

CommandGuard::~CommandGuard()
{
    if (!m_channel)
        return;
    ssh_remove_channel_callbacks(m_channel, &m_callbacks);
    ssh_channel_free(m_channel);
    (void)m_session.isDead();
}

QByteArray CommandGuard::commandLine()
{
    return line;
}

Deadline CommandGuard::beginning(Deadline now, Deadline end)
{
    const std::chrono::nanoseconds lead = std::clamp<std::chrono::nanoseconds>((end - now) / 4, shortestLead, longestLead);
    return std::max(now + patience, end - lead);
}

bool CommandGuard::isNeeded(const QByteArray &user, const QByteArray &banner)
{
    constexpr QByteArrayView make = "OpenSSH_";
    const qsizetype at = banner.indexOf(make);
    if (at < 0)
        return false;
    const auto version = QVersionNumber::fromString(QString::fromLatin1(banner.mid(at + make.size())));
    return user == "root" || version < QVersionNumber(7, 9);
}

void CommandGuard::step()
{
    if (m_state == State::Waiting && m_session.reactor().now() >= m_begin)
        begin();
    for (State before = State::Waiting; before != m_state && !m_session.isDead();)
        before = std::exchange(m_state, goOn());
}

void CommandGuard::begin()
{
    m_channel = ssh_channel_new(m_session.handle());
    if (m_channel)
        ssh_set_channel_callbacks(m_channel, &m_callbacks);
    m_state = m_channel ? State::Opening : State::Failed;
}

CommandGuard::State CommandGuard::goOn()
{
    const auto after = [this](int status, State next) { return status == SSH_OK ? next : status == SSH_AGAIN ? m_state : State::Failed; };
    switch (m_state) {
    case State::Opening:
        return after(ssh_channel_open_session(m_channel), State::Starting);
    case State::Starting:
        return after(ssh_channel_request_exec(m_channel, m_command.constData()), State::Standing);
    case State::Waiting:
    case State::Standing:
    case State::Failed:
        break;
    }
    return m_state;
}

} // namespace collector
