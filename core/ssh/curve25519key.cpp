#include "ssh/curve25519key.h"

#include "ssh/secret.h"
#include "ssh/x25519public.h"

#include <sodium.h>

#include <cstddef>

namespace collector {

namespace {

using Bytes = Curve25519Key::Bytes;

// libssh makes an OpenSSL key anew of the same bytes for each signature, and the public half costs as much as the signature itself. What
// this thread has computed last is found again by a digest, so that no private key is kept here. (A public half that is not its private
// half's would give the latter away in a signature: hence all 256 bits.)
struct Computed
{
    Bytes digest{};
    Bytes publicHalf{};
};
constexpr size_t mostComputed = 4;

Bytes ed25519Public(const Bytes &seed)
{
    thread_local std::array<Computed, mostComputed> computed;
    thread_local size_t next = 0;
    thread_local size_t count = 0;
    Bytes digest;
    crypto_generichash(digest.data(), digest.size(), seed.data(), seed.size(), nullptr, 0);
    for (size_t i = 0; i < count; ++i) {
        if (computed[i].digest == digest)
            return computed[i].publicHalf;
    }
    Computed &entry = computed[next];
    next = (next + 1) % mostComputed;
    count = count < mostComputed ? count + 1 : count;
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> whole;
    entry.digest = digest;
    crypto_sign_seed_keypair(entry.publicHalf.data(), whole.data(), seed.data());
    wipe(whole.data(), whole.size());
    return entry.publicHalf;
}

} // namespace

Curve25519Key::~Curve25519Key()
{
    if (m_private)
        wipe(m_private->data(), m_private->size());
}

Curve25519Key *Curve25519Key::hold()
{
    m_holders.fetch_add(1, std::memory_order_relaxed);
    return this;
}

void Curve25519Key::release()
{
    if (m_holders.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
}

std::optional<Bytes> Curve25519Key::publicHalf() const
{
    return m_public || !m_private ? m_public : std::optional(x25519Public(*m_private));
}

void Curve25519Key::setPrivate(const Bytes &bytes)
{
    m_private = bytes;
    if (m_type == Type::Ed25519)
        m_public = ed25519Public(bytes);
}

void Curve25519Key::generateFrom(const Bytes &random)
{
    setPrivate(random);
    if (m_type == Type::X25519)
        m_public = x25519Public(random);
}

} // namespace collector
