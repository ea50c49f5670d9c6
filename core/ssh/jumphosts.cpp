#include "ssh/jumphosts.h"

#include "ssh/jumpchain.h"
#include "ssh/tunnel.h"

namespace collector {

namespace {

constexpr int mostLosses = 3;

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
            if (chain->second.hops > longest->second.hops)
                longest = chain;
        }
        m_chains.erase(longest);
    }
}

std::shared_ptr<JumpSession> JumpHosts::sessionFor(const SshSettings &target)
{
    const QByteArray key = chainKey(target);
    Chain &chain = m_chains[key];
    chain.hops = target.jumps.size();
    std::erase_if(chain.sessions, [](const std::shared_ptr<JumpSession> &jump) { return jump->failure().has_value(); });
    const JumpLosses::Count lost = m_worker.run.jumpLosses.of(key);
    if (lost.losses >= mostLosses)
        throw JobError(Cause::NotAttempted, QStringLiteral("jump host %1 was lost %2 times, and its hosts are not tried any more: %3")
                                                .arg(printable(jumpName(*target.jumps.back()), 255))
                                                .arg(lost.losses)
                                                .arg(lost.reason));
    for (const auto &jump : chain.sessions) {
        if (jump->tunnels() < JumpSession::mostTunnels || !chain.hasAskedNobody)
            return jump;
    }
    const QString whyAgain = lost.losses > 0 ? lost.reason : QString();
    const auto &jump = chain.sessions.emplace_back(std::make_shared<JumpSession>(m_worker, lastHop(target), key, whyAgain));
    jump->start();
    return jump;
}

Task<std::pair<OwnedSocket, std::unique_ptr<Tunnel>>> JumpHosts::openTunnel(std::shared_ptr<const SshSettings> target,
                                                                            std::function<void()> whenBegun)
{
    Chain &chain = m_chains[chainKey(*target)];
    std::shared_ptr<JumpSession> jump = sessionFor(*target);
    Gate::Pass place;
    if (!chain.hasAskedNobody) {
        while (!jump->isReady() && !jump->failure())
            co_await jump->event();
        if (jump->hasAsked()) // one answer, one login: a code is good once
            place = co_await jump->places().enter(m_worker.reactor);
        else if (jump->isReady())
            chain.hasAskedNobody = true;
        if (chain.hasAskedNobody)
            jump = sessionFor(*target);
    }
    auto tunnel = std::make_unique<Tunnel>(m_worker, jump, std::move(place), printable(jumpName(*target->jumps.back()), 255));
    while (!jump->isReady() && !jump->failure())
        co_await jump->event();
    if (jump->hasAsked())
        chain.hasAskedNobody = false; // it does not ask each time
    OwnedSocket socket = co_await tunnel->open(target->host, target->port, target->timeouts.connect, std::move(whenBegun));
    co_return std::pair<OwnedSocket, std::unique_ptr<Tunnel>>(std::move(socket), std::move(tunnel));
}

} // namespace collector
