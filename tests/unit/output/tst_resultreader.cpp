#include "output/recordhead.h"
#include "output/resultreader.h"

#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace collector;

namespace {

const QByteArray first = R"({"schema":"collector/1","run":"r","host":"web01","address":"10.0.0.11","groups":["prod","web"],"status":"ok",)"
                         R"("cause":null,"message":null,"plugin":null,"started":"2026-11-22T02:00:00.123Z","elapsed_ms":412,"attempts":1,)"
                         R"("jobs":{"ping":{"status":"ok"}},"facts":{"odd":"]},{\"hosts\":[ \\","n":{"a":[1,{}]}},"absent":{}})";
const QByteArray second = R"({"schema":"collector/1","host":"db\"1","address":null,"groups":[],"status":"unreachable","cause":"refused",)"
                          R"("message":"no","plugin":"ping","started":null,"elapsed_ms":0,"attempts":2,"facts":{}})";
const QByteArray document = R"({"schema":"collector/1","run":{"id":"r","hosts":["no"]},"hosts":[)"
                            "\n" +
                            first + ",\n" + second + "\n],\"summary\":{\"hosts\":2,\"text\":\"]}\"}}\n";

} // namespace

class TestResultReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void documentFrame();
    void csvCellsBecomeFacts();
    void recordsLargerThanThePieces();
    void compressedAsOthersLeaveIt_data();
    void compressedAsOthersLeaveIt();
    void emptyFiles_data();
    void emptyFiles();
    void aNameThatIsNoText_data();
    void aNameThatIsNoText();

private:
    QByteArray write(const QByteArray &content, const QByteArray &packer = {});
    QTemporaryDir m_dir;
    int m_count = 0;
};

QByteArray TestResultReader::write(const QByteArray &content, const QByteArray &packer)
{
    const QString name = m_dir.filePath(QString::number(++m_count));
    QFile file(name);
    if (!file.open(QFile::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write");
    file.close();
    if (packer.isEmpty())
        return name.toLocal8Bit();
    QProcess process;
    process.setStandardInputFile(name);
    process.setStandardOutputFile(name + QStringLiteral(".packed"));
    process.start(QString::fromLatin1(packer), {QStringLiteral("-c")});
    process.waitForFinished();
    return (name + QStringLiteral(".packed")).toLocal8Bit();
}

void TestResultReader::reads_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("packer");
    const QByteArray lines = first + '\n' + second + '\n';
    const QByteArray csv = "host,address,groups,status,cause,message,plugin,started,elapsed_ms,attempts\n"
                           "web01,10.0.0.11,prod;web,ok,,,,2026-11-22T02:00:00.123Z,412,1\n"
                           "\"db\"\"1\",,,unreachable,refused,\"no\",ping,,0,2\n";
    for (const char *packer : {"", "gzip", "zstd"}) {
        QTest::addRow("JSON lines, %s", packer) << lines << QByteArray(packer);
        QTest::addRow("a document, %s", packer) << document << QByteArray(packer);
        QTest::addRow("CSV, %s", packer) << csv << QByteArray(packer);
    }
    QByteArray spread = document;
    QTest::newRow("a document laid out by another tool")
        << spread.replace("},", "} ,\n\t").replace("\"hosts\":[", "\"hosts\" : [ \n") << QByteArray();
    QTest::newRow("lines without a last newline") << lines.chopped(1) << QByteArray();
    QTest::newRow("JSON lines behind a byte order mark") << "\xef\xbb\xbf" + lines << QByteArray();
    QTest::newRow("a document behind a byte order mark, gzip") << "\xef\xbb\xbf" + document << QByteArray("gzip");
    QTest::newRow("CSV with CRLF and a byte order mark") << "\xef\xbb\xbf" + QByteArray(csv).replace("\n", "\r\n") << QByteArray();
}

void TestResultReader::reads()
{
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, packer);
    QString error;
    const auto reader = ResultReader::open(write(content, packer), &error);
    QVERIFY2(reader, qPrintable(error));
    StoredRecord record;
    QVERIFY2(reader->next(record), qPrintable(reader->error()));
    QCOMPARE(record.head.host, QByteArray("web01"));
    QCOMPARE(record.head.status, Status::Ok);
    QCOMPARE(record.head.cause, Cause::None);
    QCOMPARE(record.head.startedMs, 1'795'312'800'123);
    QCOMPARE(record.head.elapsedMs, 412);
    QCOMPARE(record.head.address, QByteArray("10.0.0.11"));
    QCOMPARE(record.object().value(u"groups").toArray(), QJsonArray({QStringLiteral("prod"), QStringLiteral("web")}));
    QVERIFY2(reader->next(record), qPrintable(reader->error()));
    QCOMPARE(record.head.host, QByteArray("db\"1"));
    QCOMPARE(record.head.status, Status::Unreachable);
    QCOMPARE(record.head.cause, Cause::Refused);
    QCOMPARE(record.head.startedMs, -1);
    QCOMPARE(record.head.attempts, 2);
    QVERIFY(!reader->next(record));
    QCOMPARE(reader->error(), QString());
}

void TestResultReader::refuses_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<int>("good");
    QTest::addColumn<QString>("says");
    QTest::newRow("a record that is cut off") << first + '\n' + second.chopped(9) << 1 << QStringLiteral("in the middle of a record");
    QTest::newRow("a document that is cut off") << document.chopped(20) << 2 << QStringLiteral("cut off");
    QTest::newRow("another kind of JSON") << QByteArray("{\"a\":1}") << 0 << QStringLiteral("no result of collector");
    QTest::newRow("an array of records") << '[' + first + ']' << -1 << QStringLiteral("`jq -c '.[]'` makes JSON lines");
    QTest::newRow("a status of the future") << QByteArray(second).replace("unreachable", "asleep") << 0 << QStringLiteral("no status");
    QTest::newRow("a status twice") << QByteArray(second).replace("\"cause\"", "\"status\":\"ok\",\"cause\"") << 0
                                    << QStringLiteral("twice");
    QTest::newRow("a column twice") << QByteArray("host,status,status\na,ok,failed\n") << 0 << QStringLiteral("line 2");
    QTest::newRow("a text file") << QByteArray("hello, world\n") << -1 << QStringLiteral("no columns host and status");
    QTest::newRow("xz") << QByteArray("\xfd\x37zXZ\0\0", 7) << -1 << QStringLiteral("`xz -d` first");
    QTest::newRow("a spreadsheet's own file") << QByteArray("PK\x03\x04\x14") << -1 << QStringLiteral("save it as CSV");
    QTest::newRow("UTF-16, of PowerShell") << QByteArray("\xff\xfe{\0", 4) << -1 << QStringLiteral("iconv");
    QTest::newRow("a CSV of semicolons") << QByteArray("host;address;status\na;;ok\n") << -1 << QStringLiteral("with commas");
    QTest::newRow("a CSV of tabs") << QByteArray("status\thost\nok\ta\n") << -1 << QStringLiteral("with commas");
    QTest::newRow("a row that is cut off") << QByteArray("host,status\na,ok\n\"b") << 1 << QStringLiteral("line 3");
    QTest::newRow("a row with too few cells") << QByteArray("host,status\na\n") << 0 << QStringLiteral("line 2 has 1 cells");
    QTest::newRow("damaged gzip") << QByteArray("\x1f\x8b\x08\x00garbage that is none") << -1 << QStringLiteral("gzip");
    QTest::newRow("damaged zstd") << QByteArray("\x28\xb5\x2f\xfdgarbage that is none") << -1 << QStringLiteral("zstd");
}

void TestResultReader::refuses()
{
    QFETCH(QByteArray, content);
    QFETCH(int, good);
    QFETCH(QString, says);
    const QByteArray path = write(content);
    QString error;
    const auto reader = ResultReader::open(path, &error);
    QCOMPARE(reader == nullptr, good < 0);
    if (reader) {
        StoredRecord record;
        int count = 0;
        while (reader->next(record))
            ++count;
        QCOMPARE(count, good);
        error = reader->error();
    }
    QVERIFY2(error.contains(says), qPrintable(error));
    QVERIFY2(error.contains(QString::fromLocal8Bit(path)), qPrintable(error));
}

void TestResultReader::documentFrame()
{
    QString error;
    const auto reader = ResultReader::open(write(document), &error);
    StoredRecord record;
    QVERIFY(reader->next(record));
    QCOMPARE(reader->run().value(u"id").toString(), QStringLiteral("r"));
    while (reader->next(record)) {
    }
    QCOMPARE(reader->summary().value(u"hosts").toInt(), 2);
    QCOMPARE(reader->summary().value(u"text").toString(), QStringLiteral("]}"));
}

void TestResultReader::csvCellsBecomeFacts()
{
    QString error;
    const auto reader = ResultReader::open(write("host,status,distribution,ping.alive\na,ok,'=1+1,\n"), &error);
    StoredRecord record;
    QVERIFY(reader->next(record));
    QVERIFY(!reader->hasTypedFacts());
    const QJsonObject facts = record.object().value(u"facts").toObject();
    QCOMPARE(facts.value(u"distribution").toString(), QStringLiteral("=1+1"));
    QVERIFY(facts.value(u"ping.alive").isNull());
}

void TestResultReader::recordsLargerThanThePieces()
{
    QByteArray content;
    for (int i = 0; i < 20; ++i)
        content += R"({"facts":{"long":")" + QByteArray(100'000 * (i % 7) + i, 'x') + R"("},"status":"ok","host":"h)" +
                   QByteArray::number(i) + "\"}\n";
    QString error;
    const auto reader = ResultReader::open(write(content, "gzip"), &error);
    StoredRecord record;
    for (int i = 0; i < 20; ++i) {
        QVERIFY2(reader->next(record), qPrintable(reader->error()));
        QCOMPARE(record.head.host, "h" + QByteArray::number(i));
        QCOMPARE(record.object().value(u"facts").toObject().value(u"long").toString().size(), 100'000 * (i % 7) + i);
    }
    QVERIFY(!reader->next(record));
    QCOMPARE(reader->error(), QString());
}

void TestResultReader::compressedAsOthersLeaveIt_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<int>("good"); // -1: refused
    const auto packed = [this](const QByteArray &plain, const char *packer) {
        QFile file(QFile::decodeName(write(plain, packer)));
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    };
    const QByteArray lines = first + '\n' + second + '\n';
    const QByteArray gzip = packed(lines, "gzip");
    const QByteArray zstd = packed(lines, "zstd");
    const QByteArray skipped("\x5a\x2a\x4d\x18\x04\x00\x00\x00none", 12);
    QTest::newRow("gzip, padded with zeros to a block") << gzip + QByteArray(512 - gzip.size() % 512, '\0') << 2;
    QTest::newRow("gzip, padded with more zeros than are read at once") << gzip + QByteArray(700'000, '\0') << 2;
    QTest::newRow("gzip, members one behind the other") << packed(first + '\n', "gzip") + packed({}, "gzip") + packed(second, "gzip") << 2;
    QTest::newRow("gzip, a padded member before another")
        << packed(first + '\n', "gzip") + QByteArray(512, '\0') + packed(second, "gzip") << 2;
    QTest::newRow("gzip, something else behind it") << gzip + "more" << -1;
    QTest::newRow("gzip, something else behind its padding") << gzip + QByteArray(512, '\0') + "more" << -1;
    QTest::newRow("gzip, cut off and padded") << gzip.chopped(12) + QByteArray(512, '\0') << -1;
    QTest::newRow("zstd, a skippable frame in front") << skipped + zstd << 2;
    QTest::newRow("zstd, skippable frames everywhere")
        << skipped + skipped + packed(first + '\n', "zstd") + skipped + packed(second, "zstd") + skipped << 2;
    QTest::newRow("zstd, a skippable frame that is cut off") << zstd + skipped.chopped(1) << -1;
    QTest::newRow("zstd, something else behind it") << zstd + "more" << -1;
}

// As gzip(1) and zstd(1) read it.
void TestResultReader::compressedAsOthersLeaveIt()
{
    QFETCH(QByteArray, content);
    QFETCH(int, good);
    QString error;
    const auto reader = ResultReader::open(write(content), &error);
    StoredRecord record;
    int count = 0;
    while (reader && reader->next(record))
        ++count;
    if (reader)
        error = reader->error();
    QVERIFY2(error.isEmpty() == (good >= 0), qPrintable(error));
    if (good >= 0)
        QCOMPARE(count, good);
}

void TestResultReader::emptyFiles_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("isResult");
    QTest::newRow("JSON lines of a shard without hosts") << QStringLiteral("none.jsonl") << QByteArray() << true;
    QTest::newRow("a name that says nothing") << QStringLiteral("none") << QByteArray() << true;
    QTest::newRow("a document") << QStringLiteral("none.json") << QByteArray() << false;
    QTest::newRow("a document of white space") << QStringLiteral("space.json") << QByteArray("\n\n") << false;
    QTest::newRow("a CSV") << QStringLiteral("none.CSV") << QByteArray() << false;
    QTest::newRow("a compressed document") << QStringLiteral("none.json.zst") << QByteArray() << false;
    QTest::newRow("compressed JSON lines, which have a frame") << QStringLiteral("none.jsonl.gz") << QByteArray() << false;
}

// Of an `out.json` that a full disk had left empty, diff said that all hosts are gone.
void TestResultReader::emptyFiles()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    QFETCH(bool, isResult);
    QFile file(m_dir.filePath(name));
    QVERIFY(file.open(QFile::WriteOnly));
    file.write(content);
    file.close();
    QString error;
    const auto reader = ResultReader::open(QFile::encodeName(file.fileName()), &error);
    QCOMPARE(reader != nullptr, isResult);
    StoredRecord record;
    QVERIFY(!reader || !reader->next(record));
    QCOMPARE(reader ? reader->error() : QString(), QString());
    QVERIFY2(isResult || error.startsWith(file.fileName() + QStringLiteral(" is empty")), qPrintable(error));
}

void TestResultReader::aNameThatIsNoText_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("host");
    const QByteArray shown = "h\357\277\2751";
    QTest::newRow("as we write it") << R"("host":")" + shown + R"(","host_base64":"aP8x","status":"ok")" << QByteArray("h\3771");
    QTest::newRow("in another order")
        << R"("attempts":1,"cause":null,"elapsed_ms":1,"address":null,"started":null,"status":"ok","host":")" + shown +
               R"(","facts":{},"host_base64":"aP8x")"
        << QByteArray("h\3771");
    QTest::newRow("the bytes first") << R"("host_base64":"aP8x","status":"ok","host":")" + shown + '"' << QByteArray("h\3771");
    QTest::newRow("escaped") << QByteArray(R"("host":"h\ufffd1","host_base64":"aP8x","status":"ok")") << QByteArray("h\3771");
    QTest::newRow("no bytes") << R"("host":")" + shown + R"(","status":"ok")" << shown;
    QTest::newRow("no base64") << R"("host":")" + shown + R"(","host_base64":"a*8x","status":"ok")" << shown;
    QTest::newRow("cut base64") << R"("host":")" + shown + R"(","host_base64":"aP8","status":"ok")" << shown;
    QTest::newRow("no text") << R"("host":")" + shown + R"(","host_base64":7,"status":"ok")" << shown;
    QTest::newRow("another's bytes") << R"("host":")" + shown + R"(","host_base64":"/zE=","status":"ok")" << shown;
    QTest::newRow("text beside text") << QByteArray(R"("host":"web01","host_base64":"ZGIwMQ==","status":"ok")") << QByteArray("web01");
    QTest::newRow("the same text") << R"("host":")" + shown + R"(","host_base64":")" + shown.toBase64() + R"(","status":"ok")" << shown;
    QTest::newRow("twice") << R"("host":")" + shown + R"(","host_base64":"aP8x","host_base64":"aP4x","status":"ok")" << QByteArray();
}

// Two hosts, whose names differ where they are no text, were one.
void TestResultReader::aNameThatIsNoText()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, host);
    const QByteArray record = '{' + fields + '}';
    const auto head = readRecordHead(record);
    QCOMPARE(head.has_value(), !host.isEmpty());
    if (head)
        QCOMPARE(head->host, host);
}

QTEST_APPLESS_MAIN(TestResultReader)
#include "tst_resultreader.moc"
