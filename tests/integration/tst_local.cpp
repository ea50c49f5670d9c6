// ansible_connection=local: jobs run here, without SSH, with the endings that they have elsewhere.

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

class TestLocal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_scratch = std::make_unique<QTemporaryDir>(); }
    void factsOfThisMachine();
    void explainSaysThatNothingIsConnected();
    void itsFullNameIsTheSame();
    void variablesInTheRecord();
    void endings_data();
    void endings();
    void whatTakesTooLongIsKilled();
    void aScriptIsNoHostsVariable();
    void aSubsetThatTheInventoryMisspells();

private:
    QByteArray collector(const QStringList &arguments)
    {
        QFile inventory(m_scratch->filePath(QStringLiteral("hosts.ini")));
        if (!inventory.open(QIODevice::WriteOnly))
            qFatal("cannot write");
        inventory.write("no-such-name.invalid ansible_connection=local rack=r7 slots=4 db=\"{'name': 'shop', 'db_password': 'hunter2', "
                        "'replicas': [{'at': 'a', 'API_TOKEN': 'hunter2'}]}\" " +
                        m_more + "\n");
        inventory.close();
        QProcess process;
        process.start(QStringLiteral(BUILD_DIR "/bin/collector"),
                      arguments +
                          QStringList{QStringLiteral("-i"), inventory.fileName(), QStringLiteral("--ssh-config"), QStringLiteral("none")});
        if (!process.waitForFinished(60'000))
            qFatal("collector hangs");
        return process.readAllStandardOutput();
    }
    QJsonObject result(const QStringList &arguments)
    {
        return QJsonDocument::fromJson(
                   collector(arguments + QStringList{QStringLiteral("-q"), QStringLiteral("-f"), QStringLiteral("json")}))
            .object();
    }

    std::unique_ptr<QTemporaryDir> m_scratch;
    QByteArray m_more; // of the host's variables
};

void TestLocal::factsOfThisMachine()
{
    const QJsonObject all =
        result({QStringLiteral("-p"), QStringLiteral("ssh-facts"), QStringLiteral("--facts"), QStringLiteral("platform")});
    const QJsonObject record = all[u"hosts"][0].toObject();
    QCOMPARE(record[u"status"].toString(), QStringLiteral("ok"));
    QVERIFY(record[u"connection"].isNull());
    QCOMPARE(record[u"facts"][u"system"].toString(), QStringLiteral("Linux"));
    QCOMPARE(record[u"facts"][u"hostname"].toString(), QSysInfo::machineHostName().section(u'.', 0, 0));

    QProcess script;
    script.start(QStringLiteral(BUILD_DIR "/bin/collector"),
                 {QStringLiteral("plugins"), QStringLiteral("ssh-facts"), QStringLiteral("--script")});
    QVERIFY(script.waitForFinished());
    const QByteArray hash = QCryptographicHash::hash(script.readAllStandardOutput(), QCryptographicHash::Sha256).toHex();
    QCOMPARE(all[u"run"][u"script_sha256"].toString().toLatin1(), hash);
}

// It had the smallest subset, and was ok.
void TestLocal::aSubsetThatTheInventoryMisspells()
{
    m_more = "ssh_facts_facts=hardwre,network";
    const QJsonObject record = result({QStringLiteral("-p"), QStringLiteral("ssh-facts")})[u"hosts"][0].toObject();
    m_more.clear();
    QCOMPARE(record[u"cause"].toString(), QStringLiteral("bad_variable"));
    QVERIFY2(record[u"message"].toString().contains(u"ssh_facts_facts, hardwre: no such subset"),
             qPrintable(record[u"message"].toString()));
}

void TestLocal::explainSaysThatNothingIsConnected()
{
    const QByteArray told = collector({QStringLiteral("explain"), QStringLiteral("no-such-name.invalid")});
    QVERIFY2(told.contains("none: runs here"), told.constData());
    QVERIFY2(!told.contains("connects to"), told.constData());
}

// It went over SSH, to whatever bears the host's name.
void TestLocal::itsFullNameIsTheSame()
{
    m_more = "ansible_connection=ansible.builtin.local";
    const QJsonObject record =
        result({QStringLiteral("-p"), QStringLiteral("ssh-command"), QStringLiteral("--command"), QStringLiteral("echo a")})[u"hosts"][0]
            .toObject();
    m_more.clear();
    QCOMPARE(record[u"status"].toString(), QStringLiteral("ok"));
    QVERIFY(record[u"connection"].isNull());
}

void TestLocal::variablesInTheRecord()
{
    const QJsonObject record = result({QStringLiteral("-p"), QStringLiteral("ssh-command"), QStringLiteral("--command"),
                                       QStringLiteral("true"), QStringLiteral("--vars"), QStringLiteral("rack,db"),
                                       QStringLiteral("--vars"), QStringLiteral("slots,nobody_has_it")})[u"hosts"][0]
                                   .toObject();
    const QJsonObject expected =
        QJsonDocument::fromJson(R"({"rack":"r7","slots":4,"db":{"name":"shop","replicas":[{"at":"a"}]}})").object();
    QCOMPARE(record[u"vars"].toObject(), expected);
}

void TestLocal::endings_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("cause");
    QTest::addColumn<QString>("fact");
    QTest::addColumn<QJsonValue>("value");
    QTest::newRow("good") << QStringLiteral("echo $((6 * 7))") << QStringLiteral("ok") << QString() << QStringLiteral("stdout")
                          << QJsonValue(QStringLiteral("42\n"));
    QTest::newRow("a status") << QStringLiteral("exit 3") << QStringLiteral("failed") << QStringLiteral("exit_status")
                              << QStringLiteral("exit_status") << QJsonValue(3);
    QTest::newRow("ssh's own status is only a status here")
        << QStringLiteral("exit 255") << QStringLiteral("failed") << QStringLiteral("exit_status") << QStringLiteral("exit_status")
        << QJsonValue(255);
    QTest::newRow("a signal") << QStringLiteral("kill -KILL $$") << QStringLiteral("failed") << QStringLiteral("signal")
                              << QStringLiteral("signal") << QJsonValue(QStringLiteral("KILL"));
    QTest::newRow("an output beyond its limit") << QStringLiteral("head -c 9000000 /dev/zero | tr '\\0' x") << QStringLiteral("partial")
                                                << QStringLiteral("output_limit") << QStringLiteral("truncated") << QJsonValue(true);
}

void TestLocal::endings()
{
    QFETCH(QString, command);
    QFETCH(QString, status);
    QFETCH(QString, cause);
    QFETCH(QString, fact);
    QFETCH(QJsonValue, value);
    const QJsonObject record =
        result({QStringLiteral("-p"), QStringLiteral("ssh-command"), QStringLiteral("--command"), command})[u"hosts"][0].toObject();
    QCOMPARE(record[u"status"].toString(), status);
    QCOMPARE(record[u"cause"].toString(), cause);
    QCOMPARE(record[u"facts"][u"ssh_command"][fact], value);
}

void TestLocal::whatTakesTooLongIsKilled()
{
    const QString child = m_scratch->filePath(QStringLiteral("child"));
    const QJsonObject record =
        result({QStringLiteral("-p"), QStringLiteral("ssh-command"), QStringLiteral("--command"),
                QStringLiteral("sleep 617 & echo $! > %1; wait").arg(child), QStringLiteral("--timeout"), QStringLiteral("2")})[u"hosts"][0]
            .toObject();
    QCOMPARE(record[u"cause"].toString(), QStringLiteral("exec_timeout"));
    QFile file(child);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const pid_t pid = file.readAll().trimmed().toInt();
    QVERIFY(pid > 1);
    const auto isGone = [pid] {
        QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
        return !stat.open(QIODevice::ReadOnly) || stat.readAll().contains(") Z ");
    };
    QTRY_VERIFY(isGone());
}

// Only that of the command line has been read: a host that names another would run an empty one, and be ok.
void TestLocal::aScriptIsNoHostsVariable()
{
    m_more = "ssh_command_script=/etc/hostname";
    const QJsonObject record =
        result({QStringLiteral("-p"), QStringLiteral("ssh-command"), QStringLiteral("--command"), QStringLiteral("echo a")})[u"hosts"][0]
            .toObject();
    m_more.clear();
    QCOMPARE(record[u"cause"].toString(), QStringLiteral("bad_variable"));
    QVERIFY(record[u"message"].toString().contains(QStringLiteral("ssh_command_script")));
}

QTEST_GUILESS_MAIN(TestLocal)
#include "tst_local.moc"
