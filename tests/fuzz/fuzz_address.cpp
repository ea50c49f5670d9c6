// Addresses as inventories, ssh_config and jump hosts' names give them: a literal means itself, however it is written.

#include "net/socketaddress.h"

#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), qsizetype(size));
    const auto address = SocketAddress::fromLiteral(text, 22);
    const bool looksLikeOne = SocketAddress::looksLikeLiteral(text);
    if (!address)
        return 0;
    if (!looksLikeOne || address->port() != 22 || address->toHostAddress().isNull())
        std::abort();
    const auto again = SocketAddress::fromLiteral(address->toLiteral(), 22);
    if (!again || !(*again == *address) || again->toLiteral() != address->toLiteral())
        std::abort();
    return 0;
}
