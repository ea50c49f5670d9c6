// known_hosts: reading, looking up each name that stands in it, the verdict on each key. Nothing may be found that a plain reading
// of the patterns would not find.

#include "ssh/hashednames.h"
#include "ssh/knownhosts.h"
#include "ssh/namepattern.h"

#include <cstdlib>
#include <memory>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), qsizetype(size));
    const auto file = std::make_shared<const KnownHostsFile>(QStringLiteral("f"), text);
    const KnownHosts hosts({file});
    const qsizetype lines = text.count('\n') + 1;
    int lookups = 0;
    for (const QByteArray &line : text.split('\n')) {
        for (const QByteArray &name : line.left(200).replace(' ', ',').split(',')) {
            if (++lookups > 40)
                return 0;
            const HostKeys keys = hosts.lookup(name, 22);
            (void)keys.hasCertAuthority();
            (void)keys.preferredAlgorithms("ssh-ed25519,rsa-sha2-512");
            (void)hosts.lookup(name, 2222);
            (void)file->unreadableLines(asciiLower({name.constData(), size_t(name.size())}));
            int verdicts = 0;
            for (const KnownKey &key : keys.keys()) {
                if (++verdicts > 40)
                    break;
                const HostKeyVerdict verdict = keys.classify(key.blob);
                if (key.marker == KnownKey::Marker::None && verdict.kind != HostKeyVerdict::Kind::Match &&
                    verdict.kind != HostKeyVerdict::Kind::Revoked)
                    std::abort();
                if (key.line < 1 || key.line > lines)
                    std::abort();
            }
        }
    }
    return 0;
}
