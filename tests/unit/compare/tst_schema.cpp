#include "cli/schemaverb.h"
#include "output/compare/schema.h"

#include "records.h"

#include <QJsonArray>
#include <QTest>

#include <collector/cause.h>

using namespace collector;

class TestSchema : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPartIsARoot()
    {
        for (const QString &part : schemaParts()) {
            const QJsonObject schema = resultSchema(someManifests(), part);
            QCOMPARE(schema[u"$ref"].toString(), QStringLiteral("#/$defs/") + part);
            QVERIFY(schema[u"$defs"].toObject().contains(part));
        }
        QVERIFY(resultSchema(someManifests(), QStringLiteral("weather")).isEmpty());
    }

    void everyReferenceIsDefined()
    {
        const QJsonObject schema = resultSchema(someManifests(), QStringLiteral("document"));
        const QByteArray text = QJsonDocument(schema).toJson(QJsonDocument::Compact);
        const QJsonObject definitions = schema[u"$defs"].toObject();
        int references = 0;
        for (qsizetype at = text.indexOf("\"#/$defs/"); at >= 0; at = text.indexOf("\"#/$defs/", at + 1)) {
            const QByteArray name = text.mid(at + 9, text.indexOf('"', at + 1) - at - 9);
            QVERIFY2(definitions.contains(QString::fromUtf8(name)), name.constData());
            ++references;
        }
        QVERIFY(references > 10);
    }

    void causesAreThoseOfTheRecord()
    {
        const QJsonArray causes = resultSchema({}, QStringLiteral("record"))[u"$defs"].toObject()[u"cause"].toObject()[u"enum"].toArray();
        QCOMPARE(causes.size(), causeCount); // null for none
        for (int i = 1; i < causeCount; ++i)
            QVERIFY(causes.contains(QString::fromUtf8(causeName(Cause(i)))));
    }

    void factsStandWhereTheRecordHasThem()
    {
        const QJsonObject facts = resultSchema(someManifests(), QStringLiteral("facts"))[u"$defs"].toObject()[u"facts"].toObject();
        const QJsonObject properties = facts[u"properties"].toObject();
        QCOMPARE(properties[u"memtotal_mb"].toObject()[u"type"].toString(), QStringLiteral("integer"));
        QCOMPARE(properties[u"machine_id"].toObject()[u"x-class"].toString(), QStringLiteral("identity"));
        QCOMPARE(properties[u"ping"].toObject()[u"properties"].toObject()[u"alive"].toObject()[u"type"].toString(),
                 QStringLiteral("boolean"));
        QVERIFY(facts[u"x-patterns"].toObject().contains(QStringLiteral("^.*_speed$")));
        QVERIFY(!properties.contains(QStringLiteral("mounts.size_available")));
    }

    void anotherPluginAtTheRootTakesNoPatterns()
    {
        QStringList errors;
        Manifests manifests = someManifests();
        manifests.append(Manifest::parse({{QStringLiteral("name"), QStringLiteral("x")},
                                          {QStringLiteral("summary"), QStringLiteral("x")},
                                          {QStringLiteral("facts_at_root"), true}},
                                         &errors));
        const QJsonObject facts = resultSchema(manifests, QStringLiteral("facts"))[u"$defs"].toObject()[u"facts"].toObject();
        QVERIFY(facts[u"x-patterns"].toObject().contains(QStringLiteral("^.*_speed$")));
    }

    void theDictionaryHasEveryFact_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("text") << int(DictionaryFormat::Text);
        QTest::newRow("json") << int(DictionaryFormat::Json);
        QTest::newRow("csv") << int(DictionaryFormat::Csv);
        QTest::newRow("markdown") << int(DictionaryFormat::Markdown);
    }
    void theDictionaryHasEveryFact()
    {
        QFETCH(int, format);
        const QByteArray text = dataDictionary(someManifests(), DictionaryFormat(format));
        for (const auto &manifest : someManifests()) {
            for (const FactSpec &fact : manifest->facts) {
                const QByteArray path = manifest->factsKey.isEmpty() ? fact.name : manifest->factsKey + '.' + fact.name;
                QVERIFY2(text.contains(path), path.constData());
            }
        }
        if (DictionaryFormat(format) == DictionaryFormat::Json)
            QCOMPARE(QJsonDocument::fromJson(text).array().size(), 13);
    }

    void usage()
    {
        QCOMPARE(runSchemaVerb({QStringLiteral("weather")}, someManifests()), 2);
        QCOMPARE(runSchemaVerb({QStringLiteral("--format"), QStringLiteral("csv")}, someManifests()), 2);
        QCOMPARE(runSchemaVerb({QStringLiteral("-p"), QStringLiteral("nosuch")}, someManifests()), 2);
        QCOMPARE(runSchemaVerb({QStringLiteral("--dictionary"), QStringLiteral("record")}, someManifests()), 2);
    }
};

QTEST_APPLESS_MAIN(TestSchema)
#include "tst_schema.moc"
