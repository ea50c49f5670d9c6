#include "output/batch.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace collector {

namespace {

void reset(QByteArray &buffer)
{
    // A batch that held one giant does not keep its storage for ever.
    if (buffer.capacity() > 4 * Batch::handOver)
        buffer = QByteArray();
    buffer.resize(0);
}

// Plain dotted quads, by far the most common, without the copy that inet_pton() needs. False: let it decide.
bool parseDotted(QByteArrayView text, quint32 *address)
{
    quint32 value = 0;
    int parts = 0;
    qsizetype at = 0;
    while (parts < 4) {
        quint32 part = 0;
        const qsizetype from = at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && at - from < 3; ++at)
            part = part * 10 + quint32(text[at] - '0');
        if (at == from || part > 255)
            return false;
        value = value << 8 | part;
        if (++parts < 4 && (at >= text.size() || text[at++] != '.'))
            return false;
    }
    *address = value;
    return at == text.size();
}

} // namespace

NetworkKey NetworkKey::of(QByteArrayView address)
{
    if (quint32 dotted = 0; parseDotted(address, &dotted))
        return {dotted, 4};
    std::array<char, INET6_ADDRSTRLEN + 1> text{};
    const qsizetype zone = address.indexOf('%');
    const QByteArrayView literal = zone < 0 ? address : address.first(zone);
    if (literal.isEmpty() || size_t(literal.size()) >= text.size())
        return {};
    std::memcpy(text.data(), literal.data(), size_t(literal.size()));
    in6_addr six{};
    if (inet_pton(AF_INET6, text.data(), &six) != 1)
        return {};
    quint64 bits = 0;
    for (int i = 0; i < 8; ++i)
        bits = bits << 8 | six.s6_addr[i];
    return {bits, 6};
}

void Batch::clear()
{
    reset(lines);
    reset(rows);
    reset(cells);
    entries.clear();
    groupSets.clear();
    vias.clear();
}

} // namespace collector
