#include "tunpeer.h"

#include "icmp/echopacket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>

static constexpr int header4 = 20; // we are never sent options
static constexpr int header6 = 40;

bool TunPeer::open(const char *name)
{
    m_descriptor = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (m_descriptor < 0)
        return false;
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    return ioctl(m_descriptor, TUNSETIFF, &request) == 0;
}

TunPeer::~TunPeer()
{
    stop();
    if (m_descriptor >= 0)
        close(m_descriptor);
}

void TunPeer::start(Behaviour behaviour)
{
    stop();
    m_behaviour = std::move(behaviour);
    m_later.clear();
    m_held.clear();
    m_perHost.clear();
    m_sent.clear();
    m_still.clear();
    m_asked.clear();
    m_sentOther.clear();
    m_requests = 0;
    m_isStopping = false;
    m_thread = std::thread([this] { run(); });
}

void TunPeer::stop()
{
    m_isStopping = true;
    if (m_thread.joinable())
        m_thread.join();
}

void TunPeer::run()
{
    QByteArray buffer(2048, Qt::Uninitialized);
    auto before = Clock::now();
    while (!m_isStopping) {
        int timeout = 20;
        const auto now = Clock::now();
        if (now - before > std::chrono::milliseconds(2 * timeout))
            m_still.emplace_back(before.time_since_epoch().count(), now.time_since_epoch().count());
        before = now;
        while (!m_later.empty() && m_later.begin()->first <= now) {
            answer(m_later.begin()->second);
            m_later.erase(m_later.begin());
        }
        if (!m_later.empty())
            timeout = std::min(timeout, int(std::chrono::ceil<std::chrono::milliseconds>(m_later.begin()->first - now).count()));
        pollfd ready{m_descriptor, POLLIN, 0};
        poll(&ready, 1, timeout);
        for (int i = 0; i < 256; ++i) {
            const ssize_t length = read(m_descriptor, buffer.data(), size_t(buffer.size()));
            if (length <= 0)
                break;
            handle(buffer.first(length));
        }
    }
}

void TunPeer::handle(const Packet &packet)
{
    const bool isEcho = isV4(packet) ? packet.size() > header4 && packet[9] == IPPROTO_ICMP && packet[header4] == 8
                                     : packet.size() > header6 && packet[6] == IPPROTO_ICMPV6 && uint8_t(packet[header6]) == 128;
    if (!isEcho) {
        m_sentOther.insert(destination(packet)); // also the kernel's own: router solicitations and the like
        return;
    }
    m_asked.insert(destination(packet));
    ++m_requests;
    int64_t sentAt = 0;
    const qsizetype place = (isV4(packet) ? header4 : header6) + qsizetype(offsetof(collector::EchoPacket, sentAt));
    if (packet.size() >= place + qsizetype(sizeof sentAt))
        std::memcpy(&sentAt, packet.constData() + place, sizeof sentAt);
    m_sent.push_back(sentAt);
    m_behaviour(*this, packet);
}

void TunPeer::answer(const Packet &packet)
{
    [[maybe_unused]] const ssize_t written = write(m_descriptor, packet.constData(), size_t(packet.size()));
}

void TunPeer::answerLater(const Packet &packet, std::chrono::milliseconds delay)
{
    m_later.emplace(Clock::now() + delay, packet);
}

TunPeer::Pace TunPeer::pace() const
{
    constexpr double fifth = 0.2e9, twentieth = 0.05e9; // as of Pacer
    std::vector<int64_t> sent = m_sent;
    std::sort(sent.begin(), sent.end());
    const double whole = double(sent.back() - sent.front());
    double lostAtLeast = 0, lostAtMost = 0;
    for (const auto &[from, to] : m_still) {
        const auto next = std::upper_bound(sent.begin(), sent.end(), from);
        if (next == sent.begin() || next == sent.end())
            continue;
        const auto still = double(std::min(to, *next) - from);
        lostAtLeast += std::max(0.0, still - fifth);
        lostAtMost += std::max(0.0, still - twentieth);
    }
    const double packets = double(sent.size() - 1) * 1e9;
    return {packets / (whole - lostAtLeast), packets / (whole - lostAtMost)};
}

bool TunPeer::seesRate(double expected, size_t packets, const std::function<bool()> &ask)
{
    for (int attempt = 0; attempt < 3; ++attempt) {
        start([](TunPeer &peer, const Packet &request) { peer.answer(echoReply(request)); });
        const bool isWell = ask();
        stop();
        if (!isWell || m_sent.size() != packets)
            return false;
        const Pace measured = pace();
        if (measured.most > expected * 0.95 && measured.least < expected * 1.05)
            return true;
        std::fprintf(stderr, "%.0f to %.0f packets a second, not %.0f\n", measured.least, measured.most, expected);
    }
    return false;
}

bool TunPeer::isV4(const Packet &packet)
{
    return (packet[0] & 0xf0) == 0x40;
}

QByteArray TunPeer::destination(const Packet &packet)
{
    return isV4(packet) ? packet.mid(16, 4) : packet.mid(24, 16);
}

static uint32_t sumOf(const QByteArray &bytes)
{
    uint32_t sum = 0;
    for (qsizetype i = 0; i < bytes.size(); i += 2)
        sum += uint32_t(uint8_t(bytes[i])) << 8 | (i + 1 < bytes.size() ? uint8_t(bytes[i + 1]) : 0);
    return sum;
}

static uint16_t folded(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum >> 16) + (sum & 0xffff);
    return uint16_t(~sum);
}

static void put16(QByteArray &packet, qsizetype at, uint16_t value)
{
    packet[at] = char(value >> 8);
    packet[at + 1] = char(value & 0xff);
}

// Both checksums, and the length, of what has been changed.
static QByteArray sealed(QByteArray packet)
{
    if (TunPeer::isV4(packet)) {
        put16(packet, 2, uint16_t(packet.size()));
        put16(packet, 10, 0);
        put16(packet, 10, folded(sumOf(packet.first(header4))));
        put16(packet, header4 + 2, 0);
        put16(packet, header4 + 2, folded(sumOf(packet.sliced(header4))));
    } else {
        const auto length = uint16_t(packet.size() - header6);
        put16(packet, 4, length);
        put16(packet, header6 + 2, 0);
        put16(packet, header6 + 2, folded(sumOf(packet.mid(8, 32)) + length + IPPROTO_ICMPV6 + sumOf(packet.sliced(header6))));
    }
    return packet;
}

TunPeer::Packet TunPeer::echoReply(const Packet &request)
{
    Packet reply = request;
    if (isV4(request)) {
        reply.replace(12, 4, request.mid(16, 4)).replace(16, 4, request.mid(12, 4));
        reply[8] = 55; // hops left
        reply[header4] = 0;
    } else {
        reply.replace(8, 16, request.mid(24, 16)).replace(24, 16, request.mid(8, 16));
        reply[7] = 55;
        reply[header6] = char(129);
    }
    return sealed(reply);
}

TunPeer::Packet TunPeer::from(Packet packet, uint32_t hostOrder)
{
    const uint32_t networkOrder = htonl(hostOrder);
    packet.replace(12, 4, QByteArray(reinterpret_cast<const char *>(&networkOrder), 4));
    return sealed(packet);
}

TunPeer::Packet TunPeer::spoilt(Packet packet, int byteOfIcmp)
{
    const qsizetype at = (isV4(packet) ? header4 : header6) + byteOfIcmp;
    packet[at] = char(packet[at] ^ 1);
    return sealed(packet);
}

TunPeer::Packet TunPeer::shortened(Packet packet, int bytesOfIcmp)
{
    return sealed(packet.first(header4 + bytesOfIcmp));
}

TunPeer::Packet TunPeer::unreachable(const Packet &request, int code, int bytesOfIcmp)
{
    const bool v4 = isV4(request);
    const int header = v4 ? header4 : header6;
    Packet packet =
        echoReply(request).first(header) + QByteArray(8, '\0') + request.first(std::min(qsizetype(header + bytesOfIcmp), request.size()));
    packet[header] = v4 ? 3 : 1;
    packet[header + 1] = char(code);
    return sealed(packet);
}
