// What hangs costs its own facts and leaves nothing behind; what is raised is what the list says; the key that takes inventory
// takes inventory and nothing else.

#include "documents.h"
#include "localrun.h"

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
    void everyRaisedReadIsInTheList();
    void sudoersAreWellFormed();
    void sudoIsCalledForListedReadsAlone();
    void whatFailsByItselfIsNotRefused_data();
    void whatFailsByItselfIsNotRefused();
    void theInventoryKeyTakesInventory();
    void theInventoryKeyRefusesAllElse_data();
    void theInventoryKeyRefusesAllElse();
};

namespace {

// A folder of links to all tools, with some replaced by scripts of ours.
class Tools
{
public:
    Tools()
    {
        for (const char *folder : {"/usr/bin", "/usr/sbin", "/bin", "/sbin"}) {
            const QDir from(QString::fromLatin1(folder));
            for (const QString &name : from.entryList(QDir::Files | QDir::Executable))
                QFile::link(from.filePath(name), m_folder.filePath(name));
        }
    }

    void replace(const char *name, const QByteArray &script)
    {
        const QString path = m_folder.filePath(QString::fromLatin1(name));
        QFile::remove(path);
        QFile file(path);
        file.open(QIODevice::WriteOnly);
        file.write("#!/bin/sh\n" + script + '\n');
        file.close();
        file.setPermissions(QFile::Permissions(0x7755));
    }

    [[nodiscard]] QByteArray path() const { return m_folder.path().toLocal8Bit(); }
    [[nodiscard]] QString file(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }

private:
    QTemporaryDir m_folder;
};

bool isAlive(const QByteArray &pid)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(QString::fromLatin1(pid)));
    return stat.open(QIODevice::ReadOnly) && !stat.readAll().contains(") Z ");
}

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
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

    QVERIFY2(run.elapsedMs < 2000 + 4000, qPrintable(QString::number(run.elapsedMs)));
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

void FactsGuards::everyRaisedReadIsInTheList()
{
    const QByteArray script = wholeScript();
    int calls = 0;
    for (qsizetype at = script.indexOf("\nroot "); at >= 0; at = script.indexOf("\nroot ", at + 1))
        ++calls;
    for (const RaisedRead &read : raisedReads()) {
        QVERIFY2(script.contains(QByteArray("\nroot ") + read.label + ' '), read.label);
        // Arguments stand there on one line, or broken by a backslash.
        QByteArray joined = script;
        joined.replace("\\\n", "");
        QVERIFY2(joined.contains(read.arguments), read.label);
    }
    QCOMPARE(calls, int(raisedReads().size()));
}

void FactsGuards::sudoersAreWellFormed()
{
    const QByteArray text = sudoers();
    QVERIFY(text.contains("NOPASSWD: COLLECTOR_FACTS"));
    QVERIFY(text.contains("--separator \\, -o vg_name\\,"));
    QString visudo = QStandardPaths::findExecutable(QStringLiteral("visudo"));
    if (visudo.isEmpty())
        visudo = QStandardPaths::findExecutable(QStringLiteral("visudo"), {QStringLiteral("/usr/sbin")});
    if (visudo.isEmpty())
        QSKIP("visudo is not installed");
    QProcess check;
    check.start(visudo, {QStringLiteral("-c"), QStringLiteral("-f"), QStringLiteral("-")});
    check.write(text);
    check.closeWriteChannel();
    QVERIFY(check.waitForFinished());
    const QByteArray said = check.readAllStandardOutput() + check.readAllStandardError();
    QVERIFY2(check.exitCode() == 0, said.constData());
}

void FactsGuards::sudoIsCalledForListedReadsAlone()
{
    if (geteuid() != 0 || QStandardPaths::findExecutable(QStringLiteral("setpriv")).isEmpty())
        QSKIP("root and setpriv are needed to become an ordinary user");
    Tools tools;
    QFile::setPermissions(QString::fromLocal8Bit(tools.path()), QFile::Permissions(0x7777));
    // A sudo of ours: notes what it is asked for, reads the password where one is expected, refuses.
    tools.replace("sudo", "echo \"$*\" >> " + tools.path() + "/asked; [ \"$1\" = -n ] || { read -r p; echo \"$p\" >> " + tools.path() +
                              "/passwords; }; echo 'sudo: a password is required' >&2; exit 1");
    for (const QByteArray &assignments : {QByteArray("B=sudo W=''"), QByteArray("B=sudo W='it'\\''s secret'")}) {
        LocalRun run;
        run.user = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
        run.path = tools.path();
        run.words = {"!all", "!min", "access", "lvm", "dmi"};
        run.raising = assignments;
        run.run();
        QCOMPARE(run.exitStatus, 0);
        QVERIFY(parseFrames(run.output, run.nonce).isRefused());
        QCOMPARE(run.absent().value(u"sudoers_sha256").toString(), QStringLiteral("denied"));
        QVERIFY(!run.output.contains("secret"));
    }
    for (const QByteArray &line : readAll(tools.file("asked")).split('\n')) {
        if (line.isEmpty())
            continue;
        const bool isListed = std::any_of(raisedReads().begin(), raisedReads().end(), [&](const RaisedRead &read) {
            const QByteArray words = read.programs;
            const auto programs = words.split(' ');
            return std::any_of(programs.begin(), programs.end(), [&](const QByteArray &program) {
                return line == "-n -- " + program + ' ' + read.arguments || line == "-S -p  -- " + program + ' ' + read.arguments;
            });
        });
        QVERIFY2(isListed, line.constData());
    }
    const QByteArray passwords = readAll(tools.file("passwords"));
    QVERIFY2(passwords.startsWith("it's secret\n"), passwords.constData());
}

void FactsGuards::whatFailsByItselfIsNotRefused_data()
{
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QByteArray>("script"); // what it does; its command stands behind two words of its own
    QTest::addColumn<QString>("absent");    // why there is no digest of the sudoers
    const auto row = [](const char *name, const char *program, const char *script, const char *absent) {
        QTest::newRow(name) << QByteArray(program) << QByteArray(script) << QString::fromLatin1(absent);
    };
    // Run without root, find and sha256sum say that they may not, and end with 1.
    row("sudo runs what fails", "sudo", "shift 2; exec \"$@\"", "unsupported");
    row("sudo that does not know its host runs what fails", "sudo",
        "echo 'sudo: unable to resolve host web01: Name or service not known' >&2; shift 2; exec \"$@\"", "unsupported");
    row("what it runs fails without a word", "sudo", "exit 1", "unsupported");
    row("what it runs leaves half a line", "sudo", "printf 'half a line' >&2; exit 1", "unsupported");
    row("what it runs leaves stderr open", "sudo", "sleep 12 & exit 3", "unsupported");
    row("sudo wants a password", "sudo", "echo 'sudo: a password is required' >&2; exit 1", "denied");
    row("sudo does not know us", "sudo", "echo 'peer is not in the sudoers file.' >&2; exit 1", "denied");
    row("sudo allows us other commands", "sudo",
        "echo \"Sorry, user peer is not allowed to execute '/usr/bin/find' as root on web01.\" >&2; exit 1", "denied");
    row("doas says no", "doas", "echo 'doas: Operation not permitted' >&2; exit 1", "denied");
    row("doas runs what fails", "doas", "shift; exec \"$@\"", "unsupported");
    row("it hangs", "sudo", "sleep 30", "timeout");
}

void FactsGuards::whatFailsByItselfIsNotRefused()
{
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, script);
    QFETCH(QString, absent);
    if (geteuid() != 0 || QStandardPaths::findExecutable(QStringLiteral("setpriv")).isEmpty())
        QSKIP("root and setpriv are needed to become an ordinary user");
    Tools tools;
    QFile::setPermissions(QString::fromLocal8Bit(tools.path()), QFile::Permissions(0x7755));
    tools.replace(program.constData(), script);
    for (const char *shell : {"dash", "bash", "busybox", "ksh93", "mksh", "zsh", "yash"}) {
        const bool isAskedOfAll = absent != u"timeout"; // which takes its time
        if (QStandardPaths::findExecutable(QString::fromLatin1(shell)).isEmpty() || (!isAskedOfAll && shell != QByteArrayView("dash")))
            continue;
        LocalRun run;
        run.shell = shell;
        run.arguments = shell == QByteArrayView("busybox") ? QList<QByteArray>{"ash", "-s"}
                        : shell == QByteArrayView("zsh")   ? QList<QByteArray>{"--emulate", "sh", "-s"}
                                                           : QList<QByteArray>{"-s"};
        run.user = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
        run.path = tools.path();
        run.words = {"!all", "!min", "access"};
        run.raising = "B=" + program + " W=''";
        run.commandSeconds = 1;
        run.run();
        const Frames frames = parseFrames(run.output, run.nonce);
        QVERIFY2(frames.isComplete && run.exitStatus == 0, shell);
        QVERIFY2(frames.isRefused() == (absent == u"denied"), run.output.constData());
        QCOMPARE(QByteArray(shell) + ": " + run.absent().value(u"sudoers_sha256").toString().toUtf8(), shell + (": " + absent.toUtf8()));
        QVERIFY2(run.elapsedMs < 10'000, shell);
    }
}

void FactsGuards::theInventoryKeyTakesInventory()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("collector-facts"));
    QFile program(path);
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write(inventoryProgram());
    program.close();
    ScriptSettings settings;
    settings.nonce = "00112233445566778899aabbccddeeff";
    const QList<const SectionSpec *> sections = selectSections({"!all", "!min", "dns", "fips"}, nullptr);
    QProcess shell;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("SSH_ORIGINAL_COMMAND"), QString::fromLatin1(inventoryCommand(sections, settings)));
    shell.setProcessEnvironment(environment);
    shell.start(QStringLiteral("/bin/sh"), {path});
    QVERIFY(shell.waitForFinished());
    const QByteArray output = shell.readAllStandardOutput();
    QCOMPARE(shell.exitCode(), 0);
    const Frames frames = parseFrames(output, settings.nonce);
    QVERIFY(frames.isComplete);
    QCOMPARE(frames.version, QByteArrayView(scriptHash()));
    QCOMPARE(frames.sections.size(), 2);
}

void FactsGuards::theInventoryKeyRefusesAllElse_data()
{
    QTest::addColumn<QByteArray>("command");
    const QByteArray nonce = "00112233445566778899aabbccddeeff";
    QTest::newRow("no command") << QByteArray();
    QTest::newRow("a shell") << QByteArray("exec /bin/sh -s");
    QTest::newRow("another command behind ours") << "collector-facts 1 " + nonce + " 5 50 dns; id";
    QTest::newRow("a substitution") << "collector-facts 1 " + nonce + " 5 50 $(id)";
    QTest::newRow("a newline") << "collector-facts 1 " + nonce + " 5 50 dns\nid";
    QTest::newRow("an unknown section") << "collector-facts 1 " + nonce + " 5 50 dns,id";
    QTest::newRow("the environment") << "collector-facts 1 " + nonce + " 5 50 env";
    QTest::newRow("a short nonce") << QByteArray("collector-facts 1 0011 5 50 dns");
    QTest::newRow("a limit that is none") << "collector-facts 1 " + nonce + " a 50 dns";
    QTest::newRow("another version") << "collector-facts 2 " + nonce + " 5 50 dns";
    QTest::newRow("too many words") << "collector-facts 1 " + nonce + " 5 50 dns fips";
}

void FactsGuards::theInventoryKeyRefusesAllElse()
{
    QFETCH(QByteArray, command);
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("collector-facts"));
    QFile program(path);
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write(inventoryProgram());
    program.close();
    QProcess shell;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("SSH_ORIGINAL_COMMAND"), QString::fromLatin1(command));
    shell.setProcessEnvironment(environment);
    shell.start(QStringLiteral("/bin/sh"), {path});
    shell.write("id\n");
    shell.closeWriteChannel();
    QVERIFY(shell.waitForFinished());
    QCOMPARE(shell.exitCode(), 126);
    QCOMPARE(shell.readAllStandardOutput(), QByteArray());
}

QTEST_GUILESS_MAIN(FactsGuards)
#include "tst_facts_guards.moc"
