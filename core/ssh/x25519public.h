// x25519Public(): the public half of an X25519 key, by libsodium's Edwards form of the curve.
//
// libsodium multiplies X25519's base point step by step, as it does any other; Ed25519's it multiplies by a table, in less than half the
// time. The two curves are one (RFC 7748, 4.1): u = (1 + y) / (1 - y). Any thread may call it.

#pragma once

#include <array>

namespace collector {

// RFC 7748, 5 and 6.1; the scalar is clamped here.
[[nodiscard]] std::array<unsigned char, 32> x25519Public(const std::array<unsigned char, 32> &scalar);

} // namespace collector
