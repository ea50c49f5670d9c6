// ConnectCounts: how the connections of one worker came about, for whoever judges whether packets are lost. A value.

#pragma once

#include <cstdint>

namespace collector {

struct ConnectCounts
{
    uint64_t prompt = 0; // answered (accepted or refused) before the first SYN would have been sent again
    uint64_t silent = 0; // not yet answered by then
    uint64_t late = 0;   // of these, those that answered after all: alive, and a packet was lost
};

} // namespace collector
