// What hangs, crashes or floods costs its own facts and leaves nothing behind.

#include "localrun.h"
#include "tools.h"

#include <QElapsedTimer>
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
#include <thread>
#include <unistd.h>

using namespace collector;
using namespace collector::facts;

class FactsGuards : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCommandThatHangsCostsItsOwnFacts_data();
    void aCommandThatHangsCostsItsOwnFacts();
    void whatCanEndInOrderDoes_data() { aCommandThatHangsCostsItsOwnFacts_data(); }
    void whatCanEndInOrderDoes();
    void aToolThatCannotBeKilledCostsItsOwnFacts_data() { aFactThatFloodsHangsOrFailsCostsItself_data(); }
    void aToolThatCannotBeKilledCostsItsOwnFacts();
    void aPlaceWhereNobodyAnswersCostsItsOwnFacts_data() { aCommandThatHangsCostsItsOwnFacts_data(); }
    void aPlaceWhereNobodyAnswersCostsItsOwnFacts();
    void aLocalFileSystemThatHangsIsAFact();
    void whenAllTimeIsOverNothingIsLeft_data() { aCommandThatHangsCostsItsOwnFacts_data(); }
    void whenAllTimeIsOverNothingIsLeft();
    void aCommandThatCrashesOrFloodsCostsItsOwnFacts();
    void aFactThatFloodsHangsOrFailsCostsItself_data();
    void aFactThatFloodsHangsOrFailsCostsItself();
    void aStuckMountIsAFact();
    void whatIsNotMountedYetIsNotTouched();
};

namespace {

bool isAlive(const QByteArray &pid)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(QString::fromLatin1(pid)));
    return stat.open(QIODevice::ReadOnly) && !stat.readAll().contains(") Z ");
}

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

void choose(LocalRun &run, const QByteArray &shell)
{
    run.shell = shell;
    if (shell == "busybox")
        run.arguments = {"ash", "-s"};
    if (shell == "zsh")
        run.arguments = {"--emulate", "sh", "-s"};
}

} // namespace

// A database that is killed while it is open is damaged (rpm's, of Berkeley DB): a TERM comes first.
void FactsGuards::whatCanEndInOrderDoes()
{
    QFETCH(QByteArray, shell);
    if (QStandardPaths::findExecutable(QString::fromLatin1(shell)).isEmpty())
        QSKIP("this shell is not installed");
    Tools tools;
    tools.replace("docker", "trap 'echo closed > " + tools.path() + "/mark; exit 0' TERM\nwhile :; do sleep 0.1; done");
    LocalRun run;
    run.shell = shell;
    run.path = tools.path();
    run.words = {"!all", "!min", "containers", "dns"};
    run.commandSeconds = 1;
    run.run();
    QCOMPARE(run.exitStatus, 0);
    QVERIFY2(run.elapsedMs < 15'000, qPrintable(QString::number(run.elapsedMs)));
    QCOMPARE(readAll(tools.file("mark")), "closed\n");
    QCOMPARE(run.absent().value(u"containers").toString(), QStringLiteral("timeout"));
    QVERIFY(run.parse().has(u"dns"));
}

void FactsGuards::aToolThatCannotBeKilledCostsItsOwnFacts()
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
    choose(run, shell);
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

void FactsGuards::aPlaceWhereNobodyAnswersCostsItsOwnFacts()
{
    QFETCH(QByteArray, shell);
    if (QStandardPaths::findExecutable(QString::fromLatin1(shell)).isEmpty())
        QSKIP("this shell is not installed");
    const SilentFileSystem silent;
    if (!silent.isMounted())
        QSKIP("no file system can be mounted here: root and /dev/fuse are needed");
    QTemporaryFile accounts;
    QVERIFY(accounts.open());
    accounts.write("root:x:0:0::/root:/bin/sh\nfar:x:1001:1001::" + silent.path() + "/home:/bin/sh\n");
    accounts.close();
    LocalRun run;
    choose(run, shell);
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
void FactsGuards::aLocalFileSystemThatHangsIsAFact()
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

// What the watchdog of the whole ends may close in order too; what was gathered is printed, and what ignores a TERM is killed all the same.
void FactsGuards::whenAllTimeIsOverNothingIsLeft()
{
    QFETCH(QByteArray, shell);
    if (QStandardPaths::findExecutable(QString::fromLatin1(shell)).isEmpty())
        QSKIP("this shell is not installed");
    Tools tools;
    tools.replace("docker",
                  "echo $$ > " + tools.path() + "/self\ntrap 'echo closed > " + tools.path() + "/mark' TERM\nwhile :; do sleep 0.1; done");
    LocalRun run;
    run.shell = shell;
    run.path = tools.path();
    run.words = {"!all", "!min", "dns", "containers"};
    run.substitutes = {{" D=50 ", " D=2 "}, {" T=5 ", " T=50 "}};
    run.run();
    QVERIFY2(run.elapsedMs < 20'000, qPrintable(QString::number(run.elapsedMs)));
    QTRY_VERIFY(!readAll(tools.file("mark")).isEmpty());
    const QByteArray self = readAll(tools.file("self")).trimmed();
    QVERIFY(!self.isEmpty());
    QTRY_VERIFY(!isAlive(self));
    QVERIFY(run.parse().has(u"dns"));
    QCOMPARE(run.absent().value(u"containers").toString(), QStringLiteral("timeout"));
}

void FactsGuards::aCommandThatHangsCostsItsOwnFacts_data()
{
    QTest::addColumn<QByteArray>("shell");
    QTest::newRow("dash") << QByteArray("dash");
    QTest::newRow("bash") << QByteArray("bash");
    QTest::newRow("mksh") << QByteArray("mksh");
}

void FactsGuards::aCommandThatHangsCostsItsOwnFacts()
{
    QFETCH(QByteArray, shell);
    if (QStandardPaths::findExecutable(QString::fromLatin1(shell)).isEmpty())
        QSKIP("this shell is not installed");
    Tools tools;
    // It ignores a polite end, and its child outlives it and holds the output open.
    tools.replace("docker",
                  "trap '' TERM HUP; sleep 611 & echo $! > " + tools.path() + "/child; echo $$ > " + tools.path() + "/self; wait");
    LocalRun run;
    run.shell = shell;
    run.path = tools.path();
    run.words = {"!all", "!min", "containers", "fips", "dns"};
    run.commandSeconds = 1;
    run.run();
    QCOMPARE(run.exitStatus, 0);
    QVERIFY2(run.elapsedMs < 20'000, qPrintable(QString::number(run.elapsedMs)));
    QVERIFY(run.parse().has(u"dns"));
    QVERIFY(run.parse().has(u"fips"));
    const QByteArray child = readAll(tools.file("child")).trimmed(), self = readAll(tools.file("self")).trimmed();
    QVERIFY(!child.isEmpty());
    QTRY_VERIFY(!isAlive(child));
    QVERIFY(!isAlive(self));
}

void FactsGuards::aCommandThatCrashesOrFloodsCostsItsOwnFacts()
{
    Tools tools;
    tools.replace("ip", "kill -SEGV $$");
    tools.replace("stat", "head -c 3000000 /dev/urandom");
    tools.replace("id", "exit 1");
    tools.replace("date", "printf '\\033[31m\\0\\377garbage'");
    LocalRun run;
    run.path = tools.path();
    run.run();
    QCOMPARE(run.exitStatus, 0);
    const Findings found = run.parse();
    for (const QStringView key :
         {u"distribution", u"processor_vcpus", u"memtotal_mb", u"devices", u"dns", u"user_dir", u"interfaces", u"mounts"})
        QVERIFY2(found.has(key), qPrintable(key.toString()));
    QCOMPARE(run.absent().value(u"date_time").toString(), QStringLiteral("parse_error"));
}

void FactsGuards::aFactThatFloodsHangsOrFailsCostsItself_data()
{
    QTest::addColumn<QByteArray>("shell");
    for (const char *shell : {"dash", "bash", "busybox", "ksh93", "mksh", "zsh", "yash"})
        QTest::newRow(shell) << QByteArray(shell);
}

void FactsGuards::aFactThatFloodsHangsOrFailsCostsItself()
{
    QFETCH(QByteArray, shell);
    if (QStandardPaths::findExecutable(QString::fromLatin1(shell)).isEmpty())
        QSKIP("this shell is not installed");
    const QTemporaryDir folder;
    const auto write = [&](const char *name, const QByteArray &text, bool isExecutable) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        file.setPermissions(QFile::Permissions(isExecutable ? 0x7755 : 0x6644));
    };
    write("a-flood.fact", "#!/bin/sh\nyes\n", true);
    write("b-hang.fact", "#!/bin/sh\necho $$ > " + folder.filePath(QStringLiteral("pid")).toLocal8Bit() + "\nexec sleep 613\n", true);
    write("c-fail.fact", "#!/bin/sh\necho '{}'\nexit 3\n", true);
    write("d-json.fact", "#!/bin/sh\necho '{\"a\": [1, null]}'\n", true);
    write("e-ini.fact", "[section]\nKey = value\n", false);
    LocalRun run;
    run.shell = shell;
    if (shell == "busybox")
        run.arguments = {"ash", "-s"};
    if (shell == "zsh")
        run.arguments = {"--emulate", "sh", "-s"};
    run.words = {"!all", "!min", "local", "mounts", "date_time"};
    run.commandSeconds = 1;
    run.substitutes = {{"/etc/ansible/facts.d", folder.path().toLocal8Bit()}};
    run.run();
    QVERIFY2(run.output.size() < 1'000'000, qPrintable(QString::number(run.output.size())));
    QVERIFY2(run.elapsedMs < 20'000, qPrintable(QString::number(run.elapsedMs)));
    const QJsonObject absent = run.absent();
    QCOMPARE(absent.value(u"local.a-flood").toString(), QStringLiteral("limit"));
    QCOMPARE(absent.value(u"local.b-hang").toString(), QStringLiteral("timeout"));
    const Findings found = run.parse();
    const QJsonValue local = found.value(u"local");
    QVERIFY(local[u"c-fail"].toString().endsWith(u"rc: 3"));
    QCOMPARE(local[u"d-json"][u"a"][0].toInt(), 1);
    QCOMPARE(local[u"e-ini"][u"section"][u"key"].toString(), QStringLiteral("value"));
    QVERIFY(found.has(u"mounts"));
    QVERIFY(found.has(u"date_time"));
    const QByteArray hanging = readAll(folder.filePath(QStringLiteral("pid"))).trimmed();
    QVERIFY(!hanging.isEmpty());
    QTRY_VERIFY(!isAlive(hanging));
}

void FactsGuards::aStuckMountIsAFact()
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

void FactsGuards::whatIsNotMountedYetIsNotTouched()
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

QTEST_GUILESS_MAIN(FactsGuards)
#include "tst_facts_guards.moc"
