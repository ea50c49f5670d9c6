// What hangs in the kernel, on a disk or a server that does not answer, costs its own facts: not even a KILL ends who asks it.

#include "localrun.h"
#include "tools.h"

#include <QDir>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QThread>
#include <QtTest>

#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace collector;
using namespace collector::facts;

class FactsStuck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aToolThatCannotBeKilledCostsItsOwnFacts_data();
    void aToolThatCannotBeKilledCostsItsOwnFacts();
    void aPlaceWhereNobodyAnswersCostsItsOwnFacts();
    void aLocalFileSystemThatHangsIsAFact();
    void aDiskThatHoldsTheShellCostsNothingBefore();
    void aStuckMountIsAFact();
    void whatIsNotMountedYetIsNotTouched();
};

namespace {

// A file system whose server takes each request and answers none: who asks it can not even be killed, as with NFS, a multipath device
// without a path, a suspended pool. Spoken to in the kernel's words (linux/fuse.h), so that it needs no library.
class SilentFileSystem
{
public:
    SilentFileSystem()
    {
        m_device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
        if (m_device < 0)
            return;
        const QByteArray options = "fd=" + QByteArray::number(m_device) + ",rootmode=40000,user_id=0,group_id=0,allow_other";
        m_isMounted = mount("server:/export", path().constData(), "fuse", 0, options.constData()) == 0;
        if (m_isMounted)
            m_server = std::thread([this] { serve(); });
    }
    ~SilentFileSystem()
    {
        if (m_isMounted)
            umount2(path().constData(), MNT_FORCE);
        umount2(path().constData(), MNT_DETACH);
        if (m_server.joinable())
            m_server.join();
        if (m_device >= 0)
            close(m_device);
    }
    SilentFileSystem(const SilentFileSystem &) = delete;
    SilentFileSystem &operator=(const SilentFileSystem &) = delete;

    [[nodiscard]] bool isMounted() const { return m_isMounted; }
    [[nodiscard]] QByteArray path() const { return m_folder.path().toLocal8Bit(); }

private:
    void serve() const
    {
        std::array<char, 1 << 17> request{};
        while (read(m_device, request.data(), request.size()) > 0) {
            quint32 operation = 0;
            quint64 number = 0;
            memcpy(&operation, request.data() + 4, sizeof operation);
            memcpy(&number, request.data() + 8, sizeof number);
            if (operation == 26) // INIT
                greet(number);
        }
    }
    void greet(quint64 number) const
    {
        std::array<quint32, 20> reply{}; // length, error, number; version 7.31, read-ahead, flags, background, largest write, granularity
        reply[0] = sizeof reply;
        memcpy(&reply[2], &number, sizeof number);
        reply[4] = 7;
        reply[5] = 31;
        reply[6] = 65536;
        reply[8] = 10U << 16 | 12;
        reply[9] = 65536;
        reply[10] = 1;
        [[maybe_unused]] const ssize_t written = write(m_device, reply.data(), sizeof reply);
    }

    QTemporaryDir m_folder;
    int m_device = -1;
    bool m_isMounted = false;
    std::thread m_server;
};

// Linux alone.
bool isAnybodyIn(qint64 session)
{
    for (const QString &process : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        const QByteArray status = readAll(QStringLiteral("/proc/%1/stat").arg(process));
        const QList<QByteArray> words = status.mid(status.lastIndexOf(')') + 2).split(' '); // state ppid group session
        if (words.value(3).toLongLong() == session)
            return true;
    }
    return false;
}

} // namespace

void FactsStuck::aToolThatCannotBeKilledCostsItsOwnFacts_data()
{
    QTest::addColumn<QByteArray>("shell");
    for (const char *shell : everyShell)
        QTest::newRow(shell) << QByteArray(shell);
}

void FactsStuck::aToolThatCannotBeKilledCostsItsOwnFacts()
{
    QFETCH(QByteArray, shell);
    if (QStandardPaths::findExecutable(QString::fromLatin1(shell)).isEmpty())
        QSKIP("this shell is not installed");
    const SilentFileSystem silent;
    if (!silent.isMounted())
        QSKIP("no file system can be mounted here: root and /dev/fuse are needed");
    Tools tools;
    tools.replace("docker", "exec cat " + silent.path() + "/file");
    LocalRun run;
    run.choose(shell);
    run.path = tools.path();
    run.words = {"!all", "!min", "containers", "dns", "date_time"};
    run.commandSeconds = 1;
    run.run();
    QVERIFY2(run.elapsedMs < 30'000, qPrintable(QString::number(run.elapsedMs)));
    QVERIFY(parseFrames(run.output, run.nonce).isComplete);
    QCOMPARE(run.absent().value(u"containers").toString(), QStringLiteral("timeout"));
    QVERIFY(run.parse().has(u"dns"));
    QVERIFY(run.parse().has(u"date_time"));
}

void FactsStuck::aPlaceWhereNobodyAnswersCostsItsOwnFacts()
{
    const SilentFileSystem silent;
    if (!silent.isMounted())
        QSKIP("no file system can be mounted here: root and /dev/fuse are needed");
    QTemporaryFile accounts;
    QVERIFY(accounts.open());
    accounts.write("root:x:0:0::/root:/bin/sh\nfar:x:1001:1001::" + silent.path() + "/home:/bin/sh\n");
    accounts.close();
    LocalRun run;
    run.words = {"!all", "!min", "agents", "access", "java", "certificates", "dns", "date_time"};
    run.commandSeconds = 1;
    run.substitutes = {{"/opt/splunkforwarder", silent.path()},
                       {"/opt/java/", silent.path() + "/java/"},
                       {"/etc/ldap/", silent.path() + "/ldap/"},
                       {"/etc/passwd", accounts.fileName().toLocal8Bit()}};
    run.run();
    QVERIFY2(run.elapsedMs < 60'000, qPrintable(QString::number(run.elapsedMs)));
    QVERIFY(parseFrames(run.output, run.nonce).isComplete);
    const QJsonObject absent = run.absent();
    for (const char *fact : {"agents", "authorized_keys", "java_installations", "certificates"})
        QCOMPARE(absent.value(QLatin1StringView(fact)).toString(), QStringLiteral("timeout"));
    QVERIFY(run.parse().has(u"uid0_accounts"));
    QVERIFY(run.parse().has(u"dns"));
    QVERIFY(run.parse().has(u"date_time"));
}

// All local ones are asked in one call: when that hangs, each by itself.
void FactsStuck::aLocalFileSystemThatHangsIsAFact()
{
    const SilentFileSystem silent;
    if (!silent.isMounted())
        QSKIP("no file system can be mounted here: root and /dev/fuse are needed");
    QTemporaryFile mounts;
    QVERIFY(mounts.open());
    mounts.write("22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n40 22 254:16 / " + silent.path() +
                 " rw,relatime shared:3 - xfs /dev/mapper/data rw\n");
    mounts.close();
    LocalRun run;
    run.words = {"!all", "!min", "mounts"};
    run.commandSeconds = 1;
    run.substitutes = {{"/proc/self/mountinfo", mounts.fileName().toLocal8Bit()}};
    run.run();
    const QJsonValue all = run.parse().value(u"mounts");
    QCOMPARE(all[1][u"state"].toString(), QStringLiteral("stuck"));
    QVERIFY(all[0][u"size_total"].toDouble() > 0);
    QCOMPARE(run.absent().value(u"filesystems_total_bytes").toString(), QStringLiteral("timeout"));
}

// Nothing ends a shell that a driver holds, and what it has gathered is not to be had any more. When it is killed all the same, those who
// were to watch it go, too: its number may be another's soon.
void FactsStuck::aDiskThatHoldsTheShellCostsNothingBefore()
{
    const QTemporaryDir disks;
    const QByteArray disk = disks.path().toLocal8Bit() + "/sda";
    QVERIFY(mkdir(disk.constData(), 0755) == 0 && mkfifo((disk + "/dev").constData(), 0644) == 0);
    QVERIFY(QFile(QString::fromLocal8Bit(disk + "/size")).open(QIODevice::WriteOnly));
    LocalRun run;
    run.words = {"!all", "!min", "platform", "distribution", "devices", "dns"};
    run.substitutes = {{"/sys/block", disks.path().toLocal8Bit()}};
    run.patience = std::chrono::seconds(5);
    run.run();
    const Frames frames = parseFrames(run.output, run.nonce);
    QVERIFY2(frames.sections.size() == 3 && frames.sections.constLast().name == "devices", run.output.constData());
    QVERIFY(frames.find("distribution")->isEnded);
    QVERIFY(run.parse().has(u"distribution"));
    QTRY_VERIFY(!isAnybodyIn(run.session));
}

void FactsStuck::aStuckMountIsAFact()
{
    const QString bindfs = QStandardPaths::findExecutable(QStringLiteral("bindfs"));
    if (bindfs.isEmpty() || geteuid() != 0)
        QSKIP("bindfs and root are needed for a mount that can be stopped");
    const QTemporaryDir source, target;
    QProcess server;
    server.start(bindfs, {QStringLiteral("-f"), source.path(), target.path()});
    QVERIFY(server.waitForStarted());
    const auto isMounted = [&] { return readAll(QStringLiteral("/proc/self/mounts")).contains(target.path().toLocal8Bit()); };
    for (int i = 0; i < 100 && !isMounted(); ++i)
        QThread::msleep(50);
    if (!isMounted()) {
        server.kill();
        server.waitForFinished();
        QSKIP("FUSE cannot be mounted here");
    }
    kill(pid_t(server.processId()), SIGSTOP);
    LocalRun run;
    run.words = {"!all", "!min", "mounts"};
    run.commandSeconds = 1;
    run.run();
    kill(pid_t(server.processId()), SIGCONT);
    umount2(target.path().toLocal8Bit().constData(), MNT_DETACH);
    server.terminate();
    server.waitForFinished();

    QVERIFY2(run.elapsedMs < 20'000, qPrintable(QString::number(run.elapsedMs)));
    QString state;
    bool isAnotherSized = false; // a root of its own, or in a container whatever is mounted there
    bool isAnotherThere = false;
    for (const QJsonValue &mount : run.parse().value(u"mounts").toArray()) {
        if (mount[u"mount"].toString() == target.path())
            state = mount[u"state"].toString();
        else
            isAnotherThere = true;
        if (mount[u"mount"].toString() != target.path() && mount[u"size_total"].toDouble() > 0)
            isAnotherSized = true;
    }
    QCOMPARE(state, QStringLiteral("stuck"));
    QCOMPARE(isAnotherSized, isAnotherThere);
}

void FactsStuck::whatIsNotMountedYetIsNotTouched()
{
    const QString strace = QStandardPaths::findExecutable(QStringLiteral("strace"));
    if (strace.isEmpty())
        QSKIP("strace is not installed");
    const QTemporaryDir folder;
    // An automount point that waits, and a server's file system, as the kernel lists them.
    QFile mounts(folder.filePath(QStringLiteral("mountinfo")));
    QVERIFY(mounts.open(QIODevice::WriteOnly));
    mounts.write("22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
                 "40 22 0:45 / /automounted rw,relatime shared:3 - autofs /etc/auto.home rw,fd=5,pgrp=1,timeout=300,direct\n"
                 "41 22 0:46 / /automounted/systemd rw,relatime shared:4 - autofs systemd-1 rw,fd=29,pgrp=1,timeout=0,direct\n");
    mounts.close();
    const QString trace = folder.filePath(QStringLiteral("trace"));
    LocalRun run;
    run.words = {"!all", "!min", "mounts"};
    run.substitutes = {{"/proc/self/mountinfo", mounts.fileName().toLocal8Bit()}};
    run.user = {strace.toLocal8Bit(), "-f", "-qq", "-e", "trace=%file,%stat,chdir,statfs", "-o", trace.toLocal8Bit()};
    run.run();
    const QByteArray calls = readAll(trace);
    if (calls.isEmpty())
        QSKIP("strace may not trace here");
    QVERIFY(calls.contains("statfs(\"/\"")); // what is mounted was asked
    for (const QByteArray &line : calls.split('\n'))
        QVERIFY2(line.contains("execve(") || !line.contains("/automounted"), line.constData());
    QStringList states;
    for (const QJsonValue &mount : run.parse().value(u"mounts").toArray())
        states.append(mount[u"state"].toString());
    QCOMPARE(states, (QStringList{QString(), QStringLiteral("not_asked")})); // as Ansible, without those that name no device
}

QTEST_GUILESS_MAIN(FactsStuck)
#include "tst_facts_stuck.moc"
