// TunPeer: the far end of a tun interface in this process's network namespace: a network of hosts that answer, keep silent, delay,
// repeat, forge and complain, each as its address says. Runs on a thread of its own; everything is exact and counted.

#pragma once

#include <QByteArray>
#include <QString>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <thread>
#include <vector>

class TunPeer
{
public:
    using Clock = std::chrono::steady_clock;
    using Packet = QByteArray; // from its IP header on

    // What the network does with an echo request: writes answers with answer(), now or later.
    using Behaviour = std::function<void(TunPeer &peer, const Packet &request)>;

    // Makes the interface `name`; whoever called configures it. False: no tun here.
    bool open(const char *name);
    ~TunPeer();

    void start(Behaviour behaviour);
    void stop();

    // For behaviours, on the peer's thread.
    void answer(const Packet &packet);
    void answerLater(const Packet &packet, std::chrono::milliseconds delay);
    void hold(const Packet &packet) { m_held.push_back(packet); }
    [[nodiscard]] std::vector<Packet> &held() { return m_held; }
    [[nodiscard]] uint32_t number() const { return m_requests; } // of this request, from 1
    // Of this request among those to the same address, from 1.
    [[nodiscard]] uint32_t numberOfItsHost(const Packet &request) { return ++m_perHost[destination(request)]; }

    // After stop(): who was asked, and who was sent anything but an echo.
    [[nodiscard]] const std::set<QByteArray> &asked() const { return m_asked; }
    [[nodiscard]] const std::set<QByteArray> &sentOther() const { return m_sentOther; }

    // Requests a second, by the clock of who sent them: how late we read does not count. Of time in which the machine stood still, so that
    // we did not run either, a fifth of a second is made up for, or a twentieth: it is between these two.
    struct Pace
    {
        double least = 0, most = 0;
    };
    [[nodiscard]] Pace pace() const;

    // Answers all that comes while `ask` asks with so many packets, which tells whether all went well but for the pace: true if that was
    // `expected` within a twentieth in one of three tries. Who asks may be held up alone; a pace that is wrong is wrong each time.
    [[nodiscard]] bool seesRate(double expected, size_t packets, const std::function<bool()> &ask);

    // A packet's parts.
    [[nodiscard]] static bool isV4(const Packet &packet);
    [[nodiscard]] static QByteArray destination(const Packet &packet); // 4 or 16 bytes
    [[nodiscard]] static Packet echoReply(const Packet &request);
    [[nodiscard]] static Packet from(Packet packet, uint32_t hostOrder);                       // IPv4, with another source
    [[nodiscard]] static Packet spoilt(Packet packet, int byteOfIcmp);                         // one bit of ICMP's data turned
    [[nodiscard]] static Packet shortened(Packet packet, int bytesOfIcmp);                     // IPv4
    [[nodiscard]] static Packet unreachable(const Packet &request, int code, int bytesOfIcmp); // given back: so many bytes

private:
    void run();
    void handle(const Packet &packet);

    int m_descriptor = -1;
    std::thread m_thread;
    std::atomic<bool> m_isStopping = false;
    Behaviour m_behaviour;
    std::multimap<Clock::time_point, Packet> m_later;
    std::vector<Packet> m_held;
    std::map<QByteArray, uint32_t> m_perHost;
    std::vector<int64_t> m_sent; // of each request, ns of the steady clock
    std::vector<std::pair<int64_t, int64_t>> m_still;
    std::set<QByteArray> m_asked, m_sentOther; // destinations
    uint32_t m_requests = 0;
};
