// `collector explain`: which of command line, variables, configuration and ssh_config counts, seen from outside.

#include "fleet/fleetprocess.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

namespace {

struct Ended
{
    int status;
    QString output;
    QString errors;
};

} // namespace

class TestExplain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_scratch = std::make_unique<QTemporaryDir>(); }
    void precedence_data();
    void precedence();
    void ansibleArguments();
    void mistakesEndWithStatusTwo_data();
    void mistakesEndWithStatusTwo();
    void hostThatCannotBeConnectedTo();
    void secretsAreNotShown();
    void keysThatNobodyHasNamed();
    void bytesThatWouldBeSent_data();
    void bytesThatWouldBeSent();
    void connects();
    void doesNotConnectToWhatIsExcluded();

private:
    QString write(const char *name, const QByteArray &text)
    {
        QFile file(m_scratch->filePath(QLatin1String(name)));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write");
        file.write(text);
        return file.fileName();
    }
    Ended explain(const QStringList &arguments)
    {
        QProcess collector;
        collector.start(QStringLiteral(BUILD_DIR "/bin/collector"), QStringList{QStringLiteral("explain")} + arguments);
        if (!collector.waitForFinished(30000))
            qFatal("collector hangs");
        return {collector.exitCode(), QString::fromUtf8(collector.readAllStandardOutput()),
                QString::fromUtf8(collector.readAllStandardError())};
    }
    // The value and the place of a row.
    static QString row(const Ended &ended, const QString &name)
    {
        for (const QString &line : ended.output.split(u'\n')) {
            if (line.startsWith(QStringLiteral("  ") + name + u' '))
                return line.mid(2 + name.size()).simplified();
        }
        return {};
    }

    std::unique_ptr<QTemporaryDir> m_scratch;
};

void TestExplain::precedence_data()
{
    QTest::addColumn<QByteArray>("variables");
    QTest::addColumn<QByteArray>("configuration");
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("expected");
    const QString u = QStringLiteral("-u"), cli = QStringLiteral("cli");
    QTest::newRow("ssh_config alone") << QByteArray() << QByteArray() << QStringList() << QStringLiteral("fromfile $/ssh_config:2");
    QTest::newRow("configuration above ssh_config")
        << QByteArray() << QByteArray("user=fromconfig\n") << QStringList() << QStringLiteral("fromconfig $/collector.ini: user");
    QTest::newRow("variable above configuration") << QByteArray("ansible_user=fromvar") << QByteArray("user=fromconfig\n") << QStringList()
                                                  << QStringLiteral("fromvar ansible_user ($/hosts.ini:1)");
    QTest::newRow("command line above all") << QByteArray("ansible_user=fromvar") << QByteArray("user=fromconfig\n") << QStringList{u, cli}
                                            << QStringLiteral("cli --user");
    QTest::newRow("Ansible's arguments above its variables")
        << QByteArray("ansible_user=fromvar ansible_ssh_args='-l fromargs'") << QByteArray() << QStringList()
        << QStringLiteral("fromargs ansible_ssh_args ($/hosts.ini:1)");
    QTest::newRow("its common arguments below them")
        << QByteArray("ansible_user=fromvar ansible_ssh_common_args='-l fromargs'") << QByteArray() << QStringList()
        << QStringLiteral("fromvar ansible_user ($/hosts.ini:1)");
}

void TestExplain::precedence()
{
    QFETCH(QByteArray, variables);
    QFETCH(QByteArray, configuration);
    QFETCH(QStringList, options);
    QFETCH(QString, expected);
    QStringList arguments{QStringLiteral("web"), QStringLiteral("-i"), write("hosts.ini", "web " + variables + '\n'),
                          QStringLiteral("--ssh-config"), write("ssh_config", "Host web\nUser fromfile\n")};
    if (!configuration.isEmpty())
        arguments << QStringLiteral("--config") << write("collector.ini", configuration);
    const Ended ended = explain(arguments + options);
    QVERIFY2(ended.status == 0, qPrintable(ended.errors));
    QCOMPARE(row(ended, QStringLiteral("User")).replace(m_scratch->path(), QStringLiteral("$")), expected);
}

void TestExplain::ansibleArguments()
{
    const QString hosts = write("hosts.ini", "web ansible_host=10.0.0.9 ansible_port=2222 ansible_ssh_common_args='-J ops@gate:22022 -o "
                                             "StrictHostKeyChecking=no -C'\n");
    const Ended ended = explain({QStringLiteral("web"), QStringLiteral("-i"), hosts, QStringLiteral("--ssh-config"),
                                 write("ssh_config", "Host gate\nHostName gate.example.com\nHost 10.0.0.9\nUser inner\n")});
    QVERIFY2(ended.status == 0, qPrintable(ended.errors));
    QCOMPARE(row(ended, QStringLiteral("→ via")), QStringLiteral("ops@gate.example.com port 22022"));
    QCOMPARE(row(ended, QStringLiteral("→ connects to")), QStringLiteral("inner@10.0.0.9 port 2222"));
    QCOMPARE(row(ended, QStringLiteral("→ known as")), QStringLiteral("[10.0.0.9]:2222"));
    QCOMPARE(row(ended, QStringLiteral("→ host keys")), QStringLiteral("accept-new"));
    QVERIFY(ended.output.contains(QStringLiteral("-C of ssh has no effect here")));
    QVERIFY(ended.output.contains(QStringLiteral("is taken as accept-new")));
}

void TestExplain::mistakesEndWithStatusTwo_data()
{
    QTest::addColumn<QByteArray>("config");
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("message");
    QTest::newRow("unknown word") << QByteArray("User a\nNonsense b\n") << QStringList()
                                  << QStringLiteral("ssh_config:2: unknown word Nonsense");
    QTest::newRow("Match exec") << QByteArray("Match exec true\n") << QStringList()
                                << QStringLiteral("ssh_config:1: Match: exec would run a program");
    QTest::newRow("bad jump") << QByteArray() << QStringList{QStringLiteral("-J"), QStringLiteral("a:b:c")} << QStringLiteral("--jump");
    QTest::newRow("no such file") << QByteArray() << QStringList{QStringLiteral("--ssh-config"), QStringLiteral("/nonexistent/config")}
                                  << QStringLiteral("/nonexistent/config");
}

void TestExplain::mistakesEndWithStatusTwo()
{
    QFETCH(QByteArray, config);
    QFETCH(QStringList, options);
    QFETCH(QString, message);
    const Ended ended = explain(QStringList{QStringLiteral("web"), QStringLiteral("-i"), QStringLiteral("web,"),
                                            QStringLiteral("--ssh-config"), write("ssh_config", config)} +
                                options);
    QCOMPARE(ended.status, 2);
    QVERIFY2(ended.errors.contains(message), qPrintable(ended.errors));
    QVERIFY(ended.output.isEmpty());
}

void TestExplain::hostThatCannotBeConnectedTo()
{
    const Ended ended = explain({QStringLiteral("web"), QStringLiteral("-i"), QStringLiteral("web,"), QStringLiteral("--ssh-config"),
                                 write("ssh_config", "IdentityFile /k/%z\n")});
    QCOMPARE(ended.status, 0);
    QVERIFY2(ended.output.contains(QStringLiteral("cannot be connected to: IdentityFile")), qPrintable(ended.output));
    QVERIFY(ended.output.contains(QStringLiteral("unknown token %z")));
}

void TestExplain::secretsAreNotShown()
{
    const QString hosts = write("hosts.ini", "web ansible_password=hunter2\n");
    const Ended ended = explain({QStringLiteral("web"), QStringLiteral("-i"), hosts, QStringLiteral("--ssh-config"),
                                 write("ssh_config", "SetEnv API_TOKEN=hunter2 LANG=C\n")});
    QVERIFY2(ended.status == 0, qPrintable(ended.errors));
    QVERIFY2(!ended.output.contains(QStringLiteral("hunter2")), qPrintable(ended.output));
    QVERIFY(ended.output.contains(QStringLiteral("LANG=C")));
    QCOMPARE(row(ended, QStringLiteral("→ password")), QStringLiteral("*** ansible_password (%1:1)").arg(hosts));
}

void TestExplain::keysThatNobodyHasNamed()
{
    const QString config = write("ssh_config", "Host web\nUser a\nHost named\nIdentityFile /k/own\nIdentityAgent none\n");
    const QStringList common{QStringLiteral("-i"), QStringLiteral("web,named"), QStringLiteral("--ssh-config"), config};
    const Ended usual = explain(QStringList{QStringLiteral("web")} + common);
    QVERIFY2(row(usual, QStringLiteral("→ keys")).endsWith(QStringLiteral(" default")), qPrintable(usual.output));
    QVERIFY2(row(usual, QStringLiteral("→ keys")).contains(QStringLiteral("/.ssh/id_")), qPrintable(usual.output));
    QCOMPARE(row(usual, QStringLiteral("→ agent")),
             qEnvironmentVariable("SSH_AUTH_SOCK", QStringLiteral("none")) + QStringLiteral(" SSH_AUTH_SOCK"));
    const Ended named = explain(QStringList{QStringLiteral("named")} + common);
    QCOMPARE(row(named, QStringLiteral("IdentityFile")), QStringLiteral("/k/own %1:4").arg(config));
    QVERIFY2(!named.output.contains(QStringLiteral("→ keys")) && !named.output.contains(QStringLiteral("→ agent")),
             qPrintable(named.output));
}

void TestExplain::bytesThatWouldBeSent_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("sent");
    const auto row = [](const char *name, const char *options, const char *sent) {
        QTest::newRow(name) << QString::fromLatin1(options).split(u'|') << QString::fromLatin1(sent);
    };
    row("a command", "-p|ssh-command|--command|uptime; id", "ssh-command sends\n  command line         uptime; id\n");
    row("a raised command", "-p|ssh-command|--command|id|-b",
        "  command line         : collector-RUN; sudo -n -u 'root' -- /bin/sh -c 'echo BEGUN; exec /bin/sh -s'\n  after BEGUN, ");
    row("a raised command with a password", "-p|ssh-command|--command|id|-b|-K",
        "  command line         : collector-RUN; sudo -k -S -p PROMPT -u 'root' -- /bin/sh -c 'echo BEGUN; exec /bin/sh -s'\n  after "
        "PROMPT   "
        "      ***\n");
    row("a script that raises commands itself", "-p|ssh-facts|-b|-K", "B=sudo W='\\''***'\\''");
    row("the facts' script", "-p|ssh-facts", "  command line         : collector-RUN; exec /bin/sh -s\n  standard input, ");
    row("several jobs", "-p|ping|-p|ssh-command|--command|true",
        "ping sends\n  1 echo request\nssh-command sends\n  command line         true\n");
}

void TestExplain::bytesThatWouldBeSent()
{
    QFETCH(QStringList, options);
    QFETCH(QString, sent);
    const Ended ended = explain(QStringList{QStringLiteral("web"), QStringLiteral("-i"), QStringLiteral("web,"), QStringLiteral("-u"),
                                            QStringLiteral("somebody"), QStringLiteral("--ssh-config"), QStringLiteral("none")} +
                                options);
    QVERIFY2(ended.status == 0, qPrintable(ended.errors));
    QVERIFY2(ended.output.contains(sent), qPrintable(ended.output));
}

void TestExplain::connects()
{
    const collector::FleetProcess fleet;
    // Its own option in front of the host: what stood last, a file, was taken for the host.
    const QStringList common{QStringLiteral("--connect"),    QStringLiteral("127.0.0.9"),
                             QStringLiteral("-i"),           QStringLiteral("127.0.0.0/24"),
                             QStringLiteral("--ssh-config"), QStringLiteral("none"),
                             QStringLiteral("--port"),       QString::number(fleet.port()),
                             QStringLiteral("--identity"),   fleet.clientKey()};
    const Ended ended = explain(common + QStringList{QStringLiteral("--known-hosts"), fleet.knownHostsFile()});
    QVERIFY2(ended.status == 0, qPrintable(ended.errors));
    const QString timeline = ended.output.mid(ended.output.indexOf(QStringLiteral("timeline\n")));
    int last = 0;
    for (const char *step :
         {" ms  name lookup ", " ms  connect", " ms  key exchange ", " ms  host key ", " ms  login ", " ms  logged in\n"}) {
        const int at = int(timeline.indexOf(QLatin1String(step)));
        QVERIFY2(at > last, qPrintable(timeline));
        last = at;
    }
    QVERIFY(timeline.contains(QString::fromLatin1(fleet.fingerprint())));
    QVERIFY(timeline.contains(QStringLiteral("publickey SHA256:")));
    QCOMPARE(fleet.count(collector::FleetEvent::Connect, QStringLiteral("127.0.0.9")), 1);
    QCOMPARE(fleet.count(collector::FleetEvent::Exec, QStringLiteral("127.0.0.9")), 0);

    const Ended unknown = explain(common + QStringList{QStringLiteral("--known-hosts"), write("known_hosts", "")});
    QVERIFY2(unknown.output.contains(QStringLiteral(" ms  host_key_unknown: ")), qPrintable(unknown.output));
}

void TestExplain::doesNotConnectToWhatIsExcluded()
{
    const collector::FleetProcess fleet;
    const Ended ended =
        explain({QStringLiteral("127.0.0.9"), QStringLiteral("-i"), QStringLiteral("127.0.0.0/24"), QStringLiteral("-x"),
                 QStringLiteral("127.0.0.8/30"), QStringLiteral("--port"), QString::number(fleet.port()), QStringLiteral("--connect")});
    QVERIFY2(ended.output.contains(QStringLiteral("timeline\n  not contacted: excluded")), qPrintable(ended.output + ended.errors));
    QCOMPARE(fleet.count(collector::FleetEvent::Connect, QString()), 0);
}

QTEST_GUILESS_MAIN(TestExplain)
#include "tst_explain.moc"
