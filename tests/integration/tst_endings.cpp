// How runs end, as a user sees it: every exit status, each pair that can meet, and what stands in the folder afterwards.

#include "endingsfixture.h"

#include "output/resultreader.h"

#include <QJsonObject>

#include <csignal>
#include <sys/mount.h>

using namespace collector;

class TestEndings : public EndingsFixture
{
    Q_OBJECT

private:
    static QString runOf(const QString &result);

private Q_SLOTS:
    void initTestCase() { begin(); }
    void cleanupTestCase() { end(); }
    void endings_data();
    void endings();
    void aRunThatFellShortBeginsAnew();
    void aDeadlineThenTooFewOk();
    void aDeadlineAndASlowInventory_data();
    void aDeadlineAndASlowInventory();
    void aTornJournal();
    void aDiskThatFills();
    void theRunIsNamedOnTheHost();
};

QString TestEndings::runOf(const QString &result)
{
    QString error;
    const auto reader = ResultReader::open(result.toLocal8Bit(), &error);
    StoredRecord record;
    if (!reader || !reader->next(record))
        qFatal("%s holds no record", qPrintable(result));
    return reader->run()[u"id"].toString();
}

void TestEndings::endings_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("files"); // afterwards
    QTest::addColumn<QString>("says");  // on stderr
    const auto row = [](const char *name, const QByteArray &words, int signal, int status, const char *files, const char *says) {
        QTest::newRow(name) << words << signal << status << QString::fromLatin1(files) << QString::fromLatin1(says);
    };
    const char *const whole = "a.json";
    const char *const partial = ".a.json.journal a.json.partial";
    const char *const kept = ".a.json.journal";
    row("0: all are ok", good + "-o a.json", 0, 0, whole, "8 ok");
    row("0: all but the excluded are ok", good + bad + "-x 127.9.1.0/24 -o a.json", 0, 0, whole, "8 skipped");
    row("0: an empty shard", good + "-o a.json --shard 1/1000", 0, 0, whole, "0 hosts");
    row("0: all are excluded", good + "-o a.json -x 127.9.0.0/24", 0, 0, whole, "8 skipped");
    row("0: as many as asked for are ok", good + "-o a.json --min-ok 100%", 0, 0, whole, "8 ok");
    row("0: the deadline does not come", good + "-o a.json --deadline 1h", 0, 0, whole, "8 ok");
    row("1: a full device", good + "-o /dev/full -f jsonl", 0, 1, "", "No space left");
    row("1: a full device beside a file", good + "-o a.json -o /dev/full -f jsonl", 0, 1, kept, "/dev/full");
    row("2: an unknown option", good + "-o a.json --colums x", 0, 2, "", "--columns");
    row("2: no such inventory", "-i none.ini -o a.json", 0, 2, "", "none.ini");
    row("2: no host", good + "-l nobody -o a.json", 0, 2, "", "");
    row("2: no folder", good + "-o none/a.json", 0, 2, "", "none/a.json");
    row("2: no format", good + "-o a.txt", 0, 2, "", "-f");
    row("2: no such column", good + "-o a.csv --columns colour", 0, 2, "", "colour");
    row("2: no such plugin", good + "-o a.json -p nothing", 0, 2, "", "nothing");
    row("2: no folder for the summary", good + "-o a.json --summary none/s.json", 0, 2, "", "none/s.json");
    row("2: the summary is an output", good + "-o a.json --summary ./a.json", 0, 2, "", "a name of its own");
    row("2: an output twice", good + "-o a.json -o ./a.json", 0, 2, "", "given twice");
    row("2: no folder for the log", good + "-o a.json --log-file none/l", 0, 2, "", "none/l");
    row("2: no such configuration", good + "-o a.json --config none.conf", 0, 2, "", "none.conf");
    row("2: no such password file", good + "-o a.json --password-file none", 0, 2, "", "none");
    row("2: no such result", good + "-o a.json --rerun none.json", 0, 2, "", "none.json");
    row("2: a deadline that is none", good + "-o a.json --deadline soon", 0, 2, "", "soon");
    row("2: --retry-failed of nothing", good + "-o a.json --retry-failed", 0, 2, "", "--resume");
    row("2: --status of nothing", good + "-o a.json --status failed", 0, 2, "", "--rerun");
    row("2: --since in another order", good + "-o a.json --since none.json", 0, 2, "", "--order oldest");
    row("2: nothing to resume from", good + "--resume", 0, 2, "", "--resume");
    row("3: some are not ok", good + bad + "-o a.json", 0, 3, whole, "8 rate_limited");
    row("4: none is ok", bad + "-o a.json", 0, 4, whole, "8 rate_limited");
    row("5: the deadline", good + silent + "-o a.json --deadline 1 --timeout 30", 0, 5, partial, "--resume");
    row("5: the deadline, accepted", silent + "-o a.json --deadline 1 --timeout 30 --accept-partial", 0, 5, whole, "interrupted");
    row("6: too few are ok", good + bad + "-o a.json --min-ok 60%", 0, 6, partial, "incomplete");
    row("6: too few, accepted", good + bad + "-o a.json --min-ok 60% --accept-partial", 0, 6, whole, "written");
    row("130: INT", good + silent + "-o a.json --timeout 30", SIGINT, 130, partial, "--resume");
    row("143: TERM", good + silent + "-o a.json --timeout 30", SIGTERM, 143, partial, "--resume");
    row("1 before 5", silent + "-o a.json -o /dev/full -f jsonl --deadline 1 --timeout 30", 0, 1, kept, "/dev/full");
    row("1 before 6", good + bad + "-o a.json -o /dev/full -f jsonl --min-ok 60%", 0, 1, kept, "/dev/full");
    row("1 before 4", bad + "-o a.json -o /dev/full -f jsonl", 0, 1, kept, "/dev/full");
    row("1 before 3", good + bad + "-o a.json -o /dev/full -f jsonl", 0, 1, kept, "/dev/full");
    row("1 before 143", silent + "-o a.json -o /dev/full -f jsonl --timeout 30", SIGTERM, 1, kept, "/dev/full");
    row("1 before 130", silent + "-o a.json -o /dev/full -f jsonl --timeout 30", SIGINT, 1, kept, "/dev/full");
    row("130 before 6", good + bad + silent + "-o a.json --min-ok 60% --timeout 30", SIGINT, 130, partial, "incomplete");
    row("143 before 6", good + bad + silent + "-o a.json --min-ok 60% --timeout 30", SIGTERM, 143, partial, "incomplete");
    row("143 before 4", bad + silent + "-o a.json --timeout 30", SIGTERM, 143, partial, "incomplete");
    row("130, accepted", good + silent + "-o a.json --timeout 30 --accept-partial", SIGINT, 130, whole, "interrupted");
    row("130 before 4", bad + silent + "-o a.json --timeout 30", SIGINT, 130, partial, "incomplete");
    row("143 before 5", silent + "-o a.json --deadline 30 --timeout 30", SIGTERM, 143, partial, "incomplete");
    row("5 before 6", good + silent + "-o a.json --deadline 1 --min-ok 60% --timeout 30", 0, 5, partial, "incomplete");
    row("5 before 4", bad + silent + "-o a.json --deadline 1 --timeout 30", 0, 5, partial, "incomplete");
    row("6 before 4", bad + "-o a.json --min-ok 1%", 0, 6, partial, "incomplete");
}

void TestEndings::endings()
{
    QFETCH(QByteArray, words);
    QFETCH(int, signal);
    QFETCH(int, status);
    QFETCH(QString, files);
    QFETCH(QString, says);
    const QTemporaryDir dir;
    QProcess process;
    process.setWorkingDirectory(dir.path());
    const int contacts = m_fleet->count(FleetEvent::Connect);
    QCOMPARE(run(process, command(words), signal), status);
    if (status == 2)
        QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts); // nobody was contacted
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains(says.toUtf8()), said.constData());
    QCOMPARE(process.readAllStandardOutput(), QByteArray());
    QCOMPARE(filesIn(dir.path()).join(u' '), files);
    if (files.isEmpty() || files == u".a.json.journal")
        return;
    // Every selected host, exactly once, whatever happened.
    QString error;
    const auto reader = ResultReader::open(dir.filePath(files.section(u' ', -1)).toLocal8Bit(), &error);
    QVERIFY2(reader, qPrintable(error));
    QSet<QByteArray> hosts;
    StoredRecord record;
    while (reader->next(record)) {
        QVERIFY2(!hosts.contains(record.head.host), record.head.host.constData());
        hosts.insert(record.head.host);
    }
    QCOMPARE(reader->error(), QString());
    QCOMPARE(hosts.size(), words.contains("--shard") ? 0 : 8 * words.count("-i "));
    QCOMPARE(reader->summary()[u"exit_status"].toInt(), status);
    QCOMPARE(reader->summary()[u"hosts"].toInt(), hosts.size());
}

// One bad night ended the collecting for good: with --resume nobody was ever contacted again.
void TestEndings::aRunThatFellShortBeginsAnew()
{
    const QTemporaryDir dir;
    QProcess process;
    process.setWorkingDirectory(dir.path());
    const QByteArray night = good + bad + "-o a.json --min-ok 60% ";
    const auto contactsOf = [&](const QByteArray &more, int status) {
        const int before = m_fleet->count(FleetEvent::Connect);
        if (run(process, command(night + more)) != status)
            return -1;
        return m_fleet->count(FleetEvent::Connect) - before;
    };
    QCOMPARE(contactsOf({}, 6), 16);
    QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("every host was tried; the same command with --resume --retry-failed"), said.constData());
    const QString first = runOf(dir.filePath(QStringLiteral("a.json.partial")));

    QCOMPARE(contactsOf("--resume", 6), 16);
    said = process.readAllStandardError();
    QVERIFY2(said.contains("it is from a run that tried every host and had too few ok: this run begins anew"), said.constData());
    const QString second = runOf(dir.filePath(QStringLiteral("a.json.partial")));
    QVERIFY(second != first);
    QCOMPARE(filesIn(dir.path()).join(u' '), QStringLiteral(".a.json.journal .a.json.journal.old a.json.partial"));

    // Those that are not ok can be tried again, as often as one likes.
    for (int i = 0; i < 2; ++i) {
        QCOMPARE(contactsOf("--resume --retry-failed", 6), 8);
        QCOMPARE(runOf(dir.filePath(QStringLiteral("a.json.partial"))), second);
    }
    // And what there is can be taken as it is.
    QCOMPARE(contactsOf("--resume --accept-partial", 6), 0);
    QCOMPARE(runOf(dir.filePath(QStringLiteral("a.json"))), second);
    QVERIFY(!QFile::exists(dir.filePath(QStringLiteral(".a.json.journal"))));
}

void TestEndings::aDeadlineThenTooFewOk()
{
    const QTemporaryDir dir;
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, command(good + silent + "-o a.json --min-ok 60% --deadline 1 --timeout 30")), 5);
    const QString first = runOf(dir.filePath(QStringLiteral("a.json.partial")));
    int contacts = m_fleet->count(FleetEvent::Connect);
    QCOMPARE(run(process, command(good + silent + "-o a.json --min-ok 60% --timeout 2 --resume")), 6);
    QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts + 8); // it was cut short, and is gone on with
    QCOMPARE(runOf(dir.filePath(QStringLiteral("a.json.partial"))), first);
    contacts = m_fleet->count(FleetEvent::Connect);
    QCOMPARE(run(process, command(good + silent + "-o a.json --min-ok 60% --timeout 2 --resume")), 6);
    QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts + 16); // now every host had been tried
    QVERIFY(runOf(dir.filePath(QStringLiteral("a.json.partial"))) != first);
}

void TestEndings::aDeadlineAndASlowInventory_data()
{
    QTest::addColumn<bool>("isTimeOfDay");
    QTest::addColumn<int>("status");
    QTest::newRow("a time of day that passes meanwhile") << true << 5;
    QTest::newRow("a duration, which begins with the first host") << false << 0;
}

// A time of day was made a duration before the inventory was read, and hosts were contacted after it.
void TestEndings::aDeadlineAndASlowInventory()
{
    QFETCH(const bool, isTimeOfDay);
    QFETCH(const int, status);
    const QTemporaryDir dir;
    QFile script(dir.filePath(QStringLiteral("slow")));
    QVERIFY(script.open(QFile::WriteOnly));
    script.write("#!/bin/sh\nsleep 5\necho '{\"all\":{\"hosts\":[\"127.9.0.1\",\"127.9.0.2\"]},\"_meta\":{\"hostvars\":{}}}'\n");
    script.close();
    QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    const int contacts = m_fleet->count(FleetEvent::Connect);
    const QDateTime soon = QDateTime::currentDateTime().addSecs(4);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    const QByteArray deadline = isTimeOfDay ? soon.toString(QStringLiteral("HH:mm:ss")).toLatin1() : QByteArray("3");
    QCOMPARE(run(process, command("-i " + script.fileName().toLocal8Bit() + " -o a.json --deadline " + deadline)), status);
    QVERIFY(QDateTime::currentDateTime() > soon);
    QCOMPARE(m_fleet->count(FleetEvent::Connect) - contacts, isTimeOfDay ? 0 : 2);
    QString error;
    const QString result = dir.filePath(isTimeOfDay ? QStringLiteral("a.json.partial") : QStringLiteral("a.json"));
    const auto reader = ResultReader::open(result.toLocal8Bit(), &error);
    QVERIFY2(reader, qPrintable(error));
    int hosts = 0;
    for (StoredRecord record; reader->next(record); ++hosts)
        QCOMPARE(record.head.cause, isTimeOfDay ? Cause::NotAttempted : Cause::None);
    QCOMPARE(hosts, 2);
}

// As a power cut leaves it: half a line, or one that never reached the disk.
void TestEndings::aTornJournal()
{
    for (const QByteArray &rest : {QByteArray("{\"schema\":\"collector/1\",\"run\":\"x\",\"host\":\"127.9.0.1\",\"sta"),
                                   QByteArray(4096, '\0'), QByteArray("{\"schema\":\n")}) {
        const QTemporaryDir dir;
        QProcess process;
        process.setWorkingDirectory(dir.path());
        QCOMPARE(run(process, command(good + silent + "-o a.json --timeout 30"), SIGINT), 130);
        QFile journal(dir.filePath(QStringLiteral(".a.json.journal")));
        QVERIFY(journal.open(QFile::Append));
        journal.write(rest);
        journal.close();
        const int contacts = m_fleet->count(FleetEvent::Connect);
        QCOMPARE(run(process, command(good + silent + "-o a.json --timeout 2 --resume")), 3);
        QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts + 8); // those that had no answer
        QCOMPARE(filesIn(dir.path()), QStringList{QStringLiteral("a.json")});
        QString error;
        const auto reader = ResultReader::open(dir.filePath(QStringLiteral("a.json")).toLocal8Bit(), &error);
        QVERIFY2(reader, qPrintable(error));
        QMap<QByteArray, Status> found;
        for (StoredRecord record; reader->next(record);)
            found.insert(record.head.host, record.head.status);
        QCOMPARE(found.size(), 16);
        QCOMPARE(std::count(found.begin(), found.end(), Status::Ok), 8);
    }
}

void TestEndings::aDiskThatFills()
{
    const QTemporaryDir dir;
    if (mount("tmpfs", qPrintable(dir.path()), "tmpfs", 0, "size=96k") != 0)
        QSKIP("no file system can be mounted here: needs root");
    const auto clean = qScopeGuard([&] { umount2(qPrintable(dir.path()), MNT_DETACH); });
    QFile old(dir.filePath(QStringLiteral("a.json")));
    QVERIFY(old.open(QFile::WriteOnly));
    old.write("old");
    old.close();
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, command("-i 127.9.0.0/23 -x 127.9.1.0/24 -o a.json --connect-timeout 5")), 1);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("No space left on device"), said.constData());
    QVERIFY(old.open(QFile::ReadOnly));
    QCOMPARE(old.readAll(), QByteArray("old"));
    QCOMPARE(filesIn(dir.path()), (QStringList{QStringLiteral(".a.json.journal"), QStringLiteral("a.json")}));
    // With room, the same command goes on.
    QCOMPARE(mount("tmpfs", qPrintable(dir.path()), "tmpfs", MS_REMOUNT, "size=9m"), 0);
    QCOMPARE(run(process, command("-i 127.9.0.0/23 -x 127.9.1.0/24 -o a.json --connect-timeout 5 --resume")), 0);
    QString error;
    const auto reader = ResultReader::open(old.fileName().toLocal8Bit(), &error);
    int hosts = 0;
    for (StoredRecord record; reader->next(record); ++hosts) {
    }
    QCOMPARE(hosts, 512);
}

// In the command line of a script; a command of the user's own is sent as it is.
void TestEndings::theRunIsNamedOnTheHost()
{
    const QTemporaryDir dir;
    QFile script(dir.filePath(QStringLiteral("s.sh")));
    QVERIFY(script.open(QFile::WriteOnly));
    script.write("uptime\n");
    script.close();
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QStringList scripted = command("-i 127.9.0.200, -o a.json --script s.sh");
    scripted.remove(scripted.indexOf(QStringLiteral("--command")), 2);
    run(process, scripted);
    QCOMPARE(run(process, command("-i 127.9.0.201, -o b.json")), 0);
    QString error;
    const auto reader = ResultReader::open(dir.filePath(QStringLiteral("a.json")).toLocal8Bit(), &error);
    QVERIFY2(reader, qPrintable(error));
    StoredRecord record;
    QVERIFY(reader->next(record));
    const QString runId = reader->run()[u"id"].toString();
    QVERIFY(!runId.isEmpty());
    QHash<QString, QString> sent;
    for (const FleetEvent &event : m_fleet->log()) {
        if (event.event == FleetEvent::Exec)
            sent.insert(event.address, event.detail);
    }
    QCOMPARE(sent.value(QStringLiteral("127.9.0.200")), QStringLiteral(": collector-%1; exec /bin/sh -s").arg(runId));
    QCOMPARE(sent.value(QStringLiteral("127.9.0.201")), QStringLiteral("uptime"));
}

QTEST_GUILESS_MAIN(TestEndings)
#include "tst_endings.moc"
