// How OpenSSL handles keys of our provider: makes, fills, asks and frees them (provider-keymgmt(7)).

#pragma once

#include "ssh/curve25519key.h"

#include <openssl/core_dispatch.h>

namespace collector {

// Functions by number, {0, nullptr} last; lives as long as the process.
[[nodiscard]] const OSSL_DISPATCH *keyManagement(Curve25519Key::Type type);

// An entry of such a table: it forgets what type of function the number stands for, so that is checked here.
template<typename Function>
OSSL_DISPATCH dispatch(int number, Function *function)
{
    return {number, reinterpret_cast<void (*)()>(function)};
}

} // namespace collector
