// The engine with jobs of our own and no network: hosts, transports and sinks that the tests of the engine share.

#pragma once

#include "engine/engine.h"

#include <collector/join.h>

#include <QCoreApplication>
#include <QJsonDocument>
#include <QSet>
#include <QTest>

#include <atomic>
#include <climits>
#include <mutex>
#include <thread>

namespace collector::testengine {

using namespace std::chrono_literals;

inline std::shared_ptr<const Manifest> manifest(const QByteArray &name, const QByteArray &after = "")
{
    QStringList errors;
    const QByteArray json = R"({"name":")" + name + R"(","summary":"x","uses":["shell","ping"],"after":[)" + after +
                            R"(],"facts":[{"name":"n","type":"integer"}]})";
    auto parsed = Manifest::parse(QJsonDocument::fromJson(json).object(), &errors);
    Q_ASSERT(parsed);
    return parsed;
}

class FakeHost final : public PlannedHost
{
public:
    explicit FakeHost(quint64 index) : m_name("host" + QByteArray::number(index)) {}
    QByteArray name() const override { return m_name; }
    QByteArray address() const override { return {}; }
    QList<QByteArray> groups() const override { return {}; }
    QJsonValue variable(QByteArrayView) const override { return QJsonValue(QJsonValue::Undefined); }
    QByteArray groupsJson() const override { return "[]"; }
    Cause refusal(QString *message) const override
    {
        if (!m_name.endsWith("13"))
            return Cause::None;
        *message = QStringLiteral("thirteen");
        return Cause::Excluded;
    }
    std::optional<Options> ownOptions(int) const override { return std::nullopt; }
    QJsonObject recordedVariables() const override { return {}; }

private:
    const QByteArray m_name;
};

class FakeSource final : public HostSource
{
public:
    FakeSource(quint64 count, bool hasHoles) : m_count(count), m_hasHoles(hasHoles) {}
    quint64 candidates() const override { return m_count; }
    std::unique_ptr<PlannedHost> at(quint64 index) const override
    {
        if (m_hasHoles && index % 10 == 0)
            return nullptr;
        return std::make_unique<FakeHost>(index);
    }

private:
    const quint64 m_count;
    const bool m_hasHoles;
};

// Hosts that wait for somebody, now and at most.
inline std::atomic<int> waitingHosts = 0;
inline std::atomic<int> mostWaitingHosts = 0;

// A shell that only says how far it has come, and how long it was held on the way.
class FakeShell final : public HostShell
{
public:
    explicit FakeShell(Reactor &reactor) : m_reactor(reactor) {}

    using HostShell::run;
    Task<ShellReply> run(ShellCommand command) override
    {
        if (command.command == "wait") {
            mostWaitingHosts = std::max(mostWaitingHosts.load(), ++waitingHosts);
            m_heldSince = std::chrono::steady_clock::now();
            co_await m_reactor.sleepUntil(m_reactor.after(400ms));
            m_held = std::chrono::steady_clock::now() - *std::exchange(m_heldSince, std::nullopt);
            --waitingHosts;
            co_return ShellReply();
        }
        m_isSent = command.command == "send";
        if (command.command != "send")
            throw JobError(Cause::Refused, QStringLiteral("refused"));
        throw JobError(Cause::ConnectionLost, QStringLiteral("lost"));
        co_return ShellReply();
    }
    void report(Progress &progress) const override
    {
        progress.isCommandSent = m_isSent;
        progress.held = m_heldSince ? std::chrono::steady_clock::now() - *m_heldSince : m_held;
    }

private:
    Reactor &m_reactor;
    std::optional<std::chrono::steady_clock::time_point> m_heldSince;
    std::chrono::nanoseconds m_held{};
    bool m_isSent = false;
};

class FakeTransport final : public Transport
{
public:
    explicit FakeTransport(Reactor &reactor) : m_reactor(reactor) {}

    int waitingForSomebody() const override { return waitingHosts; }
    std::unique_ptr<HostShell> makeShell(const PlannedHost &, Progress &) override { return std::make_unique<FakeShell>(m_reactor); }
    std::unique_ptr<Pinger> makePinger(const PlannedHost &, Progress &) override { return nullptr; }
    Task<QByteArray> resolve(const PlannedHost &, Progress &) override { co_return QByteArray(); }
    Task<std::unique_ptr<TcpStream>> connectTcp(const PlannedHost &, Progress &, quint16, std::chrono::milliseconds) override
    {
        co_return nullptr;
    }

private:
    Reactor &m_reactor;
};

class FakeTransports final : public TransportFactory
{
public:
    std::unique_ptr<Transport> make(Reactor &reactor) override { return std::make_unique<FakeTransport>(reactor); }
};

struct Kept
{
    QByteArray host;
    Status status;
    Cause cause;
    QString message;
    int attempts;
    int plugin;
    qint64 started;
    std::vector<std::pair<Status, Cause>> jobs;
    qint64 n = -1;
};

// A thread that has no business with its sink any more, and how often it went there all the same.
inline std::atomic<std::thread::id> threadGivenUp{};
inline std::atomic<int> callsOfIt = 0;

class FakeSinks final : public RecordSinkFactory
{
public:
    std::unique_ptr<RecordSink> make(std::function<void()> wake) override
    {
        const std::lock_guard lock(mutex);
        wakes.push_back(std::move(wake));
        return std::make_unique<Sink>(*this);
    }

    std::mutex mutex;
    std::vector<Kept> records;
    std::vector<std::function<void()>> wakes;
    std::atomic<int> room = INT_MAX; // records that fit
    std::atomic<int> refused = 0;
    QByteArray slowHost; // to take its record takes long

private:
    class Sink final : public RecordSink
    {
    public:
        explicit Sink(FakeSinks &owner) : m_owner(owner) {}
        bool hasRoom() override
        {
            noteWho();
            if (m_owner.room.load() > 0)
                return true;
            ++m_owner.refused;
            return false;
        }
        void put(Record &&record) override
        {
            --m_owner.room;
            Kept kept{record.host, record.status, record.cause, record.message, record.attempts, record.plugin, record.startedMs, {}, -1};
            for (const JobResult &job : record.jobs) {
                kept.jobs.emplace_back(job.status, job.cause);
                if (job.facts.value("n").isDouble())
                    kept.n = job.facts.value("n").toInteger();
            }
            if (kept.host == m_owner.slowHost)
                std::this_thread::sleep_for(1500ms);
            const std::lock_guard lock(m_owner.mutex);
            m_owner.records.push_back(std::move(kept));
        }
        void flush() override { noteWho(); }

    private:
        static void noteWho() { callsOfIt += std::this_thread::get_id() == threadGivenUp.load(); }

        FakeSinks &m_owner;
    };
};

// A job whose body is a function.
class FunctionJob : public Job
{
public:
    explicit FunctionJob(Task<> (*body)(JobContext &)) : m_body(body) {}
    Task<> run(JobContext &job) override { return m_body(job); }

private:
    Task<> (*m_body)(JobContext &);
};

inline Task<> setsAFact(JobContext &job)
{
    job.facts().set("n", 7);
    co_return;
}

inline Task<> sleepsForEver(JobContext &job)
{
    job.facts().set("n", 7);
    co_await job.sleep(24h);
}

inline Task<> isRefused(JobContext &job)
{
    co_await job.shell().run("connect");
}

using Body = Task<> (*)(JobContext &);

struct Fixture
{
    explicit Fixture(quint64 hosts, std::vector<Body> bodies, RunLimits limits = {}, bool hasHoles = false)
    {
        limits.rate = limits.rate == 200 ? 0 : limits.rate; // none, unless asked for
        limits.retryDelay = 20ms;
        limits.roomDelay = limits.roomDelay == 1s ? 10ms : limits.roomDelay;
        std::vector<PlannedJob> planned;
        for (size_t i = 0; i < bodies.size(); ++i) {
            jobs.push_back(std::make_unique<FunctionJob>(bodies[i]));
            const auto m = manifest("job" + QByteArray::number(int(i)));
            planned.push_back({m, jobs.back().get(), Options(m)});
        }
        plan = std::make_shared<Plan>(std::make_shared<FakeSource>(hosts, hasHoles), Order::spread(hosts, 1), std::move(planned), limits);
        engine = std::make_unique<Engine>(plan, transports, sinks);
    }

    bool run(int milliseconds = 20'000)
    {
        engine->start([this] { isFinished = true; });
        return wait(milliseconds);
    }
    bool wait(int milliseconds)
    {
        return QTest::qWaitFor([this] { return isFinished; }, milliseconds);
    }

    // Each host of 0 … count-1 that the source has, once.
    bool hasEachHostOnce(quint64 count, bool hasHoles = false)
    {
        QSet<QByteArray> names;
        for (const Kept &record : sinks.records)
            names.insert(record.host);
        const quint64 expected = hasHoles ? count - (count + 9) / 10 : count;
        return quint64(names.size()) == expected && quint64(sinks.records.size()) == expected;
    }

    FakeTransports transports;
    FakeSinks sinks;
    std::vector<std::unique_ptr<Job>> jobs;
    std::shared_ptr<const Plan> plan;
    std::unique_ptr<Engine> engine;
    bool isFinished = false;
};

inline RunLimits threads(int count)
{
    RunLimits limits;
    limits.threads = count;
    return limits;
}

// All tests of an object, on the loop that the program has, too.
inline int runTests(QObject &tests, int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1");
    const QCoreApplication application(argc, argv);
    return QTest::qExec(&tests, argc, argv);
}

} // namespace collector::testengine

Q_DECLARE_METATYPE(collector::testengine::Body)
