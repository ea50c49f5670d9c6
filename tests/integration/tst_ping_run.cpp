// The whole program with -p ping, in a network of the test's own whose hosts answer as their addresses say.

#include "networknamespace.h"
#include "tunpeer.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>

namespace {

struct Outcome
{
    QMap<QString, QJsonObject> records; // by host
    QStringList hosts;                  // as they ended
    int exitStatus = -1;
    qint64 elapsedMs = 0;
    QByteArray errors;

    QString status(const char *host) const { return records[QString::fromLatin1(host)][u"status"].toString(); }
    QString cause(const char *host) const { return records[QString::fromLatin1(host)][u"cause"].toString(); }
    QJsonValue fact(const char *host, QLatin1String name) const
    {
        return records[QString::fromLatin1(host)][u"facts"].toObject()[u"ping"].toObject()[name];
    }
    int with(const char *status) const
    {
        int count = 0;
        for (const QJsonObject &record : records)
            count += record[u"status"].toString() == QLatin1String(status);
        return count;
    }
};

QByteArray v4(uint8_t c, uint8_t d)
{
    const char bytes[] = {10, 99, char(c), char(d)};
    return QByteArray(bytes, 4);
}

void answer(TunPeer &peer, const TunPeer::Packet &request)
{
    peer.answer(TunPeer::echoReply(request));
}

} // namespace

class tst_PingRun : public QObject
{
    Q_OBJECT

private:
    TunPeer m_peer;
    QTemporaryDir m_home;

    // `wrap`: a command line that ends in the program's.
    Outcome collect(const QString &arguments, const QStringList &wrap = {})
    {
        QStringList words = wrap;
        words << QStringLiteral(BUILD_DIR "/bin/collector") << arguments.split(u' ') << QStringLiteral("-f") << QStringLiteral("jsonl");
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("HOME"), m_home.path());
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(m_home.path());
        QElapsedTimer timer;
        timer.start();
        process.start(words.takeFirst(), words);
        if (!process.waitForFinished(90'000))
            process.kill();
        Outcome outcome;
        outcome.elapsedMs = timer.elapsed();
        outcome.exitStatus = process.exitCode();
        outcome.errors = process.readAllStandardError();
        for (const QByteArray &line : process.readAllStandardOutput().split('\n')) {
            if (line.isEmpty())
                continue;
            const QJsonObject record = QJsonDocument::fromJson(line).object();
            const QString host = record[u"host"].toString();
            if (outcome.records.contains(host))
                qFatal("two records of %s", qPrintable(host));
            outcome.records.insert(host, record);
            outcome.hosts.append(host);
        }
        return outcome;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_peer.open("tun-ping"));
        QCOMPARE(
            run(QStringLiteral("ip link set lo up; ip addr add 10.99.255.254/16 dev tun-ping; ip link set tun-ping txqueuelen 200000 up")),
            QString());
    }

    void cleanupTestCase() { m_peer.stop(); }

    void aHostMayHaveOptionsOfItsOwn()
    {
        m_peer.start(answer);
        QFile inventory(m_home.filePath(QStringLiteral("hosts.ini")));
        QVERIFY(inventory.open(QIODevice::WriteOnly));
        inventory.write("10.99.16.1\n10.99.16.2 ping_count=3\n10.99.16.3 ping_count=2\n");
        inventory.close();
        const Outcome outcome = collect(QStringLiteral("-i hosts.ini -p ping --interval 10ms"));
        QCOMPARE(outcome.exitStatus, 0);
        QCOMPARE(outcome.fact("10.99.16.1", QLatin1String("sent")).toInt(), 1);
        QCOMPARE(outcome.fact("10.99.16.2", QLatin1String("sent")).toInt(), 3);
        QCOMPARE(outcome.fact("10.99.16.3", QLatin1String("sent")).toInt(), 2);
    }

    void everyAddressHasItsRecord()
    {
        m_peer.start(answer);
        const Outcome outcome = collect(QStringLiteral("-i 10.99.16.0/20 -p ping --rate 0"));
        QCOMPARE(outcome.exitStatus, 0);
        QCOMPARE(int(outcome.records.size()), 4096);
        QCOMPARE(outcome.with("ok"), 4096);
        QCOMPARE(outcome.fact("10.99.17.8", QLatin1String("alive")), QJsonValue(true));
        QCOMPARE(outcome.fact("10.99.17.8", QLatin1String("ttl")), QJsonValue(55));
        QCOMPARE(outcome.fact("10.99.17.8", QLatin1String("method")), QJsonValue(QStringLiteral("icmp")));
    }

    // As in the article: 255 hosts, three packets a second apart, all at once.
    // The zone of an address that is not link-local says nothing, nor is it in the answer.
    void aZoneThatIsNotNeededHidesNoAnswer()
    {
        const Outcome outcome = collect(QStringLiteral("-i ::1%lo, -p ping --retries 0"));
        QCOMPARE(outcome.status("::1%lo"), QStringLiteral("ok"));
    }

    void theArticlesExample()
    {
        m_peer.start(answer);
        const Outcome outcome = collect(QStringLiteral("-i 10.99.1.1-10.99.1.255 -p ping --count 3 --interval 1"));
        QCOMPARE(outcome.with("ok"), 255);
        // One after the other would take more than eight minutes.
        QVERIFY2(outcome.elapsedMs >= 2000 && outcome.elapsedMs < 20'000, QByteArray::number(outcome.elapsedMs).constData());
        QCOMPARE(outcome.fact("10.99.1.77", QLatin1String("received")), QJsonValue(3));
    }

    void theExcludedAreNeverSentAPacket()
    {
        m_peer.start(answer);
        const Outcome outcome = collect(QStringLiteral("-i 10.99.2.0/24 -x 10.99.2.16/28 -p ping"));
        m_peer.stop();
        QCOMPARE(int(outcome.records.size()), 256);
        QCOMPARE(outcome.with("ok"), 240);
        QCOMPARE(outcome.with("skipped"), 16);
        QCOMPARE(outcome.cause("10.99.2.17"), QStringLiteral("excluded"));
        QCOMPARE(m_peer.asked().size(), size_t(240));
        QVERIFY(m_peer.asked().count(v4(2, 15)) == 1 && m_peer.asked().count(v4(2, 16)) == 0 && m_peer.asked().count(v4(2, 31)) == 0);
        QCOMPARE(outcome.exitStatus, 0); // what was skipped was not to be asked
    }

    // Three tries with fresh sequences, from the end of the queue; 200 of the hosts lose the first, 20 the first two, one all three.
    void threeTries()
    {
        m_peer.start([](TunPeer &peer, const TunPeer::Packet &request) {
            const int host = uint8_t(TunPeer::destination(request)[3]);
            const uint32_t lost = host == 7 ? 3 : host <= 20 ? 2 : host <= 200 ? 1 : 0;
            if (peer.numberOfItsHost(request) > lost)
                answer(peer, request);
        });
        const Outcome outcome = collect(QStringLiteral("-i 10.99.3.1-10.99.3.250 -p ping --wait 300ms"));
        QCOMPARE(outcome.exitStatus, 3);
        QCOMPARE(outcome.with("ok"), 249);
        QCOMPARE(outcome.cause("10.99.3.7"), QStringLiteral("no_reply"));
        QCOMPARE(outcome.fact("10.99.3.7", QLatin1String("alive")), QJsonValue(false));
        const auto attempts = [&](const char *host) { return outcome.records[QString::fromLatin1(host)][u"attempts"].toInt(); };
        QCOMPARE(attempts("10.99.3.7"), 3);
        QCOMPARE(attempts("10.99.3.20"), 3);
        QCOMPARE(attempts("10.99.3.21"), 2);
        QCOMPARE(attempts("10.99.3.201"), 1);
    }

    void onlyTheAliveAreAskedFurther()
    {
        m_peer.start([](TunPeer &peer, const TunPeer::Packet &request) {
            if (TunPeer::destination(request)[3] % 2 == 0)
                answer(peer, request);
        });
        const Outcome outcome = collect(QStringLiteral("-i 10.99.4.0/28 -p ping -p ssh-command --command true --only-alive "
                                                       "--connect-timeout 1 --retries 0 --wait 300ms --ssh-config none"));
        m_peer.stop();
        QCOMPARE(int(outcome.records.size()), 16);
        for (int host = 0; host < 16; ++host) {
            const QJsonObject record = outcome.records[QStringLiteral("10.99.4.%1").arg(host)];
            const bool isAlive = host % 2 == 0;
            QCOMPARE(record[u"status"].toString(), isAlive ? QStringLiteral("partial") : QStringLiteral("unreachable"));
            QCOMPARE(m_peer.sentOther().count(v4(4, uint8_t(host))), size_t(isAlive));
        }
    }

    // Names of a server that says nothing delay nobody who has an address.
    void aResolverThatDoesNotAnswer()
    {
        if (QProcess::execute(QStringLiteral("unshare"), {QStringLiteral("-m"), QStringLiteral("true")}) != 0)
            QSKIP("no mount namespace can be made here, as in a plain chroot: a resolver of the test's own needs one");
        QFile configuration(m_home.filePath(QStringLiteral("resolv.conf")));
        QVERIFY(configuration.open(QIODevice::WriteOnly) && configuration.write("nameserver 10.99.250.53\n") > 0);
        configuration.close();
        QFile inventory(m_home.filePath(QStringLiteral("hosts.ini")));
        QVERIFY(inventory.open(QIODevice::WriteOnly) && inventory.write("10.99.5.[1:50]\nname[1:20].example.org\n") > 0);
        inventory.close();
        m_peer.start(answer);
        const Outcome outcome = collect(QStringLiteral("-i hosts.ini -p ping --retries 0"),
                                        {QStringLiteral("unshare"), QStringLiteral("-m"), QStringLiteral("sh"), QStringLiteral("-ec"),
                                         QStringLiteral("mount --bind resolv.conf /etc/resolv.conf; exec \"$0\" \"$@\"")});
        m_peer.stop();
        QVERIFY2(m_peer.sentOther().count(v4(250, 53)) == 1, "nobody asked the resolver: the test shows nothing");
        QCOMPARE(int(outcome.records.size()), 70);
        QCOMPARE(outcome.with("ok"), 50);
        QCOMPARE(outcome.cause("name7.example.org"), QStringLiteral("dns"));
        for (const QString &host : outcome.hosts.first(50))
            QVERIFY2(host.startsWith(u"10.99.5."), "an address has waited for the names");
        QVERIFY2(outcome.elapsedMs < 20'000, QByteArray::number(outcome.elapsedMs).constData());
    }

    // The kernel says what it says where no port is left: for two minutes all others had to wait as well, one at a time.
    void sshWithoutAnAddressToConnectFrom()
    {
        const Outcome outcome = collect(
            QStringLiteral("-i 2001:db8::1,2001:db8::2,127.0.0.1 -p ssh-command --command true --host-keys off --ssh-config none"),
            {QStringLiteral("unshare"), QStringLiteral("-n"), QStringLiteral("sh"), QStringLiteral("-ec"),
             QStringLiteral("sysctl -q -w net.ipv6.conf.lo.disable_ipv6=1; ip link set lo up; ip link add v0 type veth peer name v1;"
                            "sysctl -q -w net.ipv6.conf.v0.addr_gen_mode=1 net.ipv6.conf.v1.addr_gen_mode=1;"
                            "ip link set v0 up; ip link set v1 up; ip -6 route add 2001:db8::/32 dev v0; exec \"$0\" \"$@\"")});
        QCOMPARE(outcome.cause("2001:db8::1"), QStringLiteral("no_route"));
        QCOMPARE(outcome.cause("2001:db8::2"), QStringLiteral("no_route"));
        QCOMPARE(outcome.cause("127.0.0.1"), QStringLiteral("refused"));
        QVERIFY2(outcome.elapsedMs < 20'000, QByteArray::number(outcome.elapsedMs).constData());
    }

    // What is prohibited was "no route": the user looked for a fault where there was none.
    void whatAFirewallAnswersToSshIsTold()
    {
        const QList<std::pair<QString, QString>> answers = {
            {QStringLiteral("icmp type host-prohibited"), QStringLiteral("prohibited")}, // firewalld, of RHEL
            {QStringLiteral("icmp type admin-prohibited"), QStringLiteral("prohibited")},
            {QStringLiteral("icmp type port-unreachable"), QStringLiteral("refused")}, // REJECT's default, and a host's own
            {QStringLiteral("icmp type host-unreachable"), QStringLiteral("no_route")},
            {QStringLiteral("icmp type net-unreachable"), QStringLiteral("no_route")},
            {QStringLiteral("tcp reset"), QStringLiteral("refused")},
        };
        QString rules = QStringLiteral("sysctl -q -w net.ipv4.icmp_ratelimit=0; nft add table inet says;"
                                       "nft add chain inet says in \"{ type filter hook input priority 0; }\"");
        QString hosts;
        for (int i = 0; i < answers.size(); ++i) {
            const QString host = QStringLiteral("127.9.0.%1").arg(i + 1);
            rules += QStringLiteral("; nft add rule inet says in ip daddr %1 tcp dport 22 reject with %2").arg(host, answers[i].first);
            hosts += host + u',';
        }
        QCOMPARE(run(rules), QString());
        const Outcome outcome =
            collect(QStringLiteral("-i %1 -p ssh-command --command true --retries 0 --host-keys off --ssh-config none").arg(hosts));
        QCOMPARE(run(QStringLiteral("nft delete table inet says")), QString());
        for (int i = 0; i < answers.size(); ++i)
            QCOMPARE(outcome.cause(qPrintable(QStringLiteral("127.9.0.%1").arg(i + 1))), answers[i].second);
        const QString message = outcome.records[QStringLiteral("127.9.0.4")][u"message"].toString();
        QVERIFY2(message.contains(u"the host is down, or"), qPrintable(message));
    }

    // A rate holds over all tries and packets, whatever the workers do.
    void theRateIsThatOfThePackets()
    {
        QVERIFY(m_peer.seesRate(1000, 2048, [&] {
            return collect(QStringLiteral("-i 10.99.32.0/22 -p ping --count 2 --interval 100ms --rate 1000")).with("ok") == 1024;
        }));
    }
};

int main(int argc, char **argv)
{
    if (const QString name = enterTestNetwork(); !name.isEmpty()) {
        std::printf("SKIP: tst_ping_run needs %s\n", qPrintable(name));
        return 77;
    }
    QCoreApplication app(argc, argv);
    tst_PingRun test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_ping_run.moc"
