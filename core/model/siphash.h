// SipHash-2-4: a 64-bit keyed hash of short input (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; the values of
// the reference implementation). With a secret key nobody can guess it, with a fixed key it spreads names evenly and for ever
// alike. Pure functions; any thread.

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace collector {

using SipKey = std::array<uint64_t, 2>;

namespace detail {

struct SipState
{
    uint64_t v0, v1, v2, v3;

    explicit SipState(const SipKey &key)
        : v0(key[0] ^ 0x736f6d6570736575u),
          v1(key[1] ^ 0x646f72616e646f6du),
          v2(key[0] ^ 0x6c7967656e657261u),
          v3(key[1] ^ 0x7465646279746573u)
    {
    }
    void round()
    {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void absorb(uint64_t word)
    {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
    uint64_t finish()
    {
        v2 ^= 0xff;
        for (int i = 0; i < 4; ++i)
            round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

} // namespace detail

[[nodiscard]] inline uint64_t sipHash(const SipKey &key, const void *data, size_t length)
{
    static_assert(std::endian::native == std::endian::little, "words are read as they lie");
    detail::SipState state(key);
    const auto *bytes = static_cast<const unsigned char *>(data);
    const size_t whole = length & ~size_t(7);
    for (size_t at = 0; at < whole; at += 8) {
        uint64_t word;
        std::memcpy(&word, bytes + at, 8);
        state.absorb(word);
    }
    uint64_t last = uint64_t(length) << 56;
    std::memcpy(&last, bytes + whole, length - whole); // at most 7 bytes: the length stays at the top
    state.absorb(last);
    return state.finish();
}

} // namespace collector
