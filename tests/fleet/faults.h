// Fault: one way in which a host misbehaves. A closed table; tests and --list-faults read it.

#pragma once

#include "options.h"
#include "script.h"

#include <span>
#include <string_view>

namespace collector::fleet {

enum class LoginRule {
    Normal,
    ServiceStalls, // not even the service is accepted
    Stalls,        // no answer to the first request
    Banner,        // a hostile SSH_MSG_USERAUTH_BANNER, then as usual
    DeniesAll,     // whatever is offered
    PasswordOnly,
    PromptOnly,      // keyboard-interactive, one hidden prompt for the password
    OneTimePassword, // keyboard-interactive, a code that is echoed
    PromptsForEver,  // INFO_REQUEST after INFO_REQUEST
    OneTry,          // "Too many authentication failures" after the first refused offer
    PasswordExpired, // asks for a new one
    KeyThenCode,     // partial success of the key, then a one-time password
    Closes,          // at the first request
};

enum class ChannelRule {
    Normal,
    OpenRefused,
    OpenUnanswered,
    OpenCloses,
    ExecRefused,
    ExecUnanswered,
    ExecCloses,
    ExecThenCloses,
    ExecThenResets,
    InputUnread
};

// What needs a transport of our own; see WireConnection.
enum class WireRule {
    None,
    FalseSignature, // of the host key
    PlainServer,    // healthy, but without SSH_MSG_EXT_INFO
    ZeroWindow,
    TinyPackets,    // of at most 10 bytes
    OneBytePackets, // of at most 1
    EmptyPackets,   // of 0
    OverWindow,
    KeepaliveFlood,
    OpenFlood,
    DataAfterClose,
    ClosesTwice,
    UnknownChannel,
    FalseMac,
    HugePacket,
    LeavesAfterLogin, // in the same piece as the success
    LeavesAfterExec,  // likewise
};

struct Fault
{
    std::string_view name;
    std::string_view cause; // of a client with the right key that sends a command; alternatives by `|`, `ok` where none befits
    std::string_view description;
    Script (*dialogue)() = nullptr;            // instead of SSH
    Script (*play)(const Options &) = nullptr; // instead of the command
    LoginRule login = LoginRule::Normal;
    ChannelRule channel = ChannelRule::Normal;
    WireRule wire = WireRule::None;
    bool otherHostKey = false;
};

[[nodiscard]] std::span<const Fault> allFaults();
[[nodiscard]] const Fault *findFault(std::string_view name); // null: there is none

} // namespace collector::fleet
