// A run that was interrupted, and the one that goes on from its journal.

#include "writerfixture.h"

#include <QFile>

#include <sys/resource.h>

#include <csignal>

using namespace collector;
using namespace collector::samples;

class TestWriterResume : public WriterFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void resumed_data();
    void resumed();
    void retryFailedKeepsTheGoodOnes();
    void namesThatAreNoText();
    void whoTriedEveryHostHasEnded();
    void whoIsNotSelectedAnyMoreIsLeftOut();
    void anotherRunIsRefused();
    void anotherSecretIsRefused();
    void leftoverJournalIsPutAside();
    void aJournalBesideAnotherOutput();
    void aJournalWithoutOneWholeLineIsNone_data();
    void aJournalWithoutOneWholeLineIsNone();
    void aJournalOfAnotherVersionIsNotLost();
    void whatEarlierRunsLeftIsNamed();
    void aJournalThatCannotBeMadeLeavesTheOldOne();
};

void TestWriterResume::resumed_data()
{
    QTest::addColumn<int>("cut"); // bytes that the journal lost
    QTest::addColumn<QByteArray>("garbage");
    QTest::addColumn<int>("known");
    QTest::newRow("a whole journal") << 0 << QByteArray() << 3;
    QTest::newRow("one byte short") << 1 << QByteArray() << 2;
    QTest::newRow("torn in a record") << 120 << QByteArray() << 2;
    QTest::newRow("torn behind a brace") << 2 << QByteArray() << 2;
    QTest::newRow("torn, then a line") << 30 << QByteArray("\n{\"crashed\":{\"host\":\"h9\",\"plugin\":\"ping\",\"signal\":11}}\n") << 2;
    QTest::newRow("a hole of zeros") << 0 << QByteArray(4096, '\0') + "\n" << 3;
    QTest::newRow("a line of something else") << 0 << QByteArray("{\"a\":1}\n") << 3;
    QTest::newRow("empty lines") << 0 << QByteArray("\n\n") << 3;
    QTest::newRow("only the header") << 100'000 << QByteArray() << 0;
}

void TestWriterResume::resumed()
{
    QFETCH(int, cut);
    QFETCH(QByteArray, garbage);
    QFETCH(int, known);
    const QStringList outputs{path("a.json"), path("b.csv"), path("c.jsonl.gz")};
    {
        auto writer = open(setup(outputs));
        writer->start();
        Record first = goodRecord(*m_run, "h0");
        Record second = goodRecord(*m_run, "h1");
        Record third = goodRecord(*m_run, "h2");
        submit(*writer, {&first, &second, &third});
        QTRY_COMPARE(writer->counts().hosts(), quint64(3));
    }
    QFile journal(path(".a.json.journal"));
    QVERIFY(journal.open(QFile::ReadWrite));
    const qsizetype header = journal.readLine().size();
    QVERIFY(journal.resize(qMax(header, journal.size() - cut)));
    QVERIFY(journal.seek(journal.size()));
    QCOMPARE(journal.write(garbage), garbage.size());
    journal.close();

    WriterSetup wanted = setup(outputs);
    const auto interrupted = findInterruptedRun(wanted.outputs, &m_error);
    QVERIFY2(interrupted, qPrintable(m_error));
    QCOMPARE(interrupted->seed, 0xfeedfacecafebeef);
    QCOMPARE(interrupted->runId, m_run->id);
    QCOMPARE(interrupted->startedMs, m_run->startedMs);
    wanted.resume = WriterSetup::Resume::Yes;
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    QCOMPARE(writer->done().size(), size_t(known));
    QCOMPARE(writer->counts().hosts(), quint64(known));
    writer->start();
    for (int i = 0; i < 5; ++i) {
        const QByteArray name = "h" + QByteArray::number(i);
        QCOMPARE(writer->done().contains(name), i < known);
        if (i >= known) {
            Record record = goodRecord(*m_run, name);
            submit(*writer, {&record});
        }
    }
    QCOMPARE(finish(*writer).exitStatus, 0);
    for (const QString &output : outputs)
        QCOMPARE(hosts(output).keys(), (QList<QByteArray>{"h0", "h1", "h2", "h3", "h4"}));
    QCOMPARE(names(), list({"a.json", "b.csv", "c.jsonl.gz"}));
}

void TestWriterResume::retryFailedKeepsTheGoodOnes()
{
    RunFinish how{{}, 1'795'312'861'000, 0, false};
    how.end.signal = SIGTERM;
    {
        auto writer = open(setup({path("a.json")}));
        writer->start();
        Record good = goodRecord(*m_run, "good");
        Record silent = silentRecord(*m_run, "silent");
        Record waiting = silentRecord(*m_run, "waiting", Cause::NotAttempted);
        waiting.status = Status::Cancelled;
        submit(*writer, {&good, &silent, &waiting});
        QCOMPARE(finish(*writer, how).exitStatus, 143);
    }
    WriterSetup wanted = setup({path("a.json")});
    wanted.resume = WriterSetup::Resume::Yes;
    {
        const auto writer = open(wanted);
        QVERIFY2(writer, qPrintable(m_error));
        QVERIFY(writer->done().contains("good") && writer->done().contains("silent") && !writer->done().contains("waiting"));
    }
    wanted.resume = WriterSetup::Resume::RetryFailed;
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    QVERIFY(writer->done().contains("good") && !writer->done().contains("silent") && !writer->done().contains("waiting"));
    QCOMPARE(writer->counts().hosts(), quint64(1));
    writer->start();
    Record again = goodRecord(*m_run, "silent");
    Record now = goodRecord(*m_run, "waiting");
    submit(*writer, {&again, &now});
    QCOMPARE(finish(*writer).exitStatus, 0);
    QCOMPARE(hosts(path("a.json")), (QMap<QByteArray, Status>{{"good", Status::Ok}, {"silent", Status::Ok}, {"waiting", Status::Ok}}));
}

// Two hosts were one, and what was done was done again.
void TestWriterResume::namesThatAreNoText()
{
    const QByteArray one("h\3771"), other("h\3761");
    {
        auto writer = open(setup({path("a.json")}));
        writer->start();
        Record good = goodRecord(*m_run, one);
        submit(*writer, {&good});
        QTRY_COMPARE(writer->counts().hosts(), quint64(1));
    }
    QFile journal(path(".a.json.journal"));
    QVERIFY(journal.open(QFile::Append));
    QVERIFY(journal.write("\n{\"crashed\":{\"host\":\"" + other + "\",\"plugin\":\"ping\",\"signal\":11}}\n") > 0);
    journal.close();
    WriterSetup wanted = setup({path("a.json")});
    wanted.resume = WriterSetup::Resume::Yes;
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    QVERIFY(writer->done().contains(one) && !writer->done().contains(other));
    QCOMPARE(writer->crashes().size(), size_t(1));
    QCOMPARE(writer->crashes().front().host, other);
    writer->start();
    Record second = goodRecord(*m_run, other);
    submit(*writer, {&second});
    QCOMPARE(finish(*writer).exitStatus, 0);
    QCOMPARE(hosts(path("a.json")).keys(), (QList<QByteArray>{other, one}));
}

// Of such a run nothing is left to go on with, but what it did not get; of any other there is.
void TestWriterResume::whoTriedEveryHostHasEnded()
{
    const QByteArray journal = path(".a.json.journal").toLocal8Bit();
    const auto end = [&](Writer &writer, Record &second, int signal) {
        writer.start();
        Record good = goodRecord(*m_run, "good");
        submit(writer, {&good, &second});
        RunFinish how{{}, 1'795'312'861'000, 0, false};
        how.end.signal = signal;
        how.end.minimumOkPercent = 90;
        return finish(writer, how);
    };
    {
        const auto writer = open(setup({path("a.json")}));
        Record waiting = silentRecord(*m_run, "second", Cause::NotAttempted);
        waiting.status = Status::Cancelled;
        const RunOutcome outcome = end(*writer, waiting, SIGTERM);
        QCOMPARE(outcome.exitStatus, 143);
        QVERIFY(!outcome.triedEveryHost);
        QVERIFY(!hasEnded(journal));
    }
    {
        const auto writer = open(setup({path("a.json")}));
        Record silent = silentRecord(*m_run, "second");
        const RunOutcome outcome = end(*writer, silent, 0);
        QCOMPARE(outcome.exitStatus, 6);
        QVERIFY(outcome.triedEveryHost);
        QVERIFY(hasEnded(journal));
    }
    WriterSetup wanted = setup({path("a.json")});
    wanted.resume = WriterSetup::Resume::RetryFailed;
    {
        const auto writer = open(wanted);
        QVERIFY2(writer, qPrintable(m_error));
        QVERIFY(writer->done().contains("good") && !writer->done().contains("second"));
        QVERIFY(!hasEnded(journal)); // it goes on: a crash from here on is an interruption like another
        writer->start();
        Record again = goodRecord(*m_run, "second");
        submit(*writer, {&again});
        QCOMPARE(finish(*writer).exitStatus, 0);
        QCOMPARE(hosts(path("a.json")).size(), 2);
    }
    QVERIFY(!hasEnded(journal)); // there is none
}

void TestWriterResume::whoIsNotSelectedAnyMoreIsLeftOut()
{
    {
        auto writer = open(setup({path("a.json"), path("b.csv")}));
        writer->start();
        Record first = goodRecord(*m_run, "h0");
        Record second = silentRecord(*m_run, "h1");
        Record third = goodRecord(*m_run, "h2");
        submit(*writer, {&first, &second, &third});
        QTRY_COMPARE(writer->counts().hosts(), quint64(3));
    }
    WriterSetup wanted = setup({path("a.json"), path("b.csv")});
    wanted.resume = WriterSetup::Resume::Yes;
    const auto selected = [](QByteArrayList names) {
        return [names = std::move(names)](const std::function<void(QByteArrayView)> &use) {
            for (const QByteArray &name : names)
                use(name);
        };
    };
    wanted.eachSelected = selected({"h0", "h1", "h2", "h3"});
    QCOMPARE(open(wanted)->counts().hosts(), quint64(3));
    QCOMPARE(m_warnings, QStringList());

    wanted.eachSelected = selected({"h1", "h3"});
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    QCOMPARE(m_warnings.size(), 1);
    QVERIFY2(m_warnings.first().startsWith(QStringLiteral("2 hosts of the interrupted run are not selected any more")),
             qPrintable(m_warnings.first()));
    QVERIFY(!writer->done().contains("h0") && writer->done().contains("h1") && !writer->done().contains("h2"));
    QCOMPARE(writer->counts().hosts(), quint64(1));
    writer->start();
    Record now = goodRecord(*m_run, "h3");
    submit(*writer, {&now});
    QCOMPARE(finish(*writer).counts.hosts(), quint64(2));
    for (const char *output : {"a.json", "b.csv"})
        QCOMPARE(hosts(path(output)), (QMap<QByteArray, Status>{{"h1", Status::Unreachable}, {"h3", Status::Ok}}));
}

void TestWriterResume::anotherRunIsRefused()
{
    abandon(setup({path("a.json")}));
    m_run = samples::run();
    m_run->inventorySha256 = "beef";
    m_run->options.insert(QStringLiteral("limit"), QStringLiteral("web"));
    m_run->options.insert(QStringLiteral("concurrency"), 3); // may differ
    m_run->options.insert(QStringLiteral("since"), QStringLiteral("old.json"));
    WriterSetup wanted = setup({path("a.json")});
    wanted.resume = WriterSetup::Resume::Yes;
    const QByteArray before = read(path(".a.json.journal"));
    QVERIFY(!open(wanted));
    QVERIFY2(m_error.contains(QStringLiteral("--limit: not given then, web now")), qPrintable(m_error));
    QVERIFY2(m_error.contains(QStringLiteral("inventory's SHA-256: cafe then, beef now")), qPrintable(m_error));
    QVERIFY2(!m_error.contains(QStringLiteral("concurrency")), qPrintable(m_error));
    QVERIFY2(!m_error.contains(QStringLiteral("since")), qPrintable(m_error));
    QCOMPARE(read(path(".a.json.journal")), before);
}

// It stands nowhere, and that it changed is noticed all the same.
void TestWriterResume::anotherSecretIsRefused()
{
    const QString name = QStringLiteral("lookup.api-token");
    const auto give = [&](const char *secret) {
        m_run = samples::run();
        m_run->options.insert(name, QStringLiteral("***"));
        m_run->secretOptions.insert(name, QString::fromLatin1(secret));
        WriterSetup wanted = setup({path("a.json")});
        wanted.resume = WriterSetup::Resume::Yes;
        return wanted;
    };
    abandon(give("T0PSECRET"));
    const QByteArray journal = read(path(".a.json.journal"));
    QVERIFY2(journal.contains("\"secrets\":{\"lookup.api-token\":\""), journal.constData());
    QVERIFY(!journal.contains("T0PSECRET"));
    QVERIFY(!open(give("0THER")));
    QVERIFY2(m_error.contains(QStringLiteral("--lookup.api-token: another secret then")), qPrintable(m_error));
    QVERIFY(!m_error.contains(QStringLiteral("T0PSECRET")) && !m_error.contains(QStringLiteral("0THER")));
    m_run = samples::run();
    WriterSetup without = setup({path("a.json")});
    without.resume = WriterSetup::Resume::Yes;
    QVERIFY(!open(without));
    QVERIFY2(m_error.contains(QStringLiteral("--lookup.api-token: a secret that is not given now")), qPrintable(m_error));
    QVERIFY2(open(give("T0PSECRET")), qPrintable(m_error));
}

void TestWriterResume::leftoverJournalIsPutAside()
{
    abandon(setup({path("a.json")}));
    run(setup({path("a.json")}), 1, 0);
    QCOMPARE(m_warnings.size(), 1);
    QVERIFY2(m_warnings.first().contains(QStringLiteral("--resume")), qPrintable(m_warnings.first()));
    QCOMPARE(names(), list({".a.json.journal.old", "a.json"}));
}

// The older run was written over the newer by the next --resume in the first order.
void TestWriterResume::aJournalBesideAnotherOutput()
{
    const auto both = setup({path("b.json"), path("a.json")}).outputs;
    QCOMPARE(otherJournals(both), QList<QByteArray>());
    abandon(setup({path("a.json"), path("b.json")}));
    QCOMPARE(otherJournals(both), QList<QByteArray>{path(".a.json.journal").toLocal8Bit()});
    QCOMPARE(otherJournals(setup({path("a.json"), path("b.json")}).outputs), QList<QByteArray>());
    run(setup({path("b.json"), path("a.json")}), 1, 0);
    QCOMPARE(m_warnings.size(), 1);
    QVERIFY2(m_warnings.first().contains(QStringLiteral(".a.json.journal was left here")), qPrintable(m_warnings.first()));
    QCOMPARE(names(), list({".a.json.journal.old", "a.json", "b.json"}));

    for (const QByteArray &nothing : {QByteArray(), JournalHeader::of(*m_run, 1).toLine()}) {
        QFile journal(path(".a.json.journal"));
        QVERIFY(journal.open(QFile::WriteOnly) && journal.write(nothing) == nothing.size());
        journal.close();
        QCOMPARE(otherJournals(both), QList<QByteArray>());
    }
}

void TestWriterResume::aJournalWithoutOneWholeLineIsNone_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("a header that was being written") << QByteArray("{\"journal\":\"collector/1\",\"run\":{\"id\":\"2026");
    QTest::newRow("a header that lacks its end alone") << JournalHeader::of(*samples::run(), 1).toLine().chopped(1);
    QTest::newRow("a hole of zeros") << QByteArray(4096, '\0');
}

// Every --resume was refused after a kill between the journal's making and its header: a Job of shards never ended.
void TestWriterResume::aJournalWithoutOneWholeLineIsNone()
{
    QFETCH(QByteArray, content);
    for (const auto resume : {WriterSetup::Resume::No, WriterSetup::Resume::Yes}) {
        QFile journal(path(".a.json.journal"));
        QVERIFY(journal.open(QFile::WriteOnly) && journal.write(content) == content.size());
        journal.close();
        WriterSetup wanted = setup({path("a.json")});
        QVERIFY(!findInterruptedRun(wanted.outputs, &m_error));
        QCOMPARE(m_error, QString());
        wanted.resume = resume;
        QCOMPARE(run(wanted, 2, 0).exitStatus, 0);
        QCOMPARE(hosts(path("a.json")).size(), 2);
        QCOMPARE(m_warnings, QStringList());
        QCOMPARE(names(), QStringList{QStringLiteral("a.json")});
    }
}

void TestWriterResume::aJournalOfAnotherVersionIsNotLost()
{
    QFile journal(path(".a.json.journal"));
    QVERIFY(journal.open(QFile::WriteOnly) && journal.write("{\"journal\":\"collector/2\"}\n{\"host\":\"a\"}\n") > 0);
    journal.close();
    QVERIFY(!findInterruptedRun(setup({path("a.json")}).outputs, &m_error));
    QVERIFY2(m_error.contains(QStringLiteral("no journal that this version can read")), qPrintable(m_error));
    run(setup({path("a.json")}), 1, 0);
    QVERIFY2(m_warnings.value(0).contains(QStringLiteral("put aside as")), qPrintable(m_warnings.join(u'\n')));
    QCOMPARE(names(), list({".a.json.journal.old", "a.json"}));
}

// They stayed beside all good results that followed, and nothing said that they are none of them.
void TestWriterResume::whatEarlierRunsLeftIsNamed()
{
    QCOMPARE(run(setup({path("a.json"), path("b.csv")}), 2, 0).notes, QStringList());
    for (const bool isSecond : {false, true}) {
        abandon(setup({path("a.json"), path("b.csv")}));
        QFile partial(path("b.csv.partial"));
        QVERIFY(partial.open(QFile::WriteOnly));
        m_warnings.clear();
        const RunOutcome outcome = run(setup({path("a.json"), path("b.csv")}), 2, 0);
        QCOMPARE(m_warnings.size(), 1);
        QVERIFY2(m_warnings[0].contains(QStringLiteral("once it has its name again")), qPrintable(m_warnings[0]));
        QCOMPARE(m_warnings[0].endsWith(QStringLiteral("an older one that had that name is gone")), isSecond);
        QCOMPARE(outcome.notes.size(), 1);
        for (const char *name : {".a.json.journal.old", "b.csv.partial"})
            QVERIFY2(outcome.notes[0].contains(path(name)), qPrintable(outcome.notes[0]));
        QCOMPARE(names(), list({".a.json.journal.old", "a.json", "b.csv", "b.csv.partial"}));
    }
    // As told.
    QVERIFY(QFile::rename(path(".a.json.journal.old"), path(".a.json.journal")));
    QVERIFY(findInterruptedRun(setup({path("a.json"), path("b.csv")}).outputs, &m_error));
    WriterSetup wanted = setup({path("a.json"), path("b.csv")});
    wanted.resume = WriterSetup::Resume::Yes;
    QCOMPARE(run(wanted, 0, 0).notes, QStringList());
    QCOMPARE(names(), list({"a.json", "b.csv"}));
}

// The disk is full: the run is refused, and what an earlier one had learnt is still there to go on from.
void TestWriterResume::aJournalThatCannotBeMadeLeavesTheOldOne()
{
    abandon(setup({path("a.json")}));
    const QByteArray before = read(path(".a.json.journal"));
    struct rlimit limit
    {
    };
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit small
    {
        60, limit.rlim_max
    };
    const auto old = std::signal(SIGXFSZ, SIG_IGN);
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
    const bool isOpen = open(setup({path("a.json")})) != nullptr;
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &limit), 0);
    std::signal(SIGXFSZ, old);
    QVERIFY(!isOpen);
    QVERIFY2(m_error.contains(QStringLiteral("journal")) && m_error.contains(QStringLiteral("File too large")), qPrintable(m_error));
    QCOMPARE(read(path(".a.json.journal")), before);
    QCOMPARE(names(), QStringList{QStringLiteral(".a.json.journal")});
}

QTEST_APPLESS_MAIN(TestWriterResume)
#include "tst_writerresume.moc"
