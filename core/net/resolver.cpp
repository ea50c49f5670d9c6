#include "net/resolver.h"

#include <collector/joberror.h>

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr size_t stackSize = 256 * 1024;      // bytes: glibc's resolver wants some 100 KB
constexpr qsizetype longestName = 253;        // RFC 1035
constexpr auto rememberTemporaryFailure = 4s; // shorter than the time to a host's next attempt
constexpr auto patience = 1s;                 // of a name that has no thread: then those that have one hang, and it gets one of its own
constexpr rlim_t mostThreadsAtAll = 512;
constexpr rlim_t descriptorsPerThread = 8; // of the limit; a look-up has one for each name server

// What getaddrinfo() makes of that is anything from "try again" to "no such name": so we ask the kernel.
bool hasNoDescriptor()
{
    const int probe = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (probe < 0)
        return errno == EMFILE || errno == ENFILE;
    close(probe);
    return false;
}

Resolved lookUp(const std::string &name)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo *list = nullptr;
    int error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
    if (error == EAI_NONAME || error == EAI_ADDRFAMILY) {
        hints.ai_flags = 0; // a machine with nothing but loopback has no "configured" address
        error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
    }
    Resolved resolved;
    if (error) {
        resolved.isOurs = error == EAI_MEMORY || hasNoDescriptor();
        resolved.isTemporary = resolved.isOurs || error == EAI_AGAIN || error == EAI_SYSTEM;
        resolved.failure = QString::fromLocal8Bit(gai_strerror(error));
        return resolved;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owner(list, freeaddrinfo);
    for (const addrinfo *entry = list; entry; entry = entry->ai_next) {
        SocketAddress address;
        if (entry->ai_family == AF_INET)
            address = SocketAddress(*reinterpret_cast<const sockaddr_in *>(entry->ai_addr));
        else if (entry->ai_family == AF_INET6)
            address = SocketAddress(*reinterpret_cast<const sockaddr_in6 *>(entry->ai_addr));
        else
            continue;
        if (std::find(resolved.addresses.begin(), resolved.addresses.end(), address) == resolved.addresses.end())
            resolved.addresses.push_back(address);
    }
    if (resolved.addresses.empty())
        resolved.failure = QStringLiteral("it has no address");
    return resolved;
}

// Threads, those that hang included, that leave descriptors for others.
int mostThreadsThatHang()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return int(std::min(limit.rlim_cur / descriptorsPerThread, mostThreadsAtAll));
}

} // namespace

// What the threads and all who wait have in common; the last of them destroys it.
class Resolver::Shared : public std::enable_shared_from_this<Shared>
{
public:
    // Somebody who waits for a name.
    struct Asker
    {
        Reactor *reactor; // on its own thread only
        std::shared_ptr<Inbox> inbox;
        Waiter *waiter; // on the reactor's thread only; null: gone
        std::shared_ptr<const Resolved> answer;
    };

    Shared(int mostThreads, Lookup lookup) : m_mostThreads(mostThreads), m_lookup(lookup ? lookup : lookUp) {}

    // The answer if it is known; otherwise the asker is told through its inbox.
    [[nodiscard]] std::shared_ptr<const Resolved> ask(const std::string &name, const std::shared_ptr<Asker> &asker);
    // Whether it has a thread, or had one. Where none has come free for it in a while, another is started.
    bool hasBegun(const std::string &name);
    void close();

private:
    struct Name
    {
        std::shared_ptr<const Resolved> answer; // null: not yet
        bool hasBegun = false;
        std::chrono::steady_clock::time_point forgottenAt = std::chrono::steady_clock::time_point::max();
        std::vector<std::shared_ptr<Asker>> askers;
    };

    [[nodiscard]] bool startThread();
    void work();
    static void *run(void *shared);

    const int m_mostThreads;
    const Lookup m_lookup;
    std::mutex m_mutex;
    std::condition_variable m_wakeUp;
    std::unordered_map<std::string, Name> m_names;
    std::deque<std::string> m_queue;
    int m_threads = 0;
    int m_idle = 0;
    bool m_isOver = false;
};

std::shared_ptr<const Resolved> Resolver::Shared::ask(const std::string &name, const std::shared_ptr<Asker> &asker)
{
    const std::lock_guard lock(m_mutex);
    Name &entry = m_names[name];
    if (entry.answer && std::chrono::steady_clock::now() < entry.forgottenAt)
        return entry.answer;
    const bool isUnderWay = !entry.askers.empty();
    entry.answer = nullptr;
    entry.askers.push_back(asker);
    if (isUnderWay)
        return nullptr;
    entry.hasBegun = false;
    m_queue.push_back(name);
    if (m_idle < int(m_queue.size()) && m_threads < m_mostThreads && !startThread() && m_threads == 0) {
        m_queue.pop_back();
        entry.askers.clear();
        Resolved none;
        none.isOurs = none.isTemporary = true;
        return std::make_shared<const Resolved>(std::move(none));
    }
    m_wakeUp.notify_one();
    return nullptr;
}

bool Resolver::Shared::hasBegun(const std::string &name)
{
    const std::lock_guard lock(m_mutex);
    if (m_names[name].hasBegun)
        return true;
    if (m_idle < int(m_queue.size()) && m_threads < mostThreadsThatHang())
        (void)startThread();
    return false;
}

bool Resolver::Shared::startThread()
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stackSize);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    auto self = std::make_unique<std::shared_ptr<Shared>>(shared_from_this());
    pthread_t thread{};
    const bool isStarted = pthread_create(&thread, &attributes, &Shared::run, self.get()) == 0;
    if (isStarted) {
        (void)self.release(); // the thread's now
        ++m_threads;
    }
    pthread_attr_destroy(&attributes);
    return isStarted;
}

void *Resolver::Shared::run(void *shared)
{
    const std::unique_ptr<std::shared_ptr<Shared>> self(static_cast<std::shared_ptr<Shared> *>(shared));
    pthread_setname_np(pthread_self(), "resolver");
    (*self)->work();
    return nullptr;
}

void Resolver::Shared::work()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (m_threads > m_mostThreads && m_queue.empty()) {
            --m_threads;
            return;
        }
        ++m_idle;
        m_wakeUp.wait(lock, [this] { return m_isOver || !m_queue.empty(); });
        --m_idle;
        if (m_isOver)
            return;
        const std::string name = std::move(m_queue.front());
        m_queue.pop_front();
        m_names[name].hasBegun = true;
        lock.unlock();
        const auto answer = std::make_shared<const Resolved>(m_lookup(name));
        lock.lock();
        Name &entry = m_names[name];
        entry.answer = answer;
        using Clock = std::chrono::steady_clock;
        entry.forgottenAt = answer->isTemporary ? Clock::now() + rememberTemporaryFailure : Clock::time_point::max();
        for (const auto &asker : std::exchange(entry.askers, {})) {
            asker->inbox->send([asker, answer] {
                asker->answer = answer;
                if (asker->waiter)
                    asker->reactor->schedule(*asker->waiter);
            });
        }
    }
}

void Resolver::Shared::close()
{
    const std::lock_guard lock(m_mutex);
    m_isOver = true;
    m_queue.clear();
    m_wakeUp.notify_all();
}

// Awaitable: the answer for a name, or null at the deadline.
class Resolver::Answer : private Deadlines::Timer
{
public:
    Answer(Reactor &reactor, Shared &shared, const std::string &name, Deadline deadline)
        : m_reactor(reactor),
          m_shared(shared),
          m_name(name),
          m_deadline(deadline)
    {
    }
    ~Answer() override
    {
        if (m_asker)
            m_asker->waiter = nullptr;
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle)
    {
        m_waiter.suspend(handle);
        m_asker = std::make_shared<Shared::Asker>(Shared::Asker{&m_reactor, m_reactor.inbox(), &m_waiter, nullptr});
        m_known = m_shared.ask(m_name, m_asker);
        if (m_known)
            return false;
        m_reactor.startTimer(*this, std::min(m_deadline, m_reactor.after(patience)));
        return true;
    }
    // And whether anybody has been asked for it.
    std::pair<std::shared_ptr<const Resolved>, bool> await_resume() const
    {
        return m_known ? std::pair(m_known, true) : std::pair(m_asker->answer, m_asker->answer || m_hasBegun);
    }

private:
    void expired() override
    {
        m_hasBegun = m_shared.hasBegun(m_name);
        if (m_reactor.now() >= m_deadline)
            m_reactor.schedule(m_waiter);
        else
            m_reactor.startTimer(*this, m_hasBegun ? m_deadline : std::min(m_deadline, m_reactor.after(patience)));
    }

    Reactor &m_reactor;
    Shared &m_shared;
    const std::string &m_name;
    const Deadline m_deadline;
    Waiter m_waiter;
    std::shared_ptr<Shared::Asker> m_asker;
    std::shared_ptr<const Resolved> m_known;
    bool m_hasBegun = false;
};

Resolver::Resolver(int mostThreads, Lookup lookup) : m_shared(std::make_shared<Shared>(mostThreads, lookup)) {}

Resolver::~Resolver()
{
    m_shared->close();
}

namespace {

// Of what is nearly an address.
QString whatIsAmiss(QByteArrayView name)
{
    if (name.startsWith('[') && name.endsWith(']') && SocketAddress::fromLiteral(name.sliced(1, name.size() - 2).toByteArray()))
        return QStringLiteral("; write it without its brackets");
    const qsizetype zone = name.indexOf('%');
    if (zone > 0 && SocketAddress::fromLiteral(name.first(zone).toByteArray()))
        return QStringLiteral("; is there an interface %1 here?").arg(printable(name.sliced(zone + 1), 16));
    return {};
}

} // namespace

Task<std::vector<SocketAddress>> Resolver::resolve(Reactor &reactor, QByteArray name, AddressFamily family, Deadline deadline)
{
    const auto isWanted = [family](const SocketAddress &address) {
        return family == AddressFamily::Any || address.isIPv6() == (family == AddressFamily::IPv6);
    };
    const QString shown = printable(name, 64);
    if (const auto literal = SocketAddress::fromLiteral(name)) {
        if (!isWanted(*literal))
            throw JobError(Cause::BadAddress, QStringLiteral("%1 is not of the address family that is asked for").arg(shown));
        co_return std::vector<SocketAddress>{*literal};
    }
    if (name.isEmpty() || name.size() > longestName || name.contains('\0') || SocketAddress::looksLikeLiteral(name))
        throw JobError(Cause::BadAddress, QStringLiteral("%1 is neither a name nor an address%2").arg(shown, whatIsAmiss(name)));

    const std::string text = name.toStdString();
    const auto [answer, hasBegun] = co_await Answer(reactor, *m_shared, text, deadline);
    if (!hasBegun)
        throw JobError(Cause::Dns, QStringLiteral("%1 was not looked up: the name servers leave too many other names unanswered; do "
                                                  "they work (/etc/resolv.conf)? Or lower --concurrency")
                                       .arg(shown));
    if (!answer)
        throw JobError(Cause::Dns,
                       QStringLiteral("the name servers did not answer for %1 in time; do they work (/etc/resolv.conf)?").arg(shown));
    if (answer->isOurs)
        throw JobError(Cause::LocalLimit,
                       QStringLiteral("this machine has no descriptor, thread or memory left to resolve %1 with; raise the limits "
                                      "(ulimit -n, ulimit -u) or lower --concurrency")
                           .arg(shown));
    if (answer->addresses.empty()) {
        const QString remedy = answer->isTemporary
                                   ? QStringLiteral("the name servers do not answer for it; do they work (/etc/resolv.conf)?")
                                   : QStringLiteral("check the name, or give ansible_host");
        throw JobError(Cause::Dns, QStringLiteral("%1 cannot be resolved: %2; %3").arg(shown, answer->failure, remedy));
    }
    std::vector<SocketAddress> addresses;
    std::copy_if(answer->addresses.begin(), answer->addresses.end(), std::back_inserter(addresses), isWanted);
    if (addresses.empty())
        throw JobError(Cause::Dns, QStringLiteral("%1 has no address of the family that is asked for").arg(shown));
    co_return addresses;
}

} // namespace collector
