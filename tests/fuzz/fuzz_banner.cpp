// What a host says before its "SSH-", in pieces as they come.

#include "ssh/banner.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        std::abort();
    const size_t piece = size_t(data[0]) + 1;
    const bool isClosedThen = data[1] & 1;
    const bool isLeft = data[1] & 2;
    BannerReader banner(QStringLiteral("host"));
    try {
        auto found = BannerReader::Found::Nothing;
        for (size_t at = 2; at < size && found != BannerReader::Found::Ssh; at += piece) {
            if (send(ends[1], data + at, std::min(piece, size - at), 0) < 0)
                break;
            while ((found = banner.read(ends[0])) == BannerReader::Found::Nothing) {
                char any = 0;
                if (recv(ends[0], &any, 1, MSG_PEEK) <= 0)
                    break;
            }
        }
        char head[4] = {};
        if (found == BannerReader::Found::Ssh && (recv(ends[0], head, 4, MSG_PEEK) != 4 || memcmp(head, "SSH-", 4) != 0))
            std::abort(); // that is libssh's
        if (isClosedThen)
            shutdown(ends[1], SHUT_WR);
        for (int i = 0; isClosedThen && found != BannerReader::Found::Ssh && i < 2; ++i)
            found = banner.read(ends[0]);
        (void)banner.timeout(std::chrono::seconds(1));
        if (isLeft && found != BannerReader::Found::Ssh)
            throw banner.left(ends[0]);
    } catch (const JobError &error) {
        if (error.message().size() > 2000)
            std::abort();
    }
    close(ends[0]);
    close(ends[1]);
    return 0;
}
