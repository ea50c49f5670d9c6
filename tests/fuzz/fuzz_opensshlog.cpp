// What ssh -v writes: its own words, with a host's between them.

#include "ssh/opensshlog.h"

#include <algorithm>
#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const QByteArrayView bytes(reinterpret_cast<const char *>(data) + 1, qsizetype(size) - 1);
    const qsizetype piece = qsizetype(data[0]) * 16 + 1;
    ConnectionInfo info;
    SshProgress progress;
    OpensshLog log(info, progress);
    for (qsizetype at = 0; at < bytes.size(); at += piece)
        log.append(bytes.sliced(at).first(std::min(piece, bytes.size() - at)));
    constexpr qsizetype most = 9 * 1024; // a line, and what is put before it
    for (const QByteArray &learnt : {info.kex, info.cipher, info.mac, info.hostKeyType, info.hostKey, info.key})
        if (learnt.size() > 128)
            std::abort();
    if (info.banner.size() > most || info.auth.size() > most || progress.address.size() > most)
        std::abort();
    const JobError failure = log.failure(QByteArray(reinterpret_cast<const char *>(data), qsizetype(size)));
    if (failure.cause() == Cause::None || failure.message().size() > 2000)
        std::abort();
    return 0;
}
