// Fleets of which some misbehave, in every way that the simulated fleet knows, by the program: one record for each host, none lost, none
// late, each with the cause that befits it. COLLECTOR_TEST_HOSTS and COLLECTOR_TEST_EACH make it as large as tests/long has it.

#include "fleet/fleetfaults.h"
#include "fleet/fleetprocess.h"

#include <QElapsedTimer>
#include <QFile>
#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <sys/resource.h>

using namespace collector;

namespace {

constexpr int timeoutSeconds = 10;
constexpr int goodOnes = 9; // to each that misbehaves

QByteArray addressOf(int host)
{
    return "127." + QByteArray::number(16 + host / 62500) + '.' + QByteArray::number(host / 250 % 250) + '.' +
           QByteArray::number(host % 250 + 1);
}

int fromEnvironment(const char *name, int otherwise)
{
    return qEnvironmentVariableIsSet(name) ? qEnvironmentVariableIntValue(name) : otherwise;
}

} // namespace

class TestSshMisbehaving : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_faults = allFaults();
        QVERIFY(m_faults.size() >= 70);
    }
    void whatCannotBeConnectedTo_data()
    {
        QTest::addColumn<QByteArray>("variables");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("cause");
        QTest::newRow("another connection type")
            << QByteArray("ansible_connection=winrm") << QStringLiteral("skipped") << QStringLiteral("unsupported_connection");
        QTest::newRow("a variable of nothing") << QByteArray("ansible_host='{{ nothing }}'") << QStringLiteral("failed")
                                               << QStringLiteral("bad_variable");
    }
    void whatCannotBeConnectedTo()
    {
        QFETCH(QByteArray, variables);
        QFETCH(QString, status);
        QFETCH(QString, cause);
        QTemporaryDir directory;
        QFile file(directory.filePath(QStringLiteral("hosts.ini")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("host " + variables + '\n');
        file.close();
        QProcess collector;
        collector.start(QStringLiteral(BUILD_DIR "/bin/collector"),
                        {QStringLiteral("-i"), file.fileName(), QStringLiteral("--ssh-config"), QStringLiteral("none"),
                         QStringLiteral("-p"), QStringLiteral("ssh-command"), QStringLiteral("--command"), QStringLiteral("true"),
                         QStringLiteral("-f"), QStringLiteral("jsonl")});
        QVERIFY(collector.waitForFinished());
        const QJsonObject record = QJsonDocument::fromJson(collector.readAllStandardOutput()).object();
        QCOMPARE(record[QStringLiteral("status")].toString(), status);
        QCOMPARE(record[QStringLiteral("cause")].toString(), cause);
    }
    void aTenthOfAFleet()
    {
        const int hosts = fromEnvironment("COLLECTOR_TEST_HOSTS", 1520);
        run(hosts, goodOnes + 1, {}, hosts >= 10'000 ? 120 : 90);
    }
    void everyFaultAtOnce()
    {
        const int each = fromEnvironment("COLLECTOR_TEST_EACH", 3);
        const int hosts = each * int(m_faults.size());
        run(hosts, 1, {QStringLiteral("--rate"), QStringLiteral("0"), QStringLiteral("-c"), QString::number(hosts)}, each >= 20 ? 16 : 60);
    }

private:
    // Every `stride`-th host misbehaves. A host is late when it takes longer than --timeout, and the run when it takes longer than
    // `mostSeconds`.
    void run(int hosts, int stride, const QStringList &options, int mostSeconds);

    QList<Fault> m_faults;
};

void TestSshMisbehaving::run(int hosts, int stride, const QStringList &options, int mostSeconds)
{
    QTemporaryDir directory;
    QHash<QByteArray, QList<QByteArray>> expected;
    QByteArray map;
    QByteArray inventory;
    for (int host = 0; host < hosts; ++host) {
        const QByteArray address = addressOf(host);
        inventory += address + '\n';
        expected[address] = {"ok"};
        if (host % stride != 0)
            continue;
        const Fault &fault = m_faults[host / stride % m_faults.size()];
        map += address + "/32 " + fault.name + '\n';
        expected[address] = fault.causes;
        if (fault.name == "input-unread")
            expected[address].append("ok"); // nothing is fed to it here
        if (fault.name == "banner-flood")
            expected[address].append("handshake_timeout");
    }
    const auto write = [&directory](const char *name, const QByteArray &text) {
        QFile file(directory.filePath(QLatin1String(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write");
        return file.fileName();
    };
    const FleetProcess fleet({QStringLiteral("--fault-map"), write("faults", map)});

    QProcess collector;
    const QString errors = directory.filePath(QStringLiteral("errors"));
    collector.setStandardErrorFile(errors);
    QElapsedTimer timer;
    timer.start();
    collector.start(QStringLiteral(BUILD_DIR "/bin/collector"), QStringList{QStringLiteral("-i"),
                                                                            write("hosts", inventory),
                                                                            QStringLiteral("--port"),
                                                                            QString::number(fleet.port()),
                                                                            QStringLiteral("-u"),
                                                                            ServerProcess::user(),
                                                                            QStringLiteral("--identity"),
                                                                            fleet.clientKey(),
                                                                            QStringLiteral("--known-hosts"),
                                                                            fleet.knownHostsFile(),
                                                                            QStringLiteral("--ssh-config"),
                                                                            QStringLiteral("none"),
                                                                            QStringLiteral("-p"),
                                                                            QStringLiteral("ssh-command"),
                                                                            QStringLiteral("--command"),
                                                                            QStringLiteral("uptime"),
                                                                            QStringLiteral("--max-output"),
                                                                            QStringLiteral("65536"),
                                                                            QStringLiteral("--timeout"),
                                                                            QString::number(timeoutSeconds),
                                                                            QStringLiteral("--retries"),
                                                                            QStringLiteral("0"),
                                                                            QStringLiteral("-o"),
                                                                            directory.filePath(QStringLiteral("out.jsonl"))} +
                                                                    options);
    QVERIFY(collector.waitForFinished(280'000));
    const double seconds = double(timer.elapsed()) / 1000;
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);

    QFile output(directory.filePath(QStringLiteral("out.jsonl")));
    QVERIFY(output.open(QIODevice::ReadOnly));
    int records = 0;
    qint64 slowest = 0;
    QStringList wrong;
    while (!output.atEnd()) {
        const QJsonObject record = QJsonDocument::fromJson(output.readLine()).object();
        const QByteArray host = record[QStringLiteral("host")].toString().toUtf8();
        const QByteArray cause = record[QStringLiteral("cause")].toString(QStringLiteral("ok")).toUtf8();
        ++records;
        slowest = std::max(slowest, record[QStringLiteral("elapsed_ms")].toInteger());
        const QList<QByteArray> causes = expected.take(host); // a second record of a host finds none
        if (!causes.contains(cause))
            wrong.append(QStringLiteral("%1 is %2, not %3: %4")
                             .arg(QString::fromUtf8(host), QString::fromUtf8(cause), QString::fromUtf8(causes.join('|')),
                                  record[QStringLiteral("message")].toString()));
    }
    qInfo("%d hosts in %.1f s, %ld MB at most, the slowest took %lld ms", hosts, seconds, usage.ru_maxrss >> 10, slowest);
    for (const QString &line : wrong.mid(0, 20))
        qWarning("%s", qPrintable(line));
    QCOMPARE(records, hosts);
    QVERIFY(expected.isEmpty());
    QVERIFY(wrong.isEmpty());
    QVERIFY2(slowest < timeoutSeconds * 1000 + 10'000, qPrintable(QString::number(slowest))); // our own lag is no host's fault
    QVERIFY2(seconds < mostSeconds, qPrintable(QString::number(seconds)));
    QVERIFY(usage.ru_maxrss < 200 << 10);
}

QTEST_GUILESS_MAIN(TestSshMisbehaving)
#include "tst_ssh_misbehaving.moc"
