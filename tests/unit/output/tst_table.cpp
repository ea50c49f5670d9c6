#include "samples.h"

#include "output/table.h"
#include "output/tablerow.h"

#include <QTest>

using namespace collector;

class TestTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aColumnOfNobodysSaysWhereItIsLookedFor();
    void alignsAndCuts();
    void lastColumnsGoWhereThereIsNoRoom();
    void firstRowsDecide();
    void columnsWidenForWhatComesLater();
    void hostileText();
    void wideCharacters();

private:
    static QByteArray row(const QList<QByteArray> &cells);
    static Columns columns(const char *paths);
};

QByteArray TestTable::row(const QList<QByteArray> &cells)
{
    QByteArray out;
    TableRow line(out);
    for (const QByteArray &cell : cells)
        line.cell(cell);
    line.end();
    return out;
}

Columns TestTable::columns(const char *paths)
{
    QString error;
    return Columns::parse(QString::fromLatin1(paths), *samples::run(), &error).value_or(Columns());
}

// A merge selects no plugins: one that is not found is what is missing.
void TestTable::aColumnOfNobodysSaysWhereItIsLookedFor()
{
    QString error;
    RunInfo run = *samples::run();
    run.plugins.pop_back(); // the one that has facts of any name
    QVERIFY(!Columns::parse(QStringLiteral("uptime.seconds"), run, &error));
    QVERIFY2(error.contains(QStringLiteral("no selected plugin")), qPrintable(error));
    QVERIFY(!Columns::parse(QStringLiteral("uptime.seconds"), run, &error, true));
    QVERIFY2(error.contains(QStringLiteral("COLLECTOR_PLUGIN_PATH")), qPrintable(error));
}

void TestTable::alignsAndCuts()
{
    Table table(columns("host,ping.alive,message"), 0);
    QCOMPARE(table.add(row({"a", "true", "short"}) + row({"a-longer-name", "", QByteArray(100, 'x')})), QByteArray());
    QCOMPARE(table.release(), QByteArray("HOST           ALIVE  MESSAGE\n"
                                         "a              true   short\n"
                                         "a-longer-name         ") +
                                  QByteArray(59, 'x') + "\u2026\n");
}

void TestTable::lastColumnsGoWhereThereIsNoRoom()
{
    Table table(columns("host,status,message,plugin,distribution"), 40);
    (void)table.add(row({"a-host-with-a-name-too-long-for-it", "unreachable", "something that is long to read", "ssh-facts", "Debian"}));
    const QList<QByteArray> lines = table.release().split('\n');
    QCOMPARE(lines[0], QByteArray("HOST                      STATUS  \u2026"));
    QCOMPARE(lines[1], QByteArray("a-host-with-a-name-too-\u2026  unreachable"));
    for (const QByteArray &line : lines)
        QVERIFY(QString::fromUtf8(line).size() <= 40);
}

void TestTable::firstRowsDecide()
{
    Table table(columns("host,status"), 80);
    QByteArray out;
    for (int i = 0; i < 200; ++i)
        out += table.add(row({"h" + QByteArray::number(i), "ok"}));
    QCOMPARE(out.count('\n'), 201);
    QCOMPARE(table.add(row({"h201", "ok"})), QByteArray("h201  ok\n"));
    QCOMPARE(table.release(), QByteArray());
}

// Slow jobs have no row at the first pause, and one at the second.
void TestTable::columnsWidenForWhatComesLater()
{
    Table table(columns("host,status,message"), 40);
    QCOMPARE(table.pause(), QByteArray());
    (void)table.add(row({"h1", "ok", ""}));
    QCOMPARE(table.pause(), QByteArray("HOST  STATUS  MESSAGE\nh1    ok\n"));
    QCOMPARE(table.add(row({"much-longer", "ok", ""}) + row({"h2", "ok", ""})), QByteArray("much-longer  ok\nh2           ok\n"));
    QCOMPARE(table.add(row({"h3", "unreachable", "nobody is there to answer"})),
             QByteArray("h3           unreachable  nobody is the\u2026\n")); // 40 columns
    Table empty(columns("host,status"), 0);
    QCOMPARE(empty.release(), QByteArray("HOST  STATUS\n"));
}

void TestTable::hostileText()
{
    const QByteArray line = row({"a\x1b[2Jb", "x\ny\x1fz", "\xff"});
    QCOMPARE(line, QByteArray("a [2Jb\x1fx y z\x1f\ufffd\n"));
}

void TestTable::wideCharacters()
{
    Table table(columns("host,status"), 0);
    (void)table.add(row({"\u65e5\u672c", "ok"}) + row({"abcde", "ok"}));
    QCOMPARE(table.release(), QByteArray("HOST   STATUS\n\u65e5\u672c   ok\nabcde  ok\n"));
}

QTEST_APPLESS_MAIN(TestTable)
#include "tst_table.moc"
