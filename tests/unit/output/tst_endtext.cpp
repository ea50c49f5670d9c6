#include "samples.h"

#include "output/endtext.h"
#include "output/progress.h"
#include "output/remedies.h"

#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace collector;
using namespace collector::samples;

class TestEndText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void failuresAreFoldedByWhatTheyShare();
    void oneNarrowNetworkIsNamedAsSuch();
    void manyCausesStayOnAScreen();
    void hostileNamesDoNotReachTheTerminal();
    void memoryIsBounded();
    void everyCauseHasItsOwnRemedy();
    void commandsStayWhole();
    void whoTriesAgainKeepsTheOthers_data();
    void whoTriesAgainKeepsTheOthers();
    void partialAndFailedRuns();
    void slowdowns();
    void newHostKeys();
    void durations_data();
    void durations();
    void progressLines();
    void rateOfLate();

private:
    void add(const QByteArray &host, const QByteArray &address, const QByteArray &groups, Cause cause, const QByteArray &via = {});
    QString text(EndTextStyle style = {});

    std::shared_ptr<RunInfo> m_run;
    std::unique_ptr<RecordEncoder> m_encoder;
    RunOutcome m_outcome;
};

void TestEndText::init()
{
    m_run = samples::run();
    m_encoder = std::make_unique<RecordEncoder>(*m_run, Columns(), true, Columns());
    m_outcome = {};
}

void TestEndText::add(const QByteArray &host, const QByteArray &address, const QByteArray &groups, Cause cause, const QByteArray &via)
{
    Record record = cause == Cause::None ? goodRecord(*m_run, host) : silentRecord(*m_run, host, cause);
    record.address = address;
    record.groupsJson = groups;
    if (!via.isEmpty()) {
        record.connection = std::make_unique<ConnectionInfo>();
        record.connection->via = via;
    }
    Batch batch;
    m_encoder->encode(record, batch);
    m_outcome.clusters.add(batch);
    m_outcome.counts.add(batch.entries.front().status, batch.entries.front().cause);
}

QString TestEndText::text(EndTextStyle style)
{
    return endText(m_outcome, 102'000, style);
}

void TestEndText::failuresAreFoldedByWhatTheyShare()
{
    m_outcome.files = {QStringLiteral("assets.json")};
    for (int i = 0; i < 412; ++i)
        add("t" + QByteArray::number(i), "10.4." + QByteArray::number(i / 200) + '.' + QByteArray::number(i % 200), R"(["branch"])",
            Cause::ConnectTimeout);
    for (int i = 0; i < 40; ++i)
        add("d" + QByteArray::number(i), "10.5." + QByteArray::number(i) + ".1", R"(["db","prod"])",
            i < 37 ? Cause::HostKeyChanged : Cause::None);
    for (int i = 0; i < 500; ++i)
        add("w" + QByteArray::number(i), "10.6." + QByteArray::number(i % 250) + ".7", R"(["prod","web"])",
            i == 77 ? Cause::Refused : Cause::None);
    for (int i = 0; i < 12; ++i)
        add("j" + QByteArray::number(i), {}, "[]", Cause::JumpFailed, "ops@bastion2");
    const QString shown = text({100, 24, false});
    QVERIFY2(shown.startsWith(QStringLiteral("964 hosts in 1m 42s: 502 ok, 462 unreachable\n")), qPrintable(shown));
    QVERIFY2(shown.contains(QStringLiteral("   412 connect_timeout: all of 10.4.0.0/16\n")) ||
                 shown.contains(QStringLiteral("   412 connect_timeout: all of group branch\n")),
             qPrintable(shown));
    QVERIFY2(shown.contains(QStringLiteral("    37 host_key_changed: 37 of the 40 of 10.5.0.0/16")) ||
                 shown.contains(QStringLiteral("    37 host_key_changed: 37 of the 40 of group db")),
             qPrintable(shown));
    QVERIFY2(shown.contains(QStringLiteral("    12 jump_failed: all behind ops@bastion2\n")), qPrintable(shown));
    QVERIFY2(shown.contains(QStringLiteral("     1 refused: w77\n")), qPrintable(shown));
    QVERIFY2(shown.endsWith(QStringLiteral("written: assets.json\n")), qPrintable(shown));
}

void TestEndText::oneNarrowNetworkIsNamedAsSuch()
{
    for (int i = 0; i < 20; ++i)
        add("a" + QByteArray::number(i), "10.4.7." + QByteArray::number(i), "[]", Cause::ConnectTimeout);
    for (int i = 0; i < 20; ++i)
        add("b" + QByteArray::number(i), "2001:db8:1:2::" + QByteArray::number(i), "[]", Cause::NoRoute);
    const QString shown = text();
    QVERIFY2(shown.contains(QStringLiteral("all of 10.4.7.0/24")), qPrintable(shown));
    QVERIFY2(shown.contains(QStringLiteral("all of 2001:db8:1:2::/64")), qPrintable(shown));
}

void TestEndText::manyCausesStayOnAScreen()
{
    for (int cause = 1; cause < causeCount; ++cause) {
        for (int i = 0; i <= cause; ++i)
            add("a-host-with-a-long-name-" + QByteArray::number(cause * 100 + i),
                "10." + QByteArray::number(cause) + '.' + QByteArray::number(i) + ".1", R"(["a","b","c"])", Cause(cause));
    }
    m_outcome.files = {QStringLiteral("a.json.partial")};
    m_outcome.isPartial = true;
    m_outcome.journal = QStringLiteral(".a.json.journal");
    for (const int width : {60, 80, 200}) {
        const QStringList lines = text({width, 24, false}).split(u'\n');
        qsizetype rows = 0; // of the screen
        for (const QString &line : lines.first(lines.size() - 1))
            rows += qMax<qsizetype>(1, (line.size() + width - 1) / width);
        QVERIFY2(rows <= 24, qPrintable(lines.join(u'\n')));
        for (const QString &line : lines.mid(1, lines.size() - 6))
            QVERIFY2(line.size() <= width || line.trimmed().startsWith(QStringLiteral("collector ")), qPrintable(line));
        QVERIFY(lines.filter(QStringLiteral("of other causes: `summary`")).size() == 1);
    }
    m_outcome.files = {QStringLiteral("a.csv"), QStringLiteral("a.jsonl.gz")}; // which have none
    QVERIFY2(text({80, 24, false}).contains(QStringLiteral("of other causes: each record has its `cause`")), qPrintable(text()));
}

void TestEndText::hostileNamesDoNotReachTheTerminal()
{
    add("evil\x1b[2J\nname", "10.0.0.1", "[]", Cause::Refused);
    const QString shown = text();
    QVERIFY(!shown.contains(QChar(0x1b)));
    QVERIFY2(shown.contains(QStringLiteral("evil [2J name")), qPrintable(shown));
}

void TestEndText::memoryIsBounded()
{
    // A /8 of silence: what is tallied per network stops growing, the counts go on.
    Batch batch;
    for (int i = 0; i < 200'000; ++i) {
        batch.lines = R"({"host":"h","status":"unreachable"})";
        batch.entries.assign(
            1, {quint32(batch.lines.size()), 0, 0, 0, 0, NetworkKey{quint64(i) << 8, 4}, Status::Unreachable, Cause::NoReply});
        batch.groupSets.assign(1, "[\"g" + QByteArray::number(i) + "\"]");
        batch.vias.assign(1, "jump" + QByteArray::number(i));
        m_outcome.clusters.add(batch);
        m_outcome.counts.add(Status::Unreachable, Cause::NoReply);
    }
    QVERIFY(m_outcome.clusters.size() < 40'000u);
    QVERIFY(text().contains(QStringLiteral("200000 no_reply")));
}

void TestEndText::everyCauseHasItsOwnRemedy()
{
    QSet<QString> seen;
    for (int cause = 1; cause < causeCount; ++cause) {
        const QString sentence = remedy(Cause(cause), Retry::of({QStringLiteral("a.json")}), true);
        QVERIFY2(sentence.size() > 20 && sentence.size() < 140, qPrintable(sentence));
        QVERIFY2(!sentence.contains(u'%'), qPrintable(sentence));
        seen.insert(sentence);
        const QString alone = remedy(Cause(cause), {}, true); // with nothing to be named in a command
        QVERIFY2(!alone.endsWith(QChar(0x2026)) && !alone.endsWith(u':'), qPrintable(alone));
    }
    QCOMPARE(seen.size(), causeCount - 2); // interrupted and not_attempted share theirs
    QVERIFY(!remedy(Cause::HostKeyUnknown, {}, true).contains(QStringLiteral("--rerun")));
    // --resume needs a file.
    QVERIFY(!remedy(Cause::Interrupted, {}, true).contains(QStringLiteral("-o FILE")));
    QVERIFY(remedy(Cause::Interrupted, {}, false).contains(QStringLiteral("-o FILE")));
}

// They were wrapped as words are, and could not be pasted.
void TestEndText::commandsStayWhole()
{
    add("a", "10.0.0.1", "[]", Cause::HostKeyUnknown);
    add("b", "10.0.0.2", "[]", Cause::SudoDenied);
    add("c", "10.0.0.3", "[]", Cause::BadVariable);
    add("d", "10.0.0.4", "[]", Cause::NotAttempted);
    add("e", "10.0.0.5", "[]", Cause::Interrupted);
    m_outcome.files = {QStringLiteral("assets-of-the-night-before.json"), QStringLiteral("the night's.csv")};
    m_outcome.journal = QStringLiteral(".a.json.journal");
    const QString again = QStringLiteral("--rerun assets-of-the-night-before.json -o retried.json");
    for (const int width : {40, 80, 400}) {
        const QStringList lines = text({width, 60, false}).split(u'\n');
        const QByteArray all = lines.join(u'\n').toLocal8Bit();
        const char *const shown = all.constData();
        QVERIFY2(lines.contains(QStringLiteral("       collector … %1 --host-keys accept-new").arg(again)), shown);
        QVERIFY2(lines.contains(QStringLiteral("       collector plugins ssh-facts --sudoers")), shown);
        QVERIFY2(lines.contains(QStringLiteral("collector merge assets-of-the-night-before.json retried.json -o "
                                               "assets-of-the-night-before.json -o 'the night'\\''s.csv'")),
                 shown);
        QCOMPARE(lines.filter(QStringLiteral("`collector explain HOST`")).size(), 1);
        QCOMPARE(lines.filter(QStringLiteral("not finished")).size(), 1); // two causes, one advice
    }
}

void TestEndText::whoTriesAgainKeepsTheOthers_data()
{
    QTest::addColumn<QStringList>("files");
    QTest::addColumn<QString>("options");
    QTest::addColumn<QString>("joining");
    const auto row = [](const char *name, const char *files, const char *options, const char *joining) {
        QTest::newRow(name) << QString::fromLatin1(files).split(u' ', Qt::SkipEmptyParts) << QString::fromLatin1(options)
                            << QString::fromLatin1(joining);
    };
    row("one file", "a.json", "--rerun a.json -o retried.json", "collector merge a.json retried.json -o a.json");
    row("several, the table first", "a.csv.gz a.jsonl.zst", "--rerun a.jsonl.zst -o retried.json",
        "collector merge a.jsonl.zst retried.json -o a.csv.gz -o a.jsonl.zst");
    row("incomplete ones", "/r/a.csv.partial /r/a.json.partial", "--rerun /r/a.json.partial -o retried.json",
        "collector merge /r/a.json.partial retried.json -o /r/a.csv -o /r/a.json");
    row("a table alone", "a.csv", "--rerun a.csv -o retried.csv", "");
    row("of a retry", "retried.json", "--rerun retried.json -o retried-2.json",
        "collector merge retried.json retried-2.json -o retried.json");
    row("Ansible's cache beside it", "cache/ a.json", "--rerun a.json -o retried.json", "collector merge a.json retried.json -o a.json");
    row("Ansible's cache alone", "cache/", "", "");
    row("a stream", "", "", "");
}

void TestEndText::whoTriesAgainKeepsTheOthers()
{
    QFETCH(QStringList, files);
    QFETCH(QString, options);
    QFETCH(QString, joining);
    add("a", "10.0.0.1", "[]", Cause::HostKeyUnknown);
    add("b", "10.0.0.2", "[]", Cause::ConnectionLost);
    m_outcome.files = files;
    const QString shown = text({400, 24, false});
    const QString between = options.isEmpty() ? QString() : options + u' ';
    QVERIFY2(shown.contains(QStringLiteral("to accept new keys:\n       collector … %1--host-keys accept-new\n").arg(between)),
             qPrintable(shown));
    QCOMPARE(shown.count(QStringLiteral("collector merge")), joining.isEmpty() ? 0 : 1);
    QVERIFY2(shown.contains(joining), qPrintable(shown));
    QCOMPARE(shown.count(QStringLiteral("in place of the command's own -o")), options.isEmpty() ? 0 : 1);
    // Not where nothing is to be tried again as it was.
    init();
    add("a", "10.0.0.1", "[]", Cause::NoRoute);
    m_outcome.files = files;
    QVERIFY(!text().contains(QStringLiteral("own -o")));
}

void TestEndText::partialAndFailedRuns()
{
    add("a", "10.0.0.1", "[]", Cause::None);
    m_outcome.files = {QStringLiteral("a.json.partial")};
    m_outcome.isPartial = true;
    m_outcome.journal = QStringLiteral(".a.json.journal");
    QString shown = text();
    QVERIFY2(shown.contains(QStringLiteral("incomplete: a.json.partial")), qPrintable(shown));
    QVERIFY2(shown.contains(QStringLiteral("--resume goes on from .a.json.journal")), qPrintable(shown));
    QVERIFY2(!shown.contains(QStringLiteral("former")), qPrintable(shown)); // there are none
    m_outcome.triedEveryHost = true;
    shown = text();
    QVERIFY2(shown.contains(QStringLiteral("--resume --retry-failed goes on from .a.json.journal")), qPrintable(shown));
    QVERIFY2(!shown.contains(QStringLiteral("--resume goes on")), qPrintable(shown)); // it would begin anew
    m_outcome.keepsFormer = true;
    QVERIFY(text().contains(QStringLiteral("the former files stay as they were")));
    m_outcome.files.clear();
    m_outcome.error = QStringLiteral("a.json cannot be written: No space left on device");
    m_outcome.furtherErrors = {QStringLiteral("b.csv cannot be written: No space left on device")};
    m_outcome.unwritten = {QStringLiteral("a.json"), QStringLiteral("b.csv"), QStringLiteral("c.csv")};
    shown = text();
    QVERIFY2(shown.contains(QStringLiteral("\nerror: a.json cannot be written: No space left on device\nerror: b.csv cannot be written: No "
                                           "space left on device\nnot written: a.json, b.csv, c.csv\n")),
             qPrintable(shown));
    m_outcome.triedEveryHost = false;
    QVERIFY2(text().contains(QStringLiteral("once that is mended, the same command with --resume")), qPrintable(text()));
    m_outcome.datedOutputs = QStringLiteral("-o a-2026-11-28.json");
    QVERIFY2(text().endsWith(QStringLiteral(".a.json.journal; on another date, give it -o a-2026-11-28.json\n")), qPrintable(text()));
}

// As ssh(1) says of each that it takes: whoever accepts keys unseen is to know how many.
void TestEndText::newHostKeys()
{
    QVERIFY(!text().contains(QStringLiteral("host key")));
    m_outcome.hostKeysAdded = 1;
    QVERIFY2(text().contains(QStringLiteral("\n1 host key is new to known_hosts, ")), qPrintable(text()));
    m_outcome.hostKeysAdded = 20;
    QVERIFY2(text().contains(QStringLiteral("\n20 host keys are new to known_hosts, ")), qPrintable(text()));
}

void TestEndText::slowdowns()
{
    add("a", "10.0.0.1", "[]", Cause::None);
    QVERIFY(!text().contains(QStringLiteral("slowed")));
    m_outcome.slowdowns.times = {0, 0, 1};
    m_outcome.slowdowns.leastInFlight = 31;
    QVERIFY2(!text().contains(QStringLiteral("slowed")), "one host waited for nobody");
    m_outcome.slowdowns.times = {3, 0, 1};
    QVERIFY2(text().contains(QStringLiteral("slowed: no descriptor, port or buffer was left here (3 times), ")), qPrintable(text()));
    for (int i = 0; i < 31; ++i)
        add("b" + QByteArray::number(i), "10.0.0.2", "[]", Cause::None);
    const QString shown = text();
    QVERIFY2(shown.contains(QStringLiteral("slowed to 31 hosts at a time: no descriptor, port or buffer was left here (3 times), this "
                                           "machine did not keep up (1 time)\n")),
             qPrintable(shown));
}

void TestEndText::durations_data()
{
    QTest::addColumn<qint64>("ms");
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << qint64(0) << QStringLiteral("0.0 s");
    QTest::newRow("seconds") << qint64(12'340) << QStringLiteral("12.3 s");
    QTest::newRow("minutes") << qint64(187'000) << QStringLiteral("3m 07s");
    QTest::newRow("hours") << qint64(3'720'000) << QStringLiteral("1h 02m");
    QTest::newRow("days") << qint64(90'000'000) << QStringLiteral("25h 00m");
}

void TestEndText::durations()
{
    QFETCH(qint64, ms);
    QFETCH(QString, text);
    QCOMPARE(durationText(ms), text);
}

void TestEndText::progressLines()
{
    ProgressSample sample;
    sample.total = 10'000;
    sample.done = 1234;
    sample.inFlight = 500;
    sample.elapsedMs = 4000;
    sample.rate = 310.4;
    sample.remainingMs = 28'280;
    for (int i = 0; i < 30; ++i)
        sample.counts.add(Status::Unreachable, Cause::ConnectTimeout);
    sample.counts.add(Status::Failed, Cause::ExitStatus);
    QCOMPARE(progressLine(sample, 200),
             QStringLiteral("1234/10000 12% 310/s, 28.3 s left, 500 in flight, 30 connect_timeout, 1 exit_status"));
    QCOMPARE(progressLine(sample, 60), QStringLiteral("1234/10000 12% 310/s, 28.3 s left, 500 in flight"));
    QVERIFY(progressLine(sample, 10).size() <= 10);
    sample.window = 250;
    sample.isSlowed = true;
    QVERIFY(progressLine(sample, 200).contains(QStringLiteral(", 500 in flight, slowed to 250, 30 connect_timeout")));
    QVERIFY(progressText(sample).startsWith(QStringLiteral("4.0 s: 1234/10000")));
    const QJsonObject json = QJsonDocument::fromJson(progressJson(sample, "r-1")).object();
    QCOMPARE(json[u"run"].toString(), QStringLiteral("r-1"));
    QCOMPARE(json[u"done"].toInt(), 1234);
    QCOMPARE(json[u"window"].toInt(), 250);
    QCOMPARE(json[u"unreachable"].toInt(), 30);
    QCOMPARE(json[u"causes"], QJsonValue(QJsonObject{{QStringLiteral("connect_timeout"), 30}, {QStringLiteral("exit_status"), 1}}));
    sample = {};
    QCOMPARE(progressLine(sample, 80), QStringLiteral("0/0 100% 0.0/s, 0 in flight"));
    QVERIFY(QJsonDocument::fromJson(progressJson(sample, "r")).object()[u"remaining_ms"].isNull());
}

void TestEndText::rateOfLate()
{
    ProgressMeter meter;
    QCOMPARE(meter.rate(), 0.0);
    QVERIFY(!meter.remainingMs(10, 0));
    for (int second = 0; second <= 60; ++second)
        meter.note(second * 1000, second < 30 ? quint64(second) * 100 : 3000 + quint64(second - 30) * 10);
    QCOMPARE(meter.rate(), 10.0); // not the average of the minute
    QCOMPARE(meter.remainingMs(3400, 3300), std::optional<qint64>(10'000));
    QVERIFY(!meter.remainingMs(3300, 3300));
}

QTEST_APPLESS_MAIN(TestEndText)
#include "tst_endtext.moc"
