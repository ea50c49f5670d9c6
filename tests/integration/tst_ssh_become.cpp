// Becoming somebody else with the real programs: sudo, doas and su, on a real sshd, for an account that exists nowhere else.

#include "peerserver.h"
#include "sshbench.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryFile>
#include <QTest>

using namespace collector;

namespace {

constexpr auto wrong = "not the password";
constexpr auto sudo = "/usr/bin/sudo";
constexpr auto doas = "/usr/bin/doas";
constexpr auto su = "/bin/su";

QByteArray run(const QString &program, const QStringList &arguments, int *status = nullptr)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60'000))
        qFatal("does not end");
    if (status)
        *status = process.exitCode();
    return process.readAllStandardOutput();
}

// What sudo reads on the server. Debian's sudo asks DNS for the machine's own full name, and waits for it where nobody answers.
std::pair<QString, QByteArray> sudoers(const QByteArray &rules)
{
    return {QStringLiteral("etc/sudoers"), "Defaults !fqdn\n" + rules};
}

// The program's JSON lines on `facts` of `hosts`, all of them `server`, as its account that raises itself.
QByteArray raisedFacts(const PeerServer &server, const QString &hosts, const QString &facts, const QStringList &further,
                       const QString &knownHosts = {})
{
    const QStringList words{QStringLiteral("-i"),
                            hosts,
                            QStringLiteral("--port"),
                            QString::number(server.port()),
                            QStringLiteral("-u"),
                            QString::fromLatin1(PeerServer::account()),
                            QStringLiteral("--identity"),
                            server.clientKey(),
                            QStringLiteral("--known-hosts"),
                            knownHosts.isEmpty() ? server.knownHostsFile() : knownHosts,
                            QStringLiteral("--ssh-config"),
                            QStringLiteral("none"),
                            QStringLiteral("-p"),
                            QStringLiteral("ssh-facts"),
                            QStringLiteral("-f"),
                            QStringLiteral("jsonl"),
                            QStringLiteral("--facts"),
                            facts,
                            QStringLiteral("-b")};
    return run(QStringLiteral(BUILD_DIR "/bin/collector"), words + further);
}

} // namespace

class TestSshBecome : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aRaisedCommand_data();
    void aRaisedCommand();
    void cachedCredentialsMakeNoCommandOfThePassword();
    void aRaisedCommandLeavesNoTicket();
    void theProgramIsMissing();
    void factsRaiseSingleReads_data();
    void factsRaiseSingleReads();
    void factsLeaveNoTicket();
    void aWrongPasswordIsTriedOnceAHostForAllReads();
    void noPasswordIsSentToAHostThatNobodyChecks_data();
    void noPasswordIsSentToAHostThatNobodyChecks();

private:
    static SshSettings settings(const SshBench &bench, const PeerServer &server)
    {
        SshSettings settings = bench.settingsFor(server);
        settings.user = PeerServer::account();
        settings.become.isWanted = true;
        return settings;
    }
};

void TestSshBecome::initTestCase()
{
    if (!PeerServer::isUsable(QStringLiteral("openssh")))
        QSKIP("sshd is not installed, or we are not root");
}

void TestSshBecome::aRaisedCommand_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QByteArray>("rules"); // sudoers, doas.conf
    QTest::addColumn<QByteArray>("password");
    QTest::addColumn<QString>("refusal"); // empty: it is run
    const auto row = [](const char *name, const char *program, const char *rules, const char *password, const char *refusal) {
        QTest::newRow(name) << QString::fromLatin1(program) << QByteArray(rules) + '\n'
                            << QByteArray(password) << QString::fromLatin1(refusal);
    };
    const char *const own = PeerServer::password();
    row("sudo, NOPASSWD", sudo, "peer ALL=(ALL) NOPASSWD: ALL", "", "");
    row("sudo, NOPASSWD, though there is a password", sudo, "peer ALL=(ALL) NOPASSWD: ALL", own, "");
    row("sudo, with the password", sudo, "peer ALL=(ALL) ALL", own, "");
    row("sudo, after its lecture", sudo, "Defaults lecture=always\npeer ALL=(ALL) ALL", own, "");
    row("sudo, with a wrong password", sudo, "peer ALL=(ALL) ALL", wrong, "check the password for it: sudo asks for that of peer");
    row("sudo, with a wrong password, and insults", sudo, "Defaults insults\npeer ALL=(ALL) ALL", wrong, "check the password for it");
    row("sudo, which asks for root's password", sudo, "Defaults targetpw\npeer ALL=(ALL) ALL", own,
        "or of root where sudoers has targetpw");
    row("sudo, without the password that it wants", sudo, "peer ALL=(ALL) ALL", "", "password is required");
    row("sudo, by somebody who may not", sudo, "root ALL=(ALL) ALL", own, "not in the sudoers");
    row("sudo, where a terminal is required", sudo, "Defaults requiretty\npeer ALL=(ALL) NOPASSWD: ALL", "", "tty");
    row("sudo, other commands only", sudo, "peer ALL=(ALL) NOPASSWD: /bin/true", "", "password is required");
    row("doas, nopass", doas, "permit nopass peer as root", "", "");
    row("doas, which wants a password", doas, "permit peer as root", "", "does not let");
    row("doas, by somebody who may not", doas, "deny peer", "", "does not let");
    row("su, with root's password", su, "", "of the root", "");
    row("su, with a wrong password", su, "", wrong, "check the password for it: su asks for that of root");
    row("su, without a password", su, "", "", "does not let");
}

void TestSshBecome::aRaisedCommand()
{
    QFETCH(QString, program);
    QFETCH(QByteArray, rules);
    QFETCH(QByteArray, password);
    QFETCH(QString, refusal);
    if (!QFileInfo(program).isExecutable())
        QSKIP(qPrintable(program + QStringLiteral(" is not installed")));
    const PeerServer server(QStringLiteral("openssh"), {sudoers(program == QLatin1String(sudo) ? rules : ""),
                                                        {QStringLiteral("etc/doas.conf"), program == QLatin1String(doas) ? rules : ""}});
    SshBench bench;
    SshSettings wanted = settings(bench, server);
    wanted.become.method = program == QLatin1String(sudo)   ? Become::Method::Sudo
                           : program == QLatin1String(doas) ? Become::Method::Doas
                                                            : Become::Method::Su;
    if (!password.isEmpty())
        wanted.become.password = std::make_shared<const Secret>(std::string_view(password.constData()));
    ShellCommand command;
    command.command = "id -u; echo error >&2; exit 4";
    command.isPrivileged = true;
    QElapsedTimer timer;
    timer.start();
    const SshOutcome outcome = bench.run(wanted, command);
    QVERIFY2(timer.elapsed() < 30'000, qPrintable(outcome.message));
    QVERIFY(password.isEmpty() || !outcome.message.contains(QString::fromLatin1(password)));
    if (!refusal.isEmpty()) {
        QVERIFY2(outcome.cause == Cause::SudoDenied, qPrintable(outcome.message));
        QVERIFY2(outcome.message.contains(refusal), qPrintable(outcome.message));
        return;
    }
    QVERIFY2(outcome.reply, qPrintable(outcome.message));
    QCOMPARE(outcome.reply->output, "0\n");
    QCOMPARE(outcome.reply->errorOutput, "error\n");
    QCOMPARE(outcome.reply->exitStatus, 4);
}

// To whom sudo would ask nothing: what is not read as a password must not be read by the shell.
void TestSshBecome::cachedCredentialsMakeNoCommandOfThePassword()
{
    if (!QFileInfo(QLatin1String(sudo)).isExecutable())
        QSKIP("sudo is not installed");
    const PeerServer server(QStringLiteral("openssh"),
                            {sudoers("Defaults timestamp_type=global, timestamp_timeout=60\npeer ALL=(ALL) ALL\n")});
    SshBench bench;
    SshSettings wanted = settings(bench, server);
    wanted.become.password = std::make_shared<const Secret>(std::string_view(PeerServer::password()));
    ShellCommand own;
    own.command = "sudo -K; echo '" + QByteArray(PeerServer::password()) + "' | sudo -S -v; sudo -n id -u";
    QCOMPARE(bench.run(wanted, own).reply->output, "0\n"); // it asks for nothing now
    for (int i = 0; i < 3; ++i) {
        ShellCommand command;
        command.command = "cat; id -u";
        command.isPrivileged = true;
        const SshOutcome outcome = bench.run(wanted, command);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "0\n");
        QCOMPARE(outcome.reply->errorOutput, "");
    }
}

// Whoever asks next, for a quarter of an hour, would be let without a password.
void TestSshBecome::aRaisedCommandLeavesNoTicket()
{
    if (!QFileInfo(QLatin1String(sudo)).isExecutable())
        QSKIP("sudo is not installed");
    const PeerServer server(QStringLiteral("openssh"), {sudoers("Defaults timestamp_type=global\npeer ALL=(ALL) ALL\n")});
    SshBench bench;
    SshSettings wanted = settings(bench, server);
    wanted.become.password = std::make_shared<const Secret>(std::string_view(PeerServer::password()));
    ShellCommand command;
    command.command = "sudo -K"; // those of other tests
    QVERIFY(bench.run(wanted, command).reply);
    command.command = "id -u";
    command.isPrivileged = true;
    const SshOutcome raised = bench.run(wanted, command);
    QVERIFY2(raised.reply, qPrintable(raised.message));
    QCOMPARE(raised.reply->output, "0\n");
    command.command = "sudo -n id -u";
    command.isPrivileged = false;
    const SshOutcome next = bench.run(wanted, command);
    QVERIFY2(next.reply, qPrintable(next.message));
    QCOMPARE(next.reply->output, "");
}

void TestSshBecome::theProgramIsMissing()
{
    const PeerServer server(QStringLiteral("openssh"), {{QStringLiteral("sshd_config"), "SetEnv PATH=/nonexistent\n"}});
    SshBench bench;
    for (const Become::Method method : {Become::Method::Sudo, Become::Method::Doas, Become::Method::Su}) {
        SshSettings wanted = settings(bench, server);
        wanted.become.method = method;
        ShellCommand command;
        command.command = "true";
        command.isPrivileged = true;
        QCOMPARE(bench.run(wanted, command).cause, Cause::SudoDenied);
    }
}

void TestSshBecome::factsRaiseSingleReads_data()
{
    QTest::addColumn<QByteArray>("rules"); // %: what --sudoers prints
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("cause");
    QTest::newRow("by the rules that are printed") << QByteArray("%") << QStringLiteral("ok") << QString();
    QTest::newRow("where a password is wanted")
        << QByteArray("peer ALL=(ALL) ALL\n") << QStringLiteral("partial") << QStringLiteral("sudo_denied");
    QTest::newRow("where other commands are allowed")
        << QByteArray("peer ALL=(root) NOPASSWD: /bin/true\n") << QStringLiteral("partial") << QStringLiteral("sudo_denied");
    QTest::newRow("where they are forbidden") << QByteArray("peer ALL=(root) NOPASSWD: ALL, !/usr/bin/find\n") << QStringLiteral("partial")
                                              << QStringLiteral("sudo_denied");
    QTest::newRow("by nobody of that name") << QByteArray("root ALL=(ALL) ALL\n") << QStringLiteral("partial")
                                            << QStringLiteral("sudo_denied");
}

void TestSshBecome::factsRaiseSingleReads()
{
    QFETCH(QByteArray, rules);
    QFETCH(QString, status);
    QFETCH(QString, cause);
    if (!QFileInfo(QLatin1String(sudo)).isExecutable())
        QSKIP("sudo is not installed");
    if (rules == "%")
        rules = run(QStringLiteral(BUILD_DIR "/bin/collector"),
                    {QStringLiteral("plugins"), QStringLiteral("ssh-facts"), QStringLiteral("--sudoers")})
                    .replace("ACCOUNT ", "peer ");
    const PeerServer server(QStringLiteral("openssh"), {sudoers(rules)});
    const QByteArray line = raisedFacts(server, QStringLiteral("127.0.0.1,"), QStringLiteral("access,platform"),
                                        {QStringLiteral("--become-mode"), QStringLiteral("commands")});
    const QJsonObject record = QJsonDocument::fromJson(line).object();
    QVERIFY2(!record.isEmpty(), line.constData());
    QVERIFY2(record[QStringLiteral("status")].toString() == status, line.constData());
    QCOMPARE(record[QStringLiteral("cause")].toString(), cause);
    QVERIFY2(line.contains("if sudo wants a password, give --ask-become-pass") == !cause.isEmpty(), line.constData());
    const QJsonObject facts = record[QStringLiteral("facts")].toObject();
    QVERIFY2(!facts[QStringLiteral("kernel")].toString().isEmpty(), line.constData());
    const QString digest = QStringLiteral("sudoers_sha256");
    QCOMPARE(facts[digest].toString().size(), cause.isEmpty() ? 64 : 0);
    QCOMPARE(record[QStringLiteral("absent")].toObject()[digest].toString(), cause.isEmpty() ? QString() : QStringLiteral("denied"));
}

// Whoever asks next, for a quarter of an hour, would be let without a password.
void TestSshBecome::factsLeaveNoTicket()
{
    if (!QFileInfo(QLatin1String(sudo)).isExecutable())
        QSKIP("sudo is not installed");
    const PeerServer server(QStringLiteral("openssh"), {sudoers("Defaults timestamp_type=global\npeer ALL=(ALL) ALL\n")});
    SshBench bench;
    ShellCommand command;
    command.command = "sudo -K"; // those of other tests
    QVERIFY(bench.run(settings(bench, server), command).reply);
    QTemporaryFile file; // which only we may read
    QVERIFY(file.open());
    file.write(PeerServer::password());
    file.close();
    const QByteArray line = raisedFacts(server, QStringLiteral("127.0.0.1,"), QStringLiteral("access"),
                                        {QStringLiteral("--become-password-file"), file.fileName()});
    const QJsonObject record = QJsonDocument::fromJson(line).object();
    QVERIFY2(record[QStringLiteral("status")].toString() == u"ok", line.constData());
    command.command = "sudo -n id -u";
    const SshOutcome outcome = bench.run(settings(bench, server), command);
    QVERIFY2(outcome.reply, qPrintable(outcome.message));
    QCOMPARE(outcome.reply->output, "");
}

// Each read that is raised would offer it again, on every host, and lock the account.
void TestSshBecome::aWrongPasswordIsTriedOnceAHostForAllReads()
{
    if (!QFileInfo(QLatin1String(sudo)).isExecutable())
        QSKIP("sudo is not installed");
    QTemporaryDir directory;
    const QString log = directory.filePath(QStringLiteral("refusals"));
    QFile counter(directory.filePath(QStringLiteral("count")));
    QVERIFY(counter.open(QIODevice::WriteOnly));
    counter.write("#!/bin/sh\necho refused >> " + log.toUtf8() + "\n");
    counter.close();
    counter.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const PeerServer server(QStringLiteral("openssh"),
                            {sudoers("peer ALL=(ALL) ALL\n"),
                             {QStringLiteral("etc/pam.d/sudo"), "auth [success=2 auth_err=ignore default=die] pam_unix.so\n"
                                                                "auth optional pam_exec.so quiet seteuid " +
                                                                    counter.fileName().toUtf8() +
                                                                    "\nauth requisite pam_deny.so\nauth required pam_permit.so\n"
                                                                    "account required pam_unix.so\nsession required pam_unix.so\n"}});
    QByteArray lines;
    const auto asked = [&](const char *password, const QString &status) {
        QFile::remove(log);
        QFile file(directory.filePath(QStringLiteral("password")));
        if (!file.open(QIODevice::WriteOnly))
            return -1;
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        file.write(password);
        file.close();
        lines = raisedFacts(server, QStringLiteral("127.0.0.1-127.0.0.8"), QStringLiteral("access,memory_modules,storage"),
                            {QStringLiteral("--become-password-file"), file.fileName()});
        int good = 0;
        for (const QByteArray &line : lines.trimmed().split('\n'))
            good += QJsonDocument::fromJson(line).object()[QStringLiteral("status")].toString() == status;
        if (good != 8)
            qWarning("%s", lines.constData());
        QFile told(log);
        const bool isRefused = told.open(QIODevice::ReadOnly);
        return good != 8 ? -1 : isRefused ? int(told.readAll().count('\n')) : 0;
    };
    QCOMPARE(asked(wrong, QStringLiteral("partial")), 3);                     // --max-auth-failures
    QVERIFY2(lines.contains("check the password for it"), lines.constData()); // no missing rule
    QCOMPARE(asked(PeerServer::password(), QStringLiteral("ok")), 0);
}

void TestSshBecome::noPasswordIsSentToAHostThatNobodyChecks_data()
{
    QTest::addColumn<QString>("transport");
    QTest::addColumn<QString>("mode");
    for (const char *transport : {"native", "openssh"}) {
        for (const char *mode : {"commands", "script"})
            QTest::addRow("%s, %s", transport, mode) << QString::fromLatin1(transport) << QString::fromLatin1(mode);
    }
}

// Its sudo may be anybody's: here one that keeps what it is told. With a key that is known it is told the password.
void TestSshBecome::noPasswordIsSentToAHostThatNobodyChecks()
{
    QFETCH(QString, transport);
    QFETCH(QString, mode);
    QTemporaryDir directory;
    QVERIFY(QFile::setPermissions(directory.path(), QFile::Permissions(0x7777)));
    const QString caught = directory.filePath(QStringLiteral("caught"));
    const auto write = [&](const char *name, const QByteArray &text, QFile::Permissions permissions) {
        QFile file(directory.filePath(QLatin1StringView(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write");
        file.setPermissions(permissions);
        return file.fileName();
    };
    write("sudo",
          "#!/bin/sh\nunset prompt never\nwhile [ $# -gt 0 ]; do case $1 in\n-n) never=1;; -p) prompt=$2; shift;; -u) shift;;\n"
          "--) shift; break;; esac; shift; done\n"
          "[ \"$never\" ] && { echo 'sudo: a password is required' >&2; exit 1; }\n"
          "printf %s \"$prompt\" >&2; read -r word; echo \"$word\" >> " +
              caught.toUtf8() + "; [ $# = 0 ] || exec \"$@\"\n",
          QFile::Permissions(0x7755));
    const QString password = write("password", "open sesame", QFile::ReadOwner | QFile::WriteOwner);
    const PeerServer server(QStringLiteral("openssh"),
                            {{QStringLiteral("sshd_config"), "SetEnv PATH=" + directory.path().toUtf8() + ":/usr/bin:/bin\n"}});
    const QStringList words{QStringLiteral("--transport"),
                            transport,
                            QStringLiteral("--become-mode"),
                            mode,
                            QStringLiteral("--become-password-file"),
                            password};
    const QStringList unchecked{QStringLiteral("--host-keys"), QStringLiteral("off")};
    const QString nothing = write("nothing", "", QFile::ReadOwner | QFile::WriteOwner);
    const QByteArray line =
        raisedFacts(server, QStringLiteral("127.0.0.1,"), QStringLiteral("access,platform"), words + unchecked, nothing);
    QVERIFY2(!QFile::exists(caught), line.constData());
    const QJsonObject record = QJsonDocument::fromJson(line).object();
    QVERIFY2(record[QStringLiteral("cause")].toString() == QStringLiteral("sudo_denied"), line.constData());
    const QString message = record[QStringLiteral("message")].toString();
    QVERIFY2(message.contains(QStringLiteral("no password is sent")) && message.contains(QStringLiteral("accept-new")), line.constData());

    (void)raisedFacts(server, QStringLiteral("127.0.0.1,"), QStringLiteral("access,platform"), words);
    QFile told(caught);
    QVERIFY(told.open(QIODevice::ReadOnly));
    QVERIFY(told.readAll().startsWith("open sesame\n"));
}

QTEST_GUILESS_MAIN(TestSshBecome)
#include "tst_ssh_become.moc"
