// A run that goes on although what it is made of has changed meanwhile: scripts, files of patterns, the result of --rerun, the outputs.

#include "endingsfixture.h"

#include "output/resultreader.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <csignal>

using namespace collector;

class TestResumeInputs : public EndingsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { begin(); }
    void cleanupTestCase() { end(); }
    void init() { enterFolder(); }
    void scriptsAreRecorded_data();
    void scriptsAreRecorded();
    void aScriptThatHasChanged_data();
    void aScriptThatHasChanged();
    void hostsThatAreNoLongerSelected_data();
    void hostsThatAreNoLongerSelected();
    void anOutputThatWasNotTheFirst();
    void aDateThatIsAnother();

private:
    static QByteArray sum(const QByteArray &text) { return QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex(); }
    static QStringList words(const QString &text) { return text.split(u' ', Qt::SkipEmptyParts); }
    void writeScript(const QByteArray &content) const;
};

void TestResumeInputs::writeScript(const QByteArray &content) const
{
    write("s", content);
    QVERIFY(QFile::setPermissions(path("s"), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
}

void TestResumeInputs::scriptsAreRecorded_data()
{
    QTest::addColumn<QString>("jobs");
    QTest::addColumn<int>("ofUsers"); // how many scripts of the user's
    QTest::addColumn<bool>("hasFacts");
    QTest::newRow("none") << QStringLiteral("-p ssh-command --command true") << 0 << false;
    QTest::newRow("ssh-command's") << QStringLiteral("-p ssh-command --script s") << 1 << false;
    QTest::newRow("ssh-script's") << QStringLiteral("-p ssh-script --script s") << 1 << false;
    QTest::newRow("the program of exec") << QStringLiteral("-p exec --program ./s") << 1 << false;
    QTest::newRow("ssh-facts' own") << QStringLiteral("-p ssh-facts -p ssh-command --command true --facts platform") << 0 << true;
    QTest::newRow("two") << QStringLiteral("-p ssh-facts -p ssh-command --script s --facts platform") << 1 << true;
    QTest::newRow("three") << QStringLiteral("-p ssh-facts -p ssh-script -p exec -O ssh-script.script=s --program ./s --facts platform")
                           << 2 << true;
}

// Of one its SHA-256; of several that of their sums, one a line in the order of -p.
void TestResumeInputs::scriptsAreRecorded()
{
    QFETCH(QString, jobs);
    QFETCH(int, ofUsers);
    QFETCH(bool, hasFacts);
    const QByteArray script = "#!/bin/sh\necho '{\"v\":1}'\n";
    writeScript(script);
    QProcess process;
    process.setWorkingDirectory(m_dir->path());
    QByteArrayList sums;
    if (hasFacts) {
        QCOMPARE(run(process, words(QStringLiteral("plugins ssh-facts --script"))), 0);
        sums.append(sum(process.readAllStandardOutput()));
    }
    for (int i = 0; i < ofUsers; ++i)
        sums.append(sum(script));
    write("h.ini", "here ansible_connection=local\n");
    QCOMPARE(run(process, words(QStringLiteral("-q --ssh-config none -i h.ini -f json ") + jobs)), 0);
    const QJsonObject all = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    const QJsonValue expected = sums.isEmpty()     ? QJsonValue()
                                : sums.size() == 1 ? QJsonValue(QString::fromLatin1(sums.first()))
                                                   : QJsonValue(QString::fromLatin1(sum(sums.join('\n') + '\n')));
    QCOMPARE(all[u"run"][u"script_sha256"], expected);
}

void TestResumeInputs::aScriptThatHasChanged_data()
{
    QTest::addColumn<QString>("jobs");
    QTest::newRow("of ssh-script") << QStringLiteral("-p ssh-script --script s");
    QTest::newRow("of ssh-command") << QStringLiteral("-p ssh-command --script s");
    QTest::newRow("of ssh-command, after ssh-facts") << QStringLiteral("-p ssh-facts --facts platform -p ssh-command --script s");
    QTest::newRow("the program of exec") << QStringLiteral("-p exec --program ./s");
}

// One result held the answers of two scripts.
void TestResumeInputs::aScriptThatHasChanged()
{
    QFETCH(QString, jobs);
    write("h.ini", "h[1:40] ansible_connection=local\n");
    const QByteArray script = "#!/bin/sh\nsleep 0.2\necho '{\"v\":1}'\n";
    writeScript(script);
    const QStringList arguments =
        words(QStringLiteral("--ssh-config none --progress off -c 2 -i h.ini -o a.json -o a.csv %1 --resume").arg(jobs));
    QProcess process;
    process.setWorkingDirectory(m_dir->path());
    process.start(QString::fromLatin1(program), arguments);
    const auto records = [this] {
        QFile journal(path(".a.json.journal"));
        return journal.open(QFile::ReadOnly) ? int(journal.readAll().count("\"attempts\":")) : 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(records() >= 2, 20'000);
    ::kill(pid_t(process.processId()), SIGKILL);
    QVERIFY(process.waitForFinished());
    process.readAllStandardError();
    QVERIFY(records() < 40);

    writeScript(QByteArray(script).replace("1}", "2}"));
    QCOMPARE(run(process, arguments), 2);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("the script's SHA-256: "), said.constData());
    QCOMPARE(filesIn(m_dir->path()), (QStringList{QStringLiteral(".a.json.journal"), QStringLiteral("h.ini"), QStringLiteral("s")}));
    writeScript(script);
    QCOMPARE(run(process, arguments), 0);
}

void TestResumeInputs::hostsThatAreNoLongerSelected_data()
{
    QTest::addColumn<QByteArray>("by");
    QTest::newRow("by a file of patterns") << QByteArray("-l @wanted");
    QTest::newRow("by a result") << QByteArray("--rerun wanted");
}

// Of the eight that answer, six are gone on with.
void TestResumeInputs::hostsThatAreNoLongerSelected()
{
    QFETCH(QByteArray, by);
    const auto selectFrom = [&](int first) {
        QByteArray text;
        for (int i = first; i <= 8; ++i) {
            for (const char *network : {"127.9.0.", "127.9.2."}) {
                const QByteArray host = network + QByteArray::number(i);
                text += by.startsWith("-l") ? host + '\n' : R"({"host":")" + host + "\",\"status\":\"failed\"}\n";
            }
        }
        write("wanted", text);
    };
    const QByteArray options = good + silent + "-o a.json " + by;
    selectFrom(1);
    QProcess process;
    process.setWorkingDirectory(m_dir->path());
    QCOMPARE(run(process, command(options + " --timeout 30"), SIGINT), 130);
    selectFrom(3);
    const int contacts = m_fleet->count(FleetEvent::Connect);
    process.readAllStandardError();
    QCOMPARE(run(process, command(options + " --timeout 2 --resume")), 3);
    QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts + 6); // those that had no answer
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("2 hosts of the interrupted run are not selected any more: their records are left out"), said.constData());
    QString error;
    const auto reader = ResultReader::open(path("a.json").toLocal8Bit(), &error);
    QVERIFY2(reader, qPrintable(error));
    QMap<QByteArray, Status> found;
    for (StoredRecord record; reader->next(record);)
        found.insert(record.head.host, record.head.status);
    QCOMPARE(found.size(), 12);
    for (int i = 3; i <= 8; ++i) {
        QCOMPARE(found.value("127.9.0." + QByteArray::number(i), Status::Skipped), Status::Ok);
        QVERIFY(found.contains("127.9.2." + QByteArray::number(i)));
    }
    QCOMPARE(reader->summary()[u"hosts"].toInt(), 12);
    QCOMPARE(reader->summary()[u"ok"].toInt(), 6);
}

// The journal lies beside the first: all hosts were asked once more, and nothing was said.
void TestResumeInputs::anOutputThatWasNotTheFirst()
{
    QProcess process;
    process.setWorkingDirectory(m_dir->path());
    QCOMPARE(run(process, command(good + silent + "-o a.json -o b.json --timeout 30"), SIGINT), 130);
    process.readAllStandardError();
    const int contacts = m_fleet->count(FleetEvent::Connect);
    QCOMPARE(run(process, command(good + silent + "-o b.json --resume")), 2);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains(".a.json.journal is of a run that did not end, and had -o a.json -o b.json: give all of these"),
             said.constData());
    QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts);
    QCOMPARE(run(process, command(good + silent + "-o a.json -o b.json --timeout 2 --resume")), 3);
}

// The same command is not the same run after midnight. Each day is to have its file, so it begins anew, but not without a word.
void TestResumeInputs::aDateThatIsAnother()
{
    QProcess process;
    process.setWorkingDirectory(m_dir->path());
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("TZ"), QStringLiteral("UTC"));
    process.setProcessEnvironment(environment);
    process.start(QString::fromLatin1(program), command(good + silent + "-o x-%F.json --timeout 30"));
    const auto records = [this] {
        QFile journal(m_dir->filePath(filesIn(m_dir->path()).filter(QStringLiteral(".journal")).value(0)));
        return journal.open(QFile::ReadOnly) ? int(journal.readAll().count("\"attempts\":")) : 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(records() >= 8, 20'000);
    ::kill(pid_t(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 130);
    QByteArray said = process.readAllStandardError();
    const QString today = filesIn(m_dir->path()).filter(QStringLiteral(".partial")).value(0).chopped(8);
    QVERIFY2(said.contains("; on another date, give it -o " + today.toLatin1() + '\n'), said.constData());

    QFile journal(m_dir->filePath(u'.' + today + QStringLiteral(".journal")));
    QVERIFY(journal.open(QFile::ReadOnly));
    QByteArray content = journal.readAll(); // of a night long past, as its header has it
    content.replace(content.indexOf("\"started\":\"") + 11, 10, "2001-02-03");
    write(".x-2001-02-03.json.journal", content);
    QVERIFY(journal.remove());
    QCOMPARE(run(process, command(good + "-o x-%F.json --resume")), 0);
    said = process.readAllStandardError();
    QVERIFY2(said.contains("did not end, and is not gone on with: -o is another file by now, and this run begins anew; with -o "
                           "x-2001-02-03.json it would"),
             said.constData());
    const int contacts = m_fleet->count(FleetEvent::Connect);
    QCOMPARE(run(process, command(good + silent + "--timeout 2 --resume -o x-2001-02-03.json")), 3);
    QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts + 8); // those that had no answer
}

QTEST_GUILESS_MAIN(TestResumeInputs)
#include "tst_resume_inputs.moc"
