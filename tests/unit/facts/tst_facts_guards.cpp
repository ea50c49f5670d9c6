// What hangs, crashes or floods costs its own facts and leaves nothing behind.

#include "localrun.h"
#include "tools.h"

#include <QElapsedTimer>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QThread>
#include <QtTest>

#include <csignal>
#include <sys/mount.h>
#include <unistd.h>

using namespace collector;
using namespace collector::facts;

class FactsGuards : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCommandThatHangsCostsItsOwnFacts_data();
    void aCommandThatHangsCostsItsOwnFacts();
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

} // namespace

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
    QVERIFY2(run.elapsedMs < 12'000, qPrintable(QString::number(run.elapsedMs)));
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
    QVERIFY2(run.elapsedMs < 10'000, qPrintable(QString::number(run.elapsedMs)));
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
