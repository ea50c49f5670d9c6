// The cryptography of one direction or one key exchange, on OpenSSL: curve25519-sha256, ssh-ed25519, aes128-ctr, hmac-sha2-256.
//
// Made for simulated hosts: keys are not wiped. Failures of the library are std::runtime_error.

#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace collector::fleet {

struct FreeCipher
{
    void operator()(EVP_CIPHER_CTX *context) const { EVP_CIPHER_CTX_free(context); }
};

// Encrypts or, which is the same in counter mode, decrypts; signs packets with a sequence number.
class WireCipher
{
public:
    WireCipher(std::string_view key, std::string_view counter, std::string macKey);

    static constexpr std::size_t keySize = 16;
    static constexpr std::size_t macSize = 32;

    [[nodiscard]] std::string apply(std::string_view bytes);
    [[nodiscard]] std::string mac(std::uint32_t sequence, std::string_view packet) const;

private:
    std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> m_context;
    std::string m_macKey;
};

struct WireExchange
{
    std::string ourPublic; // X25519, 32 bytes
    std::string shared;    // big-endian
};

[[nodiscard]] WireExchange exchange(std::string_view theirPublic); // throws too if that is no point
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string signEd25519(std::string_view seed, std::string_view bytes);
[[nodiscard]] std::string randomBytes(std::size_t size);

} // namespace collector::fleet
