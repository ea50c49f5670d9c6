// ssh_config: reading and resolving; and the same text as a -o option. Include is taken out: the fuzzer must not read the disk.

#include "ssh/sshconfig.h"

#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    QByteArray text(reinterpret_cast<const char *>(data), qsizetype(size));
    if (text.toLower().contains("include"))
        return 0;
    const SshLocal local{"me", "/home/me", "1000", "box.example.com"};
    const SshConfig config = SshConfig::fromText(text, local);
    (void)config.unsupportedWords();
    (void)config.fixedIdentityFiles();
    SshOverrides overrides;
    QString error;
    QByteArray unsupported;
    if (overrides.addOption(text.left(text.indexOf('\n')), "-o", &error, &unsupported) != error.isEmpty())
        std::abort();
    for (const char *host : {"web", "db.example.com", "10.1", "2001:db8::1"}) {
        const SshHostConfig resolved = config.resolve(host, overrides);
        if (resolved.port == 0)
            std::abort();
        for (const SshSetting &setting : resolved.settings) {
            if (setting.values.size() != setting.origins.size())
                std::abort();
        }
        if (!resolved.canonicalCandidates.isEmpty())
            (void)config.resolve(host, overrides, resolved.canonicalCandidates.first());
    }
    return 0;
}
