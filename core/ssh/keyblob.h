// A public key as SSH sends it (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4): a run of length-prefixed strings, the first of which names its
// type.
//
// Pure functions over bytes that a file or a host gave us; any thread.

#pragma once

#include <QByteArray>

#include <libssh/libssh.h>

namespace collector {

// "ssh-ed25519", "ssh-rsa" …; empty if the bytes do not start with a type.
[[nodiscard]] QByteArray keyType(const QByteArray &blob);

// Whether the bytes are one whole key of a type that we know, with nothing behind it. Certificates are not keys.
[[nodiscard]] bool isWellFormedKey(const QByteArray &blob);

// How long the modulus of an RSA key, or of a certificate for one, is, in bits; 0: it is of another type, or no key.
[[nodiscard]] int rsaBits(const QByteArray &blob);

// As OpenSSH shows it: "SHA256:" and base64 without padding.
[[nodiscard]] QByteArray fingerprint(const QByteArray &blob);

// The public half of a libssh key; empty if it has none.
[[nodiscard]] QByteArray publicBlob(ssh_key key);

} // namespace collector
