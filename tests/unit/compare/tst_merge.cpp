#include "output/compare/merge.h"

#include "records.h"

#include <QDateTime>
#include <QJsonArray>
#include <QRandomGenerator>
#include <QTest>
#include <QTimeZone>

#include <algorithm>

using namespace collector;

namespace {

QString utc(qint64 ms, const char *format)
{
    return QDateTime::fromMSecsSinceEpoch(ms, QTimeZone::utc()).toString(QString::fromUtf8(format));
}

// One record of a random history: of some host, at some time, with any end and what facts go with it. `isCoarse`: many times and
// runs are alike, otherwise each is unlike any other.
QByteArray randomRecord(QRandomGenerator &random, int number, bool isCoarse)
{
    static const QList<QByteArray> ends{"ok", "ok", "ok", "partial", "failed", "unreachable", "cancelled", "skipped"};
    const qint64 ms = 1'795'000'000'000 + (isCoarse ? random.bounded(3) * 60'000LL : random.bounded(1000) * 60'000LL + number);
    const QByteArray run = utc(ms, "yyyyMMddTHHmmss'Z'").toUtf8() + '-' + QByteArray::number(isCoarse ? number % 2 : number % 7);
    const QByteArray status = ends[random.bounded(ends.size())];
    const bool isTried = status != "cancelled" && status != "skipped";
    const QByteArray cause = status == "ok" ? "null" : status == "cancelled" ? "\"not_attempted\"" : "\"bad_output\"";
    QByteArray jobs, known;
    for (const char *job : {"ssh-facts", "ping", "ssh-command"}) {
        if (random.bounded(3) == 0)
            continue;
        const bool isGood = isTried && (status == "ok" || random.bounded(3) == 0);
        jobs += (jobs.isEmpty() ? "\"" : ",\"") + QByteArray(job) + json("':{'status':'") + (isGood ? "ok" : status) + "\"}";
        if (!isTried || (!isGood && random.bounded(2) == 0))
            continue;
        const QByteArray value = QByteArray::number(number);
        const QByteArray fact = qstrcmp(job, "ssh-facts") == 0
                                    ? json("'kernel':") + value + json(",'ping_count':") + value
                                    : '"' + QByteArray(job).replace('-', '_') + json("':{'value':") + value + '}';
        known += (known.isEmpty() ? "" : ",") + fact;
    }
    return json("{'schema':'collector/1','run':'") + run + json("','host':'h") + QByteArray::number(random.bounded(4)) +
           json("','status':'") + status + json("','cause':") + cause + json(",'started':") +
           (isTried ? '"' + utc(ms, "yyyy-MM-ddTHH:mm:ss.zzz'Z'").toUtf8() + '"' : "null") + json(",'elapsed_ms':1,'attempts':1,'jobs':{") +
           jobs + json("},'facts':{") + known + json("},'absent':{") +
           (jobs.contains("ping") ? json("'ping.ttl':'denied'") : json("'product_serial':'denied'")) + "}}";
}

} // namespace

class TestMerge : public QObject
{
    Q_OBJECT

    QTemporaryDir m_directory;
    int m_files = 0;

    QByteArray file(const QList<QByteArray> &records)
    {
        return resultFile(m_directory, "f" + QByteArray::number(m_files++) + ".jsonl", records);
    }

    static QList<QByteArray> merged(const QList<QByteArray> &files)
    {
        const FactClasses classes(someManifests());
        Merge merge(classes);
        QString error;
        QList<QByteArray> lines;
        bool isGood = std::all_of(files.begin(), files.end(), [&](const QByteArray &path) { return merge.read(path, &error); });
        isGood = isGood && merge.conclude(&error) &&
                 merge.forEachRecord(
                     [&](QByteArrayView line) {
                         lines.append(line.toByteArray());
                         return true;
                     },
                     &error);
        if (!isGood)
            qFatal("%s", qPrintable(error));
        return lines;
    }

    QJsonObject mergedOne(const QList<QByteArray> &records)
    {
        const QList<QByteArray> lines = merged({file(records)});
        return lines.size() == 1 ? QJsonDocument::fromJson(lines[0]).object() : QJsonObject();
    }

private Q_SLOTS:
    void registers()
    {
        const QByteArray monday = record("a", "ok", facts(json("'kernel':'6.1'")), "20");
        const QByteArray tuesday = record("a", "unreachable", facts(""), "21", "connect_timeout");
        const QByteArray wednesday = record("a", "cancelled", facts(""), "22", "not_attempted");
        const QJsonObject host = mergedOne({wednesday, monday, tuesday});
        QCOMPARE(host[u"status"].toString(), QStringLiteral("unreachable"));
        QCOMPARE(host[u"cause"].toString(), QStringLiteral("connect_timeout"));
        QCOMPARE(host[u"facts"].toObject()[u"kernel"].toString(), QStringLiteral("6.1"));
        QCOMPARE(host[u"facts_from"].toObject()[u"ssh-facts"].toObject()[u"started"].toString(),
                 QStringLiteral("2026-11-20T02:00:00.123Z"));
        QCOMPARE(host[u"first_seen"].toString(), QStringLiteral("2026-11-20T02:00:00.123Z"));
        QCOMPARE(host[u"last_ok"].toString(), QStringLiteral("2026-11-20T02:00:00.123Z"));
        QCOMPARE(host[u"failing_since"].toString(), QStringLiteral("2026-11-21T02:00:00.123Z"));
        QCOMPARE(host[u"streak"].toInt(), 1);
    }

    void historyOfAHost_data()
    {
        QTest::addColumn<QByteArray>("nights"); // o: ok, x: unreachable, i: interrupted, from the 10th on
        QTest::addColumn<int>("streak");
        QTest::addColumn<int>("lastOk"); // the day
        QTest::addColumn<int>("failingSince");
        QTest::newRow("one night") << QByteArray("o") << 1 << 10 << 0;
        QTest::newRow("never") << QByteArray("xxx") << 3 << 0 << 10;
        QTest::newRow("came back") << QByteArray("oxxoo") << 2 << 14 << 0;
        QTest::newRow("went again") << QByteArray("oxxoxx") << 2 << 13 << 14;
        QTest::newRow("an interrupted run is no failure") << QByteArray("ooi") << 2 << 11 << 0;
    }
    void historyOfAHost()
    {
        QFETCH(QByteArray, nights);
        QFETCH(int, streak);
        QFETCH(int, lastOk);
        QFETCH(int, failingSince);
        QList<QByteArray> records;
        for (int i = 0; i < nights.size(); ++i) {
            const QByteArray day = QByteArray::number(10 + i);
            records.prepend(nights[i] == 'o'   ? record("a", "ok", facts(""), day)
                            : nights[i] == 'x' ? record("a", "unreachable", facts(""), day, "no_route")
                                               : record("a", "cancelled", facts(""), day, "interrupted"));
        }
        const QJsonObject host = mergedOne(records);
        const auto day = [&](QStringView name) { return host[name].toString().mid(8, 2).toInt(); };
        QCOMPARE(host[u"streak"].toInt(), streak);
        QCOMPARE(day(u"last_ok"), lastOk);
        QCOMPARE(day(u"failing_since"), failingSince);
        QCOMPARE(day(u"first_seen"), 10);
    }

    void aPingAtNoonDoesNotForgetTheFactsOfTheNight()
    {
        const QByteArray night = record("a", "ok", facts(json("'kernel':'6.1'")), "20");
        const QByteArray noon = record("a", "ok", facts(json("'ping':{'alive':true}")), "21").replace("ssh-facts", "ping");
        const QJsonObject host = mergedOne({night, noon});
        QCOMPARE(host[u"facts"].toObject()[u"kernel"].toString(), QStringLiteral("6.1"));
        QVERIFY(host[u"facts"].toObject()[u"ping"].toObject()[u"alive"].toBool());
        QCOMPARE(host[u"facts_from"].toObject().keys(), QStringList{QStringLiteral("ssh-facts")});
    }

    // Found by fuzz_merge. A plugin that is not installed here: a record of another hand has its facts without naming it.
    void whatTwoRecordsBringIsThereOnce()
    {
        const QByteArray theirs = record("a", "ok", facts(json("'our_job':{'x':1},'kernel':'6.1'")), "20");
        const QByteArray ours = record("a", "ok", facts(json("'our_job':{'x':2}")), "21").replace("ssh-facts", "our-job");
        const QList<QByteArray> lines = merged({file({theirs, ours})});
        QCOMPARE(lines.size(), 1);
        QCOMPARE(lines[0].count("\"our_job\""), 1);
        const QJsonObject known = QJsonDocument::fromJson(lines[0]).object()[u"facts"].toObject();
        QCOMPARE(known[u"our_job"].toObject()[u"x"].toInt(), 2);
        QCOMPARE(known[u"kernel"].toString(), QStringLiteral("6.1"));
        QCOMPARE(merged({file(lines)}), lines);
    }

    // Found by fuzz_merge: of two records of one moment that differ in what a job brought that went wrong, the first one stood.
    void whatWentWrongTellsRecordsOfOneMomentApart()
    {
        const QByteArray one = record("a", "failed", facts(json("'kernel':'6.1'")));
        const QByteArray other = record("a", "failed", facts(json("'kernel':'6.2'")));
        const QList<QByteArray> lines = merged({file({one, other})});
        QCOMPARE(merged({file({other, one})}), lines);
        QVERIFY2(lines[0].contains("\"kernel\":\"6.2\""), lines[0].constData());
        QCOMPARE(merged({file(lines), file({one})}), lines);
    }

    void prettyPrintedResultsMergeIntoLines()
    {
        const QByteArray pretty =
            QJsonDocument::fromJson(record("a", "ok", facts(json("'kernel':'a  b\\n'")))).toJson(QJsonDocument::Indented);
        const QList<QByteArray> lines = merged({file({pretty})});
        QCOMPARE(lines.size(), 1);
        QVERIFY(!lines[0].contains('\n'));
        QCOMPARE(QJsonDocument::fromJson(lines[0]).object()[u"facts"].toObject()[u"kernel"].toString(), QStringLiteral("a  b\n"));
    }

    void namesThatAreNoTextAreToldApart()
    {
        const QList<QByteArray> lines =
            merged({file({recordOfBytes("aP8x", "ok", facts("")), recordOfBytes("aP4x", "failed", facts(""))})});
        QCOMPARE(lines.size(), 2);
        QVERIFY2(lines[0].contains("\"host_base64\":\"aP4x\"") && lines[0].contains("\"failed\""), lines[0].constData());
        QVERIFY2(lines[1].contains("\"host_base64\":\"aP8x\"") && lines[1].contains("\"ok\""), lines[1].constData());
    }

    void theUnionOfShardsIsTheWholeRun()
    {
        QList<QByteArray> records;
        for (int i = 0; i < 40; ++i)
            records.append(record("h" + QByteArray::number(i), i % 9 ? "ok" : "failed", facts("\"kernel\":" + QByteArray::number(i))));
        const QByteArray whole = file(records);
        const QByteArray one = file(records.mid(0, 11)), two = file(records.mid(11, 20)), three = file(records.mid(31));
        QCOMPARE(merged({two, three, one}), merged({whole}));
        QCOMPARE(merged({whole}).size(), 40);
    }

    // Whatever happened, and however it is merged, in whatever order and however often: the same bytes.
    void randomHistories()
    {
        QRandomGenerator random(4711);
        for (int round = 0; round < 40; ++round) {
            QList<QByteArray> records;
            for (int i = random.bounded(3, 25); i > 0; --i)
                records.append(randomRecord(random, i, round % 2 == 1));
            const QList<QByteArray> expected = merged({file(records)});
            QCOMPARE(merged({file(expected)}), expected); // idempotent
            QList<QByteArray> pieces;
            for (const QByteArray &each : std::as_const(records)) {
                for (int times = random.bounded(1, 3); times > 0; --times)
                    pieces.append(file({each}));
            }
            while (pieces.size() > 1) {
                std::shuffle(pieces.begin(), pieces.end(), random);
                const int some = random.bounded(1, std::min(4, int(pieces.size())) + 1);
                const QByteArray joined = file(merged(pieces.mid(0, some)));
                pieces = pieces.mid(random.bounded(4) == 0 ? some - 1 : some) << joined;
                if (random.bounded(3) == 0)
                    pieces.append(joined); // and once more
                if (pieces.size() > 60)
                    pieces = {file(merged(pieces))};
            }
            QCOMPARE(merged(pieces), expected);
        }
    }

    void lookAlikes_data()
    {
        QTest::addColumn<QByteArray>("one");
        QTest::addColumn<QByteArray>("other");
        QTest::addColumn<QByteArray>("by"); // empty: are not alike
        const auto row = [](const char *name, const char *one, const char *other, const char *by) {
            QTest::newRow(name) << json(one) << json(other) << QByteArray(by);
        };
        row("machine id", "'machine_id':'0123456789abcdef0123456789abcdef'", "'machine_id':'0123456789ABCDEF0123456789ABCDEF'",
            "machine_id");
        row("product UUID", "'product_uuid':'4c4c4544-0042-3510-8053-b7c04f4e3732'",
            "'product_uuid':'4C4C4544-0042-3510-8053-B7C04F4E3732'", "product_uuid");
        row("product UUID in the other byte order", "'product_uuid':'4c4c4544-0042-3510-8053-b7c04f4e3732'",
            "'product_uuid':'44454c4c-4200-1035-8053-b7c04f4e3732'", "product_uuid");
        row("serial of one vendor", "'system_vendor':'Dell Inc.','product_serial':'7XK2P92'",
            "'system_vendor':'Dell Inc.','product_serial':'7xk2p92'", "product_serial");
        row("serial of two vendors", "'system_vendor':'Dell Inc.','product_serial':'7XK2P92'",
            "'system_vendor':'HPE','product_serial':'7XK2P92'", "");
        row("what a vendor writes instead of a serial", "'product_serial':'To Be Filled By O.E.M.'",
            "'product_serial':'To be filled by O.E.M.'", "");
        row("zeros", "'product_serial':'0000000000'", "'product_serial':'0000000000'", "");
        row("UUID of zeros", "'product_uuid':'00000000-0000-0000-0000-000000000000'",
            "'product_uuid':'00000000-0000-0000-0000-000000000000'", "");
        row("UUID of the firmware's sources", "'product_uuid':'03000200-0400-0500-0006-000700080009'",
            "'product_uuid':'03000200-0400-0500-0006-000700080009'", "");
        row("host key", "'ssh_host_key_ed25519_public':'AAAAC3NzaC1lZDI1NTE5AAAAIA=='",
            "'ssh_host_key_ed25519_public':'AAAAC3NzaC1lZDI1NTE5AAAAIA=='", "host_key");
        row("nothing alike", "'machine_id':'0123456789abcdef0123456789abcdef'", "'machine_id':'1123456789abcdef0123456789abcdef'", "");
    }
    // Found by fuzz_merge. Merged again, each came to something else: a time before 1970 was lost, a history knew of no first attempt.
    void whatWasWrittenIsReadAgainAsItWas_data()
    {
        QTest::addColumn<QByteArray>("one");
        QTest::addColumn<QString>("firstSeen");
        const QByteArray plain = record("a", "ok", facts(""));
        QTest::newRow("a clock that was not set") << QByteArray(plain).replace("2026-11-22T02:00:00.123Z", "1969-12-31T23:59:59.000Z")
                                                  << QStringLiteral("1970-01-01T00:00:00.000Z");
        QTest::newRow("a history without first_seen") << record("a", "ok", facts("") + json(",'history':{'ok':[9000,5000],'not_ok':[]}"))
                                                      << QStringLiteral("1970-01-01T00:00:05.000Z");
        QTest::newRow("a history that begins before first_seen")
            << record("a", "ok", facts("") + json(",'first_seen':'2026-01-01T00:00:00Z','history':{'ok':[9000],'not_ok':[7000]}"))
            << QStringLiteral("1970-01-01T00:00:07.000Z");
    }
    void whatWasWrittenIsReadAgainAsItWas()
    {
        QFETCH(QByteArray, one);
        QFETCH(QString, firstSeen);
        const QList<QByteArray> once = merged({file({one})});
        QCOMPARE(once.size(), 1);
        QCOMPARE(QJsonDocument::fromJson(once[0]).object()[u"first_seen"].toString(), firstSeen);
        QCOMPARE(merged({file(once)}), once);
        QCOMPARE(merged({file(once), file({one})}), once);
    }

    void lookAlikes()
    {
        QFETCH(QByteArray, one);
        QFETCH(QByteArray, other);
        QFETCH(QByteArray, by);
        const QList<QByteArray> lines =
            merged({file({record("a", "ok", facts(one)), record("b", "ok", facts(other)), record("c", "ok", facts(""))})});
        QCOMPARE(lines.size(), 3); // never joined
        const QJsonObject a = QJsonDocument::fromJson(lines[0]).object(), b = QJsonDocument::fromJson(lines[1]).object();
        QVERIFY(!QJsonDocument::fromJson(lines[2]).object().contains(u"same_asset_as"));
        QCOMPARE(a[u"same_asset_as"].toArray(), by.isEmpty() ? QJsonArray() : QJsonArray{QStringLiteral("b")});
        QCOMPARE(b[u"same_asset_as"].toArray(), by.isEmpty() ? QJsonArray() : QJsonArray{QStringLiteral("a")});
        QCOMPARE(a[u"same_asset_by"].toArray(), by.isEmpty() ? QJsonArray() : QJsonArray{QString::fromUtf8(by)});
    }

    void aClonedImageMarksNobodyAndIsWarnedOf()
    {
        QList<QByteArray> records;
        for (int i = 0; i < 100; ++i)
            records.append(record("h" + QByteArray::number(100 + i), "ok", facts(json("'machine_id':'0123456789abcdef0123456789abcdef'"))));
        const QByteArray path = file(records);
        QVERIFY(!QJsonDocument::fromJson(merged({path}).last()).object().contains(u"same_asset_as"));
        const QJsonObject last = QJsonDocument::fromJson(merged({file(records.mid(0, 17))}).last()).object();
        QCOMPARE(last[u"same_asset_as"].toArray().size(), 16);
        const FactClasses classes({});
        Merge merge(classes);
        QString error;
        QVERIFY(merge.read(path, &error) && merge.conclude(&error));
        QCOMPARE(merge.warnings().size(), 1);
        QVERIFY(merge.warnings()[0].startsWith(QStringLiteral("100 hosts have the same machine_id")));
    }

    // A clock that was wrong for one night, and no later night was told.
    void aTimeToComeIsWarnedOf()
    {
        const auto started = [](const char *host, qint64 ms) {
            return json("{'schema':'collector/1','run':'20361127T020000Z-4f1c','host':'") + host +
                   json("','status':'ok','cause':null,'started':'") + utc(ms, "yyyy-MM-ddTHH:mm:ss.zzz'Z'").toUtf8() +
                   json("','jobs':{},'facts':{}}");
        };
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        const FactClasses classes({});
        Merge merge(classes);
        QString error;
        QVERIFY(merge.read(file({started("a", now + 3'600'000), started("b", now - 1)}), &error) && merge.conclude(&error));
        QCOMPARE(merge.warnings(), QStringList()); // clocks that are apart
        Merge later(classes);
        QVERIFY(later.read(file({started("a", now + 86'400'000LL * 3650), started("b", now)}), &error) && later.conclude(&error));
        QCOMPARE(later.warnings().size(), 1);
        QVERIFY2(later.warnings()[0].startsWith(QStringLiteral("the record of 1 host is from a time to come, such as ")) &&
                     later.warnings()[0].contains(QStringLiteral(" of run 20361127T020000Z-4f1c: a clock was wrong")),
                 qPrintable(later.warnings()[0]));
    }

    void inputThatIsNoResultEndsTheMerge()
    {
        const FactClasses classes({});
        Merge merge(classes);
        QString error;
        QVERIFY(!merge.read(file({record("a", "ok", facts("")), "{\"host\":\"b\",\"status\":\"ok\",,}"}), &error));
        QVERIFY2(error.contains(QStringLiteral("line 2")), qPrintable(error));
        QVERIFY(!merge.read(file({record("a", "ok", facts("")), record("b", "ok", facts("\"k\xff\":1"))}), &error)); // JSON is UTF-8
        QVERIFY2(error.contains(QStringLiteral("line 2")), qPrintable(error));
        const auto withJobs = [](int count) {
            QByteArray jobs;
            for (int i = 1; i < count; ++i)
                jobs += "\"job" + QByteArray::number(i) + json("':{'status':'ok'},");
            return record("c", "ok", facts("")).replace("\"jobs\":{", "\"jobs\":{" + jobs);
        };
        QVERIFY2(merge.read(file({withJobs(mostJobs)}), &error), qPrintable(error));
        QVERIFY(!merge.read(file({record("a", "ok", facts("")), withJobs(mostJobs + 1)}), &error)); // it would take the square of them
        QVERIFY2(error.contains(QStringLiteral("line 2")) && error.contains(QStringLiteral("256 jobs")), qPrintable(error));
        QVERIFY(!merge.read("/nonexistent/result.json", &error));
        QVERIFY2(error.contains(QStringLiteral("/nonexistent/result.json")), qPrintable(error));
    }
};

QTEST_APPLESS_MAIN(TestMerge)
#include "tst_merge.moc"
