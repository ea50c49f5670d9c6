// The simulated fleet, seen through OpenSSH's own client: what it shows there, it shows to collector.

#include "fleet/fleetprocess.h"

#include <QStandardPaths>
#include <QTest>

using namespace collector;
using namespace Qt::StringLiterals;

class TestFleet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aCommandHasItsCannedAnswer();
    void aCommandIsRun();
    void inputReachesTheCommand();
    void aSignalIsTold();
    void aStrangersKeyIsRefused();
    void faultsGoByAddress();
    void aContactIsLoggedOnce();

private:
    struct Answer
    {
        int status;
        QByteArray output;
        QByteArray error;
    };
    static Answer ssh(const ServerProcess &server, const QString &host, const QString &command, const QByteArray &input = {},
                      const QStringList &options = {});
};

TestFleet::Answer TestFleet::ssh(const ServerProcess &server, const QString &host, const QString &command, const QByteArray &input,
                                 const QStringList &options)
{
    QProcess client;
    client.start(u"ssh"_qs, options + server.sshOptions() + QStringList{u"-T"_qs, u"tester@"_qs + host, command});
    client.write(input);
    client.closeWriteChannel();
    const bool ended = client.waitForFinished(20'000);
    if (!ended)
        client.kill();
    client.waitForFinished();
    return {ended ? client.exitCode() : -1, client.readAllStandardOutput(), client.readAllStandardError()};
}

void TestFleet::initTestCase()
{
    if (QStandardPaths::findExecutable(u"ssh"_qs).isEmpty())
        QSKIP("openssh-client is not installed");
}

void TestFleet::aCommandHasItsCannedAnswer()
{
    const FleetProcess fleet;
    const Answer answer = ssh(fleet, u"127.0.0.2"_qs, u"anything"_qs);
    QCOMPARE(answer.status, 0);
    QCOMPARE(answer.output, "hello world\n");
}

void TestFleet::aCommandIsRun()
{
    const FleetProcess fleet({u"--run"_qs});
    const Answer answer = ssh(fleet, u"127.9.8.7"_qs, u"echo $SSH_CONNECTION; echo oh >&2; exit 4"_qs);
    QCOMPARE(answer.status, 4);
    QVERIFY2(answer.output.endsWith(" 127.9.8.7 " + QByteArray::number(fleet.port()) + '\n'), answer.output.constData());
    QCOMPARE(answer.error, "oh\n");
}

void TestFleet::inputReachesTheCommand()
{
    const FleetProcess fleet({u"--run"_qs});
    QByteArray input;
    for (int i = 0; input.size() < 3'000'000; ++i)
        input += QByteArray::number(i) + '\n';
    const Answer answer = ssh(fleet, u"127.0.0.2"_qs, u"cat"_qs, input);
    QCOMPARE(answer.status, 0);
    QVERIFY(answer.output == input);
}

void TestFleet::aSignalIsTold()
{
    const FleetProcess fleet({u"--run"_qs});
    QCOMPARE(ssh(fleet, u"127.0.0.2"_qs, u"kill -TERM $$"_qs, {}, {u"-v"_qs}).status, 255);
    QVERIFY(ssh(fleet, u"127.0.0.2"_qs, u"kill -TERM $$"_qs, {}, {u"-v"_qs}).error.contains("rtype exit-signal"));
}

void TestFleet::aStrangersKeyIsRefused()
{
    const FleetProcess other;
    FleetProcess fleet({u"--authorized-key"_qs, other.clientKey() + u".pub"_qs});
    const Answer answer = ssh(fleet, u"127.0.0.2"_qs, u"true"_qs);
    QCOMPARE(answer.status, 255);
    QVERIFY2(answer.error.contains("Permission denied (publickey)"), answer.error.constData());
    QCOMPARE(fleet.statistics().value(u"auth_accepted"_qs).toInt(-1), 0);
}

void TestFleet::faultsGoByAddress()
{
    QTemporaryDir directory;
    QFile map(directory.filePath(u"map"_qs));
    QVERIFY(map.open(QIODevice::WriteOnly));
    map.write("127.0.1.0/24 exit-3 # a whole net\n127.0.2.5-127.0.2.9 http\n");
    map.close();
    const FleetProcess fleet({u"--fault-map"_qs, map.fileName()});
    QCOMPARE(ssh(fleet, u"127.0.1.255"_qs, u"true"_qs).status, 3);
    QCOMPARE(ssh(fleet, u"127.0.2.9"_qs, u"true"_qs).status, 255);
    QCOMPARE(ssh(fleet, u"127.0.2.10"_qs, u"true"_qs).status, 0);
}

void TestFleet::aContactIsLoggedOnce()
{
    FleetProcess fleet;
    QCOMPARE(ssh(fleet, u"127.0.0.3"_qs, u"uptime"_qs).status, 0);
    QCOMPARE(fleet.count(FleetEvent::Connect, u"127.0.0.3"_qs), 1);
    QCOMPARE(fleet.count(FleetEvent::Exec, u"127.0.0.3"_qs), 1);
    QCOMPARE(fleet.count(FleetEvent::Connect), 1);
    const QJsonObject statistics = fleet.statistics();
    QCOMPARE(statistics.value(u"commands"_qs).toInt(), 1);
    QCOMPARE(statistics.value(u"connections"_qs).toInt(), 1);
    QCOMPARE(statistics.value(u"active"_qs).toInt(-1), 0);
}

QTEST_GUILESS_MAIN(TestFleet)
#include "tst_fleet.moc"
