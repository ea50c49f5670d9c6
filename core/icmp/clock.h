// The two clocks of this room, in nanoseconds: the steady one for everything, the wall's only to read the kernel's time stamps.

#pragma once

#include <cstdint>
#include <ctime>

namespace collector {

[[nodiscard]] inline int64_t clockNow(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

[[nodiscard]] inline int64_t steadyNow()
{
    return clockNow(CLOCK_MONOTONIC);
}

[[nodiscard]] inline int64_t wallNow()
{
    return clockNow(CLOCK_REALTIME);
}

} // namespace collector
