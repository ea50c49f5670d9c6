#include "faults.h"

#include "dialogues.h"
#include "plays.h"

namespace collector::fleet {

namespace {

constexpr Fault bare(std::string_view name, std::string_view cause, std::string_view description, Script (*dialogue)())
{
    Fault fault{name, cause, description};
    fault.dialogue = dialogue;
    return fault;
}

constexpr Fault login(std::string_view name, std::string_view cause, std::string_view description, LoginRule rule)
{
    Fault fault{name, cause, description};
    fault.login = rule;
    return fault;
}

constexpr Fault channel(std::string_view name, std::string_view cause, std::string_view description, ChannelRule rule)
{
    Fault fault{name, cause, description};
    fault.channel = rule;
    return fault;
}

constexpr Fault play(std::string_view name, std::string_view cause, std::string_view description, Script (*script)(const Options &))
{
    Fault fault{name, cause, description};
    fault.play = script;
    return fault;
}

constexpr Fault wire(std::string_view name, std::string_view cause, std::string_view description, WireRule rule)
{
    Fault fault{name, cause, description};
    fault.wire = rule;
    return fault;
}

constexpr Fault changedKey(std::string_view name, std::string_view cause, std::string_view description)
{
    Fault fault{name, cause, description};
    fault.otherHostKey = true;
    return fault;
}

constexpr Fault table[] = {
    // Before the key exchange.
    bare("close-before-banner", "rate_limited", "closes the connection without a word", dialogues::closeAtOnce),
    bare("reset-at-once", "reset", "RST instead of a banner", dialogues::resetAtOnce),
    bare("not-allowed-now", "rate_limited", "`Not allowed at this time` (sshd, PerSourcePenalties), then closes", dialogues::notAllowed),
    bare("max-startups", "rate_limited", "`Exceeded MaxStartups` (sshd), then closes", dialogues::maxStartups),
    bare("silent", "handshake_timeout", "accepts, and sends nothing", dialogues::silent),
    bare("endlessh", "handshake_timeout", "a line before the banner each half second, for ever", dialogues::endlessBanner),
    bare("banner-flood", "not_ssh", "lines before the banner as fast as they are read, for ever", dialogues::bannerFlood),
    bare("banner-trickle", "handshake_timeout", "a byte each half second, never a line", dialogues::bannerTrickle),
    bare("overlong-banner", "not_ssh|handshake", "a banner of 10,000 bytes", dialogues::overlongBanner),
    bare("ssh1", "not_ssh|handshake", "speaks protocol 1.5 only", dialogues::oldProtocol),
    bare("http", "not_ssh", "answers as a web server", dialogues::http),
    bare("smtp", "not_ssh|handshake_timeout", "greets as a mail server, and waits", dialogues::smtp),
    // The key exchange.
    bare("stall-kexinit", "handshake_timeout", "nothing after the banner", dialogues::stallBeforeKexinit),
    bare("stall-newkeys", "handshake_timeout", "no reply in the key exchange", dialogues::stallAfterKexinit),
    bare("garbage-kexinit", "handshake", "random bytes after the banner", dialogues::garbageKexinit),
    bare("oversized-packet", "handshake", "announces a packet of 2 GB", dialogues::oversizedPacket),
    bare("packet-trickle", "handshake_timeout", "a packet of 256 KB, a byte each half second", dialogues::packetTrickle),
    bare("no-common-algorithm", "no_common_algorithm", "offers key exchanges that nobody has", dialogues::noCommonAlgorithm),
    bare("close-in-kex", "handshake", "closes the connection after the client's KEXINIT", dialogues::closeInKex),
    bare("reset-in-kex", "reset|handshake", "RST after the client's KEXINIT", dialogues::resetInKex),
    bare("disconnect-in-kex", "handshake", "SSH_MSG_DISCONNECT after the client's KEXINIT", dialogues::disconnectInKex),
    changedKey("other-host-key", "host_key_changed", "proves itself with another host key than the known one"),
    wire("false-signature", "handshake", "the known host key, with a signature that is none", WireRule::FalseSignature),
    // Authentication.
    wire("no-ext-info", "ok", "does not name its signature algorithms: libssh then has none for an RSA key", WireRule::PlainServer),
    login("stall-service", "auth_timeout", "does not accept the service", LoginRule::ServiceStalls),
    login("stall-auth", "auth_timeout", "accepts the service, answers no request", LoginRule::Stalls),
    login("login-banner", "ok", "before the first answer a banner of 60 KB, with escape sequences", LoginRule::Banner),
    login("auth-denied", "auth_denied", "refuses whatever is offered", LoginRule::DeniesAll),
    login("password-only", "no_credentials|auth_denied", "offers password only (--password, else `secret`)", LoginRule::PasswordOnly),
    login("prompt-only", "no_credentials|auth_denied", "keyboard-interactive only, one hidden prompt for that password",
          LoginRule::PromptOnly),
    login("otp", "mfa_required", "keyboard-interactive only, `Verification code:` with echo", LoginRule::OneTimePassword),
    login("endless-prompts", "no_credentials|auth_denied", "keyboard-interactive only, a hidden prompt after each answer",
          LoginRule::PromptsForEver),
    login("too-many-failures", "auth_denied", "DISCONNECT `Too many authentication failures` at the first offer", LoginRule::OneTry),
    login("password-expired", "no_credentials|password_expired", "password only, then asks for a new one", LoginRule::PasswordExpired),
    login("key-then-otp", "mfa_required", "partial success of the key, then `Verification code:`", LoginRule::KeyThenCode),
    login("close-in-auth", "connection_lost", "closes the connection at the first request", LoginRule::Closes),
    // Channels.
    channel("channel-refused", "channel_refused", "opens no session channel", ChannelRule::OpenRefused),
    channel("channel-stall", "exec_timeout", "never answers CHANNEL_OPEN", ChannelRule::OpenUnanswered),
    channel("close-at-open", "connection_lost", "closes the connection at CHANNEL_OPEN", ChannelRule::OpenCloses),
    channel("close-at-exec", "connection_lost", "closes the connection at the exec request, as dropbear at a long one",
            ChannelRule::ExecCloses),
    channel("close-after-exec", "connection_lost", "agrees to run the command, and closes the connection", ChannelRule::ExecThenCloses),
    channel("reset-after-exec", "connection_lost", "agrees to run the command, and RST", ChannelRule::ExecThenResets),
    wire("leave-after-login", "connection_lost", "success of the login and SSH_MSG_DISCONNECT in one piece", WireRule::LeavesAfterLogin),
    wire("leave-after-exec", "connection_lost", "agrees to run the command, and SSH_MSG_DISCONNECT in one piece",
         WireRule::LeavesAfterExec),
    channel("exec-refused", "shell_rejected", "refuses the exec request", ChannelRule::ExecRefused),
    channel("exec-stall", "exec_timeout", "never answers the exec request", ChannelRule::ExecUnanswered),
    channel("input-unread", "exec_timeout", "never opens the window again: no more than 32,000 bytes of input fit",
            ChannelRule::InputUnread),
    wire("window-zero", "exec_timeout|ok", "a window of 0 for ever: no input fits", WireRule::ZeroWindow),
    wire("max-packet-10", "channel_refused|exec_timeout|ok", "takes packets of 10 bytes: libssh 0.10 writes empty ones for ever",
         WireRule::TinyPackets),
    wire("max-packet-1", "channel_refused|exec_timeout|ok", "takes packets of 1 byte", WireRule::OneBytePackets),
    wire("max-packet-0", "channel_refused|exec_timeout|ok", "takes packets of nothing", WireRule::EmptyPackets),
    wire("keepalive-flood", "output_limit|exec_timeout|ok", "keepalive@openssh.com with reply wanted, without end",
         WireRule::KeepaliveFlood),
    wire("open-flood", "output_limit|exec_timeout|ok", "CHANNEL_OPEN from the server, without end", WireRule::OpenFlood),
    // The command.
    play("output-stalls", "exec_timeout", "stops in the middle of the output", plays::outputStalls),
    play("trickle", "exec_timeout", "a byte of output each 200 ms, for ever", plays::outputTrickles),
    play("infinite-output", "output_limit", "output without end, as fast as the window allows", plays::outputWithoutEnd),
    play("infinite-stderr", "output_limit", "error output without end", plays::errorsWithoutEnd),
    play("silent-exec", "exec_timeout", "no output, no EOF, no exit status", plays::silence),
    play("eof-only", "exec_timeout", "output and EOF, never exit status nor CLOSE", plays::eofOnly),
    play("status-no-close", "ok", "output and exit status, never EOF nor CLOSE", plays::statusWithoutClose),
    play("close-no-status", "connection_lost", "closes the channel without an exit status", plays::closeWithoutStatus),
    play("status-all-ones", "exit_status", "exit status 0xffffffff", plays::statusOfAllOnes),
    play("exit-signal", "signal", "ends by SIGKILL", plays::endsBySignal),
    play("exit-3", "exit_status", "exit status 3, with error output", plays::endsWithThree),
    play("slow-end", "ok", "EOF, 200 ms, exit status, 200 ms, CLOSE", plays::endsSlowly),
    play("status-first", "ok", "exit status, 200 ms, output, EOF, CLOSE", plays::statusFirst),
    play("reset-after-status", "connection_lost|ok", "output, exit status, RST", plays::resetsAfterStatus),
    play("reset-mid-output", "connection_lost", "RST in the middle of the output", plays::resetsMidway),
    play("close-mid-output", "connection_lost", "closes the connection in the middle of the output", plays::closesMidway),
    wire("over-window", "output_limit", "output without end, whatever the window", WireRule::OverWindow),
    wire("data-after-close", "ok", "output and another exit status after CLOSE", WireRule::DataAfterClose),
    wire("close-twice", "ok", "CLOSE three times", WireRule::ClosesTwice),
    wire("unknown-channel", "ok|connection_lost", "data and CLOSE for channels that nobody opened, then the answer",
         WireRule::UnknownChannel),
    wire("false-mac", "connection_lost", "a packet with a wrong MAC as output", WireRule::FalseMac),
    wire("huge-packet", "connection_lost", "a packet of 2 GB as output", WireRule::HugePacket),
    play("ignore-flood", "output_limit|exec_timeout|ok", "SSH_MSG_IGNORE without end", plays::ignoreFlood),
    play("login-noise", "ok|output_limit", "escape sequences and 1 MB without a line end before the output", plays::noisyLogin),
    play("nologin", "shell_rejected|exit_status", "`This account is currently not available.`, status 1", plays::noLogin),
    play("menu", "shell_rejected|exec_timeout", "a menu instead of a shell, which waits", plays::menu),
    play("not-utf8", "ok", "output that is not UTF-8, with a zero byte", plays::notUtf8),
    play("rekey", "ok", "a new key exchange in the middle of the output", plays::rekeys),
    play("byte-by-byte", "ok", "5,000 bytes of output, each in a packet of its own", plays::byteByByte),
    play("output-64mb", "output_limit", "64 MB of output, then a proper end", plays::manyMegabytes),
};

} // namespace

std::span<const Fault> allFaults()
{
    return table;
}

const Fault *findFault(std::string_view name)
{
    for (const Fault &fault : table) {
        if (fault.name == name)
            return &fault;
    }
    return nullptr;
}

} // namespace collector::fleet
