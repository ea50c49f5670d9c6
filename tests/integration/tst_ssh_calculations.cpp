// What takes libssh long (RSA signatures, Diffie-Hellman over large groups) is done beside the loop, and other hosts flow meanwhile.

#include "sshbench.h"

#include "fleet/fleetprocess.h"

#include <QProcess>
#include <QTest>

#include <ctime>

using namespace collector;

namespace {

double cpuSeconds(clockid_t clock)
{
    timespec time{};
    clock_gettime(clock, &time);
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

} // namespace

class SshCalculations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLoopsShareIsSmall_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QByteArray>("kex");
        QTest::addColumn<int>("hosts");
        QTest::newRow("RSA with 4096 bits") << QStringLiteral("rsa") << QByteArray() << 24;
        QTest::newRow("group16") << QString() << QByteArray("diffie-hellman-group16-sha512") << 24;
        QTest::newRow("group18") << QString() << QByteArray("diffie-hellman-group18-sha512") << 6;
    }
    // Of the CPU time that this process takes for so many hosts: the fleet's is its own.
    void theLoopsShareIsSmall()
    {
        QFETCH(QString, key);
        QFETCH(QByteArray, kex);
        QFETCH(int, hosts);
        QTemporaryDir directory;
        QStringList arguments;
        if (!key.isEmpty()) {
            key = directory.filePath(key);
            QProcess::execute(QStringLiteral("ssh-keygen"),
                              {QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("rsa"), QStringLiteral("-b"),
                               QStringLiteral("4096"), QStringLiteral("-N"), QString(), QStringLiteral("-f"), key});
            arguments = {QStringLiteral("--authorized-key"), key + QStringLiteral(".pub")};
        }
        const FleetProcess fleet(arguments);
        SshBench bench;
        SshSettings settings = bench.settingsFor(fleet);
        settings.algorithms.kex = kex;
        if (!key.isEmpty()) {
            Credentials::Sources sources;
            sources.identities = {key};
            settings.credentials = Credentials::gather(std::move(sources));
        }
        const double loop = cpuSeconds(CLOCK_THREAD_CPUTIME_ID);
        const double all = cpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
        std::vector<const SshOutcome *> outcomes;
        for (int i = 1; i <= hosts; ++i) {
            settings.host = "127.6.0." + QByteArray::number(i);
            outcomes.push_back(&bench.start(settings, "uptime"));
        }
        bench.wait();
        const double loopTook = cpuSeconds(CLOCK_THREAD_CPUTIME_ID) - loop;
        const double allTook = cpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - all;
        for (const SshOutcome *outcome : outcomes) {
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
            QVERIFY(kex.isEmpty() || outcome->info.kex == kex);
        }
        qInfo("%.2f ms of CPU a host, %.2f of it in the loop", allTook * 1000 / hosts, loopTook * 1000 / hosts);
        QVERIFY(loopTook < allTook / 2);
    }

    // Destroyed while they calculate: what is lent ends over there, and nothing of it comes back.
    void destroyedMeanwhile()
    {
        const FleetProcess fleet;
        for (const int after : {5, 20, 60, 120}) {
            SshBench bench;
            SshSettings settings = bench.settingsFor(fleet);
            settings.algorithms.kex = "diffie-hellman-group18-sha512";
            for (int i = 1; i <= 24; ++i) {
                settings.host = "127.6.1." + QByteArray::number(i);
                bench.start(settings, "uptime");
            }
            bench.spinFor(std::chrono::milliseconds(after));
            bench.destroyAll();
            bench.spinFor(std::chrono::milliseconds(20));
        }
    }
};

QTEST_GUILESS_MAIN(SshCalculations)
#include "tst_ssh_calculations.moc"
