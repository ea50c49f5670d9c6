// Limits of this machine and of the network, met in earnest: fewer hosts at a time, a word about it, and no host that pays for
// it. In a network namespace of the test's own, where there may be one.

#include "fleet/fleetprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <csignal>
#include <grp.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace collector;

class TestStrain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void descriptors();
    void tooFewDescriptors();
    void threads();
    void ports();
    void lostPackets();
    void aProcessThatIsStopped();
    void anAddressThatIsNotOurs();

private:
    void start(QProcess &process, const FleetProcess &fleet, const QByteArray &words);
    void finish(QProcess &process);
    void checkAllOk(int hosts) const;
    [[nodiscard]] int slowdowns(const char *strain) const { return m_document[u"summary"][u"slowdowns"][QLatin1String(strain)].toInt(); }

    QTemporaryDir m_dir;
    QJsonObject m_document;
    QByteArray m_said;
};

namespace {

constexpr auto program = BUILD_DIR "/bin/collector";
bool isInNamespace = false;

bool enterNamespace()
{
    return unshare(CLONE_NEWNET) == 0 && QProcess::execute(QStringLiteral("ip"), {QStringLiteral("link"), QStringLiteral("set"),
                                                                                  QStringLiteral("lo"), QStringLiteral("up")}) == 0;
}

QStringList split(const QByteArray &words)
{
    return QString::fromUtf8(words).split(u' ', Qt::SkipEmptyParts);
}

} // namespace

void TestStrain::start(QProcess &process, const FleetProcess &fleet, const QByteArray &words)
{
    QFile::remove(m_dir.filePath(QStringLiteral("a.json")));
    process.setWorkingDirectory(m_dir.path());
    process.start(
        QString::fromLatin1(program),
        split("-u tester --ssh-config none -p ssh-command --command uptime --retries 0 --rate 0 -o a.json --port " +
              QByteArray::number(fleet.port()) + ' ' + words) +
            QStringList{QStringLiteral("--identity"), fleet.clientKey(), QStringLiteral("--known-hosts"), fleet.knownHostsFile()});
    QVERIFY(process.waitForStarted());
}

void TestStrain::finish(QProcess &process)
{
    QVERIFY(process.state() == QProcess::NotRunning || process.waitForFinished(150'000));
    m_said = process.readAllStandardError();
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QFile file(m_dir.filePath(QStringLiteral("a.json")));
    QVERIFY2(file.open(QFile::ReadOnly), m_said.constData());
    m_document = QJsonDocument::fromJson(file.readAll()).object();
}

void TestStrain::checkAllOk(int hosts) const
{
    const QJsonArray records = m_document[u"hosts"].toArray();
    QCOMPARE(records.size(), hosts);
    for (const QJsonValue &record : records) {
        QVERIFY2(record[u"status"].toString() == u"ok", QJsonDocument(record.toObject()).toJson().constData());
        QCOMPARE(record[u"attempts"].toInt(), 1);
    }
}

void TestStrain::descriptors()
{
    const FleetProcess fleet({QStringLiteral("--delay"), QStringLiteral("100")});
    QProcess process;
    process.setChildProcessModifier([] {
        const rlimit few{64, 64};
        setrlimit(RLIMIT_NOFILE, &few);
    });
    start(process, fleet, "-i 127.9.0.1-127.9.0.200 --threads 16"); // each has five for itself
    finish(process);
    checkAllOk(200);
    QVERIFY2(m_said.contains("slower: this machine has no descriptor"), m_said.constData());
    QVERIFY2(m_said.contains("slowed to "), m_said.constData());
    QVERIFY(slowdowns("local_limit") > 0);
    QVERIFY(slowdowns("least_in_flight") < 32);
}

void TestStrain::tooFewDescriptors()
{
    QProcess process;
    process.setChildProcessModifier([] {
        const rlimit few{16, 16};
        setrlimit(RLIMIT_NOFILE, &few);
    });
    process.start(QString::fromLatin1(program), split("-i 127.0.0.1, -p ping"));
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), 2);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("ulimit -n"), said.constData());
}

// Whatever thread it is that cannot be had: the run says so and ends, and no host is called silent for it.
void TestStrain::threads()
{
    if (geteuid() != 0)
        QSKIP("the limit is of all processes of a user: needs one that has no others, and so root");
    int refused = 0, good = 0;
    for (rlim_t most = 1; most <= 8; ++most) {
        QProcess process;
        process.setWorkingDirectory(QStringLiteral("/"));
        process.setChildProcessModifier([most] {
            constexpr uid_t nobodyElse = 59876;
            const rlimit few{most, most};
            if (setrlimit(RLIMIT_NPROC, &few) != 0 || setgroups(0, nullptr) != 0 || setgid(nobodyElse) != 0 || setuid(nobodyElse) != 0)
                _exit(99);
        });
        process.start(QString::fromLatin1(program), split("-i localhost, -p ping --threads 1 --timeout 5 --retries 0 -f jsonl"));
        if (!process.waitForStarted())
            QSKIP("the build may not be read by others");
        const bool hasEnded = process.waitForFinished(60'000);
        const QByteArray said = process.readAllStandardError();
        QVERIFY2(hasEnded && process.exitStatus() == QProcess::NormalExit, said.constData());
        const QByteArray line = process.readAllStandardOutput();
        const QJsonObject record = QJsonDocument::fromJson(line).object();
        if (record[u"status"].toString() == u"ok") {
            ++good;
        } else if (record.isEmpty()) {
            QCOMPARE(process.exitCode(), 1);
            QVERIFY2(said.contains("ulimit -u"), said.constData());
            ++refused;
        } else {
            QCOMPARE(record[u"cause"].toString(), QStringLiteral("local_limit"));
            QVERIFY2(record[u"message"].toString().contains(u"ulimit -u"), line.constData());
        }
    }
    QVERIFY(refused > 0 && good > 0);
}

// Many names of one address and port, and fewer ports of our own than connections would be.
void TestStrain::ports()
{
    if (!isInNamespace)
        QSKIP("no network namespace can be made here: needs root");
    const FleetProcess fleet({QStringLiteral("--delay"), QStringLiteral("1000")}); // all four are in use, however slow this machine is
    QFile range(QStringLiteral("/proc/sys/net/ipv4/ip_local_port_range"));
    QVERIFY(range.open(QFile::ReadWrite));
    const QByteArray usual = range.readAll();
    const auto back = qScopeGuard([&] {
        range.seek(0);
        range.write(usual);
        range.flush();
    });
    range.seek(0);
    QVERIFY(range.write("61000 61003") > 0 && range.flush());
    QFile hosts(m_dir.filePath(QStringLiteral("hosts.ini")));
    QVERIFY(hosts.open(QFile::WriteOnly));
    hosts.write("web[1:24] ansible_host=127.9.0.1\n");
    hosts.close();
    QProcess process;
    start(process, fleet, "-i hosts.ini");
    finish(process);
    checkAllOk(24);
    QVERIFY2(m_said.contains("slower: this machine has no descriptor, port"), m_said.constData());
    QVERIFY(slowdowns("local_limit") > 0);
}

// The first SYN to every fourth host is dropped: it answers the second.
void TestStrain::lostPackets()
{
    if (!isInNamespace)
        QSKIP("no network namespace can be made here: needs root");
    const QString nft = QStandardPaths::findExecutable(QStringLiteral("nft"), {QStringLiteral("/usr/sbin"), QStringLiteral("/sbin")});
    if (nft.isEmpty())
        QSKIP("nft is not installed");
    const FleetProcess fleet({QStringLiteral("--delay"), QStringLiteral("50")});
    const QString rules = QStringLiteral("table inet lossy { set seen { type ipv4_addr; flags dynamic; size 4096; }\n"
                                         "chain in { type filter hook input priority 0; tcp flags & (syn|ack) == syn "
                                         "ip daddr & 0.0.0.3 == 0.0.0.3 ip daddr != @seen add @seen { ip daddr } drop; }; }");
    if (QProcess::execute(nft, {rules}) != 0)
        QSKIP("this kernel's nftables has no dynamic sets");
    const auto clean = qScopeGuard([&] {
        QProcess::execute(nft, {QStringLiteral("delete"), QStringLiteral("table"), QStringLiteral("inet"), QStringLiteral("lossy")});
    });
    m_said.clear();
    // Loss is judged after two seconds of which none was our own lag, and not in the second after a cut for another reason: so there are
    // hosts for six, and who is held up even so is asked again.
    for (int attempt = 0; attempt < 3 && !m_said.contains("slower: packets are lost"); ++attempt) {
        QCOMPARE(QProcess::execute(nft, {QStringLiteral("flush set inet lossy seen")}), 0);
        QProcess process;
        start(process, fleet, "-i 127.9.0.0/21 -c 200");
        finish(process);
        checkAllOk(2048);
    }
    QVERIFY2(m_said.contains("slower: packets are lost"), m_said.constData());
    QVERIFY(slowdowns("loss") > 0);
    QCOMPARE(slowdowns("local_limit"), 0);
}

// As by a machine that swaps: no host is blamed for it.
void TestStrain::aProcessThatIsStopped()
{
    const FleetProcess fleet({QStringLiteral("--delay"), QStringLiteral("200")});
    QProcess process;
    start(process, fleet, "-i 127.9.0.0/22 -c 100 --threads 1 --connect-timeout 1");
    QTRY_VERIFY_WITH_TIMEOUT(fleet.count(FleetEvent::Exec) > 20, 20'000); // in the midst of it, with more to come than takes a second
    ::kill(pid_t(process.processId()), SIGSTOP);
    QTest::qWait(2500);
    ::kill(pid_t(process.processId()), SIGCONT);
    finish(process);
    checkAllOk(1024);
    QVERIFY(slowdowns("lag") > 0);
    QVERIFY2(m_said.contains("slower: this machine does not keep up"), m_said.constData());
}

void TestStrain::anAddressThatIsNotOurs()
{
    const FleetProcess fleet;
    QFile config(m_dir.filePath(QStringLiteral("config")));
    QVERIFY(config.open(QFile::WriteOnly));
    config.write("BindAddress 192.0.2.77\n");
    config.close();
    QProcess process;
    start(process, fleet, "-i 127.9.0.1, --ssh-config config");
    finish(process);
    const QJsonValue record = m_document[u"hosts"][0];
    QCOMPARE(record[u"status"].toString(), QStringLiteral("failed"));
    QCOMPARE(record[u"cause"].toString(), QStringLiteral("bad_variable"));
    QVERIFY(record[u"message"].toString().contains(QStringLiteral("192.0.2.77")));
}

int main(int argc, char **argv)
{
    qputenv("PATH", qgetenv("PATH") + ":/usr/sbin:/sbin");
    QCoreApplication application(argc, argv);
    isInNamespace = enterNamespace(); // before there are threads and servers
    TestStrain test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_strain.moc"
