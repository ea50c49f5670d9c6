// Proposal: what a host offers in its KEXINIT (RFC 4253 7.1), looked at on its way to libssh, which does not tell.
//
// Hostile bytes: lengths are checked, what does not fit is no proposal. Pure; any thread.

#pragma once

#include "ssh/sshsettings.h"

#include <QByteArray>
#include <QByteArrayView>

#include <array>
#include <optional>

namespace collector {

class Proposal
{
public:
    // From the bytes of a connection's beginning, banner included or not. Nothing until the whole packet is there.
    [[nodiscard]] static std::optional<Proposal> fromBytes(QByteArrayView bytes);

    // The first kind of algorithm of which the host has none of ours.
    struct Mismatch
    {
        const char *kind;
        QByteArray theirs;
        QByteArray ours;
    };
    [[nodiscard]] std::optional<Mismatch> mismatch(const SshAlgorithms &ours) const;

    // Which key exchange it will be; empty: none.
    [[nodiscard]] QByteArray keyExchange(const SshAlgorithms &ours) const;

    [[nodiscard]] static bool isWhole(QByteArrayView bytes); // nothing more is needed for fromBytes()

private:
    [[nodiscard]] static QByteArrayView packetIn(QByteArrayView bytes);

    // Key exchange, host keys, ciphers and MACs to the server, ciphers and MACs from it: where they stand in the packet.
    static constexpr size_t kinds = 6;
    std::array<QByteArray, kinds> m_lists;
};

// Looks at the first packets of a connection before libssh takes them: to be asked before each call that may read.
class ProposalWatch
{
public:
    explicit ProposalWatch(int descriptor) : m_descriptor(descriptor) {}

    void look();
    [[nodiscard]] bool isOver() const { return m_isOver; } // nothing more is looked at
    [[nodiscard]] std::optional<Proposal> proposal() const { return Proposal::fromBytes(m_seen); }

private:
    const int m_descriptor;
    QByteArray m_seen;
    bool m_isOver = false;
};

} // namespace collector
