#include "samples.h"

#include "output/csvrow.h"
#include "output/recordencoder.h"
#include "output/textwriter.h"

#include "model/json.h"

#include <QJsonArray>
#include <QTest>

#include <charconv>

using namespace collector;
using namespace collector::samples;

class TestRecordEncoder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theRecordOfTheContract();
    void valuesOfTheFields();
    void numbersInTheFewestDigits();
    void piecesOfEverySize();
    void bytesThatAreNoUtf8();
    void limits_data();
    void limits();
    void anOutputThatIsTooLong();
    void aPatternFactHidesNoPlugin();
    void missingAndSet();
    void rowsFromRecordAndFromJournalAreAlike();
    void manyColumnsAreNotEachLookedFor();
    void entriesOfABatch();
};

namespace {

QByteArray encoded(const RunInfo &run, const Record &record, RecordEncoder::Limits limits = {})
{
    Batch batch;
    RecordEncoder(run, {}, true, {}, limits).encode(record, batch);
    return batch.lines;
}

QJsonObject parsed(const QByteArray &line)
{
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(line, &error).object();
    if (error.error != QJsonParseError::NoError)
        qWarning("%s", qPrintable(error.errorString()));
    return object;
}

QJsonValue at(const QJsonObject &object, const char *path)
{
    QString error;
    return JsonPath::parse(QString::fromLatin1(path), &error).value_or(JsonPath()).find(object);
}

} // namespace

void TestRecordEncoder::theRecordOfTheContract()
{
    const auto info = run();
    Record record = goodRecord(*info, "web01");
    record.jobs[1].status = Status::Partial;
    record.jobs[1].cause = Cause::SudoDenied;
    record.jobs[1].message = QStringLiteral("sudo said no");
    record.jobs[1].elapsedMs = 409;
    record.jobs[1].facts.setAbsent("product_serial", Absence::Denied);
    record.connection = std::make_unique<ConnectionInfo>();
    *record.connection = {"ops",
                          22,
                          {},
                          "publickey",
                          "SHA256:k",
                          "ssh-ed25519",
                          "SHA256:h",
                          "curve25519-sha256",
                          "aes256-gcm@openssh.com",
                          "none",
                          "SSH-2.0-OpenSSH_9.2p1"};
    record.vars.insert(QStringLiteral("rack"), QStringLiteral("r7"));
    concludeFromJobs(record);
    QCOMPARE(
        encoded(*info, record),
        QByteArray(R"({"schema":"collector/1","run":"20261122T020000Z-4f1c","host":"web01","address":"10.0.0.11","groups":["prod","web"],)"
                   R"("status":"partial","cause":"sudo_denied","message":"sudo said no","plugin":"ssh-facts",)"
                   R"("started":"2026-11-22T02:00:00.123Z","elapsed_ms":412,"attempts":1,)"
                   R"("jobs":{"ping":{"status":"ok","cause":null,"elapsed_ms":3},)"
                   R"("ssh-facts":{"status":"partial","cause":"sudo_denied","elapsed_ms":409}},)"
                   R"("connection":{"user":"ops","port":22,"via":null,"auth":"publickey","key":"SHA256:k","host_key_type":"ssh-ed25519",)"
                   R"("host_key":"SHA256:h","kex":"curve25519-sha256","cipher":"aes256-gcm@openssh.com","mac":"none",)"
                   R"("banner":"SSH-2.0-OpenSSH_9.2p1"},"vars":{"rack":"r7"},)"
                   R"("facts":{"distribution":"Debian","ping":{"alive":true,"rtt_avg_ms":0.25}},"absent":{"product_serial":"denied"}})"
                   "\n"));
}

void TestRecordEncoder::valuesOfTheFields()
{
    const auto info = run();
    Record record;
    record.host = "excluded";
    record.status = Status::Skipped;
    record.cause = Cause::Excluded;
    const QJsonObject object = parsed(encoded(*info, record));
    QCOMPARE(object.value(u"status").toString(), QStringLiteral("skipped"));
    QCOMPARE(object.value(u"cause").toString(), QStringLiteral("excluded"));
    for (const char *name : {"address", "message", "plugin", "started", "connection"})
        QVERIFY2(object.value(QLatin1String(name)).isNull(), name);
    QCOMPARE(object.value(u"groups").toArray(), QJsonArray());
    for (const char *name : {"jobs", "vars", "facts", "absent"})
        QVERIFY2(object.value(QLatin1String(name)).isObject() && object.value(QLatin1String(name)).toObject().isEmpty(), name);
}

// Thousandths have a way of their own: the digits must be those of the general one.
void TestRecordEncoder::numbersInTheFewestDigits()
{
    const auto general = [](double value) {
        std::array<char, 40> digits;
        return QByteArray(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr - digits.data());
    };
    const auto check = [&](double value) {
        QByteArray text;
        appendJsonNumber(text, value);
        QCOMPARE(text, general(value));
        QCOMPARE(text.toDouble(), value);
    };
    for (int thousandths = 1; thousandths < 100'000; ++thousandths) {
        for (const double value : {thousandths / 1000.0, -thousandths / 1000.0, thousandths / 10'000.0, thousandths / 997.0}) {
            if (value != std::trunc(value))
                check(value);
        }
    }
    for (const double value : {0.1 + 0.2, 33.3333, 999'999'999.999, 1e9 + 0.125, 123'456'789'012.345, 1e-7, 5e-324, 1.7976931348623157e308})
        check(value);
    for (const qint64 value : {0LL, 1LL, -1LL, 9LL, 10LL, -10LL, 123'456LL, 999'999'999LL, -1'000'000'000LL, 4'503'599'627'370'497LL}) {
        QByteArray text;
        appendJsonNumber(text, double(value));
        QCOMPARE(text, QByteArray::number(value));
    }
    QByteArray whole;
    appendJson(whole, QJsonArray{0, -0.0, -0.5, qint64(9'007'199'254'740'993), 1e300, std::numeric_limits<double>::infinity()});
    QCOMPARE(whole, QByteArray("[0,0,-0.5,9007199254740993,1e+300,null]"));
}

// What is short is copied by moves that overlap: neither a byte too few nor one too many.
void TestRecordEncoder::piecesOfEverySize()
{
    const QByteArray alphabet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    QByteArray out, expected;
    {
        TextWriter writer(out);
        for (qsizetype size = 0; size <= alphabet.size(); ++size) {
            const QByteArrayView piece = QByteArrayView(alphabet).last(size);
            writer << piece;
            writer.string(piece);
            writer.number(size * size * size);
            expected += piece.toByteArray() + '"' + piece.toByteArray() + '"' + QByteArray::number(size * size * size);
        }
    }
    QCOMPARE(out, expected);
}

void TestRecordEncoder::bytesThatAreNoUtf8()
{
    const auto info = run();
    Record record = goodRecord(*info, "h\xff");
    record.connection = std::make_unique<ConnectionInfo>();
    record.connection->banner = "SSH-2.0-\xc3\x28";
    const QJsonObject object = parsed(encoded(*info, record));
    QCOMPARE(object.value(u"host").toString(), QStringLiteral("h\ufffd"));
    QCOMPARE(QByteArray::fromBase64(object.value(u"host_base64").toString().toLatin1()), QByteArray("h\xff"));
    QCOMPARE(QByteArray::fromBase64(at(object, "connection.banner_base64").toString().toLatin1()), QByteArray("SSH-2.0-\xc3\x28"));
}

void TestRecordEncoder::limits_data()
{
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<bool>("isKept");
    QJsonValue deep = 1;
    for (int i = 0; i < 29; ++i)
        deep = QJsonArray{deep};
    QTest::newRow("thirty levels below `facts`, which is the second") << deep << true;
    QTest::newRow("one level too many") << QJsonValue(QJsonArray{QJsonValue(QJsonArray{deep})}) << false;
    QJsonObject wide;
    for (int i = 0; i < 19'000; ++i)
        wide.insert(QString::number(i), i);
    QTest::newRow("many keys") << QJsonValue(wide) << true;
    for (int i = 19'000; i < 20'001; ++i)
        wide.insert(QString::number(i), i);
    QTest::newRow("too many keys") << QJsonValue(wide) << false;
    QTest::newRow("a text of four million bytes") << QJsonValue(QString(4'000'000, u'x')) << true;
    QTest::newRow("a text that is too long") << QJsonValue(QString(4'194'304, u'x')) << false;
    QTest::newRow("a list that is too long") << QJsonValue(QJsonArray{QString(3'000'000, u'x'), QString(3'000'000, u'x')}) << false;
}

void TestRecordEncoder::limits()
{
    QFETCH(QJsonValue, value);
    QFETCH(bool, isKept);
    const auto info = run();
    Record record = goodRecord(*info, "h");
    record.jobs[1].facts.set("processes", value);
    record.jobs[1].facts.set("product_serial", "after it");
    const QByteArray line = encoded(*info, record);
    QVERIFY(line.size() <= 4 * 1024 * 1024);
    const QJsonObject object = parsed(line);
    QCOMPARE(!at(object, "facts.processes").isUndefined(), isKept);
    QCOMPARE(at(object, "facts.product_serial").toString(), QStringLiteral("after it"));
    QCOMPARE(at(object, "facts.distribution").toString(), QStringLiteral("Debian"));
    QCOMPARE(at(object, "absent.processes").toString(), isKept ? QString() : QStringLiteral("limit"));
    QCOMPARE(at(object, "status").toString(), isKept ? QStringLiteral("ok") : QStringLiteral("partial"));
    QCOMPARE(at(object, "cause").toString(), isKept ? QString() : QStringLiteral("bad_output"));
    QCOMPARE(at(object, "plugin").toString(), isKept ? QString() : QStringLiteral("ssh-facts"));
    QCOMPARE(at(object, "jobs[\"ssh-facts\"].cause").toString(), isKept ? QString() : QStringLiteral("bad_output"));
    QCOMPARE(at(object, "jobs.ping.status").toString(), QStringLiteral("ok"));

    // What the batch says of it is what stands there.
    Batch batch;
    RecordEncoder(*info, {}, true, {}).encode(record, batch);
    QCOMPARE(batch.entries.back().status, isKept ? Status::Ok : Status::Partial);
    QCOMPARE(batch.entries.back().cause, isKept ? Cause::None : Cause::BadOutput);
}

// Of ssh-command, whose only fact it may be, it said: ask for fewer facts.
void TestRecordEncoder::anOutputThatIsTooLong()
{
    RunInfo info = *run();
    info.plugins = {{manifest(R"({"name":"c","summary":"s","uses":["shell"],"facts":[{"name":"stdout","type":"text","help":"h"}],
        "options":[{"name":"max-output","type":"integer","help":"h"}]})"),
                     "aa"}};
    Record record;
    record.host = "h";
    record.jobs.push_back(job(info, 0));
    record.jobs[0].facts.set("stdout", QString(4'194'304, u'x'));
    const QJsonObject object = parsed(encoded(info, record));
    QCOMPARE(at(object, "absent[\"c.stdout\"]").toString(), QStringLiteral("limit"));
    const QString message = at(object, "message").toString();
    QVERIFY2(message.contains(QStringLiteral("stdout")) && message.endsWith(QStringLiteral("--max-output below 4 MiB")),
             qPrintable(message));
}

void TestRecordEncoder::aPatternFactHidesNoPlugin()
{
    const auto info = run();
    Record record = goodRecord(*info, "h");
    record.jobs[1].facts.set("ping", QJsonObject{{QStringLiteral("alive"), QStringLiteral("an interface")}});
    record.jobs[1].facts.set("eth0", QJsonObject{{QStringLiteral("mtu"), 1500}});
    const QByteArray line = encoded(*info, record);
    QCOMPARE(line.count("\"ping\":{\"alive\""), 1);
    QCOMPARE(at(parsed(line), "facts.ping.alive"), QJsonValue(true));
    QCOMPARE(at(parsed(line), "facts.eth0.mtu").toInt(), 1500);
}

void TestRecordEncoder::missingAndSet()
{
    const auto info = run();
    Record record = goodRecord(*info, "h");
    record.jobs[1].facts.setAbsent("distribution", Absence::ToolMissing); // but it is set
    record.jobs[1].facts.setAbsent("devices.sda.serial", Absence::Denied);
    record.jobs[0].facts.setAbsent("method", Absence::Unsupported);
    const QJsonObject absent = parsed(encoded(*info, record)).value(u"absent").toObject();
    QCOMPARE(absent, (QJsonObject{{QStringLiteral("devices.sda.serial"), QStringLiteral("denied")},
                                  {QStringLiteral("ping.method"), QStringLiteral("unsupported")}}));
}

// Five thousand columns of four thousand facts took 47 ms a host, of which the JSON costs 5.
void TestRecordEncoder::manyColumnsAreNotEachLookedFor()
{
    const auto info = run();
    QString error;
    QStringList paths;
    for (int i = 0; i < 1000; ++i)
        paths.append(QStringLiteral("fact_%1").arg(i));
    const auto chosen = Columns::parse(paths.join(u','), *info, &error);
    QVERIFY2(chosen, qPrintable(error));
    QVERIFY(!chosen->readsRecords());
}

void TestRecordEncoder::rowsFromRecordAndFromJournalAreAlike()
{
    const auto info = run();
    QString error;
    const auto chosen =
        Columns::parse(QStringLiteral("host,.groups,started,.plugin,message,.mounts[].mount,ping.rtt_avg_ms,.[\"eth0.100\"].mtu,"
                                      "all_ipv4_addresses,all_ipv4_addresses[0],facts.distribution"),
                       *info, &error);
    QVERIFY2(chosen, qPrintable(error));
    QVERIFY(chosen->readsRecords());
    Record odd = goodRecord(*info, "odd,\"name\"");
    odd.groupsJson = R"(["a\"b","c"])";
    odd.jobs[1].facts.set("distribution", "=cmd()\nx");
    odd.jobs[1].facts.set("all_ipv4_addresses", QJsonArray{QStringLiteral("10.0.0.1"), QStringLiteral("10.0.0.2")});
    odd.jobs[1].facts.set("eth0.100", QJsonObject{{QStringLiteral("mtu"), 9000}});
    odd.jobs[1].facts.set("mounts", QJsonArray{QJsonObject{{QStringLiteral("mount"), QStringLiteral("/")}},
                                               QJsonObject{{QStringLiteral("mount"), QStringLiteral("/home")}}, QJsonObject{}});
    Record bytes = goodRecord(*info, "h\xff\"\xe2\x82");
    bytes.address = "a\xfe";
    for (const Columns &columns : {Columns::usual(*info), *chosen}) {
        const RecordEncoder encoder(*info, columns, true, columns);
        Batch fromRecords;
        encoder.encode(goodRecord(*info, "good"), fromRecords);
        encoder.encode(silentRecord(*info, "silent"), fromRecords);
        encoder.encode(odd, fromRecords);
        encoder.encode(bytes, fromRecords);
        QVERIFY(QByteArrayView(fromRecords.rows).isValidUtf8());
        Batch fromJournal;
        qsizetype start = 0;
        for (const Batch::Entry &entry : fromRecords.entries) {
            QVERIFY(
                encoder.encodeAgain(QByteArrayView(fromRecords.lines).sliced(start, qsizetype(entry.lineEnd) - start - 1), fromJournal));
            start = entry.lineEnd;
        }
        QCOMPARE(fromJournal.lines, fromRecords.lines);
        QCOMPARE(fromJournal.rows, fromRecords.rows);
        QCOMPARE(fromJournal.cells, fromRecords.cells);
        for (size_t i = 0; i < fromRecords.entries.size(); ++i) {
            QCOMPARE(fromJournal.entries[i].status, fromRecords.entries[i].status);
            QCOMPARE(fromJournal.entries[i].cause, fromRecords.entries[i].cause);
            QCOMPARE(fromJournal.entries[i].network.bits, fromRecords.entries[i].network.bits);
        }
    }
    Batch batch;
    RecordEncoder(*info, *chosen, true, {}).encode(odd, batch);
    QCOMPARE(batch.rows,
             QByteArray("\"odd,\"\"name\"\"\",\"a\"\"b;c\",2026-11-22T02:00:00.123Z,,,/;/home,0.25,9000,10.0.0.1;10.0.0.2,10.0.0.1,"
                        "\"'=cmd()\nx\"\n"));
}

void TestRecordEncoder::entriesOfABatch()
{
    const auto info = run();
    const RecordEncoder encoder(*info, {}, true, {});
    Batch batch;
    Record first = goodRecord(*info, "a");
    first.connection = std::make_unique<ConnectionInfo>();
    first.connection->via = "ops@bastion";
    encoder.encode(first, batch);
    encoder.encode(silentRecord(*info, "b"), batch);
    encoder.encode(goodRecord(*info, "c"), batch);
    QCOMPARE(batch.entries.size(), size_t(3));
    QCOMPARE(batch.entries[0].groups, batch.entries[2].groups);
    QCOMPARE(batch.groupSets.size(), size_t(2));
    QCOMPARE(batch.vias[batch.entries[0].via], QByteArray("ops@bastion"));
    QCOMPARE(batch.entries[1].cause, Cause::ConnectTimeout);
    QCOMPARE(batch.entries[1].network.bits, quint64(0x0a040009));
    QCOMPARE(NetworkKey::of("2001:db8:1:2::5").bits, quint64(0x20010db800010002));
    QCOMPARE(int(NetworkKey::of("fe80::1%eth0").family), 6);
    QCOMPARE(int(NetworkKey::of("").family), 0);
    batch.clear();
    QVERIFY(batch.isEmpty());
    QCOMPARE(batch.bytes(), 0);
}

QTEST_APPLESS_MAIN(TestRecordEncoder)
#include "tst_recordencoder.moc"
