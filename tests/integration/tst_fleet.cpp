// The simulated fleet, seen through OpenSSH's own client: what it shows there, it shows to collector.

#include "fleet/dropbearprocess.h"
#include "fleet/fleetprocess.h"
#include "fleet/sshdprocess.h"

#include <QElapsedTimer>
#include <QStandardPaths>
#include <QTest>

#include <functional>
#include <stdexcept>

using namespace collector;
using namespace Qt::StringLiterals;

class TestFleet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aCommandHasItsCannedAnswer();
    void aCommandIsRun();
    void shellAndEnvironmentAreAsGiven();
    void inputReachesTheCommand();
    void aSignalIsTold();
    void outputThatOutlivesItsShellIsWaitedFor();
    void aCommandOutlivesItsConnectionButNotTheFleet();
    void aStrangersKeyIsRefused();
    void anotherUserIsRefused();
    void latencyAndDelayTakeTheirTime();
    void faultsGoByAddress();
    void aContactIsLoggedOnce();
    void eachFault_data();
    void eachFault();
    void theReadmeNamesEveryFault();
    void promptsAreAnswered_data();
    void promptsAreAnswered();
    void aBadOptionIsRefused_data();
    void aBadOptionIsRefused();
    void aRealSshdAnswers();
    void aRealDropbearAnswers();

private:
    struct Answer
    {
        int status; // -1: it had not ended when its time was up
        QByteArray output;
        QByteArray error;
    };
    static Answer ssh(const ServerProcess &server, const QString &host, const QString &command, const QByteArray &input = {},
                      const QStringList &options = {});
    // One that does not end: it is killed when it hangs for half a second after `isThere` has become true of what it has written.
    static Answer hangingSsh(const ServerProcess &server, const QString &command, const std::function<bool(const Answer &)> &isThere);
};

static QStringList arguments(const ServerProcess &server, const QString &host, const QString &command)
{
    return server.sshOptions() + QStringList{u"-T"_qs, u"-l"_qs, ServerProcess::user(), host, command};
}

TestFleet::Answer TestFleet::ssh(const ServerProcess &server, const QString &host, const QString &command, const QByteArray &input,
                                 const QStringList &options)
{
    QProcess client;
    client.start(u"ssh"_qs, options + arguments(server, host, command));
    client.write(input);
    client.closeWriteChannel();
    const bool ended = client.waitForFinished(20'000);
    if (!ended)
        client.kill();
    client.waitForFinished();
    return {ended ? client.exitCode() : -1, client.readAllStandardOutput(), client.readAllStandardError()};
}

TestFleet::Answer TestFleet::hangingSsh(const ServerProcess &server, const QString &command,
                                        const std::function<bool(const Answer &)> &isThere)
{
    QProcess client;
    client.start(u"ssh"_qs, QStringList{u"-v"_qs} + arguments(server, u"127.0.0.2"_qs, command));
    client.closeWriteChannel();
    Answer answer{-2, {}, {}}; // it has not even begun
    const auto hasEnded = [&client] { return client.state() == QProcess::NotRunning; };
    const bool hasBegun = QTest::qWaitFor(
        [&] {
            answer.output += client.readAllStandardOutput();
            answer.error += client.readAllStandardError();
            return hasEnded() || isThere(answer);
        },
        20'000);
    if (hasBegun)
        answer.status = QTest::qWaitFor(hasEnded, 500) ? client.exitCode() : -1;
    client.kill();
    client.waitForFinished();
    answer.output += client.readAllStandardOutput();
    answer.error += client.readAllStandardError();
    return answer;
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

void TestFleet::shellAndEnvironmentAreAsGiven()
{
    const FleetProcess fleet({u"--run"_qs, u"--shell"_qs, u"/bin/bash"_qs, u"--environment"_qs, u"PATH=/nowhere"_qs});
    QCOMPARE(ssh(fleet, u"127.0.0.2"_qs, u"echo $PATH ${BASH_VERSION:+bash}"_qs).output, "/nowhere bash\n");
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
    const Answer answer = ssh(fleet, u"127.0.0.2"_qs, u"kill -TERM $$"_qs, {}, {u"-v"_qs});
    QCOMPARE(answer.status, 255);
    QVERIFY2(answer.error.contains("rtype exit-signal"), answer.error.constData());
}

void TestFleet::outputThatOutlivesItsShellIsWaitedFor()
{
    const FleetProcess fleet({u"--run"_qs});
    const Answer answer = ssh(fleet, u"127.0.0.2"_qs, u"(sleep 0.3; echo late) & exit 5"_qs);
    QCOMPARE(answer.status, 5);
    QCOMPARE(answer.output, "late\n");
}

void TestFleet::aCommandOutlivesItsConnectionButNotTheFleet()
{
    FleetProcess fleet({u"--run"_qs});
    const Answer answer = hangingSsh(fleet, u"echo $$; sleep 1000; true"_qs, [](const Answer &so) { return so.output.endsWith('\n'); });
    QCOMPARE(answer.status, -1);
    QVERIFY(answer.output.trimmed().toInt() > 1);
    const QString process = u"/proc/"_qs + QString::fromLatin1(answer.output.trimmed());
    QVERIFY(QFile::exists(process));
    fleet.stop();
    QVERIFY(!QFile::exists(process));
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

void TestFleet::anotherUserIsRefused()
{
    const FleetProcess fleet({u"--user"_qs, u"somebody-else"_qs});
    QCOMPARE(ssh(fleet, u"127.0.0.2"_qs, u"true"_qs).status, 255);
}

void TestFleet::latencyAndDelayTakeTheirTime()
{
    const FleetProcess fleet({u"--latency"_qs, u"20"_qs, u"--delay"_qs, u"300"_qs});
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(ssh(fleet, u"127.0.0.2"_qs, u"true"_qs).status, 0);
    QVERIFY2(timer.elapsed() >= 300 + 6 * 20, qPrintable(QString::number(timer.elapsed()))); // six round trips at the least
}

void TestFleet::faultsGoByAddress()
{
    QTemporaryDir directory;
    QFile map(directory.filePath(u"map"_qs));
    QVERIFY(map.open(QIODevice::WriteOnly));
    map.write("127.0.1.7 none\n127.0.1.0/24 exit-3 # a whole net\n127.0.2.5-127.0.2.9 http\n");
    map.close();
    const FleetProcess fleet({u"--fault-map"_qs, map.fileName()});
    QCOMPARE(ssh(fleet, u"127.0.1.255"_qs, u"true"_qs).status, 3);
    QCOMPARE(ssh(fleet, u"127.0.1.7"_qs, u"true"_qs).status, 0);
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

// What ssh(1) makes of a host shows that the fault is on the wire. -1: it hangs, as it should.
void TestFleet::eachFault_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("output");
    QTest::addColumn<QByteArray>("error"); // part of it
    const auto row = [](const char *fault, int status, const char *error, const char *output = "") {
        QTest::newRow(fault) << status << QByteArray(output) << QByteArray(error);
    };
    const char *all = "hello world\n";
    const char *half = "hello ";
    row("close-before-banner", 255, "closed by");
    row("reset-at-once", 255, "reset by");
    row("max-startups", 255, "Exceeded MaxStartups");
    row("not-allowed-now", 255, "Not allowed at this time");
    row("silent", -1, "");
    row("endlessh", -1, "");
    row("banner-flood", 255, "banner exchange");
    row("overlong-banner", 255, "banner exchange");
    row("ssh1", 255, "could not read protocol version");
    row("stall-kexinit", -1, "");
    row("stall-newkeys", -1, "");
    row("oversized-packet", 255, "Bad packet length 2147483392");
    row("no-common-algorithm", 255, "no matching key exchange method");
    row("close-in-kex", 255, "closed by");
    row("reset-in-kex", 255, "reset by");
    row("disconnect-in-kex", 255, "this host is closed for maintenance");
    row("other-host-key", 255, "REMOTE HOST IDENTIFICATION HAS CHANGED");
    row("false-signature", 255, "incorrect signature");
    row("stall-service", -1, "");
    row("stall-auth", -1, "");
    row("login-banner", 0, "All that you do here is recorded.", all);
    row("auth-denied", 255, "Permission denied (publickey,keyboard-interactive,password)");
    row("too-many-failures", 255, "Too many authentication failures");
    row("channel-refused", 255, "administratively prohibited");
    row("channel-stall", -1, "");
    row("close-at-open", 255, "");
    row("close-at-exec", 255, "");
    row("exec-refused", 255, "exec request failed");
    row("exec-stall", -1, "");
    row("output-stalls", -1, "", half);
    row("silent-exec", -1, "");
    row("status-no-close", -1, "", all);
    row("close-no-status", 255, "", all);
    row("status-all-ones", 255, "", all);
    row("exit-3", 3, "that did not work", all);
    row("status-first", 0, "", all);
    row("reset-after-status", 255, "", all);
    row("slow-end", 0, "", all);
    row("reset-mid-output", 255, "", half);
    row("close-mid-output", 255, "", half);
    row("nologin", 1, "", "This account is currently not available.\n");
    row("rekey", 0, "SSH2_MSG_KEXINIT received\r\ndebug1: SSH2_MSG_KEXINIT sent", all); // the server's wish, not ours
    row("close-twice", 0, "close rcvd twice", all);
    row("false-mac", 255, "message authentication code incorrect");
}

void TestFleet::eachFault()
{
    QFETCH(int, status);
    QFETCH(QByteArray, output);
    QFETCH(QByteArray, error);
    const FleetProcess fleet({u"--fault"_qs, QString::fromLatin1(QTest::currentDataTag())});
    const auto isThere = [&](const Answer &so) {
        return fleet.count(FleetEvent::Connect, u"127.0.0.2"_qs) > 0 && so.output.size() >= output.size();
    };
    const Answer answer = status < 0 ? hangingSsh(fleet, u"true"_qs, isThere) : ssh(fleet, u"127.0.0.2"_qs, u"true"_qs, {}, {u"-v"_qs});
    // The reset may come before ssh(1) has taken note of the end, or after it.
    const bool mayHaveEnded = QByteArray(QTest::currentDataTag()) == "reset-after-status" && answer.status == 0;
    QVERIFY2(answer.status == status || mayHaveEnded, answer.error.constData());
    QCOMPARE(answer.output, output);
    QVERIFY2(answer.error.contains(error), answer.error.constData());
}

void TestFleet::theReadmeNamesEveryFault()
{
    QFile readme(QStringLiteral(SOURCE_DIR "/tests/fleet/README.md"));
    QVERIFY(readme.open(QIODevice::ReadOnly));
    const QByteArray text = readme.readAll();
    QProcess fleet;
    fleet.start(QStringLiteral(BUILD_DIR "/tests/fleet"), {u"--list-faults"_qs});
    QVERIFY(fleet.waitForFinished());
    const QList<QByteArray> faults = fleet.readAllStandardOutput().trimmed().split('\n');
    QVERIFY(faults.size() >= 20);
    for (const QByteArray &fault : faults) {
        const QList<QByteArray> fields = fault.split('\t');
        const QByteArray row =
            "| `" + fields.value(0) + "` | `" + QByteArray(fields.value(1)).replace("|", "`, `") + "` | " + fields.value(2) + " |";
        QVERIFY2(text.contains(row), row.constData());
    }
}

void TestFleet::promptsAreAnswered_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<int>("status");
    QTest::newRow("password-only") << QByteArray("secret") << 0;
    QTest::newRow("prompt-only") << QByteArray("secret") << 0;
    QTest::newRow("otp") << QByteArray("314159") << 0;
    QTest::newRow("key-then-otp") << QByteArray("314159") << 0;
    QTest::newRow("key-then-otp, wrong") << QByteArray("secret") << 255;
    QTest::newRow("password-only, wrong") << QByteArray("guess") << 255;
}

void TestFleet::promptsAreAnswered()
{
    QFETCH(QByteArray, answer);
    QFETCH(int, status);
    const FleetProcess fleet({u"--fault"_qs, QString::fromLatin1(QTest::currentDataTag()).section(u',', 0, 0)});
    QFile script(fleet.file(u"askpass"_qs));
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/bin/sh\necho " + answer + "\n");
    script.close();
    script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    qputenv("SSH_ASKPASS", QFile::encodeName(script.fileName()));
    qputenv("SSH_ASKPASS_REQUIRE", "force");
    const Answer result = ssh(fleet, u"127.0.0.2"_qs, u"true"_qs, {}, {u"-oBatchMode=no"_qs});
    qunsetenv("SSH_ASKPASS");
    QCOMPARE(result.status, status);
}

void TestFleet::aBadOptionIsRefused_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("unknown option") << QStringList{u"--colour"_qs};
    QTest::newRow("port that is none") << QStringList{u"--port"_qs, u"70000"_qs};
    QTest::newRow("unknown fault") << QStringList{u"--fault"_qs, u"gremlins"_qs};
    QTest::newRow("key that is not there") << QStringList{u"--authorized-key"_qs, u"/nonexistent.pub"_qs};
}

void TestFleet::aBadOptionIsRefused()
{
    QFETCH(QStringList, options);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, FleetProcess{options});
}

void TestFleet::aRealSshdAnswers()
{
    if (!SshdProcess::isInstalled())
        QSKIP("openssh-server is not installed");
    const SshdProcess sshd({"MaxAuthTries 2"});
    const Answer answer = ssh(sshd, u"127.3.2.1"_qs, u"echo $SSH_CONNECTION; exit 4"_qs);
    QCOMPARE(answer.status, 4);
    QVERIFY2(answer.output.contains(" 127.3.2.1 "), answer.output.constData());
}

void TestFleet::aRealDropbearAnswers()
{
    if (!DropbearProcess::isUsable())
        QSKIP("dropbear-bin is not installed, or we are not root");
    const DropbearProcess dropbear;
    const Answer answer = ssh(dropbear, u"127.0.0.1"_qs, u"echo there; exit 4"_qs);
    QCOMPARE(answer.status, 4);
    QCOMPARE(answer.output, "there\n");
}

QTEST_GUILESS_MAIN(TestFleet)
#include "tst_fleet.moc"
