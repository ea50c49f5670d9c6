#include "ssh/jumpservice.h"

#include "net/offload.h"
#include "ssh/jumphosts.h"
#include "ssh/sshworker.h"
#include "ssh/tunnel.h"

#include <collector/joberror.h>

#include <unistd.h>

#include <future>
#include <map>
#include <optional>

namespace collector {

// What the worker and the jump hosts' thread share. The answer is written over there before it is sent.
struct JumpService::Request
{
    ~Request()
    {
        if (socket >= 0)
            close(socket);
    }

    void setHeld(bool isHeld)
    {
        if (isHeld == progress->isHeld())
            return;
        progress->setHeld(isHeld);
        worker->held += isHeld ? 1 : -1;
    }

    const quint64 number;
    const std::shared_ptr<const SshSettings> target;
    const std::shared_ptr<Inbox> inbox; // of the worker
    // On the worker's thread alone:
    SshWorker *const worker;
    SshProgress *progress;    // null: nobody waits any more
    Waiter *waiter = nullptr; // likewise

    int socket = -1;
    std::function<std::optional<QString>()> loss{};
    std::optional<JobError> failure{};
};

// Of the thread: its reactor, its sessions, the tunnels that are open and those that are being opened.
class JumpService::Desk
{
public:
    explicit Desk(SshRun &run) : m_worker(m_reactor, run) { m_worker.jumpHosts = std::make_unique<JumpHosts>(m_worker); }

    [[nodiscard]] const std::shared_ptr<Inbox> &inbox() const { return m_reactor.inbox(); }

    void begin(std::shared_ptr<Request> request)
    {
        m_reactor.later([this, request = std::move(request)] {
            const quint64 number = request->number;
            Task<> &task = m_openings.try_emplace(number, open(request)).first->second;
            task.start();
        });
    }
    void end(quint64 number)
    {
        m_reactor.later([this, number] {
            m_openings.erase(number);
            m_tunnels.erase(number);
        });
    }

private:
    Task<> open(std::shared_ptr<Request> request)
    {
        std::function<void()> whenBegun = [request] {
            request->inbox->send([request] {
                if (request->progress)
                    request->setHeld(false);
            });
        };
        try {
            std::pair<OwnedSocket, std::unique_ptr<Tunnel>> way =
                co_await m_worker.jumpHosts->openTunnel(request->target, std::move(whenBegun));
            request->socket = way.first.release();
            request->loss = way.second->lossTeller();
            m_tunnels.emplace(request->number, std::move(way.second));
        } catch (const JobError &error) {
            request->failure.emplace(error);
        } catch (const std::exception &error) { // or the host would wait for ever
            request->failure.emplace(Cause::Internal, printable(error.what()));
        }
        request->inbox->send([request] {
            if (request->waiter)
                request->worker->reactor.schedule(*request->waiter);
        });
        m_reactor.later([this, number = request->number] { m_openings.erase(number); });
    }

    Reactor m_reactor;
    SshWorker m_worker;
    std::map<quint64, std::unique_ptr<Tunnel>> m_tunnels;
    std::map<quint64, Task<>> m_openings;
};

// What the worker knows of its tunnel.
class JumpService::FarTunnel final : public Carrier
{
public:
    FarTunnel(JumpService &service, const Request &request) : m_service(service), m_number(request.number), m_loss(request.loss) {}
    ~FarTunnel() override { m_service.end(m_number); }

    std::optional<QString> loss() const override { return m_loss(); }

private:
    JumpService &m_service;
    const quint64 m_number;
    const std::function<std::optional<QString>()> m_loss;
};

class JumpService::Answer
{
public:
    Answer(JumpService &service, std::shared_ptr<Request> request) : m_service(service), m_request(std::move(request))
    {
        m_request->setHeld(true);
    }
    Answer(const Answer &) = delete;
    Answer &operator=(const Answer &) = delete;
    ~Answer()
    {
        m_request->waiter = nullptr;
        m_request->setHeld(false);
        m_request->progress = nullptr;
        if (!m_isTaken)
            m_service.end(m_request->number);
    }

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle)
    {
        m_waiter.suspend(handle);
        m_request->waiter = &m_waiter;
        m_service.m_inbox->send([desk = m_service.m_desk, request = m_request] { desk->begin(request); });
    }
    [[nodiscard]] std::unique_ptr<Carrier> await_resume()
    {
        m_isTaken = true;
        if (m_request->failure)
            throw JobError(*m_request->failure);
        return std::make_unique<FarTunnel>(m_service, *m_request);
    }

private:
    JumpService &m_service;
    const std::shared_ptr<Request> m_request;
    Waiter m_waiter;
    bool m_isTaken = false;
};

JumpService::JumpService(SshRun &run) : m_run(run)
{
    std::promise<void> isReady;
    QObject::connect(&m_thread, &QThread::started, [this, &isReady] {
        m_desk = new Desk(m_run);
        m_inbox = m_desk->inbox();
        isReady.set_value();
    });
    QObject::connect(&m_thread, &QThread::finished, [this] { delete m_desk; });
    m_thread.setObjectName(QStringLiteral("jumps"));
    m_thread.start();
    if (!m_thread.isRunning())
        throw noThreadLeft();
    isReady.get_future().wait();
}

JumpService::~JumpService()
{
    m_thread.quit();
    m_thread.wait();
}

void JumpService::end(quint64 number)
{
    m_inbox->send([desk = m_desk, number] { desk->end(number); });
}

Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> JumpService::openTunnel(SshWorker &worker, SshProgress &progress,
                                                                               std::shared_ptr<const SshSettings> target)
{
    const std::shared_ptr<Request> request(new Request{++m_lastNumber, std::move(target), worker.reactor.inbox(), &worker, &progress});
    std::unique_ptr<Carrier> carrier = co_await Answer(*this, request);
    co_return std::pair<OwnedSocket, std::unique_ptr<Carrier>>(OwnedSocket(worker.reactor, std::exchange(request->socket, -1)),
                                                               std::move(carrier));
}

} // namespace collector
