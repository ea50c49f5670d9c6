// ansible_ssh_common_args and its like: words for ssh(1) that an inventory's writer has put there, and the host that they make.

#include "ssh/ssharguments.h"

#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), qsizetype(size));
    const SshConfig config(SshLocal{"me", "/home/me", "1000", "box.example.com"});
    SshOverrides overrides;
    QString error;
    const auto arguments = SshArguments::parse(text, "hosts.ini:1", overrides, &error);
    if (arguments.has_value() == !error.isEmpty())
        std::abort();
    if (!arguments)
        return 0;
    for (const QByteArray &word : arguments->unsupported) {
        if (word.isEmpty())
            std::abort();
    }
    for (const char *host : {"web", "$(reboot)", "2001:db8::1"}) {
        const SshHostConfig resolved = config.resolve(host, overrides);
        if (resolved.port == 0)
            std::abort();
        for (const SshSetting &setting : resolved.settings) {
            if (setting.values.size() != setting.origins.size())
                std::abort();
        }
        // A name goes to a shell as it is, or not at all; what was written in the command is its writer's.
        if (resolved.proxyCommand.contains("$(reboot)") && !text.contains("reboot"))
            std::abort();
    }
    return 0;
}
