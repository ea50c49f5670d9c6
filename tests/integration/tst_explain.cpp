// `collector explain`: which of command line, variables, configuration and ssh_config counts, seen from outside.

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
        << QByteArray() << QByteArray("user=fromconfig\n") << QStringList() << QStringLiteral("fromconfig --user");
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
    QCOMPARE(row(ended, QStringLiteral("→ password")), QStringLiteral("***"));
}

QTEST_GUILESS_MAIN(TestExplain)
#include "tst_explain.moc"
