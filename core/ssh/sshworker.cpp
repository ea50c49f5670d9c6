#include "ssh/sshworker.h"

#include "net/offload.h"
#include "ssh/jumphosts.h"

namespace collector {

namespace {

constexpr int handshakesAtOnce = 64;

}

SshWorker::SshWorker(Reactor &ownReactor, SshRun &wholeRun) : reactor(ownReactor), run(wholeRun), handshakes(handshakesAtOnce) {}

SshWorker::~SshWorker() = default;

Task<std::shared_ptr<const Credentials::Offers>> SshWorker::offersFor(const SshSettings &settings)
{
    if (!settings.credentials)
        co_return nullptr;
    OfferKey key{settings.credentials, settings.identityFiles, settings.certificateFiles, settings.identitiesOnly,
                 settings.mayUseDefaultKeys};
    if (const auto found = m_offers.find(key); found != m_offers.end())
        co_return found->second;

    struct Loading
    {
        std::shared_ptr<Credentials> credentials;
        QStringList identities;
        QStringList certificates;
        bool only;
        bool mayUseDefaults;
        std::shared_ptr<const Credentials::Offers> offers;
    };
    auto loading = std::make_shared<Loading>(Loading{settings.credentials, settings.identityFiles, settings.certificateFiles,
                                                     settings.identitiesOnly, settings.mayUseDefaultKeys, nullptr});
    std::function<void()> step = [loading] {
        loading->offers = loading->credentials->offers(loading->identities, loading->certificates, loading->only, loading->mayUseDefaults);
    };
    co_await offload(reactor, run.blocking, std::move(step));
    m_offers[std::move(key)] = loading->offers;
    co_return loading->offers;
}

} // namespace collector
