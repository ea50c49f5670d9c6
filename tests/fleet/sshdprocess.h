// SshdProcess: a throw-away OpenSSH sshd with keys, port and configuration of its own; the machine's are not read.
//
// It answers on every address of 127.0.0.0/8 and lets nobody in from elsewhere. Logging in: user() with clientKey().

#pragma once

#include "serverprocess.h"

namespace collector {

class SshdProcess final : public ServerProcess
{
public:
    // Lines of sshd_config that come first and so win over ours. PerSourceMaxStartups and the like are sshd's defaults;
    // MaxStartups is 1000 unless said otherwise.
    explicit SshdProcess(const QList<QByteArray> &configuration = {});

    [[nodiscard]] static bool isInstalled();
};

} // namespace collector
