#include "output/remedies.h"

namespace collector {

namespace {

// What is left of a command to try again where no result can be named.
constexpr QStringView bareCommand = u":\ncollector …";

// Behind a line's end: a command. %1 is ` --rerun FILE -o ANOTHER`, or nothing.
QString text(Cause cause)
{
    switch (cause) {
    case Cause::None:
        return {};
    case Cause::Dns:
        return QStringLiteral(
            "the name has no address here: correct it, or give ansible_host; or no name server answers: /etc/resolv.conf");
    case Cause::NoRoute:
        return QStringLiteral("down, or no way to it from here: check routes and VPN, or go by a jump host (-J)");
    case Cause::Prohibited:
        return QStringLiteral("a firewall, or the jump host's sshd, refuses us: have it opened, or go another way (-J)");
    case Cause::BadAddress:
        return QStringLiteral("this address cannot be contacted: correct it in the inventory");
    case Cause::Refused:
        return QStringLiteral("the host is up, nothing listens on that port: start sshd, or give --port (ansible_port)");
    case Cause::ConnectTimeout:
        return QStringLiteral("no answer at all: down, or a firewall drops it; -p ping tells which, --connect-timeout waits longer");
    case Cause::Reset:
        return QStringLiteral("the connection was cut before SSH began: look at sshd's log and at firewalls; --retries tries again");
    case Cause::RateLimited:
        return QStringLiteral("sshd turned us away because of too many connections: a lower --rate, or a larger MaxStartups there");
    case Cause::NotSsh:
        return QStringLiteral("something else listens on that port: give the right one with --port (ansible_port)");
    case Cause::Handshake:
        return QStringLiteral("the key exchange failed: `ssh -vv` to the host shows where; --transport openssh may do what we cannot");
    case Cause::HandshakeTimeout:
        return QStringLiteral("it accepted the connection and then fell silent: overloaded or hung (a lower --rate), or large packets get "
                              "lost (an MTU on the way)");
    case Cause::NoCommonAlgorithm:
        return QStringLiteral("it only speaks algorithms that are no longer safe: --legacy allows them; or "
                              "such as libssh has not: --transport openssh");
    case Cause::HostKeyUnknown:
        return QStringLiteral("its key is not in known_hosts; to accept new keys:\ncollector …%1 --host-keys accept-new");
    case Cause::HostKeyChanged:
        return QStringLiteral("its key is another than before: reinstalled, or not the host you mean; once you know, `ssh-keygen -R HOST`");
    case Cause::HostKeyRevoked:
        return QStringLiteral("its key is marked as revoked: do not trust this host; it needs a new host key");
    case Cause::HostCertUnsupported:
        return QStringLiteral("it shows a host certificate, and has no plain key that we know: --transport openssh checks certificates");
    case Cause::AuthDenied:
        return QStringLiteral("the login was refused: check user (-u), key (--identity) and authorized_keys; `collector explain HOST`");
    case Cause::AuthTimeout:
        return QStringLiteral("no answer to the login: its directory service (LDAP, PAM) hangs; a longer --timeout");
    case Cause::AuthStopped:
        return QStringLiteral("the password was refused too often and offered to nobody else: check it, then try again:\n"
                              "collector …%1");
    case Cause::NoCredentials:
        return QStringLiteral("no key and no password to offer: --identity FILE, an ssh-agent, or --ask-pass");
    case Cause::MfaRequired:
        return QStringLiteral("it wants a second factor, which nobody can type here: give this account a key that suffices");
    case Cause::PasswordExpired:
        return QStringLiteral("the account's password has expired: log in by hand once and change it");
    case Cause::JumpFailed:
        return QStringLiteral("the jump host could not be passed: try `ssh` to it; its message stands in the record");
    case Cause::NoReply:
        return QStringLiteral("no echo came back: down, or ICMP is filtered; --method tcp tries a port instead");
    case Cause::ChannelRefused:
        return QStringLiteral("sshd opened no session: MaxSessions, or a forced command; look at its log");
    case Cause::ShellRejected:
        return QStringLiteral("the account has no usable shell (nologin, a menu): use an account that has /bin/sh");
    case Cause::SudoDenied:
        return QStringLiteral("sudo, su or doas said no, as the message has it; the rules of sudo that ssh-facts needs:\n"
                              "collector plugins ssh-facts --sudoers");
    case Cause::ExecTimeout:
        return QStringLiteral("the command did not end in time: a longer --timeout, or find what hangs there");
    case Cause::OutputLimit:
        return QStringLiteral("more output than is kept: --max-output raises it");
    case Cause::ConnectionLost:
        return QStringLiteral("the connection broke while it worked: the host went down, or something cut it; try again:\n"
                              "collector …%1");
    case Cause::ExitStatus:
        return QStringLiteral("the command ended with an error: its output stands in the record");
    case Cause::Signal:
        return QStringLiteral("the command was killed there (out of memory?): its output stands in the record");
    case Cause::BadOutput:
        return QStringLiteral("some of the answer could not be used: `message` and `absent` in the record say what");
    case Cause::PluginError:
        return QStringLiteral("a mistake in the plugin: its author needs the record's message");
    case Cause::BadVariable:
        return QStringLiteral("a variable has no usable value: `collector explain HOST` shows where it comes from");
    case Cause::UnsupportedConnection:
        return QStringLiteral("ansible_connection is not ssh or local: not ours to contact");
    case Cause::Excluded:
        return QStringLiteral("left out on purpose (--exclude, never=, collector_skip)");
    case Cause::Interrupted:
    case Cause::NotAttempted:
        return QStringLiteral("not finished: the same command with --resume goes on");
    case Cause::LocalLimit:
        return QStringLiteral("this machine ran out of descriptors, ports or memory: a lower --concurrency, a higher `ulimit -n`");
    case Cause::Internal:
        return QStringLiteral("a mistake of collector's, or of the plugin that the message names: please report it");
    }
    return {};
}

} // namespace

QString remedy(Cause cause, const Retry &retry, bool hasJournal)
{
    const bool isUnfinished = cause == Cause::Interrupted || cause == Cause::NotAttempted;
    if (isUnfinished && !hasJournal)
        return QStringLiteral("not finished; of results in a file (-o FILE), the same command with --resume would go on");
    const QString sentence = text(cause);
    if (!namesRetry(cause))
        return sentence;
    const QString whole = sentence.arg(retry.options.isEmpty() ? QString() : u' ' + retry.options);
    return whole.endsWith(bareCommand) ? whole.chopped(bareCommand.size()) : whole;
}

bool namesRetry(Cause cause)
{
    return text(cause).contains(QStringLiteral("%1"));
}

QString retryNote(const Retry &retry)
{
    if (retry.options.isEmpty())
        return {};
    const QString note = QStringLiteral("-o %1 stands in place of the command's own -o").arg(retry.output);
    return retry.joining.isEmpty() ? note : note + QStringLiteral("; then:\n") + retry.joining;
}

} // namespace collector
