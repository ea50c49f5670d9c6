#include "output/outputspec.h"

#include <QDateTime>
#include <QTemporaryDir>
#include <QTest>

using namespace collector;

class TestOutputSpec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parsed_data();
    void parsed();
    void refused_data();
    void refused();
    void timesInNames();
};

void TestOutputSpec::parsed_data()
{
    QTest::addColumn<QStringList>("outputs");
    QTest::addColumn<QString>("format");
    QTest::addColumn<bool>("isTerminal");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const QStringList &outputs, const char *format, bool isTerminal, const char *expected) {
        QTest::newRow(name) << outputs << QString::fromLatin1(format) << isTerminal << QString::fromLatin1(expected);
    };
    const auto one = [](const char *name) { return QStringList{QString::fromLatin1(name)}; };
    row("nothing, on a terminal", {}, "", true, "- table 0");
    row("nothing, into a pipe", {}, "", false, "- jsonl 0");
    row("-f csv", {}, "csv", true, "- csv 0");
    row("json", one("a.json"), "", true, "a.json json 0");
    row("jsonl", one("a.jsonl"), "", false, "a.jsonl jsonl 0");
    row("csv", one("a.csv"), "", false, "a.csv csv 0");
    row("gzip", one("a.csv.gz"), "", false, "a.csv.gz csv 1");
    row("zstd", one("dir/a.json.zst"), "", false, "dir/a.json.zst json 2");
    row("the ending says more than -f", one("a.json"), "csv", false, "a.json json 0");
    row("another ending with -f", one("a.txt"), "table", false, "a.txt table 0");
    row("another ending, packed", one("a.txt.gz"), "csv", false, "a.txt.gz csv 1");
    row("a device", one("/dev/full"), "jsonl", false, "/dev/full jsonl 0");
    row("a folder", one("facts/"), "ansible-cache", false, "facts/ ansible-cache 0");
    row("a folder, and a table of the same run", QStringList{QStringLiteral("facts/"), QStringLiteral("a.csv.gz")}, "ansible-cache", false,
        "facts/ ansible-cache 0,a.csv.gz csv 1");
    row("a dash", one("-"), "", true, "- table 0");
    row("two", one("a.json") + one("a.csv"), "", false, "a.json json 0,a.csv csv 0");
}

void TestOutputSpec::parsed()
{
    QFETCH(QStringList, outputs);
    QFETCH(QString, format);
    QFETCH(bool, isTerminal);
    QFETCH(QString, expected);
    QString error;
    const auto specs = parseOutputs(outputs, format, isTerminal, 0, &error);
    QVERIFY2(specs, qPrintable(error));
    QStringList found;
    for (const OutputSpec &spec : *specs)
        found.append(QStringLiteral("%1 %2 %3")
                         .arg(QString::fromLocal8Bit(spec.path), QString::fromLatin1(formatName(spec.format)))
                         .arg(int(spec.packing)));
    QCOMPARE(found.join(u','), expected);
}

void TestOutputSpec::refused_data()
{
    QTest::addColumn<QStringList>("outputs");
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const char *output, const char *format, const char *says) {
        QTest::newRow(name) << QString::fromLatin1(output).split(u' ') << QString::fromLatin1(format) << QString::fromLatin1(says);
    };
    row("another ending", "a.txt", "", "-f");
    row("an unknown format", "a.json", "xml", "json, jsonl, csv");
    row("the same twice", "a.json a.json", "", "twice");
    row("the same by another way", "a.json ./x/../a.json", "", "twice");
    row("standard output twice", "- -", "", "twice");
    row("standard output by another name", "- /dev/stdout", "jsonl", "-o /dev/stdout is -o - by another name");
    row("standard output by its number", "/dev/fd/1 -", "csv", "-o - is -o /dev/fd/1 by another name");
    row("a folder", "facts/", "", "ansible-cache");
    row("a folder that is there", "/tmp", "json", "ansible-cache");
    row("a cache that is no folder", "facts", "ansible-cache", "folder");
    row("a cache on standard output", "-", "ansible-cache", "folder");
    row("an empty name", "", "", "name of a file");
}

void TestOutputSpec::refused()
{
    QFETCH(QStringList, outputs);
    QFETCH(QString, format);
    QFETCH(QString, says);
    QString error;
    QVERIFY(!parseOutputs(outputs, format, false, 0, &error));
    QVERIFY2(error.contains(says), qPrintable(error));
}

void TestOutputSpec::timesInNames()
{
    const QDateTime local(QDate(2026, 11, 22), QTime(2, 3, 4));
    QString error;
    const auto specs = parseOutputs({QStringLiteral("out-%Y-%m-%dT%H%M%S-100%%.json.gz")}, {}, false, local.toMSecsSinceEpoch(), &error);
    QVERIFY2(specs, qPrintable(error));
    QCOMPARE(specs->first().path, QByteArray("out-2026-11-22T020304-100%.json.gz"));
}

QTEST_APPLESS_MAIN(TestOutputSpec)
#include "tst_outputspec.moc"
