// DropbearProcess: a throw-away dropbear on loopback, with keys and port of its own.
//
// dropbear looks for authorized keys in the home of the account and nowhere else, so it runs in a mount namespace where a folder
// of ours stands for that home. Only root may make one. Logging in: user() with clientKey().

#pragma once

#include "serverprocess.h"

namespace collector {

class DropbearProcess final : public ServerProcess
{
public:
    explicit DropbearProcess(const QStringList &options = {}); // dropbear's own

    [[nodiscard]] static bool isUsable(); // installed, and we are root
};

} // namespace collector
