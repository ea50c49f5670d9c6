// The ping thread in networks of the test's own: a tun interface whose far end is this test, and a veth pair into a second network
// namespace whose firewall drops exactly each Nth packet. Nothing leaves the machine; the namespaces go with the processes.

#include "networknamespace.h"
#include "tunpeer.h"

#include <QFile>
#include <QProcess>
#include <QTest>

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>

using namespace std::chrono_literals;

namespace {

struct Line
{
    int sent = 0, received = 0;
    int min = 0, avg = 0, max = 0; // µs
    int ttl = 0;
    QByteArray cause, method;
};

struct Outcome
{
    std::map<QByteArray, Line> lines;
    QMap<QByteArray, quint64> counters;
    QList<int> leftAfterTry;
    QByteArray log;

    int with(const char *cause) const
    {
        return int(std::count_if(lines.begin(), lines.end(), [cause](const auto &line) { return line.second.cause == cause; }));
    }
    int sum(int Line::*field) const
    {
        int total = 0;
        for (const auto &[address, line] : lines)
            total += line.*field;
        return total;
    }
};

Outcome parse(const QByteArray &output)
{
    Outcome outcome;
    for (const QByteArray &text : output.split('\n')) {
        const QByteArrayList words = text.split(' ');
        if (words.first() == "counters") {
            for (const QByteArray &word : words.sliced(1))
                outcome.counters.insert(word.split('=').first(), word.split('=').last().toULongLong());
        } else if (words.first() == "tries") {
            for (const QByteArray &word : words.sliced(1))
                outcome.leftAfterTry.append(word.toInt());
        } else if (words.size() == 9) {
            outcome.lines[words[0]] = {words[1].toInt(), words[2].toInt(), words[3].toInt(), words[4].toInt(),
                                       words[5].toInt(), words[6].toInt(), words[7],         words[8]};
        }
    }
    return outcome;
}

} // namespace

class tst_PingNetns : public QObject
{
    Q_OBJECT

private:
    // Rows for either kind of socket.
    static void eitherSocket()
    {
        QTest::addColumn<QString>("without");
        QTest::addColumn<QString>("groupRange");
        QTest::newRow("raw socket") << QString() << QStringLiteral("1 0");
        QTest::newRow("datagram socket") << QStringLiteral("-net_raw") << QStringLiteral("0 0");
    }

    // Privileges to leave out, as setpriv names them.
    void start(QProcess &process, const QStringList &arguments, const QString &without = {})
    {
        const QString probe = QStringLiteral(BUILD_DIR "/tests/pingprobe");
        process.setReadChannel(QProcess::StandardOutput);
        if (without.isEmpty())
            process.start(probe, arguments);
        else
            process.start(QStringLiteral("setpriv"),
                          QStringList{QStringLiteral("--inh-caps"), without, QStringLiteral("--bounding-set"), without, probe} + arguments);
    }
    Outcome finish(QProcess &process)
    {
        if (!process.waitForFinished(60'000))
            process.kill();
        Outcome outcome = parse(process.readAllStandardOutput());
        outcome.log = process.readAllStandardError();
        return outcome;
    }
    Outcome probe(const QString &arguments, const QString &without = {})
    {
        QProcess process;
        start(process, arguments.split(u' '), without);
        return finish(process);
    }

    TunPeer m_peer;
    QProcess m_farSide; // holds the second namespace open

    QString far(const QString &command) const
    {
        return run(QStringLiteral("nsenter -t %1 -n sh -ec '%2'").arg(m_farSide.processId()).arg(command));
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_peer.open("tun-ping"));
        QCOMPARE(run(QStringLiteral(
                     "ip link set lo up; ip addr add 10.99.255.254/16 dev tun-ping; ip -6 addr add fd99::fffe/64 dev tun-ping nodad;"
                     "ip link set tun-ping txqueuelen 200000 up; ip route add 10.80.0.0/12 dev tun-ping;"
                     "ip route add unreachable 10.97.1.0/24; ip route add prohibit 10.97.2.0/24; ip route add blackhole 10.97.3.0/24")),
                 QString());

        m_farSide.start(QStringLiteral("unshare"),
                        {QStringLiteral("-n"), QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("echo; exec sleep 600")});
        QVERIFY(m_farSide.waitForReadyRead());
        QCOMPARE(
            run(QStringLiteral("ip link add veth-near type veth peer name veth-far netns %1; ip addr add 10.98.255.254/30 dev veth-near;"
                               "ip link set veth-near up; ip route add 10.98.0.0/16 via 10.98.255.253 dev veth-near")
                    .arg(m_farSide.processId())),
            QString());
        // Every address of 10.98.0.0/16 is the far side's own.
        QCOMPARE(far(QStringLiteral("ip link set lo up; ip addr add 10.98.255.253/30 dev veth-far; ip link set veth-far up; ip route add "
                                    "local 10.98.0.0/16 dev lo;"
                                    "sysctl -q -w net.ipv4.icmp_ratelimit=0; nft add table inet lossy;"
                                    "nft add chain inet lossy in \"{ type filter hook input priority 0; }\"")),
                 QString());
    }

    void cleanupTestCase()
    {
        m_peer.stop();
        m_farSide.kill();
        m_farSide.waitForFinished();
    }

    void eachNthPacketDropped_data()
    {
        QTest::addColumn<int>("modulus");
        QTest::addColumn<int>("hosts");
        QTest::addColumn<QList<int>>("left");
        QTest::newRow("each tenth of 255 hosts") << 10 << 255 << QList<int>{25, 3, 0};
        QTest::newRow("each hundredth of 65,000 hosts") << 100 << 65'000 << QList<int>{650, 6, 0};
    }
    // With three tries no host is called down that is not, and what was lost is exactly what the firewall dropped.
    void eachNthPacketDropped()
    {
        QFETCH(int, modulus);
        QFETCH(int, hosts);
        QFETCH(QList<int>, left);
        QCOMPARE(far(QStringLiteral(
                         "nft flush chain inet lossy in; nft add rule inet lossy in icmp type echo-request numgen inc mod %1 == %2 drop")
                         .arg(modulus)
                         .arg(modulus - 1)),
                 QString());
        const Outcome outcome = probe(QStringLiteral("--tries 3 --rate 40000 --wait 500 10.98.0.1+%1").arg(hosts));
        QCOMPARE(int(outcome.lines.size()), hosts);
        QCOMPARE(outcome.leftAfterTry, left);
        QCOMPARE(outcome.with("none"), hosts);
        QCOMPARE(outcome.counters["foreign"] + outcome.counters["late"] + outcome.counters["duplicate"], quint64(0));
    }

    void lossInSeriesIsExact()
    {
        QCOMPARE(far(QStringLiteral(
                     "nft flush chain inet lossy in; nft add rule inet lossy in icmp type echo-request numgen inc mod 10 == 9 drop")),
                 QString());
        const Outcome outcome = probe(QStringLiteral("--count 5 --interval 100 --wait 500 10.98.7.1+1000"));
        QCOMPARE(outcome.sum(&Line::sent), 5000);
        QCOMPARE(outcome.sum(&Line::received), 4500);
        QVERIFY2(outcome.with("none") > 990, "a hundred hosts would be hit each time if the rounds had the same order");
    }

    void firewallThatSaysSo_data()
    {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QByteArray>("cause");
        QTest::newRow("host prohibited") << QStringLiteral("host-prohibited") << QByteArray("prohibited");
        QTest::newRow("administratively prohibited") << QStringLiteral("admin-prohibited") << QByteArray("prohibited");
        QTest::newRow("port unreachable, the default of REJECT") << QStringLiteral("port-unreachable") << QByteArray("prohibited");
        QTest::newRow("host unreachable") << QStringLiteral("host-unreachable") << QByteArray("no_route");
    }
    void firewallThatSaysSo()
    {
        QFETCH(QString, answer);
        QFETCH(QByteArray, cause);
        QCOMPARE(far(QStringLiteral("nft flush chain inet lossy in; nft add rule inet lossy in ip daddr 10.98.8.2 reject with icmp type %1")
                         .arg(answer)),
                 QString());
        const Outcome outcome = probe(QStringLiteral("--wait 2000 10.98.8.1 10.98.8.2 10.98.8.3"));
        QCOMPARE(outcome.lines.at("10.98.8.2").cause, cause);
        QCOMPARE(outcome.lines.at("10.98.8.1").cause, QByteArray("none"));
        QCOMPARE(outcome.lines.at("10.98.8.3").cause, QByteArray("none"));
    }

    // By TCP the same: refused is alive, a firewall is not.
    void tcpTellsTheSame()
    {
        QCOMPARE(far(QStringLiteral(
                     "nft flush chain inet lossy in; nft add rule inet lossy in ip daddr 10.98.8.2 reject with icmp type admin-prohibited;"
                     "nft add rule inet lossy in ip daddr 10.98.8.3 drop; nft add rule inet lossy in ip daddr 10.98.8.4 reject")),
                 QString());
        const Outcome outcome = probe(QStringLiteral("--method tcp --wait 300 10.98.8.1 10.98.8.2 10.98.8.3 10.98.8.4 10.97.1.1 "
                                                     "10.97.2.1 10.98.255.255"));
        QCOMPARE(outcome.lines.at("10.98.8.1").cause, QByteArray("none"));
        QCOMPARE(outcome.lines.at("10.98.8.2").cause, QByteArray("prohibited"));
        QCOMPARE(outcome.lines.at("10.98.8.3").cause, QByteArray("no_reply"));
        QCOMPARE(outcome.lines.at("10.98.8.4").cause, QByteArray("prohibited"));
        QCOMPARE(outcome.lines.at("10.97.1.1").cause, QByteArray("no_route"));
        QCOMPARE(outcome.lines.at("10.97.2.1").cause, QByteArray("prohibited"));
        QCOMPARE(outcome.lines.at("10.98.255.255").cause, QByteArray("bad_address"));
        QCOMPARE(outcome.lines.at("10.98.8.1").method, QByteArray("tcp"));
    }

    void ourOwnFirewallIsNotTheHostsFault()
    {
        QCOMPARE(run(QStringLiteral("nft add table inet own; nft add chain inet own out \"{ type filter hook output priority 0; }\";"
                                    "nft add rule inet own out ip daddr 10.98.8.2 drop")),
                 QString());
        QCOMPARE(far(QStringLiteral("nft flush chain inet lossy in")), QString());
        const Outcome outcome = probe(QStringLiteral("--wait 500 10.98.8.1 10.98.8.2 10.98.8.3"));
        QCOMPARE(run(QStringLiteral("nft delete table inet own")), QString());
        QCOMPARE(outcome.lines.at("10.98.8.1").cause, QByteArray("none"));
        QCOMPARE(outcome.lines.at("10.98.8.2").cause, QByteArray("local_limit"));
        QCOMPARE(outcome.lines.at("10.98.8.3").cause, QByteArray("none"));
    }

    void routesOfOurOwn_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<QByteArray>("cause");
        QTest::newRow("unreachable") << QByteArray("10.97.1.7") << QByteArray("no_route");
        QTest::newRow("none at all") << QByteArray("203.0.113.7") << QByteArray("no_route");
        QTest::newRow("none at all, IPv6") << QByteArray("2001:db8::7") << QByteArray("no_route");
        QTest::newRow("prohibit") << QByteArray("10.97.2.7") << QByteArray("prohibited");
        QTest::newRow("blackhole") << QByteArray("10.97.3.7") << QByteArray("no_route");
        QTest::newRow("broadcast of a subnet") << QByteArray("10.99.255.255") << QByteArray("bad_address");
        QTest::newRow("limited broadcast") << QByteArray("255.255.255.255") << QByteArray("bad_address");
    }
    void routesOfOurOwn()
    {
        QFETCH(QByteArray, address);
        QFETCH(QByteArray, cause);
        m_peer.start([](TunPeer &peer, const TunPeer::Packet &request) { peer.answer(TunPeer::echoReply(request)); });
        const Outcome outcome = probe(QStringLiteral("10.99.0.1 %1 10.99.0.2").arg(QString::fromLatin1(address)));
        QCOMPARE(outcome.lines.at(address).cause, cause);
        QCOMPARE(outcome.lines.at(address).received, 0);
        QCOMPARE(outcome.lines.at("10.99.0.1").received, 1);
        QCOMPARE(outcome.lines.at("10.99.0.2").received, 1);
    }

    // A network in which the third part of an address says how its hosts behave. All at once, so that each could be taken for another.
    void hostileNetwork_data() { eitherSocket(); }
    void hostileNetwork()
    {
        QFETCH(QString, without);
        QFETCH(QString, groupRange);
        if (!run(QStringLiteral("sysctl -q -w net.ipv4.ping_group_range=\"%1\"").arg(groupRange)).isEmpty())
            QSKIP("ping_group_range cannot be shut in a user namespace without group 1: run as root");
        m_peer.start([](TunPeer &peer, const TunPeer::Packet &request) {
            const QByteArray to = TunPeer::destination(request);
            const TunPeer::Packet reply = TunPeer::echoReply(request);
            const uint32_t address =
                uint32_t(uint8_t(to[0])) << 24 | uint32_t(uint8_t(to[1])) << 16 | uint32_t(uint8_t(to[2])) << 8 | uint8_t(to[3]);
            switch (to[2]) {
            case 0:
                return peer.answer(reply);
            case 1:
                return;
            case 2:
                return peer.answerLater(reply, 700ms);
            case 3:
                for (int i = 0; i < 3; ++i)
                    peer.answer(reply);
                return;
            case 4:
                return peer.answer(TunPeer::spoilt(reply, 8 + int(address % 28))); // any bit of cookie, time, slot, generation, number
            case 5:
                return peer.answer(TunPeer::from(reply, address ^ 1)); // the neighbour's address under our packet
            case 6:
                return peer.answer(TunPeer::unreachable(request, 1, 1000));
            case 7:
                return peer.answer(TunPeer::unreachable(request, 13, 8));
            case 8:
                if (peer.numberOfItsHost(request) % 3 != 0)
                    peer.answer(reply);
                return;
            case 9:
                return peer.answer(TunPeer::shortened(reply, 20));
            default:
                return peer.answerLater(reply, 20ms);
            }
        });
        QString ranges;
        for (int behaviour = 0; behaviour <= 10; ++behaviour)
            ranges += QStringLiteral(" 10.99.%1.1+200").arg(behaviour);
        const Outcome outcome = probe(QStringLiteral("--count 3 --interval 100 --wait 600%1").arg(ranges), without);
        const int hosts = 200;
        struct Expected
        {
            int received;
            QByteArray cause;
        };
        const QList<Expected> expected{{3, "none"},     {0, "no_reply"}, {0, "no_reply"}, {3, "none"},
                                       {0, "no_reply"}, {0, "no_reply"}, {0, "no_route"}, {0, "prohibited"},
                                       {2, "none"},     {0, "no_reply"}, {3, "none"}};
        QCOMPARE(int(outcome.lines.size()), hosts * int(expected.size()));
        for (const auto &[address, line] : outcome.lines) {
            const Expected &right = expected[address.split('.')[2].toInt()];
            QVERIFY2(line.sent == 3 && line.received == right.received && line.cause == right.cause && line.method == "icmp",
                     (address + " received " + QByteArray::number(line.received) + ' ' + line.cause).constData());
            if (right.received > 0)
                QCOMPARE(line.ttl, 55);
            if (address.startsWith("10.99.10."))
                QVERIFY2(line.min >= 20'000 && line.max < 600'000, QByteArray::number(line.min).constData());
        }
        QCOMPARE(outcome.counters["answered"], quint64(hosts * (3 + 3 + 2 + 3)));
        // Those of the last packet come when the series is over, and are late.
        QCOMPARE(outcome.counters["duplicate"], quint64(hosts * 2 * 2));
        // What quotes 8 bytes is taken to be about the latest packet: where it comes after the next one has left, two count as one.
        const quint64 unreachable = outcome.counters["unreachable"];
        QVERIFY2(unreachable >= quint64(hosts * 3 + hosts) && unreachable <= quint64(hosts * 3 * 2),
                 QByteArray::number(unreachable).constData());
        QVERIFY2(outcome.counters["foreign"] >= quint64(hosts * 3 * 3), "spoilt, misplaced and shortened ones");
        QVERIFY2(outcome.counters["late"] >= quint64(hosts * 3), QByteArray::number(outcome.counters["late"]).constData());
        QCOMPARE(outcome.counters["overflowed"], quint64(0));
    }

    // While we are held up for longer than any of them is waited for, all answer in time, and one is complained about: that is an error
    // of the one socket, and told before what the others have said.
    void aComplaintHidesNoAnswer_data() { eitherSocket(); }
    void aComplaintHidesNoAnswer()
    {
        QFETCH(QString, without);
        QFETCH(QString, groupRange);
        if (!run(QStringLiteral("sysctl -q -w net.ipv4.ping_group_range=\"%1\"").arg(groupRange)).isEmpty())
            QSKIP("ping_group_range cannot be shut in a user namespace without group 1: run as root");
        std::atomic<pid_t> pid = 0;
        m_peer.start([&pid](TunPeer &peer, const TunPeer::Packet &request) {
            peer.hold(TunPeer::destination(request)[2] == 0 ? TunPeer::echoReply(request) : TunPeer::unreachable(request, 1, 1000));
            if (peer.number() < 201)
                return;
            kill(pid, SIGSTOP);
            for (const TunPeer::Packet &answer : peer.held())
                peer.answer(answer);
            std::this_thread::sleep_for(1500ms);
            kill(pid, SIGCONT);
        });
        QProcess process;
        start(process, {QStringLiteral("--wait"), QStringLiteral("1000"), QStringLiteral("10.99.0.1+200"), QStringLiteral("10.99.6.1")},
              without);
        QVERIFY(process.waitForStarted());
        pid = pid_t(process.processId());
        const Outcome outcome = finish(process);
        QCOMPARE(outcome.lines.at("10.99.6.1").cause, QByteArray("no_route"));
        QCOMPARE(outcome.with("none"), 200);
    }

    void ipv6()
    {
        m_peer.start([](TunPeer &peer, const TunPeer::Packet &request) {
            switch (TunPeer::destination(request)[15] % 4) {
            case 0:
                return;
            case 1:
                return peer.answer(TunPeer::unreachable(request, 1, 1000));
            case 2:
                return peer.answer(TunPeer::unreachable(request, 3, 8));
            default:
                return peer.answer(TunPeer::echoReply(request));
            }
        });
        const Outcome outcome = probe(QStringLiteral("--count 2 --interval 50 --wait 400 fd99::1+100"));
        const QByteArrayList causes{"no_reply", "prohibited", "no_route", "none"};
        QCOMPARE(int(outcome.lines.size()), 100);
        for (const auto &[address, line] : outcome.lines) {
            const int last = address.split(':').last().toInt(nullptr, 16);
            QCOMPARE(line.cause, causes[last % 4]);
            QCOMPARE(line.received, last % 4 == 3 ? 2 : 0);
            QCOMPARE(line.ttl, last % 4 == 3 ? 55 : 0);
        }
    }

    // A link-local address of our own, one of a neighbour's, and nobody's.
    void linkLocal()
    {
        QCOMPARE(run(QStringLiteral("ip -6 addr add fe80::7/64 dev veth-near nodad")), QString());
        QCOMPARE(far(QStringLiteral("nft flush chain inet lossy in; ip -6 addr add fe80::8/64 dev veth-far nodad")), QString());
        for (const char *method : {"icmp", "tcp"}) {
            const Outcome outcome = probe(
                QStringLiteral("--method %1 --wait 500 fe80::7%veth-near fe80::8%veth-near fe80::9%veth-near").arg(QLatin1String(method)));
            QCOMPARE(outcome.lines.at("fe80::7").cause, QByteArray("none"));
            QCOMPARE(outcome.lines.at("fe80::8").cause, QByteArray("none"));
            QCOMPARE(outcome.lines.at("fe80::9").cause, QByteArray("no_reply"));
        }
    }

    // Where this machine has no address to send from, the kernel says what it says when no port is left; nobody is to wait for that.
    void noAddressToConnectFrom()
    {
        QProcess process;
        process.start(
            QStringLiteral("unshare"),
            {QStringLiteral("-n"), QStringLiteral("sh"), QStringLiteral("-ec"),
             QStringLiteral("sysctl -q -w net.ipv6.conf.lo.disable_ipv6=1; ip link set lo up; ip link add v0 type veth peer name v1;"
                            "sysctl -q -w net.ipv6.conf.v0.addr_gen_mode=1 net.ipv6.conf.v1.addr_gen_mode=1;"
                            "ip link set v0 up; ip link set v1 up; ip -6 route add 2001:db8::/32 dev v0;"
                            "exec %1 --method tcp --wait 300 2001:db8::1+3 127.0.0.1")
                 .arg(QStringLiteral(BUILD_DIR "/tests/pingprobe"))});
        const Outcome outcome = finish(process);
        QCOMPARE(int(outcome.lines.size()), 4);
        QCOMPARE(outcome.with("no_route"), 3);
        QCOMPARE(outcome.lines.at("127.0.0.1").cause, QByteArray("none"));
    }

    // Twice what ICMP's sequence can tell apart, all on the way before the first answer, which come in the opposite order.
    void moreInFlightThanSequences()
    {
        constexpr uint32_t hosts = 131'072;
        m_peer.start([](TunPeer &peer, const TunPeer::Packet &request) {
            peer.hold(TunPeer::echoReply(request));
            if (peer.held().size() < hosts)
                return;
            for (size_t i = hosts; i-- > 0;)
                peer.answer(peer.held()[i]);
            peer.held().clear();
        });
        const Outcome outcome = probe(QStringLiteral("--wait 30000 10.80.0.1+131072"));
        QCOMPARE(outcome.with("none"), int(hosts));
        QCOMPARE(outcome.counters["foreign"], quint64(0));
        QCOMPARE(outcome.counters["duplicate"], quint64(0));
    }

    // While we are held up, more answers come than there is room for: the hosts are asked again, and none is down.
    void whatWeLoseOurselvesIsNoLoss()
    {
        constexpr uint32_t hosts = 40'000;
        QProcess process;
        std::atomic<pid_t> pid = 0;
        m_peer.start([&pid](TunPeer &peer, const TunPeer::Packet &request) {
            if (peer.number() > hosts)
                return peer.answer(TunPeer::echoReply(request));
            peer.hold(TunPeer::echoReply(request));
            if (peer.number() < hosts)
                return;
            kill(pid, SIGSTOP);
            std::this_thread::sleep_for(50ms);
            for (const TunPeer::Packet &reply : peer.held())
                peer.answer(reply);
            kill(pid, SIGCONT);
        });
        QFile largest(QStringLiteral("/proc/sys/net/core/rmem_max"));
        if (largest.open(QIODevice::ReadOnly) && largest.readAll().toLongLong() > 14'000'000)
            QSKIP("net.core.rmem_max is so large that 40,000 answers fit");
        start(process,
              {QStringLiteral("--wait"), QStringLiteral("2000"), QStringLiteral("--rate"), QStringLiteral("45000"),
               QStringLiteral("10.80.0.1+40000")},
              QStringLiteral("-net_admin"));
        QVERIFY(process.waitForStarted());
        pid = pid_t(process.processId());
        const Outcome outcome = finish(process);
        QVERIFY2(outcome.counters["overflowed"] > 0, "the test did not overflow anything");
        QCOMPARE(outcome.with("none"), int(hosts));
        QVERIFY(outcome.counters["repeated"] >= outcome.counters["overflowed"]);
        QVERIFY2(outcome.log.contains("dropped here"), outcome.log.constData());
    }

    // The interface's queue is full again and again: backed off, and nobody is down for it.
    void aFullQueueIsWaitedFor()
    {
        QCOMPARE(run(QStringLiteral("tc qdisc replace dev tun-ping root pfifo limit 20 2>/dev/null || ip link set tun-ping txqueuelen 20")),
                 QString());
        m_peer.start([](TunPeer &peer, const TunPeer::Packet &request) {
            if (peer.number() % 100 == 0)
                std::this_thread::sleep_for(5ms);
            peer.answer(TunPeer::echoReply(request));
        });
        const Outcome outcome = probe(QStringLiteral("--wait 5000 10.80.0.1+5000"));
        QCOMPARE(run(QStringLiteral("tc qdisc del dev tun-ping root 2>/dev/null; ip link set tun-ping txqueuelen 200000")), QString());
        QCOMPARE(outcome.with("none"), 5000);
    }

    void holdsTheRate_data()
    {
        QTest::addColumn<int>("rate");
        QTest::addColumn<int>("hosts");
        QTest::newRow("slow") << 200 << 300;
        QTest::newRow("the default") << 5'000 << 10'000;
        QTest::newRow("fast") << 20'000 << 40'000;
    }
    void holdsTheRate()
    {
        QFETCH(int, rate);
        QFETCH(int, hosts);
        QVERIFY(m_peer.seesRate(rate, size_t(hosts), [&] {
            return probe(QStringLiteral("--wait 5000 --rate %1 10.80.0.1+%2").arg(rate).arg(hosts)).with("none") == hosts;
        }));
    }

    // What a process may do decides the method, and the answer is right each time.
    void methods_data()
    {
        QTest::addColumn<QString>("without");
        QTest::addColumn<QString>("groupRange");
        QTest::addColumn<QString>("asked");
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("said");
        const QString shut = QStringLiteral("1 0"), open = QStringLiteral("0 0"), noRaw = QStringLiteral("-net_raw"),
                      automatic = QStringLiteral("auto");
        QTest::newRow("unprivileged, ping_group_range shut")
            << noRaw << shut << automatic << QByteArray("tcp") << QByteArray("ping_group_range");
        QTest::newRow("unprivileged, ping_group_range open") << noRaw << open << automatic << QByteArray("icmp") << QByteArray("datagram");
        QTest::newRow("CAP_NET_RAW, ping_group_range shut") << QString() << shut << automatic << QByteArray("icmp") << QByteArray("raw");
        QTest::newRow("CAP_NET_RAW and open: the datagram socket")
            << QString() << open << automatic << QByteArray("icmp") << QByteArray("datagram");
        QTest::newRow("privileged, TCP demanded")
            << QString() << open << QStringLiteral("tcp") << QByteArray("tcp") << QByteArray("8 answered");
        QTest::newRow("unprivileged, ICMP demanded")
            << noRaw << shut << QStringLiteral("icmp") << QByteArray("icmp") << QByteArray("cap_net_raw");
    }
    void methods()
    {
        QFETCH(QString, without);
        QFETCH(QString, groupRange);
        QFETCH(QString, asked);
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, said);
        if (!run(QStringLiteral("sysctl -q -w net.ipv4.ping_group_range=\"%1\"").arg(groupRange)).isEmpty())
            QSKIP("ping_group_range cannot be shut in a user namespace without group 1: run as root");
        QCOMPARE(far(QStringLiteral("nft flush chain inet lossy in; nft add rule inet lossy in ip daddr 10.98.5.9 drop")), QString());
        const Outcome outcome = probe(QStringLiteral("--method %1 --wait 300 10.98.5.1+8 10.98.5.9").arg(asked), without);
        QCOMPARE(int(outcome.lines.size()), 9);
        const bool isRefused = asked == u"icmp" && method == "icmp" && !without.isEmpty();
        for (const auto &[address, line] : outcome.lines) {
            QCOMPARE(line.method, method);
            QCOMPARE(line.cause, isRefused                ? QByteArray("not_permitted")
                                 : address == "10.98.5.9" ? QByteArray("no_reply")
                                                          : QByteArray("none"));
        }
        QVERIFY2(outcome.log.contains(said), outcome.log.constData());
    }
};

int main(int argc, char **argv)
{
    if (const QString name = enterTestNetwork(); !name.isEmpty()) {
        std::printf("SKIP: tst_ping_netns needs %s\n", qPrintable(name));
        return 77;
    }
    QCoreApplication app(argc, argv);
    tst_PingNetns test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_ping_netns.moc"
