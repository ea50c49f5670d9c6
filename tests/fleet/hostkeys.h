// HostKeys: what the fleet proves itself with, and the keys that may log in. Made once in main, then only read.
//
// All hosts share one key, as a cloned virtual machine's do. A second one, known to nobody, is there for the hosts whose
// key has changed.

#pragma once

#include "options.h"
#include "wiretransport.h"

#include <libssh/libssh.h>

#include <memory>
#include <string>
#include <vector>

namespace collector::fleet {

struct FreeKey
{
    void operator()(ssh_key key) const { ssh_key_free(key); }
};
using Key = std::unique_ptr<ssh_key_struct, FreeKey>;

class HostKeys
{
public:
    explicit HostKeys(const Options &options); // throws std::runtime_error

    [[nodiscard]] ssh_key key() const { return m_key.get(); }
    [[nodiscard]] ssh_key otherKey() const { return m_otherKey.get(); }
    [[nodiscard]] std::string knownHostsLine(std::uint16_t port) const; // without a line end
    [[nodiscard]] std::string fingerprint() const { return fingerprintOf(m_key.get()); }
    [[nodiscard]] const WireIdentity &identity() const { return m_identity; } // of key(); empty if that is not ed25519
    [[nodiscard]] bool mayLogIn(ssh_key publicKey) const;

    [[nodiscard]] static std::string fingerprintOf(ssh_key key);

private:
    Key m_key;
    Key m_otherKey;
    WireIdentity m_identity;
    std::vector<Key> m_authorized;
};

} // namespace collector::fleet
