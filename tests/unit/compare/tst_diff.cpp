#include "cli/diffverb.h"
#include "output/compare/diffwriter.h"

#include "records.h"

#include <QJsonArray>
#include <QTest>

#include <unistd.h>

using namespace collector;

class TestDiff : public QObject
{
    Q_OBJECT

    QTemporaryDir m_directory;
    QByteArray m_old;
    QByteArray m_new;

    static QJsonObject told(const QByteArray &before, const QByteArray &after)
    {
        const FactClasses classes(someManifests());
        DiffResult diff;
        QString error;
        if (!compareResults(before, after, classes, diff, &error))
            qFatal("%s", qPrintable(error));
        QByteArray text;
        writeDiffJson(diff, {"old", "new"}, [&](QByteArrayView bytes) { text += bytes; });
        QJsonParseError parsed;
        const QJsonObject object = QJsonDocument::fromJson(text, &parsed).object();
        if (parsed.error != QJsonParseError::NoError)
            qFatal("no JSON: %s", text.constData());
        return object;
    }

    static QString failure(const QByteArray &before, const QByteArray &after)
    {
        const FactClasses classes(someManifests());
        DiffResult diff;
        QString error;
        return compareResults(before, after, classes, diff, &error) ? QString() : error;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        const QByteArray kernel = facts(json("'kernel':'6.1','uptime_seconds':5"));
        const QByteArray newer = facts(json("'kernel':'6.2','uptime_seconds':9"));
        m_old = resultFile(m_directory, "old.jsonl",
                           {record("a", "ok", kernel), record("b", "ok", kernel), record("c", "ok", kernel), record("went", "ok", kernel),
                            record("lost", "ok", kernel), record("back", "unreachable", facts(""), "22", "no_route")});
        m_new = resultFile(m_directory, "new.jsonl",
                           {record("came", "ok", newer, "23"), record("back", "ok", newer, "23"), record("c", "ok", kernel, "23"),
                            record("b", "ok", newer, "23"), record("a", "ok", newer, "23"),
                            record("lost", "unreachable", facts(""), "23", "connect_timeout")});
    }

    void hostsAndFoldedFacts()
    {
        const QJsonObject diff = told(m_old, m_new);
        const QJsonObject hosts = diff[u"hosts"].toObject();
        QCOMPARE(hosts[u"came"].toArray(), QJsonArray{QStringLiteral("came")});
        QCOMPARE(hosts[u"went"].toArray(), QJsonArray{QStringLiteral("went")});
        QCOMPARE(hosts[u"unreachable"].toArray(), QJsonArray{QStringLiteral("lost")});
        QCOMPARE(hosts[u"unreachable_causes"].toObject()[u"connect_timeout"].toArray(), QJsonArray{QStringLiteral("lost")});
        QCOMPARE(hosts[u"returned"].toArray(), QJsonArray{QStringLiteral("back")});
        const QJsonArray changes = diff[u"changes"].toArray();
        QCOMPARE(changes.size(), 1); // the two that got the new kernel, and nothing of what noise there was
        const QJsonObject change = changes[0].toObject();
        QCOMPARE(change[u"class"].toString(), QStringLiteral("configuration"));
        QCOMPARE(change[u"fact"].toString(), QStringLiteral("kernel"));
        QCOMPARE(change[u"old"].toString(), QStringLiteral("6.1"));
        QCOMPARE(change[u"new"].toString(), QStringLiteral("6.2"));
        QCOMPARE(change[u"hosts"].toArray(), (QJsonArray{QStringLiteral("a"), QStringLiteral("b")}));
        QCOMPARE(diff[u"summary"].toObject()[u"changed_hosts"].toInt(), 2);
    }

    void theSameResultHasNoDifferences()
    {
        const QJsonObject diff = told(m_old, m_old);
        QVERIFY(diff[u"changes"].toArray().isEmpty());
        QCOMPARE(runDiffVerb({QFile::decodeName(m_old), QFile::decodeName(m_old)}, someManifests()), 0);
    }

    void namesThatAreNoTextAreToldApart()
    {
        const QByteArray both =
            resultFile(m_directory, "both.jsonl", {recordOfBytes("aP8x", "ok", facts("")), recordOfBytes("aP4x", "ok", facts(""))});
        const QByteArray one = resultFile(m_directory, "one.jsonl", {recordOfBytes("aP8x", "ok", facts(""))});
        const QJsonObject hosts = told(both, one)[u"hosts"].toObject();
        QCOMPARE(hosts[u"went"].toArray(), QJsonArray{QStringLiteral("h\ufffd1")});
        QCOMPARE(hosts[u"came"].toArray(), QJsonArray());
    }

    void exitStatus_data()
    {
        QTest::addColumn<QString>("failOn");
        QTest::addColumn<int>("status");
        QTest::newRow("any difference") << QString() << 1; // not given
        QTest::newRow("the class that differs") << QStringLiteral("identity,configuration") << 1;
        QTest::newRow("a class that does not") << QStringLiteral("hardware") << 0;
        QTest::newRow("hosts") << QStringLiteral("hosts") << 1;
        QTest::newRow("no class") << QStringLiteral("weather") << 2;
        QTest::newRow("noise is never told") << QStringLiteral("noise") << 2;
        QTest::newRow("a variable that is not set") << QStringLiteral("") << 2;
        QTest::newRow("no class among commas") << QStringLiteral(",") << 2;
    }
    void exitStatus()
    {
        QFETCH(QString, failOn);
        QFETCH(int, status);
        QStringList words{QFile::decodeName(m_old), QFile::decodeName(m_new)};
        if (!failOn.isNull())
            words << QStringLiteral("--fail-on") << failOn;
        QCOMPARE(runDiffVerb(words, someManifests()), status);
    }

    // A pipe whose first program failed, or a shard that had no hosts: what it is cannot be known, that it is odd can.
    void aResultOfNoHostsIsNoted()
    {
        const QByteArray none = resultFile(m_directory, "none.jsonl", {});
        const QJsonArray notes = told(m_old, none)[u"notes"].toArray();
        QCOMPARE(notes.size(), 1);
        QVERIFY(notes[0].toString().startsWith(QFile::decodeName(none) + QStringLiteral(" has no host")));
        QCOMPARE(told(none, m_old)[u"notes"].toArray(), notes);
        QCOMPARE(told(none, none)[u"notes"].toArray(), QJsonArray());
    }

    // Read twice it is empty the second time, and every host would be gone.
    void standardInputIsNotBoth()
    {
        QFile result(QFile::decodeName(m_old));
        QVERIFY(result.open(QFile::ReadOnly));
        QCOMPARE(dup2(result.handle(), STDIN_FILENO), STDIN_FILENO);
        QCOMPARE(runDiffVerb({QStringLiteral("-"), QStringLiteral("-")}, someManifests()), 2);
    }

    void inputThatIsNoResult_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("reason");
        const QByteArray good = record("a", "ok", facts(""));
        QTest::newRow("cut off") << good + '\n' + good.left(80) << QStringLiteral("cut off");
        QTest::newRow("broken record") << QByteArray(good).replace("\"attempts\":1", "\"attempts\":") << QStringLiteral("line 1");
        QTest::newRow("broken record on the third line") << good + "\n" + QByteArray(good).replace("\"host\":\"a\"", "\"host\":\"b\"") +
                                                                "\n" + QByteArray(good).replace("\"host\":\"a\"", "\"host\":\"c\",,")
                                                         << QStringLiteral("line 3");
        QTest::newRow("host twice") << good + '\n' + good << QStringLiteral("twice");
        QTest::newRow("something else") << QByteArray("PK\x03\x04 not a result") << QString();
    }
    void inputThatIsNoResult()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, reason);
        const QByteArray path = resultFile(m_directory, "broken.jsonl", {content});
        for (const QString &error : {failure(path, m_new), failure(m_new, path)}) {
            QVERIFY2(error.contains(QStringLiteral("broken.jsonl")), qPrintable(error));
            QVERIFY2(error.contains(reason), qPrintable(error));
        }
    }

    void runsThatWereAskedForOtherFactsAreNoted()
    {
        const auto document = [this](const char *name, const char *options) {
            return resultFile(m_directory, name,
                              {json("{'schema':'collector/1','run':{'id':'r','options':{") + json(options) + "}},\"hosts\":[",
                               record("a", "ok", facts("")), json("],'summary':{}}")});
        };
        const QByteArray before = document("n1.json", "'ssh-facts.facts':'all','threads':2,'ping.count':3,'plugin':['a','b']"),
                         after = document("n2.json", "'ssh-facts.facts':'min','ping.count':5,'plugin':['a']");
        const QJsonArray notes = told(before, after)[u"notes"].toArray();
        QCOMPARE(notes.size(), 3);
        QVERIFY(notes[0].toString().contains(QStringLiteral("ping.count was 3, is 5")));
        QVERIFY(notes[1].toString().contains(QStringLiteral("plugin was a,b, is a")));
        QVERIFY(notes[2].toString().contains(QStringLiteral("ssh-facts.facts was all, is min")));
        QVERIFY(told(before, before)[u"notes"].toArray().isEmpty());
    }

    void aMergeWasAskedForNothingAndIsNotNoted()
    {
        const auto document = [this](const char *name, const char *run) {
            return resultFile(m_directory, name,
                              {json("{'schema':'collector/1','run':{'id':'r',") + json(run) + "},\"hosts\":[", record("a", "ok", facts("")),
                               json("],'summary':{}}")});
        };
        const QByteArray run = document("n3.json", "'options':{'plugin':['ssh-facts']}"), merge = document("n4.json", "'merged':['r']");
        QCOMPARE(told(run, merge)[u"notes"].toArray(), QJsonArray());
        QCOMPARE(told(merge, run)[u"notes"].toArray(), QJsonArray());
    }

    // The facts of a job that failed are empty cells, and no cell says whose they are: a refused login was two hundred changes.
    void whatAPartialRowLacksIsNotGone()
    {
        const QByteArray header("host,status,cause,plugin,kernel,distribution,failed");
        const QByteArray good = resultFile(m_directory, "good.csv", {header, "a,ok,,,6.1,Debian,", "b,ok,,,6.1,Debian,"});
        const QByteArray bad =
            resultFile(m_directory, "bad.csv", {header, "a,partial,auth_denied,ssh-facts,,Ubuntu,", "b,ok,,,6.1,Debian,x"});
        const auto changes = [](const QJsonObject &diff) {
            QStringList facts;
            for (const QJsonValue &change : diff[u"changes"].toArray())
                facts.append(change[u"fact"].toString());
            return facts;
        };
        const QStringList facts{QStringLiteral("distribution"), QStringLiteral("failed"), QStringLiteral("cause"),
                                QStringLiteral("status")};
        QCOMPARE(changes(told(good, bad)), facts);
        QCOMPARE(changes(told(bad, good)), facts);
    }

    // Another --columns, or a night without a plugin, was a change of every host.
    void aColumnThatOnlyOneCsvHasIsNotCompared()
    {
        const QByteArray few = resultFile(m_directory, "few.csv", {"host,status,kernel", "a,ok,6.1"});
        const QByteArray more = resultFile(m_directory, "more.csv", {"host,status,ping.alive,kernel,distribution", "a,ok,true,6.2,"});
        for (const QJsonObject &diff : {told(few, more), told(more, few)}) {
            QCOMPARE(diff[u"changes"].toArray().size(), 1);
            QCOMPARE(diff[u"changes"][0][u"fact"].toString(), QStringLiteral("kernel"));
            QCOMPARE(diff[u"notes"].toArray(),
                     QJsonArray{QStringLiteral("columns that only one of them has are not compared: distribution, ping.alive")});
        }
        QCOMPARE(told(more, more)[u"notes"].toArray(), QJsonArray());
    }

    // Taken for facts, the run's id and what a merge adds were changes of every host, each night.
    void whatARunSaysOfItselfIsNoFactOfACsv()
    {
        const QByteArray header("host,status,run,streak,last_ok,jobs.ping.elapsed_ms,jobs,history,facts.machine_id,vars.site");
        const QByteArray one =
            resultFile(m_directory, "one.csv", {header, "a,ok,20261122T020000Z-4f1c,1,2026-11-22T02:00:00.000Z,3,{},{},m1,x"});
        const QByteArray two = resultFile(m_directory, "two.csv",
                                          {header, "a,ok,20261123T020000Z-0a1b,2,2026-11-23T02:00:00.000Z,4,\"{\"\"a\"\":1}\",x,m2,y"});
        const QJsonObject diff = told(one, two);
        QCOMPARE(diff[u"old"][u"run"].toString(), QStringLiteral("20261122T020000Z-4f1c"));
        const QJsonArray changes = diff[u"changes"].toArray();
        QCOMPARE(changes.size(), 2);
        QCOMPARE(changes[0][u"fact"].toString(), QStringLiteral("machine_id"));
        QCOMPARE(changes[0][u"class"].toString(), QStringLiteral("identity"));
        QCOMPARE(changes[1][u"fact"].toString(), QStringLiteral("vars.site"));
    }

    // Below `ping.alive` it was `["ping.alive"]`, which no filter for JSON's name finds; spelled otherwise it had no class.
    void aColumnHasTheNameAndClassOfItsFact()
    {
        const QByteArray header("host,status,ping.alive,\".[\"\"ping\"\"].alive\",mounts[].size_available,groups[0],\"[\"\"a b\"\"]\",5");
        const QByteArray one = resultFile(m_directory, "one.csv", {header, "a,ok,true,true,1,g,x,x"});
        const QByteArray two = resultFile(m_directory, "two.csv", {header, "a,ok,false,false,2,h,y,y"});
        QStringList seen;
        for (const QJsonValue &change : told(one, two)[u"changes"].toArray())
            seen.append(change[u"class"].toString() + u' ' + change[u"fact"].toString());
        const QStringList expected{QStringLiteral("configuration [\"5\"]"), QStringLiteral("configuration [\"a b\"]"),
                                   QStringLiteral("configuration groups[0]"), QStringLiteral("state mounts[].size_available"),
                                   QStringLiteral("state ping.alive")};
        QCOMPARE(seen, expected);
    }

    void whatASensitiveFactWasIsNotWritten()
    {
        const QByteArray before = resultFile(m_directory, "s1.jsonl", {record("a", "ok", facts(json("'env':{'TOKEN':'hunter2'}")))});
        const QByteArray after = resultFile(m_directory, "s2.jsonl", {record("a", "ok", facts(json("'env':{'TOKEN':'hunter3'}")))});
        const QByteArray text = QJsonDocument(told(before, after)).toJson();
        QVERIFY(text.contains("env.TOKEN"));
        QVERIFY(!text.contains("hunter"));
    }

    void textForATerminalHasNoControlCharacters()
    {
        const QByteArray before = resultFile(m_directory, "t1.jsonl",
                                             {record("a", "ok",
                                                     facts(json("'kernel':'x\xc2\x9b"
                                                                "31m'")))});
        const QByteArray after = resultFile(m_directory, "t2.jsonl", {record("a", "ok", facts(json("'kernel':'\xe2\x80\xae\\u001b[2J'")))});
        const FactClasses classes(someManifests());
        DiffResult diff;
        QString error;
        QVERIFY(compareResults(before, after, classes, diff, &error));
        QByteArray text;
        writeDiffText(diff, {"a\x1b[1m", "b"}, true, [&](QByteArrayView bytes) { text += bytes; });
        QVERIFY(text.contains("kernel"));
        QVERIFY(!text.contains('\x1b') && !text.contains("\xc2\x9b") && !text.contains("\xe2\x80\xae"));
    }

    void aHugeValueIsToldByItsSize()
    {
        const QByteArray huge(1'000'000, 'x');
        const QByteArray before = resultFile(m_directory, "h1.jsonl", {record("a", "ok", facts("\"odd\":\"" + huge + '"'))});
        const QByteArray after = resultFile(m_directory, "h2.jsonl", {record("a", "ok", facts("\"odd\":\"y" + huge + '"'))});
        const QJsonObject change = told(before, after)[u"changes"].toArray()[0].toObject();
        QCOMPARE(change[u"old"].toString(), QStringLiteral("(text of 1000002 bytes)"));
    }

    void moreChangesThanMemoryIsGivenWaitOnTheDisk()
    {
        constexpr int hosts = 300;
        QList<QByteArray> before, after;
        for (int host = 0; host < hosts; ++host) {
            QByteArray was, is;
            for (int fact = 0; fact < 100; ++fact) {
                const QByteArray name = "\"f" + QByteArray::number(fact) + "\":";
                was += (fact ? "," : "") + name + '"' + QByteArray(900, 'a') + QByteArray::number(host) + '"';
                is += (fact ? "," : "") + name + '"' + QByteArray(900, 'b') + (fact == 7 ? QByteArray() : QByteArray::number(host)) + '"';
            }
            const QByteArray name = "host" + QByteArray::number(host);
            before.append(record(name, "ok", facts(was)));
            after.prepend(record(name, "ok", facts(is), "23"));
        }
        const QJsonArray changes =
            told(resultFile(m_directory, "m1.jsonl", before), resultFile(m_directory, "m2.jsonl", after))[u"changes"].toArray();
        QCOMPARE(changes.size(), hosts * 100);
        QHash<QString, int> ofHost;
        for (const QJsonValue &value : changes) {
            const QJsonObject change = value.toObject();
            const QString host = change[u"hosts"].toArray()[0].toString();
            ++ofHost[host];
            QVERIFY(change[u"old"].toString().endsWith(u'a' + host.mid(4)));
        }
        QCOMPARE(ofHost.size(), hosts);
        QCOMPARE(ofHost[QStringLiteral("host299")], 100);
    }
};

QTEST_APPLESS_MAIN(TestDiff)
#include "tst_diff.moc"
