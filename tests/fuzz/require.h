// A property that a fuzzer holds its input against; which one failed is said, since an optimized stack does not tell.

#pragma once

#include <cstdio>
#include <cstdlib>

// The defaults are those of the call: std::source_location is not there for Clang 14.
inline void require(bool holds, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    if (holds)
        return;
    std::fprintf(stderr, "%s:%d: does not hold\n", file, line);
    std::abort();
}
