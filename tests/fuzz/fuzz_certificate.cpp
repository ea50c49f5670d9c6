// Certificates, public keys and OpenSSH's key lines, all from files that somebody else may have written.

#include "ssh/certificate.h"
#include "ssh/keyblob.h"

#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    for (const auto &certificate : {Certificate::fromBlob(bytes), Certificate::fromLine(bytes)}) {
        if (certificate && !isWellFormedKey(certificate->publicKey))
            std::abort();
        if (certificate)
            (void)certificate->objection(QDateTime::fromSecsSinceEpoch(1'800'000'000));
    }
    if (isWellFormedKey(bytes) && keyType(bytes).isEmpty())
        std::abort();
    return 0;
}
