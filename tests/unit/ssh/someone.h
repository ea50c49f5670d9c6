// Whose ssh_config the tests read, and one that is written down in the test.

#pragma once

#include "ssh/sshconfig.h"

namespace collector {

inline SshLocal someone()
{
    return {"me", "/home/me", "1000", "box.example.com"};
}

inline SshConfig config(const QByteArray &text)
{
    return SshConfig::fromText(text, someone());
}

} // namespace collector
