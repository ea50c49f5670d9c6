// The openssh transport beside the native one: the same record, the same causes. Needs ssh(1) and sshd.

#include "sshbench.h"

#include "fleet/fleetprocess.h"
#include "fleet/sshdprocess.h"
#include "ssh/sshsettingssource.h"
#include "unit/ssh/keygen.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace collector;

class SshTransportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        m_sshd = std::make_unique<SshdProcess>();
        m_bench = std::make_unique<SshBench>();
    }

    void runsACommand()
    {
        const SshOutcome outcome = m_bench->run(settings(), "printf out; printf err >&2; exit 3");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "out");
        QCOMPARE(outcome.reply->errorOutput, "err");
        QCOMPARE(outcome.reply->exitStatus, 3);
        QCOMPARE(outcome.info.auth, "publickey");
        QVERIFY2(outcome.info.key.startsWith("SHA256:"), outcome.info.key.constData());
        QCOMPARE(outcome.info.hostKeyType, "ssh-ed25519");
        QVERIFY(outcome.info.hostKey.startsWith("SHA256:"));
        QVERIFY2(outcome.info.banner.startsWith("SSH-2.0-OpenSSH"), outcome.info.banner.constData());
        QVERIFY(!outcome.info.kex.isEmpty() && !outcome.info.cipher.isEmpty());
        QVERIFY(outcome.isCommandSent);
    }

    // Its word for the MAC of a cipher that brings its own was `<implicit>`.
    void whatWasAgreedHasTheSameNames()
    {
        const SshOutcome native = m_bench->run(m_bench->settingsFor(*m_sshd), "true");
        const SshOutcome other = m_bench->run(settings(), "true");
        QVERIFY2(native.reply && other.reply, qPrintable(native.message + other.message));
        QCOMPARE(other.info.cipher, native.info.cipher);
        QCOMPARE(other.info.mac, native.info.mac);
        const SshdProcess sshd({"Ciphers aes256-gcm@openssh.com"}); // which libssh may not be trusted with
        QCOMPARE(m_bench->run(settingsOf(sshd), "true").info.mac, "aead-gcm");
    }

    // Keys were remembered by where the credentials had lain that named them.
    void credentialsThatAreGoneLeaveNoKeysToOthers()
    {
        for (int i = 0; i < 3; ++i) {
            const SshdProcess sshd;
            const SshOutcome outcome = m_bench->run(m_bench->settingsFor(sshd), "true");
            QVERIFY2(outcome.reply, qPrintable(outcome.message));
        }
    }

    // A /tmp that is full or cannot be written: all hosts were `skipped`, and the run a good one.
    void noFolderForItsLogIsAFailure()
    {
        const QByteArray before = qgetenv("TMPDIR");
        const auto restore = qScopeGuard([&] { before.isEmpty() ? qunsetenv("TMPDIR") : qputenv("TMPDIR", before); });
        const QString file = m_scratch.filePath(QStringLiteral("nofolder"));
        keygen::write(file, "");
        for (const QString &folder : {file, m_scratch.filePath(QStringLiteral("nowhere"))}) {
            qputenv("TMPDIR", folder.toUtf8());
            const SshOutcome outcome = m_bench->run(settings(), "true");
            QCOMPARE(outcome.cause, Cause::LocalLimit);
            QVERIFY2(outcome.message.startsWith(QStringLiteral("ssh(1) cannot be started: no folder for ssh's log in ") + folder),
                     qPrintable(outcome.message));
        }
    }

    // sshd's Banner is on ssh's standard error, as the command's is. Many at once: what is told apart must not be so by when it comes.
    void aBannerIsNoneOfTheCommands()
    {
        const QString text = m_scratch.filePath(QStringLiteral("banner"));
        keygen::write(text, "Authorized users only.\nbegun\nno end");
        const SshdProcess sshd({"Banner " + text.toUtf8()});
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < 10; ++i)
            outcomes.push_back(&m_bench->start(settingsOf(sshd), "echo first >&2; echo out; echo second >&2; exit 3"));
        m_bench->wait();
        for (const SshOutcome *outcome : outcomes) {
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
            QCOMPARE(outcome->reply->errorOutput, "first\nsecond\n");
            QCOMPARE(outcome->reply->output, "out\n");
            QCOMPARE(outcome->reply->exitStatus, 3);
        }
        SshSettings native = settingsOf(sshd);
        native.transport = SshTransport::Native;
        QCOMPARE(m_bench->run(native, "echo first >&2").reply->errorOutput, "first\n");
        const SshOutcome expired = m_bench->run(
            settingsOf(sshd),
            "echo 'WARNING: Your password has expired.' >&2; echo 'Password change required but no TTY available.' >&2; exit 1");
        QCOMPARE(expired.cause, Cause::PasswordExpired);
    }

    // A service's shell is often nologin.
    void runsWithoutAShellOfOurs()
    {
        const QByteArray shell = qgetenv("SHELL");
        qputenv("SHELL", "/usr/sbin/nologin");
        const SshOutcome outcome = m_bench->run(settings(), "echo out; echo err >&2");
        shell.isNull() ? qunsetenv("SHELL") : qputenv("SHELL", shell);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "out\n");
        QCOMPARE(outcome.reply->errorOutput, "err\n");
    }

    void tellsItsOwn255FromTheHosts()
    {
        const SshOutcome outcome = m_bench->run(settings(), "exit 255");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->exitStatus, 255);
    }

    void runsAScript()
    {
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input = "# " + QByteArray(300'000, 'x') + "\necho one\ncat\nexit 4\n";
        const SshOutcome outcome = m_bench->run(settings(), script);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "one\n");
        QCOMPARE(outcome.reply->exitStatus, 4);
    }

    void cutsOutputWithoutEnd()
    {
        ShellCommand command;
        command.command = "yes";
        command.outputLimit = 100'000;
        const SshOutcome outcome = m_bench->run(settings(), command);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output.size(), 100'000);
        QVERIFY(outcome.reply->isTruncated);
    }

    void hasTheSameCauses_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<int>("cause");
        const auto row = [](const char *fault, Cause cause) { QTest::newRow(fault) << QString::fromLatin1(fault) << int(cause); };
        row("close-before-banner", Cause::RateLimited);
        row("not-allowed-now", Cause::RateLimited);
        row("reset-at-once", Cause::Reset);
        row("no-common-algorithm", Cause::NoCommonAlgorithm);
        row("other-host-key", Cause::HostKeyChanged);
        row("auth-denied", Cause::AuthDenied);
        row("too-many-failures", Cause::AuthDenied);
        row("channel-refused", Cause::ChannelRefused);
        row("exec-refused", Cause::ShellRejected);
        row("close-mid-output", Cause::ConnectionLost);
    }
    void hasTheSameCauses()
    {
        QFETCH(QString, fault);
        QFETCH(int, cause);
        FleetProcess fleet({QStringLiteral("--fault"), fault});
        const SshOutcome outcome = m_bench->run(settingsOf(fleet), "uptime");
        QVERIFY(!outcome.reply);
        QVERIFY2(int(outcome.cause) == cause,
                 qPrintable(QString::fromLatin1(causeName(outcome.cause)) + QStringLiteral(": ") + outcome.message));
        // Whoever gave a secret is told that ssh(1) had none.
        QCOMPARE(outcome.message.contains(QStringLiteral("without a password")), outcome.cause == Cause::AuthDenied);
    }

    void refusedAndUnknown()
    {
        SshSettings refused = settings();
        refused.port = 1;
        QCOMPARE(m_bench->run(refused, "true").cause, Cause::Refused);
        SshSettings unknown = settings();
        unknown.userKnownHostsFiles = {QStringLiteral("/dev/null")};
        QCOMPARE(m_bench->run(unknown, "true").cause, Cause::HostKeyUnknown);
        SshSettings nowhere = settings();
        nowhere.host = "does-not-exist.invalid";
        QCOMPARE(m_bench->run(nowhere, "true").cause, Cause::Dns);
    }

    void goesThroughAProxyCommand()
    {
        const SshdProcess gate;
        SshSettings through = settings();
        through.port = 1; // where nobody is
        through.hostKeyAlias = '[' + through.host + "]:" + QByteArray::number(m_sshd->port());
        through.proxyCommand =
            QStringList{QStringLiteral("ssh")} + gate.sshOptions() +
            QStringList{QStringLiteral("-W"), QStringLiteral("127.0.0.1:%1").arg(m_sshd->port()), QStringLiteral("127.0.0.1")};
        const SshOutcome outcome = m_bench->run(through, "echo 100%");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "100%\n");
        QVERIFY(outcome.info.via.contains("-W"));
    }

    void findsTheBlockOfTheNameAsWritten()
    {
        const QString nothing = m_scratch.filePath(QStringLiteral("nothing"));
        keygen::write(nothing, "\n");
        const auto found = settingsOf("Host alias\nHostName 127.0.0.1\n" + accountOn(*m_sshd) + "UserKnownHostsFile " + nothing.toUtf8() +
                                          ' ' + m_sshd->knownHostsFile().toUtf8() + "\nRemoteCommand echo theirs\nSetEnv X=block\n",
                                      "alias");
        const SshOutcome outcome = m_bench->run(*found, "echo ours");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "ours\n");
        QVERIFY(outcome.info.via.isEmpty());
    }

    // The gate's key, port and known_hosts stand under its own name, and nobody else's.
    void findsTheBlocksOfJumpHosts()
    {
        const SshdProcess gate;
        const SshdProcess second;
        const auto blockOf = [](const char *name, const SshdProcess &server) {
            return QByteArray("Host ") + name + "\nHostName 127.0.0.1\n" + accountOn(server) + "UserKnownHostsFile " +
                   server.knownHostsFile().toUtf8() + '\n';
        };
        const QByteArray blocks = blockOf("gate", gate) + blockOf("second", second) + blockOf("web", *m_sshd);
        const auto one = settingsOf(blocks + "ProxyJump gate\n", "web");
        const SshOutcome overOne = m_bench->run(*one, "echo in; echo err >&2");
        QVERIFY2(overOne.reply, qPrintable(overOne.message));
        QCOMPARE(overOne.reply->output, "in\n");
        QCOMPARE(overOne.reply->errorOutput, "err\n"); // and nothing that the jump host's process says
        QVERIFY2(overOne.info.via.endsWith("@127.0.0.1:" + QByteArray::number(gate.port())), overOne.info.via.constData());
        const SshOutcome overTwo = m_bench->run(*settingsOf(blocks + "ProxyJump gate,second\n", "web"), "echo in");
        QVERIFY2(overTwo.reply, qPrintable(overTwo.message));
        QCOMPARE(overTwo.reply->output, "in\n");
    }

    void aJumpHostThatRefusesIsNamed()
    {
        const SshdProcess gate;
        SshSettings through = settings();
        SshSettings jump = settingsOf(gate);
        jump.openSshOptions = {QStringLiteral("IdentityFile=") + m_sshd->clientKey(), QStringLiteral("IdentitiesOnly=yes")};
        through.jumps = {std::make_shared<const SshSettings>(std::move(jump))};
        const SshOutcome outcome = m_bench->run(through, "true");
        QCOMPARE(outcome.cause, Cause::JumpFailed);
        QVERIFY2(outcome.message.contains(QStringLiteral("Permission denied")), qPrintable(outcome.message));
    }

    void uncheckedKeysAreNotWrittenDown()
    {
        const QString mine = m_scratch.filePath(QStringLiteral("unchecked"));
        SshSettings off = settings();
        off.hostKeyPolicy = HostKeyPolicy::Off;
        off.userKnownHostsFiles = {mine};
        const SshOutcome outcome = m_bench->run(off, "true");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QVERIFY(!QFile::exists(mine));
        off.hostKeyPolicy = HostKeyPolicy::AcceptNew;
        QCOMPARE(m_bench->run(off, "true").cause, Cause::None);
        QVERIFY(QFile::exists(mine));
    }

    // By either transport: that nobody checks keys does not mean that one which is known to be stolen will do.
    void aRevokedKeyIsRefusedThoughNoneIsChecked()
    {
        QFile known(m_sshd->knownHostsFile());
        QVERIFY(known.open(QIODevice::ReadOnly));
        const QByteArray line = known.readAll().trimmed();
        const auto uncheckedBut = [&](const char *name, const QByteArray &text) {
            const QString file = m_scratch.filePath(QString::fromLatin1(name));
            keygen::write(file, text + '\n');
            SshSettings off = settings();
            off.hostKeyPolicy = HostKeyPolicy::Off;
            off.userKnownHostsFiles = {file};
            KnownHostsFiles files;
            off.knownHosts = files.open({file});
            return off;
        };
        SshSettings revoked = uncheckedBut("revoked", "@revoked " + line);
        for (const SshTransport transport : {SshTransport::Native, SshTransport::OpenSsh}) {
            revoked.transport = transport;
            const SshOutcome outcome = m_bench->run(revoked, "true");
            QVERIFY2(outcome.cause == Cause::HostKeyRevoked, qPrintable(outcome.message));
        }
        SshSettings behind = uncheckedBut("unknown", "");
        QCOMPARE(m_bench->run(behind, "true").cause, Cause::None);
        behind.jumps = {std::make_shared<const SshSettings>(revoked)};
        QCOMPARE(m_bench->run(behind, "true").cause, Cause::JumpFailed);
        // What is revoked for another name is not for this one.
        const SshSettings elsewhere = uncheckedBut("elsewhere", "@revoked elsewhere " + line.mid(line.indexOf(' ') + 1));
        QCOMPARE(m_bench->run(elsewhere, "true").cause, Cause::None);
    }

    void revokedHostKeys_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("isRefused");
        QTest::addColumn<bool>("isRefusedBySsh");
        const auto row = [](const char *name, const QByteArray &text, bool isRefused, bool isRefusedBySsh) {
            QTest::newRow(name) << text << isRefused << isRefusedBySsh;
        };
        const QByteArray other =
            "ssh-ed25519 " + QByteArray::fromHex("0000000b7373682d6564323535313900000020").append(QByteArray(32, 'k')).toBase64();
        row("a list that names it", other + "\n# that one\nKEY a comment\n", true, true);
        row("with blanks in front, as from Windows", " \t KEY\r\n", true, true);
        row("a list that names others", "# none\n\n" + other + '\n', false, false);
        row("an empty one", "", false, false);
        row("no key among them", other + "\nnonsense\n", true, true);
        row("a line of authorized_keys, with options", "restrict " + other + '\n', true, true);
        row("a revocation list that names it", "KRL", true, true);
        row("a revocation list that names others", "KRL OTHER", true, false);
        row("none that can be read", "NOTHING", true, true);
        row("a folder", "FOLDER", true, true);
    }
    // As ssh has it, with and without a check of what is known: what is not understood lets nobody pass.
    void revokedHostKeys()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, isRefused);
        QFETCH(bool, isRefusedBySsh);
        const QByteArray line = keygen::contents(m_sshd->knownHostsFile()).trimmed();
        const QByteArray key = line.mid(line.indexOf(' ') + 1);
        QTemporaryDir home;
        const QString file = home.filePath(QStringLiteral("revoked keys"));
        if (text.startsWith("KRL")) {
            const QString named = home.filePath(QStringLiteral("named.pub"));
            keygen::write(named, text == "KRL" ? key + '\n' : keygen::contents(m_sshd->clientKey() + QStringLiteral(".pub")));
            keygen::run(QStringLiteral("ssh-keygen"), {QStringLiteral("-q"), QStringLiteral("-k"), QStringLiteral("-f"), file, named});
        } else if (text == "FOLDER") {
            QVERIFY(QDir().mkpath(file));
        } else if (text != "NOTHING") {
            keygen::write(file, QByteArray(text).replace("KEY", key));
        }
        const auto found = settingsOf("RevokedHostKeys \"" + file.toUtf8() + "\"\nRevokedHostKeys none\n", "web");
        QVERIFY(found->revokedKeys);
        for (const HostKeyPolicy policy : {HostKeyPolicy::Strict, HostKeyPolicy::Off}) {
            for (const SshTransport transport : {SshTransport::Native, SshTransport::OpenSsh}) {
                SshSettings wanted = settings();
                wanted.revokedKeys = found->revokedKeys;
                wanted.hostKeyPolicy = policy;
                wanted.transport = transport;
                const SshOutcome outcome = m_bench->run(wanted, "true");
                const bool isToBeRefused = transport == SshTransport::Native ? isRefused : isRefusedBySsh;
                const QString which = QStringLiteral("transport %1, policy %2: ").arg(int(transport)).arg(int(policy)) + outcome.message;
                QVERIFY2(outcome.cause == (isToBeRefused ? Cause::HostKeyRevoked : Cause::None), qPrintable(which));
                QVERIFY2(!isRefused || isRefusedBySsh || transport == SshTransport::OpenSsh ||
                             outcome.message.contains(QStringLiteral("--transport openssh")),
                         qPrintable(outcome.message));
            }
        }
    }

    // ssh takes one file of them.
    void aListOfRevokedKeysStandsBesideThoseOfKnownHosts()
    {
        const QByteArray line = keygen::contents(m_sshd->knownHostsFile()).trimmed();
        const QByteArray host = line.left(line.indexOf(' '));
        const QByteArray key = line.mid(line.indexOf(' ') + 1);
        const QByteArray other = keygen::contents(m_sshd->clientKey() + QStringLiteral(".pub")).trimmed();
        const QString known = m_scratch.filePath(QStringLiteral("some revoked"));
        SshSettings wanted = settings();
        wanted.hostKeyPolicy = HostKeyPolicy::Off;
        const auto causeWith = [&](const QByteArray &inKnownHosts, const QByteArray &listed) {
            keygen::write(known, "@revoked " + host + ' ' + inKnownHosts + '\n');
            KnownHostsFiles files;
            wanted.knownHosts = files.open({known});
            wanted.revokedKeys = std::make_shared<const RevokedKeys>(QStringLiteral("/nonexistent/list"), listed + '\n');
            return m_bench->run(wanted, "true").cause;
        };
        QCOMPARE(causeWith(other, key), Cause::HostKeyRevoked);
        QCOMPARE(causeWith(key, other), Cause::HostKeyRevoked);
        QCOMPARE(causeWith(other, other), Cause::None);
        QCOMPARE(causeWith(other, QByteArray("SSHKRL\n\0", 8)), Cause::BadVariable);
        QCOMPARE(causeWith(other, "nonsense"), Cause::HostKeyRevoked); // by ssh itself, which finds no file
    }

    void whatStandsAboveTheFileWins()
    {
        SshOverrides overrides;
        QString error;
        QVERIFY(overrides.add(SshWord::Ciphers, "aes128-ctr", "test", &error));
        QVERIFY(overrides.add(SshWord::User, ServerProcess::user().toUtf8(), "test", &error));
        QVERIFY(overrides.add(SshWord::ProxyCommand, "none", "test", &error));
        const auto found = settingsOf("Host alias\nHostName 127.0.0.1\nUser nobody\n" + accountOn(*m_sshd) + "UserKnownHostsFile " +
                                          m_sshd->knownHostsFile().toUtf8() + "\nCiphers aes256-ctr\nProxyCommand /nonexistent/proxy\n",
                                      "alias", overrides);
        const SshOutcome outcome = m_bench->run(*found, "true");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.info.cipher, "aes128-ctr");
    }

    // Before a packet leaves; each hop.
    void excludedAddressesAreNotContacted()
    {
        SshRun::Options options;
        options.isExcluded = [](const QHostAddress &address) { return address == QHostAddress(QStringLiteral("127.0.0.9")); };
        SshBench bench(std::move(options));
        QCOMPARE(bench.run(settings(), "true").cause, Cause::None);
        SshSettings excluded = settings();
        excluded.host = "127.0.0.9";
        QCOMPARE(bench.run(excluded, "true").cause, Cause::Excluded);
        SshSettings behind = settings();
        behind.jumps = {std::make_shared<const SshSettings>(excluded)};
        QCOMPARE(bench.run(behind, "true").cause, Cause::Excluded);
    }

    void oddNamesAreRefused()
    {
        SshSettings odd = settings();
        odd.writtenHost = "web;id";
        QCOMPARE(m_bench->run(odd, "true").cause, Cause::BadVariable);
    }

    void isKilledWhenDestroyed()
    {
        QVERIFY(clients().isEmpty());
        m_bench->start(settings(), "sleep 60");
        QVERIFY(m_bench->spinUntilSent());
        QCOMPARE(clients().size(), 1);
        m_bench->destroyAll();
        QVERIFY(m_bench->spinUntil([] { return clients().isEmpty(); }));
        QCOMPARE(m_bench->run(settings(), "true").cause, Cause::None);
    }

private:
    // The numbers of this process's ssh(1), those that have ended and nobody has waited for included.
    static QList<QByteArray> clients()
    {
        QProcess ps;
        ps.start(QStringLiteral("ps"),
                 {QStringLiteral("-o"), QStringLiteral("pid=,comm="), QStringLiteral("--ppid"), QString::number(getpid())});
        ps.waitForFinished();
        QList<QByteArray> found;
        for (const QByteArray &line : ps.readAllStandardOutput().split('\n')) {
            if (const QList<QByteArray> words = line.simplified().split(' '); words.value(1) == "ssh")
                found.append(words.first());
        }
        return found;
    }

    [[nodiscard]] SshSettings settingsOf(const ServerProcess &server) const
    {
        SshSettings settings = m_bench->settingsFor(server);
        settings.transport = SshTransport::OpenSsh;
        settings.openSshOptions = {QStringLiteral("IdentityFile=") + server.clientKey(), QStringLiteral("IdentitiesOnly=yes")};
        settings.openSshConfig = QStringLiteral("/dev/null");
        return settings;
    }
    [[nodiscard]] SshSettings settings() const { return settingsOf(*m_sshd); }

    [[nodiscard]] static QByteArray accountOn(const ServerProcess &server)
    {
        return "User " + ServerProcess::user().toUtf8() + "\nPort " + QByteArray::number(server.port()) + "\nIdentityFile " +
               server.clientKey().toUtf8() + "\nIdentitiesOnly yes\n";
    }

    // As the program makes them, with `text` as ssh's own file.
    [[nodiscard]] std::shared_ptr<const SshSettings> settingsOf(const QByteArray &text, const QByteArray &host,
                                                                const SshOverrides &overrides = {}) const
    {
        SshConfig::Sources sources;
        sources.file = m_scratch.filePath(QStringLiteral("config"));
        keygen::write(*sources.file, text);
        SshSettingsSource::Standing standing;
        standing.base.transport = SshTransport::OpenSsh;
        standing.base.openSshConfig = *sources.file;
        return SshSettingsSource(SshConfig::load(std::move(sources)), std::move(standing)).settings(host, overrides);
    }

    QTemporaryDir m_scratch;
    std::unique_ptr<SshdProcess> m_sshd;
    std::unique_ptr<SshBench> m_bench;
};

QTEST_GUILESS_MAIN(SshTransportTest)
#include "tst_ssh_transport.moc"
