// What hangs, crashes or floods costs its own facts and leaves nothing behind.

#include "localrun.h"
#include "tools.h"

#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

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
    void whenAllTimeIsOverNothingIsLeft_data() { aCommandThatHangsCostsItsOwnFacts_data(); }
    void whenAllTimeIsOverNothingIsLeft();
    void whatReadsAllPackagesMayTakeLonger();
    void aCommandThatCrashesOrFloodsCostsItsOwnFacts();
    void aFactThatFloodsHangsOrFailsCostsItself_data();
    void aFactThatFloodsHangsOrFailsCostsItself();
};

namespace {

bool isAlive(const QByteArray &pid)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(QString::fromLatin1(pid)));
    return stat.open(QIODevice::ReadOnly) && !stat.readAll().contains(") Z ");
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
    run.choose(shell);
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
    run.choose(shell);
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
    run.choose(shell);
    run.path = tools.path();
    run.words = {"!all", "!min", "containers", "fips", "dns", "date_time"};
    run.commandSeconds = 1;
    run.run();
    const qint64 arrived = QDateTime::currentMSecsSinceEpoch();
    QCOMPARE(run.exitStatus, 0);
    QVERIFY2(run.elapsedMs < 20'000, qPrintable(QString::number(run.elapsedMs)));
    QVERIFY(run.parse().has(u"dns"));
    QVERIFY(run.parse().has(u"fips"));
    const QByteArray child = readAll(tools.file("child")).trimmed(), self = readAll(tools.file("self")).trimmed();
    QVERIFY(!child.isEmpty());
    QTRY_VERIFY(!isAlive(child));
    QVERIFY(!isAlive(self));
    // Sweeping up takes two seconds, which are no error of its clock.
    const qint64 behind = arrived - run.parse().value(u"clock_unix_ms").toInteger();
    QVERIFY2(behind >= 0 && behind < 1500, qPrintable(QString::number(behind)));
}

// apt makes up its mind from all packages that there are, and has no cache to do so from.
void FactsGuards::whatReadsAllPackagesMayTakeLonger()
{
    Tools tools;
    tools.replace("apt-get", "sleep 2.5\necho 'Inst tzdata [2024a] (2025b Debian:12 [all])'");
    const QTemporaryDir lists;
    QFile list(lists.filePath(QStringLiteral("deb_Packages")));
    QVERIFY(list.open(QIODevice::WriteOnly));
    LocalRun run;
    run.path = tools.path();
    run.words = {"!all", "!min", "updates"};
    run.commandSeconds = 1;
    run.substitutes = {{"/var/lib/apt/lists", lists.path().toLocal8Bit()}};
    run.run();
    QCOMPARE(run.absent().value(u"updates_pending").toString(), QString());
    QCOMPARE(run.parse().value(u"updates_pending").toInt(), 1);
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
    for (const char *shell : everyShell)
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
    run.choose(shell);
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

QTEST_GUILESS_MAIN(FactsGuards)
#include "tst_facts_guards.moc"
