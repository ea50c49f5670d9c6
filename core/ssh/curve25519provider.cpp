#include "ssh/curve25519provider.h"

#include "ssh/curve25519keymanagement.h"
#include "ssh/secret.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <sodium.h>

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace collector {

namespace {

using Key = Curve25519Key;

constexpr auto name = "collector";
constexpr auto property = "provider=collector";
constexpr auto preference = "?provider=collector"; // where it has the algorithm; all others are OpenSSL's

// Of one operation: whose key, and for an exchange the other side's public half.
struct Operation
{
    ~Operation() { setKey(nullptr); }
    void setKey(Key *other)
    {
        if (Key *old = std::exchange(key, other))
            old->release();
    }

    Key *key = nullptr;
    std::optional<Key::Bytes> peer;
};

Operation *operation(void *context)
{
    return static_cast<Operation *>(context);
}

void *newExchange(void *)
{
    return new (std::nothrow) Operation;
}

void *newSignature(void *, const char *)
{
    return new (std::nothrow) Operation;
}

void freeOperation(void *context)
{
    delete operation(context);
}

void *duplicateOperation(void *context)
{
    Operation *copy = new (std::nothrow) Operation;
    if (copy) {
        copy->setKey(operation(context)->key ? operation(context)->key->hold() : nullptr);
        copy->peer = operation(context)->peer;
    }
    return copy;
}

int beginExchange(void *context, void *key, const OSSL_PARAM[])
{
    operation(context)->setKey(static_cast<Key *>(key)->hold());
    operation(context)->peer.reset();
    return 1;
}

int setPeer(void *context, void *key)
{
    operation(context)->peer = static_cast<Key *>(key)->publicHalf();
    return operation(context)->peer.has_value();
}

// RFC 7748, 6.1. A result of zeros, which a point of small order gives, is refused (RFC 8731, 3).
int derive(void *context, unsigned char *secret, size_t *size, size_t room)
{
    const Operation &exchange = *operation(context);
    if (!exchange.key || !exchange.key->privateHalf() || !exchange.peer)
        return 0;
    *size = crypto_scalarmult_BYTES;
    if (!secret)
        return 1;
    return room >= crypto_scalarmult_BYTES && crypto_scalarmult(secret, exchange.key->privateHalf()->data(), exchange.peer->data()) == 0;
}

// With no digest: Ed25519 hashes by itself. OpenSSL begins once more with no key to use the same again.
int beginSignature(void *context, const char *digest, void *key, const OSSL_PARAM[])
{
    if (digest && *digest)
        return 0;
    if (key)
        operation(context)->setKey(static_cast<Key *>(key)->hold());
    return operation(context)->key != nullptr;
}

// RFC 8032, 5.1.6.
int sign(void *context, unsigned char *signature, size_t *size, size_t room, const unsigned char *text, size_t length)
{
    const Key &key = *operation(context)->key;
    const auto publicHalf = key.publicHalf();
    if (!key.privateHalf() || !publicHalf)
        return 0;
    *size = crypto_sign_BYTES;
    if (!signature)
        return 1;
    if (room < crypto_sign_BYTES)
        return 0;
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> whole;
    std::memcpy(whole.data(), key.privateHalf()->data(), key.privateHalf()->size());
    std::memcpy(whole.data() + key.privateHalf()->size(), publicHalf->data(), publicHalf->size());
    const int status = crypto_sign_detached(signature, nullptr, text, length, whole.data());
    wipe(whole.data(), whole.size());
    return status == 0;
}

// RFC 8032, 5.1.7. libsodium also refuses keys of small order and what is not in canonical form: nobody's honest host has them.
int verify(void *context, const unsigned char *signature, size_t size, const unsigned char *text, size_t length)
{
    const auto publicHalf = operation(context)->key->publicHalf();
    return publicHalf && size == crypto_sign_BYTES && crypto_sign_verify_detached(signature, text, length, publicHalf->data()) == 0;
}

const OSSL_DISPATCH exchangeFunctions[] = {
    dispatch<OSSL_FUNC_keyexch_newctx_fn>(OSSL_FUNC_KEYEXCH_NEWCTX, newExchange),
    dispatch<OSSL_FUNC_keyexch_freectx_fn>(OSSL_FUNC_KEYEXCH_FREECTX, freeOperation),
    dispatch<OSSL_FUNC_keyexch_dupctx_fn>(OSSL_FUNC_KEYEXCH_DUPCTX, duplicateOperation),
    dispatch<OSSL_FUNC_keyexch_init_fn>(OSSL_FUNC_KEYEXCH_INIT, beginExchange),
    dispatch<OSSL_FUNC_keyexch_set_peer_fn>(OSSL_FUNC_KEYEXCH_SET_PEER, setPeer),
    dispatch<OSSL_FUNC_keyexch_derive_fn>(OSSL_FUNC_KEYEXCH_DERIVE, derive),
    {0, nullptr},
};

const OSSL_DISPATCH signatureFunctions[] = {
    dispatch<OSSL_FUNC_signature_newctx_fn>(OSSL_FUNC_SIGNATURE_NEWCTX, newSignature),
    dispatch<OSSL_FUNC_signature_freectx_fn>(OSSL_FUNC_SIGNATURE_FREECTX, freeOperation),
    dispatch<OSSL_FUNC_signature_dupctx_fn>(OSSL_FUNC_SIGNATURE_DUPCTX, duplicateOperation),
    dispatch<OSSL_FUNC_signature_digest_sign_init_fn>(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, beginSignature),
    dispatch<OSSL_FUNC_signature_digest_sign_fn>(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign),
    dispatch<OSSL_FUNC_signature_digest_verify_init_fn>(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, beginSignature),
    dispatch<OSSL_FUNC_signature_digest_verify_fn>(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY, verify),
    {0, nullptr},
};

// Names and object identifiers: RFC 8410.
constexpr auto ed25519Names = "ED25519:1.3.101.112";
constexpr auto x25519Names = "X25519:1.3.101.110";

const OSSL_ALGORITHM *algorithmsFor(void *, int kind, int *mayNotBeKept)
{
    static const OSSL_ALGORITHM keys[] = {{ed25519Names, property, keyManagement(Key::Type::Ed25519), nullptr},
                                          {x25519Names, property, keyManagement(Key::Type::X25519), nullptr},
                                          {nullptr, nullptr, nullptr, nullptr}};
    static const OSSL_ALGORITHM exchanges[] = {{x25519Names, property, exchangeFunctions, nullptr}, {nullptr, nullptr, nullptr, nullptr}};
    static const OSSL_ALGORITHM signatures[] = {{ed25519Names, property, signatureFunctions, nullptr},
                                                {nullptr, nullptr, nullptr, nullptr}};
    *mayNotBeKept = 0;
    switch (kind) {
    case OSSL_OP_KEYMGMT:
        return keys;
    case OSSL_OP_KEYEXCH:
        return exchanges;
    case OSSL_OP_SIGNATURE:
        return signatures;
    default:
        return nullptr;
    }
}

const OSSL_DISPATCH providerFunctions[] = {
    dispatch<OSSL_FUNC_provider_query_operation_fn>(OSSL_FUNC_PROVIDER_QUERY_OPERATION, algorithmsFor),
    {0, nullptr},
};

int begin(const OSSL_CORE_HANDLE *, const OSSL_DISPATCH *, const OSSL_DISPATCH **functions, void **context)
{
    static char some;
    *functions = providerFunctions;
    *context = &some; // none of the functions looks at it
    return 1;
}

} // namespace

bool installCurve25519Provider()
{
    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr); // which says whether FIPS binds us
    if (EVP_default_properties_is_fips_enabled(nullptr) || sodium_init() < 0)
        return false;
    if (!OSSL_PROVIDER_add_builtin(nullptr, name, begin))
        return false;
    constexpr int keepDefault = 1; // the algorithms of OpenSSL's own provider stay
    static const std::unique_ptr<OSSL_PROVIDER, decltype(&OSSL_PROVIDER_unload)> loaded(OSSL_PROVIDER_try_load(nullptr, name, keepDefault),
                                                                                        OSSL_PROVIDER_unload);
    return loaded && EVP_set_default_properties(nullptr, preference);
}

} // namespace collector
