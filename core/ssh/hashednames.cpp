#include "ssh/hashednames.h"

#include <QByteArray>
#include <QMessageAuthenticationCode>
#include <QRandomGenerator>

#include <algorithm>
#include <string>

namespace collector {

namespace {

constexpr size_t blockBytes = 64;
constexpr size_t digestBytes = 20;

template<typename Word>
constexpr Word rotated(Word x, int bits)
{
    return (x << bits) | (x >> (32 - bits));
}

template<typename Word>
void expand(Word (&w)[80])
{
    for (int i = 16; i < 80; ++i)
        w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

// FIPS 180-4, 6.1.2, over one word or a vector of them.
template<typename Word>
void sha1Rounds(std::array<Word, 5> &state, const Word (&w)[80])
{
    Word a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    const auto step = [&](Word f, uint32_t k, Word word) {
        const Word t = rotated(a, 5) + f + e + k + word;
        e = d;
        d = c;
        c = rotated(b, 30);
        b = a;
        a = t;
    };
    for (int i = 0; i < 20; ++i)
        step(d ^ (b & (c ^ d)), 0x5a827999U, w[i]);
    for (int i = 20; i < 40; ++i)
        step(b ^ c ^ d, 0x6ed9eba1U, w[i]);
    for (int i = 40; i < 60; ++i)
        step((b & c) | (d & (b | c)), 0x8f1bbcdcU, w[i]);
    for (int i = 60; i < 80; ++i)
        step(b ^ c ^ d, 0xca62c1d6U, w[i]);
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

uint32_t bigEndian(const unsigned char *bytes)
{
    return uint32_t(bytes[0]) << 24 | uint32_t(bytes[1]) << 16 | uint32_t(bytes[2]) << 8 | bytes[3];
}

std::array<uint32_t, 5> stateAfterPad(const QByteArray &salt, unsigned char pad)
{
    unsigned char block[blockBytes];
    std::fill(std::begin(block), std::end(block), pad);
    for (size_t i = 0; i < digestBytes; ++i)
        block[i] ^= static_cast<unsigned char>(salt[qsizetype(i)]);
    uint32_t w[80];
    for (size_t i = 0; i < 16; ++i)
        w[i] = bigEndian(block + 4 * i);
    expand(w);
    std::array<uint32_t, 5> state{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U};
    sha1Rounds(state, w);
    return state;
}

QByteArray decoded(std::string_view text)
{
    const auto result =
        QByteArray::fromBase64Encoding(QByteArray(text.data(), qsizetype(text.size())), QByteArray::AbortOnBase64DecodingErrors);
    return result.decodingStatus == QByteArray::Base64DecodingStatus::Ok ? result.decoded : QByteArray();
}

// The name as the blocks that follow a first one of 64 bytes: padded, with the length of both.
std::vector<std::array<uint32_t, 16>> paddedBlocks(std::string_view name)
{
    std::string bytes(name);
    bytes.push_back('\x80');
    bytes.resize((bytes.size() + 8 + blockBytes - 1) / blockBytes * blockBytes, '\0');
    const uint64_t bits = (blockBytes + name.size()) * 8;
    for (size_t i = 0; i < 8; ++i)
        bytes[bytes.size() - 1 - i] = char(bits >> (8 * i) & 0xff);
    std::vector<std::array<uint32_t, 16>> blocks(bytes.size() / blockBytes);
    for (size_t i = 0; i < bytes.size() / 4; ++i)
        blocks[i / 16][i % 16] = bigEndian(reinterpret_cast<const unsigned char *>(bytes.data()) + 4 * i);
    return blocks;
}

} // namespace

bool HashedNames::add(std::string_view field, uint32_t line)
{
    constexpr std::string_view magic = "|1|";
    if (!field.starts_with(magic))
        return false;
    const size_t bar = field.find('|', magic.size());
    if (bar == std::string_view::npos)
        return false;
    const QByteArray salt = decoded(field.substr(magic.size(), bar - magic.size()));
    const QByteArray digest = decoded(field.substr(bar + 1));
    if (salt.size() != qsizetype(digestBytes) || digest.size() != qsizetype(digestBytes))
        return false;

    const size_t lane = m_lines.size() % lanes;
    if (lane == 0)
        m_batches.emplace_back();
    Batch &batch = m_batches.back();
    const auto inner = stateAfterPad(salt, 0x36);
    const auto outer = stateAfterPad(salt, 0x5c);
    for (size_t i = 0; i < 5; ++i) {
        batch.inner[i][lane] = inner[i];
        batch.outer[i][lane] = outer[i];
        batch.digest[i][lane] = bigEndian(reinterpret_cast<const unsigned char *>(digest.constData()) + 4 * i);
    }
    m_lines.push_back(line);
    return true;
}

void HashedNames::rounds(State &state, const Lanes (&schedule)[80])
{
    sha1Rounds(state, schedule);
}

std::vector<uint32_t> HashedNames::find(std::string_view name) const
{
    std::vector<uint32_t> found;
    if (m_lines.empty())
        return found;

    // The inner message is the same for every line, so its schedule is computed once.
    struct Schedule
    {
        Lanes w[80];
    };
    std::vector<Schedule> schedules;
    for (const auto &block : paddedBlocks(name)) {
        Schedule &schedule = schedules.emplace_back();
        for (size_t i = 0; i < 16; ++i)
            schedule.w[i] = Lanes{} + block[i];
        expand(schedule.w);
    }

    for (size_t index = 0; index < m_batches.size(); ++index) {
        const Batch &batch = m_batches[index];
        State inner = batch.inner;
        for (const Schedule &schedule : schedules)
            rounds(inner, schedule.w);

        Lanes w[80];
        for (size_t i = 0; i < 5; ++i)
            w[i] = inner[i];
        w[5] = Lanes{} + 0x80000000U;
        for (size_t i = 6; i < 15; ++i)
            w[i] = Lanes{};
        w[15] = Lanes{} + uint32_t((blockBytes + digestBytes) * 8);
        expand(w);
        State outer = batch.outer;
        rounds(outer, w);

        for (size_t lane = 0; lane < lanes && index * lanes + lane < m_lines.size(); ++lane) {
            bool isEqual = true;
            for (size_t i = 0; i < 5 && isEqual; ++i)
                isEqual = outer[i][lane] == batch.digest[i][lane];
            if (isEqual)
                found.push_back(m_lines[index * lanes + lane]);
        }
    }
    return found;
}

std::string hashedName(std::string_view name)
{
    QByteArray salt(qsizetype(digestBytes), Qt::Uninitialized);
    for (char &byte : salt)
        byte = char(QRandomGenerator::system()->generate() & 0xff);
    const QByteArray digest =
        QMessageAuthenticationCode::hash(QByteArray(name.data(), qsizetype(name.size())), salt, QCryptographicHash::Sha1);
    return ("|1|" + salt.toBase64() + '|' + digest.toBase64()).toStdString();
}

} // namespace collector
