#include "output/csvrow.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace collector;

class TestCsvRow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cells_data();
    void cells();
    void aRowOfOneEmptyCellIsNoBlankLine();
    void values_data();
    void values();
};

void TestCsvRow::cells_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("guarded");
    QTest::addColumn<QByteArray>("bare");
    const auto row = [](const char *name, QByteArray text, QByteArray guarded, QByteArray bare) {
        QTest::newRow(name) << text << guarded << bare;
    };
    row("plain", "abc", "abc", "abc");
    row("empty", "", "", "");
    row("comma", "a,b", "\"a,b\"", "\"a,b\"");
    row("quote", "a\"b", "\"a\"\"b\"", "\"a\"\"b\"");
    row("line end", "a\nb", "\"a\nb\"", "\"a\nb\"");
    row("carriage return", "a\rb", "\"a\rb\"", "\"a\rb\"");
    row("formula", "=1+1", "'=1+1", "=1+1");
    row("formula with a comma", "=A(1,2)", "\"'=A(1,2)\"", "\"=A(1,2)\"");
    row("plus", "+cmd", "'+cmd", "+cmd");
    row("at", "@SUM", "'@SUM", "@SUM");
    row("tab", "\tx", "'\tx", "\tx");
    row("carriage return first", "\rx", "\"'\rx\"", "\"\rx\"");
    row("a negative number", "-5.25e3", "-5.25e3", "-5.25e3");
    row("a number with plus", "+49", "+49", "+49");
    row("a number out of range", "-1e999", "-1e999", "-1e999");
    row("minus and more", "-1+1", "'-1+1", "-1+1");
    row("minus infinity is a word", "-inf", "'-inf", "-inf");
    row("two signs", "+-1", "'+-1", "+-1");
    row("a lone minus", "-", "-", "-");
    row("a lone plus", "+", "'+", "+");
    row("an apostrophe", "'x", "'x", "'x");
    row("umlaut", "ü", "ü", "ü");
    row("NUL", QByteArray("a\0b", 3),
        "\"a\xef\xbf\xbd"
        "b\"",
        "\"a\xef\xbf\xbd"
        "b\"");
}

void TestCsvRow::cells()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, guarded);
    QFETCH(QByteArray, bare);
    for (const bool guards : {true, false}) {
        QByteArray out;
        CsvRow row(out, guards);
        row.cell("x");
        row.cell(text);
        row.end();
        QCOMPARE(out, "x," + (guards ? guarded : bare) + "\n");
    }
}

// Of `--columns cause`: readers skip blank lines, and the hosts that are ok were none.
void TestCsvRow::aRowOfOneEmptyCellIsNoBlankLine()
{
    QByteArray out("cause\n");
    CsvRow row(out, true);
    for (const char *text : {"", "dns", ""}) {
        row.cell(text);
        row.end();
    }
    QCOMPARE(out, QByteArray("cause\n\"\"\ndns\n\"\"\n"));
}

void TestCsvRow::values_data()
{
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("null") << QJsonValue() << QByteArray();
    QTest::newRow("nothing") << QJsonValue(QJsonValue::Undefined) << QByteArray();
    QTest::newRow("true") << QJsonValue(true) << QByteArray("true");
    QTest::newRow("false") << QJsonValue(false) << QByteArray("false");
    QTest::newRow("whole number") << QJsonValue(qint64(16'000'000'000)) << QByteArray("16000000000");
    QTest::newRow("number") << QJsonValue(0.1) << QByteArray("0.1");
    QTest::newRow("text") << QJsonValue(QStringLiteral("a;b")) << QByteArray("a;b");
    QTest::newRow("plain list") << QJsonValue(QJsonArray{1, QStringLiteral("x"), true, QJsonValue()}) << QByteArray("1;x;true;");
    QTest::newRow("empty list") << QJsonValue(QJsonArray()) << QByteArray();
    QTest::newRow("list of lists") << QJsonValue(QJsonArray{QJsonValue(QJsonArray{1})}) << QByteArray("[[1]]");
    QTest::newRow("object") << QJsonValue(QJsonObject{{QStringLiteral("a"), 1}}) << QByteArray("{\"a\":1}");
}

void TestCsvRow::values()
{
    QFETCH(QJsonValue, value);
    QFETCH(QByteArray, text);
    QByteArray out;
    appendCell(out, value);
    QCOMPARE(out, text);
}

QTEST_APPLESS_MAIN(TestCsvRow)
#include "tst_csvrow.moc"
