// The frames of whoever listens at an agent's socket, in pieces as they come.

#include "ssh/agentsocket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        std::abort();
    const size_t most = std::min<size_t>(size, 64 * 1024); // what fits in without a reader
    if (send(ends[1], data, most, MSG_DONTWAIT) < 0 && most > 0)
        std::abort();
    shutdown(ends[1], SHUT_WR);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    size_t at = 0;
    QByteArray message;
    while (readMessage(ends[0], &message, deadline)) {
        if (message.isEmpty() || size_t(message.size()) > AgentSocket::largestMessage || at + 4 + size_t(message.size()) > most ||
            !std::equal(message.begin(), message.end(), reinterpret_cast<const char *>(data) + at + 4))
            std::abort();
        at += 4 + size_t(message.size());
    }
    close(ends[0]);
    close(ends[1]);
    return 0;
}
