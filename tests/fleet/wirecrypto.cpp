#include "wirecrypto.h"

#include "wirecodec.h"

#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace collector::fleet {

namespace {

struct FreeKey
{
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX *context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_MD_CTX *context) const { EVP_MD_CTX_free(context); }
};
using PKey = std::unique_ptr<EVP_PKEY, FreeKey>;
using PKeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeKey>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeKey>;

const unsigned char *in(std::string_view bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

unsigned char *out(std::string &bytes)
{
    return reinterpret_cast<unsigned char *>(bytes.data());
}

void check(bool done)
{
    if (!done)
        throw std::runtime_error("OpenSSL refuses");
}

constexpr std::size_t pointSize = 32;

} // namespace

WireCipher::WireCipher(std::string_view key, std::string_view counter, std::string macKey)
    : m_context(EVP_CIPHER_CTX_new()),
      m_macKey(std::move(macKey))
{
    check(m_context && EVP_EncryptInit_ex(m_context.get(), EVP_aes_128_ctr(), nullptr, in(key), in(counter)) == 1);
}

std::string WireCipher::apply(std::string_view bytes)
{
    std::string result(bytes.size(), '\0');
    int size = 0;
    check(EVP_EncryptUpdate(m_context.get(), out(result), &size, in(bytes), static_cast<int>(bytes.size())) == 1);
    return result;
}

std::string WireCipher::mac(std::uint32_t sequence, std::string_view packet) const
{
    const std::string signedBytes = WireWriter().number(sequence).raw(packet).bytes();
    std::string result(macSize, '\0');
    check(
        HMAC(EVP_sha256(), m_macKey.data(), static_cast<int>(m_macKey.size()), in(signedBytes), signedBytes.size(), out(result), nullptr));
    return result;
}

WireExchange exchange(std::string_view theirPublic)
{
    check(theirPublic.size() == pointSize);
    const PKey own(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
    const PKey their(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, in(theirPublic), theirPublic.size()));
    check(own && their);
    WireExchange result{std::string(pointSize, '\0'), std::string(pointSize, '\0')};
    std::size_t size = pointSize;
    check(EVP_PKEY_get_raw_public_key(own.get(), out(result.ourPublic), &size) == 1);
    const PKeyContext context(EVP_PKEY_CTX_new(own.get(), nullptr));
    check(context && EVP_PKEY_derive_init(context.get()) == 1 && EVP_PKEY_derive_set_peer(context.get(), their.get()) == 1);
    size = pointSize;
    check(EVP_PKEY_derive(context.get(), out(result.shared), &size) == 1);
    return result;
}

std::string sha256(std::string_view bytes)
{
    std::string result(32, '\0');
    check(EVP_Digest(bytes.data(), bytes.size(), out(result), nullptr, EVP_sha256(), nullptr) == 1);
    return result;
}

std::string signEd25519(std::string_view seed, std::string_view bytes)
{
    const PKey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, in(seed), seed.size()));
    const DigestContext context(EVP_MD_CTX_new());
    std::string result(64, '\0');
    std::size_t size = result.size();
    check(key && context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
          EVP_DigestSign(context.get(), out(result), &size, in(bytes), bytes.size()) == 1);
    return result;
}

std::string randomBytes(std::size_t size)
{
    std::string result(size, '\0');
    check(RAND_bytes(out(result), static_cast<int>(size)) == 1);
    return result;
}

} // namespace collector::fleet
