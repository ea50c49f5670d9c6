// Script: what a host does, step by step, as data. A Dialogue performs one on the bare socket, a Play on an open channel.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace collector::fleet {

struct Step
{
    enum class Kind {
        Send,         // bytes: to the socket, or as output of the command; there `number` times, 0 as 1
        SendError,    // bytes: as error output of the command
        Await,        // go on once the client has sent `number` bytes
        Wait,         // for `time`
        Repeat,       // go back `number` steps, for ever
        Ignore,       // an SSH_MSG_IGNORE with bytes
        Rekey,        // begin a new key exchange
        Eof,          // end of output
        ExitStatus,   // number
        ExitSignal,   // bytes: name without SIG
        CloseChannel, // properly
        Close,        // the connection, with FIN
        Reset,        // the connection, with RST
    };
    Kind kind;
    std::string bytes = {};
    std::int64_t number = 0;
    std::chrono::milliseconds time{0};
};

// Made once and then shared by all hosts that perform it. A script that ends without Close or CloseChannel holds its peer for as long as
// that likes.
using Script = std::vector<Step>;

} // namespace collector::fleet
