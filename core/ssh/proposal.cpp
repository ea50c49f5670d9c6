#include "ssh/proposal.h"

#include "ssh/namelist.h"

#include <QtEndian>

#include <sys/socket.h>

namespace collector {

namespace {

constexpr qsizetype headSize = 4 + 1 + 1 + 16; // packet length, padding length, message number, cookie
constexpr char kexInit = 20;
constexpr quint32 largestPacket = 35'000;

// Has its tag built in, so no MAC is negotiated with it.
bool isAuthenticated(QByteArrayView cipher)
{
    return cipher.contains("poly1305") || cipher.contains("gcm");
}

} // namespace

// The packet, from its length on; empty if it is not all there, or none.
QByteArrayView Proposal::packetIn(QByteArrayView bytes)
{
    if (bytes.startsWith("SSH-"))
        bytes = bytes.sliced(bytes.indexOf('\n') + 1);
    if (bytes.size() < headSize || bytes[5] != kexInit)
        return {};
    const auto length = qFromBigEndian<quint32>(bytes.data());
    return length > largestPacket || bytes.size() < qsizetype(length) + 4 ? QByteArrayView() : bytes.first(qsizetype(length) + 4);
}

bool Proposal::isWhole(QByteArrayView bytes)
{
    return !packetIn(bytes).isEmpty();
}

std::optional<Proposal> Proposal::fromBytes(QByteArrayView bytes)
{
    bytes = packetIn(bytes);
    if (bytes.size() < headSize)
        return std::nullopt;
    bytes = bytes.sliced(headSize);
    Proposal proposal;
    for (QByteArray &list : proposal.m_lists) {
        if (bytes.size() < 4)
            return std::nullopt;
        const auto size = qFromBigEndian<quint32>(bytes.data());
        bytes = bytes.sliced(4);
        if (size > quint32(bytes.size()))
            return std::nullopt;
        list = bytes.first(qsizetype(size)).toByteArray();
        bytes = bytes.sliced(qsizetype(size));
    }
    return proposal;
}

std::optional<Proposal::Mismatch> Proposal::mismatch(const SshAlgorithms &ours) const
{
    const std::array<Mismatch, kinds> pairs{{{"key exchange", m_lists[0], ours.kex},
                                             {"host key", m_lists[1], ours.hostKeys},
                                             {"cipher", m_lists[2], ours.ciphers},
                                             {"cipher", m_lists[3], ours.ciphers},
                                             {"MAC", m_lists[4], ours.macs},
                                             {"MAC", m_lists[5], ours.macs}}};
    for (size_t i = 0; i < pairs.size(); ++i) {
        if (i >= 4) {
            const auto cipher = NameList(ours.ciphers).firstIn(NameList(m_lists[i - 2]));
            if (cipher && isAuthenticated(*cipher))
                continue;
        }
        if (!NameList(pairs[i].ours).firstIn(NameList(pairs[i].theirs)))
            return pairs[i];
    }
    return std::nullopt;
}

QByteArray Proposal::keyExchange(const SshAlgorithms &ours) const
{
    return NameList(ours.kex).firstIn(NameList(m_lists[0])).value_or(QByteArrayView()).toByteArray();
}

void ProposalWatch::look()
{
    constexpr size_t bite = 4096; // what libssh takes in one go
    constexpr qsizetype enough = 40'000;
    if (m_isOver)
        return;
    std::array<char, bite> buffer;
    const ssize_t got = recv(m_descriptor, buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got > 0)
        m_seen.append(buffer.data(), got);
    m_isOver = got == 0 || m_seen.size() > enough || Proposal::isWhole(m_seen);
}

} // namespace collector
