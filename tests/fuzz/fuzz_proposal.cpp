// KEXINIT as a host sends it, looked at before libssh has it.

#include "ssh/proposal.h"

#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const auto proposal = Proposal::fromBytes(bytes);
    if (proposal && !Proposal::isWhole(bytes))
        std::abort();
    if (!proposal)
        return 0;
    SshAlgorithms ours;
    ours.kex = "curve25519-sha256,ecdh-sha2-nistp256";
    ours.hostKeys = "ssh-ed25519";
    ours.ciphers = "chacha20-poly1305@openssh.com,aes128-ctr";
    ours.macs = "hmac-sha2-256";
    const auto mismatch = proposal->mismatch(ours);
    if (mismatch && mismatch->ours.isEmpty())
        std::abort();
    return 0;
}
