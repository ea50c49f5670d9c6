#include "output/jsonpath.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace collector;

class TestJsonPath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void finds_data();
    void finds();
    void refuses_data();
    void refuses();
};

void TestJsonPath::finds_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("found"); // JSON in an array; empty array: nothing
    const auto row = [](const char *path, const char *found) { QTest::newRow(path) << QString::fromUtf8(path) << QByteArray(found); };
    row(".a", "[1]");
    row("a", "[1]");
    row(".o.p", "[\"q\"]");
    row(".[\"eth0.100\"].mtu", "[9000]");
    row("[\"eth0.100\"].mtu", "[9000]");
    row(".\"eth0.100\".mtu", "[9000]");
    row(".o[\"p\"]", "[\"q\"]");
    row(".with-dash", "[true]");
    row(".list[0]", "[{\"n\":1,\"m\":[1,2]}]");
    row(".list[-1].n", "[2]");
    row(".list[7]", "[]");
    row(".list[].n", "[[1,2]]");
    row(".list[].m[]", "[[1,2,3]]");
    row(".list[].m", "[[[1,2],[3]]]");
    row(".o[]", "[[\"q\"]]");
    row(".nothing.here", "[]");
    row(".a.b", "[]");
    row(".a[]", "[]");
    row(" .a ", "[1]");
    row(".null", "[null]");
    row(".[\"\\u00fc\"]", "[5]");
    row(".\xc3\xbc", "[5]");
}

void TestJsonPath::finds()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, found);
    const QJsonObject root = QJsonDocument::fromJson(R"({"a":1,"o":{"p":"q"},"eth0.100":{"mtu":9000},"with-dash":true,"null":null,"ü":5,
        "list":[{"n":1,"m":[1,2]},{"n":2,"m":[3]}]})")
                                 .object();
    QString error;
    const auto parsed = JsonPath::parse(path, &error);
    QVERIFY2(parsed, qPrintable(error));
    const QJsonArray expected = QJsonDocument::fromJson(found).array();
    QCOMPARE(parsed->find(root), expected.isEmpty() ? QJsonValue(QJsonValue::Undefined) : expected.first());
}

void TestJsonPath::refuses_data()
{
    QTest::addColumn<QString>("path");
    for (const char *path : {"", ".", "..a", ".a.", ".a b", ".[\"a]", ".a[b]", ".a[1", "a|b", ".a]", "1a", ".a\"b\""})
        QTest::addRow("<%s>", path) << QString::fromUtf8(path);
}

void TestJsonPath::refuses()
{
    QFETCH(QString, path);
    QString error;
    QVERIFY(!JsonPath::parse(path, &error));
    QVERIFY2(error.contains(path.trimmed()) && error.contains(QStringLiteral("jq")), qPrintable(error));
}

QTEST_APPLESS_MAIN(TestJsonPath)
#include "tst_jsonpath.moc"
