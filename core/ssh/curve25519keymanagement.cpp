#include "ssh/curve25519keymanagement.h"

#include "ssh/secret.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <new>

namespace collector {

namespace {

using Key = Curve25519Key;
using Type = Key::Type;

constexpr int securityBits = 128;
constexpr int signatureSize = 64;

// OpenSSL hands C's pointers back and forth.
Key *keyOf(void *data)
{
    return static_cast<Key *>(data);
}

const Key *keyOf(const void *data)
{
    return static_cast<const Key *>(data);
}

template<Type type>
void *newKey(void *)
{
    return new (std::nothrow) Key(type);
}

void freeKey(void *data)
{
    if (data)
        keyOf(data)->release();
}

int hasParts(const void *data, int selection)
{
    const Key *key = keyOf(data);
    return key && (!(selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) || key->hasPublic()) &&
           (!(selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) || key->privateHalf());
}

// Public halves tell keys apart.
int isSame(const void *one, const void *other, int selection)
{
    const Key *first = keyOf(one), *second = keyOf(other);
    if (first->type() != second->type())
        return 0;
    if (!(selection & OSSL_KEYMGMT_SELECT_KEYPAIR))
        return 1;
    const auto firstHalf = first->publicHalf(), secondHalf = second->publicHalf();
    return firstHalf && secondHalf && *firstHalf == *secondHalf;
}

void *duplicate(const void *data, int selection)
{
    const Key *key = keyOf(data);
    Key *copy = new (std::nothrow) Key(key->type());
    if (!copy)
        return nullptr;
    if (const auto half = key->publicHalf(); half && (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY))
        copy->setPublic(*half);
    if (key->privateHalf() && (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY))
        copy->setPrivate(*key->privateHalf());
    return copy;
}

std::optional<Key::Bytes> bytesOf(const OSSL_PARAM *parameter)
{
    Key::Bytes bytes;
    void *place = bytes.data();
    size_t size = 0;
    if (!OSSL_PARAM_get_octet_string(parameter, &place, bytes.size(), &size) || size != bytes.size())
        return std::nullopt;
    return bytes;
}

int importKey(void *data, int selection, const OSSL_PARAM parameters[])
{
    Key *key = keyOf(data);
    const OSSL_PARAM *publicHalf = OSSL_PARAM_locate_const(parameters, OSSL_PKEY_PARAM_PUB_KEY);
    const OSSL_PARAM *privateHalf =
        selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY ? OSSL_PARAM_locate_const(parameters, OSSL_PKEY_PARAM_PRIV_KEY) : nullptr;
    if (!publicHalf && !privateHalf)
        return 0;
    if (publicHalf) {
        const auto bytes = bytesOf(publicHalf);
        if (!bytes)
            return 0;
        key->setPublic(*bytes);
    }
    if (privateHalf) {
        auto bytes = bytesOf(privateHalf);
        if (!bytes)
            return 0;
        key->setPrivate(*bytes);
        wipe(bytes->data(), bytes->size());
    }
    return 1;
}

int exportKey(void *data, int selection, OSSL_CALLBACK *take, void *argument)
{
    const Key *key = keyOf(data);
    auto publicHalf = selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY ? key->publicHalf() : std::nullopt;
    auto privateHalf = selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY ? key->privateHalf() : std::nullopt;
    OSSL_PARAM parameters[3];
    OSSL_PARAM *end = parameters;
    if (publicHalf)
        *end++ = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, publicHalf->data(), publicHalf->size());
    if (privateHalf)
        *end++ = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, privateHalf->data(), privateHalf->size());
    *end = OSSL_PARAM_construct_end();
    const int status = take(parameters, argument);
    if (privateHalf)
        wipe(privateHalf->data(), privateHalf->size());
    return status;
}

const OSSL_PARAM *exchangedTypes(int selection)
{
    static const OSSL_PARAM both[] = {
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, nullptr, 0),
        OSSL_PARAM_END,
    };
    return selection & OSSL_KEYMGMT_SELECT_KEYPAIR ? both : nullptr;
}

int tell(OSSL_PARAM parameters[], const char *name, int value)
{
    OSSL_PARAM *wanted = OSSL_PARAM_locate(parameters, name);
    return !wanted || OSSL_PARAM_set_int(wanted, value);
}

int getParameters(void *data, OSSL_PARAM parameters[])
{
    const Key *key = keyOf(data);
    const bool isForSignatures = key->type() == Type::Ed25519;
    if (!tell(parameters, OSSL_PKEY_PARAM_BITS, isForSignatures ? 256 : 253) ||
        !tell(parameters, OSSL_PKEY_PARAM_SECURITY_BITS, securityBits) ||
        !tell(parameters, OSSL_PKEY_PARAM_MAX_SIZE, isForSignatures ? signatureSize : int(Key::Bytes().size())))
        return 0;
    // It hashes by itself: none may be named.
    OSSL_PARAM *digest = isForSignatures ? OSSL_PARAM_locate(parameters, OSSL_PKEY_PARAM_MANDATORY_DIGEST) : nullptr;
    if (digest && !OSSL_PARAM_set_utf8_string(digest, ""))
        return 0;
    for (const char *name : {OSSL_PKEY_PARAM_PUB_KEY, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY}) {
        OSSL_PARAM *wanted = OSSL_PARAM_locate(parameters, name);
        if (!wanted)
            continue;
        const auto half = key->publicHalf();
        if (!half || !OSSL_PARAM_set_octet_string(wanted, half->data(), half->size()))
            return 0;
    }
    return 1;
}

const OSSL_PARAM *gettableParameters(void *)
{
    static const OSSL_PARAM all[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, nullptr, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, nullptr, 0),
        OSSL_PARAM_END,
    };
    return all;
}

// TLS fills its peer's keys in so.
int setParameters(void *data, const OSSL_PARAM parameters[])
{
    const OSSL_PARAM *given = OSSL_PARAM_locate_const(parameters, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
    if (!given)
        return 1;
    const auto bytes = bytesOf(given);
    if (!bytes || keyOf(data)->privateHalf())
        return 0;
    keyOf(data)->setPublic(*bytes);
    return 1;
}

const OSSL_PARAM *settableParameters(void *)
{
    static const OSSL_PARAM all[] = {OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, nullptr, 0), OSSL_PARAM_END};
    return all;
}

// What is to be generated: the selection, kept where OpenSSL wants a context.
int setGenerationParameters(void *, const OSSL_PARAM parameters[])
{
    const OSSL_PARAM *group = OSSL_PARAM_locate_const(parameters, OSSL_PKEY_PARAM_GROUP_NAME);
    const char *name = nullptr;
    return !group || (OSSL_PARAM_get_utf8_string_ptr(group, &name) && OPENSSL_strcasecmp(name, "x25519") == 0);
}

const OSSL_PARAM *settableGenerationParameters(void *, void *)
{
    static const OSSL_PARAM all[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0), OSSL_PARAM_END};
    return all;
}

void *beginGeneration(void *, int selection, const OSSL_PARAM parameters[])
{
    return setGenerationParameters(nullptr, parameters) ? new (std::nothrow) int(selection) : nullptr;
}

void endGeneration(void *context)
{
    delete static_cast<int *>(context);
}

template<Type type>
void *generate(void *context, OSSL_CALLBACK *, void *)
{
    Key *key = new (std::nothrow) Key(type);
    if (!key || !(*static_cast<int *>(context) & OSSL_KEYMGMT_SELECT_KEYPAIR))
        return key;
    Key::Bytes random;
    if (RAND_priv_bytes(random.data(), int(random.size())) != 1) {
        key->release();
        return nullptr;
    }
    key->generateFrom(random);
    wipe(random.data(), random.size());
    return key;
}

// Of each type's functions the one that OpenSSL asks for by number.
template<Type type>
const OSSL_DISPATCH table[] = {
    dispatch<OSSL_FUNC_keymgmt_new_fn>(OSSL_FUNC_KEYMGMT_NEW, newKey<type>),
    dispatch<OSSL_FUNC_keymgmt_free_fn>(OSSL_FUNC_KEYMGMT_FREE, freeKey),
    dispatch<OSSL_FUNC_keymgmt_has_fn>(OSSL_FUNC_KEYMGMT_HAS, hasParts),
    dispatch<OSSL_FUNC_keymgmt_match_fn>(OSSL_FUNC_KEYMGMT_MATCH, isSame),
    dispatch<OSSL_FUNC_keymgmt_dup_fn>(OSSL_FUNC_KEYMGMT_DUP, duplicate),
    dispatch<OSSL_FUNC_keymgmt_import_fn>(OSSL_FUNC_KEYMGMT_IMPORT, importKey),
    dispatch<OSSL_FUNC_keymgmt_import_types_fn>(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, exchangedTypes),
    dispatch<OSSL_FUNC_keymgmt_export_fn>(OSSL_FUNC_KEYMGMT_EXPORT, exportKey),
    dispatch<OSSL_FUNC_keymgmt_export_types_fn>(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, exchangedTypes),
    dispatch<OSSL_FUNC_keymgmt_get_params_fn>(OSSL_FUNC_KEYMGMT_GET_PARAMS, getParameters),
    dispatch<OSSL_FUNC_keymgmt_gettable_params_fn>(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettableParameters),
    dispatch<OSSL_FUNC_keymgmt_set_params_fn>(OSSL_FUNC_KEYMGMT_SET_PARAMS, setParameters),
    dispatch<OSSL_FUNC_keymgmt_settable_params_fn>(OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, settableParameters),
    dispatch<OSSL_FUNC_keymgmt_gen_init_fn>(OSSL_FUNC_KEYMGMT_GEN_INIT, beginGeneration),
    dispatch<OSSL_FUNC_keymgmt_gen_set_params_fn>(OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS, setGenerationParameters),
    dispatch<OSSL_FUNC_keymgmt_gen_settable_params_fn>(OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, settableGenerationParameters),
    dispatch<OSSL_FUNC_keymgmt_gen_fn>(OSSL_FUNC_KEYMGMT_GEN, generate<type>),
    dispatch<OSSL_FUNC_keymgmt_gen_cleanup_fn>(OSSL_FUNC_KEYMGMT_GEN_CLEANUP, endGeneration),
    {0, nullptr},
};

} // namespace

const OSSL_DISPATCH *keyManagement(Curve25519Key::Type type)
{
    return type == Type::Ed25519 ? table<Type::Ed25519> : table<Type::X25519>;
}

} // namespace collector
