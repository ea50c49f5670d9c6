// Curve25519 for OpenSSL: Ed25519 and X25519 computed by libsodium, as a provider (provider(7)) within this process.
//
// libssh asks OpenSSL, and these two are most of what a session costs; libsodium takes half as long (core/decisions/curve25519.md). Once
// installed, whatever in this process asks OpenSSL for them gets libsodium's: signatures and shared secrets are the same, byte for byte.

#pragma once

namespace collector {

// Called once, before there are threads. Returns whether it serves: not where OpenSSL is bound to FIPS's algorithms, or refuses the
// provider; OpenSSL's own serve there.
bool installCurve25519Provider();

} // namespace collector
