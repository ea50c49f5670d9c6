// Curve25519Key: an Ed25519 or X25519 key as our OpenSSL provider keeps it (curve25519provider.h).
//
// Counted by reference, since OpenSSL shares one key between contexts and threads; after it has been filled it is only read. The private
// half is overwritten when the last holder lets go.

#pragma once

#include <array>
#include <atomic>
#include <optional>

namespace collector {

class Curve25519Key
{
public:
    enum class Type { Ed25519, X25519 };
    using Bytes = std::array<unsigned char, 32>; // RFC 7748, 5; RFC 8032, 5.1.2 and 5.1.5

    explicit Curve25519Key(Type type) : m_type(type) {}
    Curve25519Key(const Curve25519Key &) = delete;
    Curve25519Key &operator=(const Curve25519Key &) = delete;

    Curve25519Key *hold();
    void release();

    [[nodiscard]] Type type() const { return m_type; }
    [[nodiscard]] bool hasPublic() const { return m_public.has_value() || m_private.has_value(); }
    [[nodiscard]] const std::optional<Bytes> &privateHalf() const { return m_private; }
    // Computed each time for an X25519 key of which only the private half was given: few ask for it.
    [[nodiscard]] std::optional<Bytes> publicHalf() const;

    void setPublic(const Bytes &bytes) { m_public = bytes; }
    void setPrivate(const Bytes &bytes);
    // From 32 random bytes; X25519's are clamped by whoever multiplies.
    void generateFrom(const Bytes &random);

private:
    ~Curve25519Key();

    const Type m_type;
    std::atomic<int> m_holders = 1;
    std::optional<Bytes> m_public;
    std::optional<Bytes> m_private;
};

} // namespace collector
