// Our outputs, read by what people read them with: python's csv, pandas, sqlite3, LibreOffice, Ansible. Each is skipped, by
// name, where it is not installed.

#include "samples.h"

#include "output/writer.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <future>

using namespace collector;
using namespace collector::samples;

class TestPeers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void csv_data();
    void csv();
    void ansibleFindsTheFacts();

private:
    void write(const QString &output, const QString &format) const;
    static QByteArray run(const QString &program, const QStringList &arguments, const QStringList &environment = {});

    QTemporaryDir m_dir;
    QString m_csv;
};

void TestPeers::initTestCase()
{
    m_csv = m_dir.filePath(QStringLiteral("a.csv"));
    write(m_csv, {});
}

// Three hosts with everything that a reader may stumble over.
void TestPeers::write(const QString &output, const QString &format) const
{
    const auto info = samples::run();
    WriterSetup setup;
    setup.run = info;
    QString error;
    setup.outputs = parseOutputs({output}, format, false, 0, &error).value_or(QList<OutputSpec>());
    const auto writer = Writer::open(setup, &error);
    if (!writer)
        qFatal("%s", qPrintable(error));
    writer->start();
    Record plain = goodRecord(*info, "web01");
    Record odd = goodRecord(*info, "odd,\"host\"");
    odd.jobs[1].facts.set("distribution", QStringLiteral("=HYPERLINK(\"x\")\nsecond, line\r\u00fc\u65e5"));
    odd.jobs[1].facts.set("all_ipv4_addresses", QJsonArray{QStringLiteral("10.0.0.1"), QStringLiteral("10.0.0.2")});
    Record silent = silentRecord(*info, "-5");
    Batch batch = writer->takeBatch();
    for (const Record *record : {&plain, &odd, &silent})
        writer->encoder().encode(*record, batch);
    writer->submit(std::move(batch));
    std::promise<int> end;
    writer->finish({{}, info->startedMs, 0, false}, [&](const RunOutcome &outcome) { end.set_value(outcome.exitStatus); });
    QCOMPARE(end.get_future().get(), 3);
}

QByteArray TestPeers::run(const QString &program, const QStringList &arguments, const QStringList &environment)
{
    QProcess process;
    process.setEnvironment(QProcess::systemEnvironment() + environment);
    process.start(program, arguments);
    if (!process.waitForFinished(100'000) || process.exitCode() != 0)
        qWarning("%s: %s", qPrintable(program), process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

void TestPeers::csv_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("probe"); // must succeed, or the reader is not there
    QTest::addColumn<QStringList>("arguments");
    const QString python = QStringLiteral("python3");
    QTest::newRow("python's csv") << python << QStringList{QStringLiteral("-c"), QStringLiteral("import csv")}
                                  << QStringList{QStringLiteral("-c"),
                                                 QStringLiteral("import csv, sys, json\n"
                                                                "rows = list(csv.DictReader(open(sys.argv[1], newline='')))\n"
                                                                "print(json.dumps([dict(r) for r in rows]))"),
                                                 m_csv};
    QTest::newRow("pandas") << python << QStringList{QStringLiteral("-c"), QStringLiteral("import pandas")}
                            << QStringList{QStringLiteral("-c"),
                                           QStringLiteral(
                                               "import pandas, sys, json\n"
                                               "frame = pandas.read_csv(sys.argv[1])\n"
                                               "frame = frame.astype(object).where(frame.notna(), '')\n"
                                               "print(json.dumps([{k: str(v) for k, v in r.items()} for r in frame.to_dict('records')]))"),
                                           m_csv};
    QTest::newRow("sqlite3") << QStringLiteral("sqlite3") << QStringList{QStringLiteral("-version")}
                             << QStringList{QStringLiteral(":memory:"), QStringLiteral(".import --csv \"%1\" hosts").arg(m_csv),
                                            QStringLiteral(".mode json"), QStringLiteral("SELECT * FROM hosts")};
    QTest::newRow("LibreOffice") << python
                                 << QStringList{QStringLiteral("-c"),
                                                QStringLiteral("import shutil, sys; sys.exit(not shutil.which('soffice'))")}
                                 << QStringList{QStringLiteral(SOURCE_DIR "/tests/unit/output/spreadsheet.py"), m_csv};
}

void TestPeers::csv()
{
    QFETCH(QString, program);
    QFETCH(QStringList, probe);
    QFETCH(QStringList, arguments);
    QProcess probing;
    probing.start(program, probe);
    if (!probing.waitForFinished() || probing.exitStatus() != QProcess::NormalExit || probing.exitCode() != 0)
        QSKIP("is not installed");
    const QByteArray out = run(program, arguments);
    const QJsonArray rows = QJsonDocument::fromJson(out).array();
    QVERIFY2(rows.size() == 3, out.constData());
    const auto cell = [&](int row, const char *name) { return rows[row][QLatin1String(name)].toString(); };
    QCOMPARE(cell(0, "host"), QStringLiteral("web01"));
    QCOMPARE(cell(0, "groups"), QStringLiteral("prod;web"));
    QCOMPARE(cell(0, "distribution"), QStringLiteral("Debian"));
    QCOMPARE(cell(1, "host"), QStringLiteral("odd,\"host\""));
    // A formula that is none any more; a spreadsheet knows but one kind of line end.
    QCOMPARE(cell(1, "distribution").replace(u'\r', u'\n'), QStringLiteral("'=HYPERLINK(\"x\")\nsecond, line\n\u00fc\u65e5"));
    QCOMPARE(cell(1, "all_ipv4_addresses"), QStringLiteral("10.0.0.1;10.0.0.2"));
    QCOMPARE(cell(2, "host"), QStringLiteral("-5"));
    QCOMPARE(cell(2, "cause"), QStringLiteral("connect_timeout"));
    QCOMPARE(cell(2, "ping.alive"), QString());
}

void TestPeers::ansibleFindsTheFacts()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ansible")).isEmpty())
        QSKIP("Ansible is not installed");
    const QString folder = m_dir.filePath(QStringLiteral("facts/"));
    write(folder, QStringLiteral("ansible-cache"));
    const QByteArray out =
        run(QStringLiteral("ansible"),
            {QStringLiteral("web01"), QStringLiteral("-i"), QStringLiteral("web01,"), QStringLiteral("-m"), QStringLiteral("debug"),
             QStringLiteral("-a"), QStringLiteral("msg={{ansible_facts.distribution}}/{{hostvars.web01.ansible_distribution}}")},
            {QStringLiteral("ANSIBLE_CACHE_PLUGIN=jsonfile"), QStringLiteral("ANSIBLE_CACHE_PLUGIN_CONNECTION=") + folder,
             QStringLiteral("ANSIBLE_GATHERING=smart"), QStringLiteral("LC_ALL=C.UTF-8"),
             QStringLiteral("ANSIBLE_LOCAL_TEMP=") + m_dir.path()});
    QVERIFY2(out.contains("Debian/Debian"), out.constData());
}

QTEST_GUILESS_MAIN(TestPeers)
#include "tst_peers.moc"
