#include "ssh/agents.h"

#include "net/offload.h"
#include "ssh/agentclient.h"

#include <atomic>
#include <stdexcept>

namespace collector {

namespace {

constexpr size_t mostAgents = 64; // two threads and three descriptors each

}

struct Agents::Entry
{
    explicit Entry(const QString &socket) : client(socket) {}

    std::atomic<bool> isLoaded = false;
    QString problem; // not changed once it is loaded
    AgentClient client;
};

Agents::Agents() = default;
Agents::~Agents() = default;

Task<Agents::Found> Agents::at(Reactor &reactor, QString socket)
{
    Entry *entry = nullptr;
    Found found;
    try {
        const std::lock_guard guard(m_mutex);
        auto &place = m_entries[socket];
        if (!place && m_entries.size() <= mostAgents)
            place = std::make_unique<Entry>(socket);
        entry = place.get();
    } catch (const std::runtime_error &error) {
        found.problem = QString::fromUtf8(error.what());
    }
    if (!entry) {
        if (found.problem.isEmpty())
            found.problem = QStringLiteral("IdentityAgent names more than %1 agents").arg(mostAgents);
        co_return found;
    }
    if (!entry->isLoaded) {
        std::function<void()> step = [entry] {
            if (!entry->isLoaded)
                (void)entry->client.load(&entry->problem);
            entry->isLoaded = true;
        };
        co_await offload(reactor, entry->client.thread(), std::move(step));
    }
    found.problem = entry->problem;
    if (found.problem.isEmpty())
        found.agent = &entry->client;
    co_return found;
}

} // namespace collector
