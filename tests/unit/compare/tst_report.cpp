#include "cli/reportverb.h"
#include "output/compare/html.h"
#include "output/compare/reportpage.h"
#include "output/filelock.h"

#include "records.h"

#include <QCryptographicHash>
#include <QTest>

#include <sys/stat.h>

#include <future>

using namespace collector;

class TestReport : public QObject
{
    Q_OBJECT

    QTemporaryDir m_directory;

    QByteArray page(const QList<QByteArray> &records, const QList<QByteArray> &since = {})
    {
        ReportData data;
        QString error;
        const QByteArray path = resultFile(m_directory, "result.jsonl", records);
        if (!data.read(path, &error))
            qFatal("%s", qPrintable(error));
        std::unique_ptr<ReportChanges> changes;
        const FactClasses classes(someManifests());
        if (!since.isEmpty()) {
            changes = std::make_unique<ReportChanges>();
            changes->since = "old.jsonl";
            if (!compareResults(resultFile(m_directory, "since.jsonl", since), path, classes, changes->diff, &error))
                qFatal("%s", qPrintable(error));
        }
        QByteArray text;
        if (!writeReportPage(
                data, "result <b>", changes.get(), [&](QByteArrayView bytes) { text += bytes; }, &error))
            qFatal("%s", qPrintable(error));
        return text;
    }

    // The content of each element of that name.
    static QList<QByteArray> elements(const QByteArray &html, const QByteArray &name)
    {
        QList<QByteArray> found;
        for (qsizetype at = html.indexOf('<' + name + '>'); at >= 0; at = html.indexOf('<' + name + '>', at + 1)) {
            const qsizetype from = at + name.size() + 2;
            found.append(html.mid(from, html.indexOf("</" + name + '>', from) - from));
        }
        return found;
    }

private Q_SLOTS:
    // Nights put together by cat were counted as so many hosts.
    void aHostThatIsThereTwiceIsRefused()
    {
        const QByteArray path = resultFile(m_directory, "twice.jsonl",
                                           {record("a", "ok", facts("")), record("b", "ok", facts("")), record("a", "failed", facts(""))});
        ReportData data;
        QString error;
        QVERIFY(!data.read(path, &error));
        QVERIFY2(error.endsWith(QStringLiteral(": host a stands in it twice: `collector merge` makes one record of them")),
                 qPrintable(error));
    }

    void everyHostHasARowInTheOrderOfNames()
    {
        const QByteArray html =
            page({record("b", "ok", facts(json("'distribution':'Debian','distribution_version':'12','memtotal_mb':2048"))),
                  record("a", "unreachable", facts(""), "22", "connect_timeout")});
        const QList<QByteArray> rows = elements(html.mid(html.indexOf("id=\"hosts-table\"")), "tr");
        QCOMPARE(rows.size(), 3); // the head
        QVERIFY(rows[1].startsWith("<td>a</td>"));
        QVERIFY(rows[1].contains("connect_timeout"));
        QVERIFY(rows[2].startsWith("<td>b</td>"));
        QVERIFY(rows[2].contains("<td>Debian 12</td>"));
        QVERIFY(rows[2].contains("<td class=\"n\">2048</td>"));
    }

    void failuresAreToldBySubnet()
    {
        QList<QByteArray> records;
        for (int i = 1; i <= 20; ++i)
            records.append(
                record("h" + QByteArray::number(i), i <= 15 ? "unreachable" : "ok", facts(""), "22", i <= 15 ? "connect_timeout" : nullptr)
                    .replace("10.0.0.1", (i <= 12 ? "10.4.1." : "10.4.2.") + QByteArray::number(i)));
        records.append(record("six", "unreachable", facts(""), "22", "no_route").replace("10.0.0.1", "2001:db8::5"));
        const QByteArray html = page(records);
        QVERIFY(html.contains("10.4.1.0/24 (12 of 12), 10.4.2.0/24 (3 of 8)"));
        QVERIFY(html.contains("2001:db8::/64 (1 of 1)"));
    }

    void whatHostsSayIsText()
    {
        const QByteArray evil = "<script>alert(1)</script>'\\\"><img src=http://192.0.2.1/x onerror=alert(2)>&amp;\\u202e\\u0007";
        const QByteArray member = "\"distribution\":\"" + evil + "\",\"kernel\":\"" + evil + "\",\"odd\":\"" + evil + '"';
        const QByteArray host = record("h\\u003c/td>" + evil, "failed", facts(member), "22", "bad_output")
                                    .replace("\"message\":null", "\"message\":\"" + evil + '"');
        const QByteArray good = record("g", "ok", facts(member));
        const QByteArray html = page({host, good}, {record("g", "ok", facts("\"odd\":\"before\""))});
        QCOMPARE(html.count("<script"), 1);
        QVERIFY(!html.contains("<img"));
        QVERIFY(!html.contains("</td>&lt;script") || !html.contains("h</td>"));
        QVERIFY(html.contains(
            "&lt;script&gt;alert(1)&lt;/script&gt;&#39;&quot;&gt;&lt;img src=http://192.0.2.1/x onerror=alert(2)&gt;&amp;amp;"));
        QVERIFY(!html.contains("\xe2\x80\xae") && !html.contains('\x07'));
    }

    void nothingIsFetchedAndOnlyItsOwnScriptMayRun()
    {
        const QByteArray html = page({record("a", "ok", facts(""))});
        const auto digest = [](const QByteArray &text) {
            return "'sha256-" + QCryptographicHash::hash(text, QCryptographicHash::Sha256).toBase64() + '\'';
        };
        QVERIFY(html.contains("default-src 'none'"));
        QVERIFY(html.contains("script-src " + digest(elements(html, "script")[0])));
        QVERIFY(html.contains("style-src " + digest(elements(html, "style")[0])));
        QVERIFY(!html.contains("http://") && !html.contains("https://") && !html.contains("url(") && !html.contains(" src="));
        QVERIFY(!html.contains(" style=")); // the policy would refuse it
    }

    void oldDataAndChangesAreTold()
    {
        const QByteArray old =
            json(",'facts':{'kernel':'6.1'},'absent':{},'facts_from':{'ssh-facts':{'run':'r','started':'2026-11-20T02:00:00.000Z'}}");
        const QByteArray html = page({record("a", "unreachable", old, "22", "no_route"), record("b", "ok", facts(json("'kernel':'6.2'")))},
                                     {record("a", "ok", facts(json("'kernel':'6.1'")), "21"),
                                      record("b", "ok", facts(json("'kernel':'6.1'")), "21"), record("c", "ok", facts(""), "21")});
        QVERIFY(html.contains("<td>a</td><td>2026-11-20T02:00:00.000Z</td><td class=\"n\">2.0</td>"));
        QVERIFY(html.contains("&quot;6.1&quot; -&gt; &quot;6.2&quot;"));
        QVERIFY(html.contains("became unreachable: <code>no_route</code>"));
        QVERIFY(html.contains("<tr><td>went</td><td class=\"n\">1</td><td>c</td></tr>"));
    }

    // As diff does: a result of no hosts, runs that were asked for other things.
    void whatMakesThemHardToCompareIsTold()
    {
        const QByteArray note(" has no host at all: all of the other are told as come or gone</p>");
        const QList<QByteArray> one{record("a", "ok", facts(""))};
        QVERIFY(page({}, one).contains(note));
        QVERIFY(!page(one, one).contains(note));
    }

    void fileAppearsWholeOrNotAtAll()
    {
        const QString result = QFile::decodeName(resultFile(m_directory, "r.jsonl", {record("a", "ok", facts(""))}));
        const QString output = m_directory.filePath(QStringLiteral("r.html"));
        QCOMPARE(runReportVerb({result, QStringLiteral("-o"), output}, someManifests()), 0);
        QFile file(output);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        QVERIFY(whole.endsWith("</html>\n"));
        const QString broken = QFile::decodeName(resultFile(m_directory, "b.jsonl", {record("a", "ok", facts("")).chopped(3)}));
        QCOMPARE(runReportVerb({broken, QStringLiteral("-o"), output}, someManifests()), 2);
        QCOMPARE(runReportVerb({result, QStringLiteral("-o"), QStringLiteral("/nonexistent/r.html")}, someManifests()), 1);
        QCOMPARE(runReportVerb({result, QStringLiteral("--since"), broken, QStringLiteral("-o"), output}, someManifests()), 2);
        file.close();
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), whole);
    }

    void whatSomebodyElseWritesIsLeftAlone()
    {
        const QString result = QFile::decodeName(resultFile(m_directory, "r.jsonl", {record("a", "ok", facts(""))}));
        const QString output = m_directory.filePath(QStringLiteral("taken.html"));
        QString error;
        {
            const auto lock = FileLock::take(QFile::encodeName(output), "process 17, run x\n", &error);
            QVERIFY2(lock, qPrintable(error));
            QCOMPARE(runReportVerb({result, QStringLiteral("-o"), output}, someManifests()), 1);
            QVERIFY(!QFile::exists(output));
        }
        QCOMPARE(runReportVerb({result, QStringLiteral("-o"), output}, someManifests()), 0);
        QVERIFY(QFile::exists(output));
    }

    void theOutputIsLockedBeforeTheResultIsRead()
    {
        const QString input = m_directory.filePath(QStringLiteral("in"));
        const QString output = m_directory.filePath(QStringLiteral("locked.html"));
        QCOMPARE(mkfifo(QFile::encodeName(input).constData(), 0600), 0);
        auto report = std::async(std::launch::async, [&] { return runReportVerb({input, QStringLiteral("-o"), output}, someManifests()); });
        QFile writer(input);
        QVERIFY(writer.open(QIODevice::WriteOnly)); // it has begun to read
        QString error;
        QVERIFY(!FileLock::take(QFile::encodeName(output), "x", &error));
        QVERIFY2(error.contains(QStringLiteral(", collector report: wait")), qPrintable(error));
        QVERIFY(writer.write(record("a", "ok", facts("")) + '\n') > 0);
        writer.close();
        QCOMPARE(report.get(), 0);
        QVERIFY(FileLock::take(QFile::encodeName(output), "x", &error));
    }
};

QTEST_APPLESS_MAIN(TestReport)
#include "tst_report.moc"
