// Outputs of real systems against what others expect of them: a folder with INDEX.tsv, `<command>/<system>.txt` and
// `.expected.json` (tests/data/facts, or COLLECTOR_FACT_CORPUS). Prints each difference, and N of M.

#include "corpusadapters.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace collector::facts;

class FactsCorpus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asOthersExpect();
};

void FactsCorpus::asOthersExpect()
{
    const QString given = qEnvironmentVariable("COLLECTOR_FACT_CORPUS");
    const QString folder = given.isEmpty() ? QStringLiteral(TEST_DATA "/facts") : given;
    QFile index(folder + QStringLiteral("/INDEX.tsv"));
    QVERIFY2(index.open(QIODevice::ReadOnly), qPrintable(index.fileName()));
    int alike = 0, all = 0;
    QMap<QByteArray, int> without;
    for (const QByteArray &line : index.readAll().split('\n')) {
        const QList<QByteArray> cells = line.split('\t');
        if (cells.size() < 6 || cells[5].isEmpty() || cells[0] == "command")
            continue;
        const QString base = folder + u'/' + QString::fromUtf8(cells[0] + '/' + cells[1]);
        const QString input = QFileInfo(base).isDir() ? base : base + QStringLiteral(".txt");
        QFile expected(base + QStringLiteral(".expected.json"));
        if (!expected.open(QIODevice::ReadOnly))
            continue;
        const QJsonObject document = QJsonDocument::fromJson(expected.readAll()).object();
        const auto differences = compareWithCorpus(cells[0], cells[5], input, document.value(u"expected"));
        if (!differences) {
            ++without[cells[0] + " (" + cells[5] + ')'];
            continue;
        }
        ++all;
        alike += differences->isEmpty();
        for (const QString &difference : *differences)
            qInfo("%s/%s: %s", cells[0].constData(), cells[1].constData(), qPrintable(difference));
    }
    QStringList unparsed;
    for (auto kind = without.begin(); kind != without.end(); ++kind)
        unparsed.append(QStringLiteral("%1 × %2").arg(kind.value()).arg(QString::fromUtf8(kind.key())));
    qInfo("%d of %d alike; no parser of ours for %s", alike, all,
          qPrintable(unparsed.isEmpty() ? QStringLiteral("nothing") : unparsed.join(u", ")));
    QVERIFY2(all > 0, "nothing to compare");
    QVERIFY2(alike * 100 >= all * (given.isEmpty() ? 100 : 90), "too many differences");
}

QTEST_GUILESS_MAIN(FactsCorpus)
#include "tst_facts_corpus.moc"
