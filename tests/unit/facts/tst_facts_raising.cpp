// What is raised is what the list says; the key that takes inventory takes inventory and nothing else.

#include "documents.h"
#include "localrun.h"
#include "tools.h"

#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include <unistd.h>

#include <algorithm>

using namespace collector;
using namespace collector::facts;

namespace {

// The program behind a key that may take inventory, as sshd starts it for somebody who asks for `command`, and types another one.
struct InventoryKey
{
    explicit InventoryKey(const QByteArray &command)
    {
        const QTemporaryDir folder;
        QFile program(folder.filePath(QStringLiteral("collector-facts")));
        if (!program.open(QIODevice::WriteOnly) || program.write(inventoryProgram()) < 0)
            return;
        program.close();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SSH_ORIGINAL_COMMAND"), QString::fromLatin1(command));
        QProcess shell;
        shell.setProcessEnvironment(environment);
        shell.start(QStringLiteral("/bin/sh"), {program.fileName()});
        shell.write("id\n");
        shell.closeWriteChannel();
        if (!shell.waitForFinished())
            return;
        output = shell.readAllStandardOutput();
        exitCode = shell.exitCode();
    }

    QByteArray output;
    int exitCode = -1;
};

} // namespace

class FactsRaising : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyRaisedReadIsInTheList();
    void sudoersAreWellFormed();
    void sudoIsCalledForListedReadsAlone();
    void whatFailsByItselfIsNotRefused_data();
    void whatFailsByItselfIsNotRefused();
    void theInventoryKeyTakesInventory();
    void theInventoryKeyRefusesAllElse_data();
    void theInventoryKeyRefusesAllElse();
};

void FactsRaising::everyRaisedReadIsInTheList()
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

void FactsRaising::sudoersAreWellFormed()
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

void FactsRaising::sudoIsCalledForListedReadsAlone()
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
                return line == "-n -- " + program + ' ' + read.arguments || line == "-k -S -p  -- " + program + ' ' + read.arguments;
            });
        });
        QVERIFY2(isListed, line.constData());
    }
    const QByteArray passwords = readAll(tools.file("passwords"));
    QVERIFY2(passwords.startsWith("it's secret\n"), passwords.constData());
}

void FactsRaising::whatFailsByItselfIsNotRefused_data()
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

void FactsRaising::whatFailsByItselfIsNotRefused()
{
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, script);
    QFETCH(QString, absent);
    if (geteuid() != 0 || QStandardPaths::findExecutable(QStringLiteral("setpriv")).isEmpty())
        QSKIP("root and setpriv are needed to become an ordinary user");
    Tools tools;
    QFile::setPermissions(QString::fromLocal8Bit(tools.path()), QFile::Permissions(0x7755));
    tools.replace(program.constData(), script);
    for (const char *shell : everyShell) {
        const bool isAskedOfAll = absent != u"timeout"; // which takes its time
        if (QStandardPaths::findExecutable(QString::fromLatin1(shell)).isEmpty() || (!isAskedOfAll && shell != QByteArrayView("dash")))
            continue;
        LocalRun run;
        run.choose(shell);
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

void FactsRaising::theInventoryKeyTakesInventory()
{
    ScriptSettings settings;
    settings.nonce = "00112233445566778899aabbccddeeff";
    const QList<const SectionSpec *> sections = selectSections({"!all", "!min", "dns", "fips"}, nullptr);
    const InventoryKey key(inventoryCommand(sections, settings));
    QCOMPARE(key.exitCode, 0);
    const Frames frames = parseFrames(key.output, settings.nonce);
    QVERIFY(frames.isComplete);
    QCOMPARE(frames.version, QByteArrayView(scriptHash()));
    QCOMPARE(frames.sections.size(), 2);
}

void FactsRaising::theInventoryKeyRefusesAllElse_data()
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

void FactsRaising::theInventoryKeyRefusesAllElse()
{
    QFETCH(QByteArray, command);
    const InventoryKey key(command);
    QCOMPARE(key.exitCode, 126);
    QCOMPARE(key.output, QByteArray());
}

QTEST_GUILESS_MAIN(FactsRaising)
#include "tst_facts_raising.moc"
