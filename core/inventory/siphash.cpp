#include "inventory/siphash.h"

#include <QtEndian>

#include <bit>

namespace collector {

namespace {

struct State
{
    quint64 v0, v1, v2, v3;

    void round()
    {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void absorb(quint64 word)
    {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

} // namespace

quint64 sipHash24(QByteArrayView text, const std::array<quint64, 2> &key)
{
    State state{0x736f6d6570736575ULL ^ key[0], 0x646f72616e646f6dULL ^ key[1], 0x6c7967656e657261ULL ^ key[0],
                0x7465646279746573ULL ^ key[1]};
    const qsizetype whole = text.size() / 8 * 8;
    for (qsizetype i = 0; i < whole; i += 8)
        state.absorb(qFromLittleEndian<quint64>(text.data() + i));
    quint64 last = static_cast<quint64>(text.size()) << 56;
    for (qsizetype i = whole; i < text.size(); ++i)
        last |= static_cast<quint64>(static_cast<uchar>(text[i])) << (8 * (i - whole));
    state.absorb(last);
    state.v2 ^= 0xff;
    for (int i = 0; i < 4; ++i)
        state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

} // namespace collector
