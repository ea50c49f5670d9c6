#include "ssh/jumphosts.h"

#include "ssh/tunnel.h"

namespace collector {

namespace {

constexpr size_t mostTunnels = 100; // libssh looks channels up in a list, and one TCP stream carries them all
constexpr int mostLosses = 3;

QByteArray nameOf(const SshSettings &jump)
{
    return jump.user + '@' + jump.host + ':' + QByteArray::number(jump.port);
}

QByteArray chainOf(const SshSettings &target)
{
    QByteArray chain;
    for (const auto &jump : target.jumps)
        chain += nameOf(*jump) + ',';
    return chain;
}

// The last one, reached through those before it.
std::shared_ptr<const SshSettings> lastHop(const SshSettings &target)
{
    if (target.jumps.size() < 2)
        return target.jumps.back();
    auto last = std::make_shared<SshSettings>(*target.jumps.back());
    last->jumps.assign(target.jumps.begin(), target.jumps.end() - 1);
    return last;
}

} // namespace

// Inner ones first: a hop's connection lies on a tunnel of the hop before it.
JumpHosts::~JumpHosts()
{
    while (!m_chains.empty()) {
        auto longest = m_chains.begin();
        for (auto chain = m_chains.begin(); chain != m_chains.end(); ++chain) {
            if (chain->first.count(',') > longest->first.count(','))
                longest = chain;
        }
        m_chains.erase(longest);
    }
}

std::shared_ptr<JumpSession> JumpHosts::sessionFor(Chain &chain, const SshSettings &target)
{
    std::erase_if(chain.sessions, [&chain](const std::shared_ptr<JumpSession> &jump) {
        chain.losses += jump->failure() && jump->failure()->cause() != Cause::LocalLimit; // that one is not the jump host's
        return jump->failure().has_value();
    });
    if (chain.losses >= mostLosses)
        throw JobError(Cause::NotAttempted, QStringLiteral("jump host %1 failed %2 times; its hosts are not tried any more")
                                                .arg(printable(nameOf(*target.jumps.back()), 255))
                                                .arg(chain.losses));
    for (const auto &jump : chain.sessions) {
        if (jump->tunnels() < mostTunnels)
            return jump;
    }
    const auto &jump = chain.sessions.emplace_back(std::make_shared<JumpSession>(m_worker, lastHop(target)));
    jump->start();
    return jump;
}

Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> JumpHosts::openTunnel(std::shared_ptr<const SshSettings> target)
{
    const std::shared_ptr<JumpSession> jump = sessionFor(m_chains[chainOf(*target)], *target);
    auto tunnel = std::make_unique<Tunnel>(m_worker, jump, printable(nameOf(*target->jumps.back()), 255));
    OwnedSocket socket = co_await tunnel->open(target->host, target->port, target->timeouts.connect);
    co_return std::pair<OwnedSocket, std::unique_ptr<Carrier>>(std::move(socket), std::move(tunnel));
}

} // namespace collector
