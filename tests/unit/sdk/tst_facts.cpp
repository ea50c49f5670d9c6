// Facts: checked as they are set; bytes that are no text are kept exactly.

#include <collector/facts.h>
#include <collector/joberror.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <limits>

using namespace collector;

class TestFacts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QStringList errors;
        m_manifest = Manifest::parse(QJsonDocument::fromJson(R"({"name":"x","summary":"x","facts":[
            {"name":"text","type":"text"},{"name":"count","type":"integer"},{"name":"list","type":"list"},
            {"name":"any","type":"any"},{"name":"number","type":"number"},{"name":"net_*","type":"object"}]})")
                                         .object(),
                                     &errors);
        QVERIFY(m_manifest);
    }

    void keepsWhatIsDeclared()
    {
        Facts facts(m_manifest);
        facts.set("text", "a");
        facts.set("text", "b");
        facts.set("count", 3);
        facts.set("net_eth0", QJsonObject{{QStringLiteral("mtu"), 1500}});
        QCOMPARE(facts.value("text").toString(), QStringLiteral("b"));
        QCOMPARE(facts.facts().size(), size_t(3));
        QCOMPARE(facts.toJson()[u"net_eth0"].toObject()[u"mtu"].toInt(), 1500);
    }

    void takesWholeNumbersOfEverySize()
    {
        Facts facts(m_manifest);
        const auto kept = [&](auto value) {
            facts.set("count", value);
            return facts.value("count").toInteger();
        };
        QCOMPARE(kept(std::vector<int>(7).size()), 7);
        QCOMPARE(kept(time_t(1'800'000'000)), 1'800'000'000);
        QCOMPARE(kept(quint8(255)), 255);
        QCOMPARE(kept(short(-3)), -3);
        QCOMPARE(kept(quint64(std::numeric_limits<qint64>::max())), std::numeric_limits<qint64>::max());
        QVERIFY_THROWS_EXCEPTION(JobError, kept(std::numeric_limits<quint64>::max()));
    }

    // Whichever way a value comes, it is kept as what it is, and given back as JSON.
    void keepsEachAsWhatItIs_data()
    {
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<int>("kind"); // the index in FactValue
        QTest::newRow("true") << QJsonValue(true) << 0;
        QTest::newRow("nothing") << QJsonValue(0) << 2;
        QTest::newRow("a whole number") << QJsonValue(-7) << 1;
        QTest::newRow("more than a double has") << QJsonValue(qint64(9007199254740993)) << 1;
        QTest::newRow("a fraction") << QJsonValue(0.25) << 2;
        QTest::newRow("more than any whole number") << QJsonValue(1e300) << 2;
        QTest::newRow("text") << QJsonValue(QStringLiteral("\u00e9")) << 3;
        QTest::newRow("no text") << QJsonValue(QString()) << 3;
        QTest::newRow("a list") << QJsonValue(QJsonArray{1, true}) << 4;
        QTest::newRow("an object") << QJsonValue(QJsonObject{{QStringLiteral("a"), 1}}) << 4;
    }
    void keepsEachAsWhatItIs()
    {
        QFETCH(QJsonValue, value);
        QFETCH(int, kind);
        Facts facts(m_manifest);
        facts.set("any", value);
        QCOMPARE(int(facts.facts().front().value.index()), kind);
        QCOMPARE(facts.value("any"), value);
        QCOMPARE(facts.value("any").toInteger(-1), value.toInteger(-1));
    }

    // In the manifest's order there is no search: what is set again, or before, must be found all the same.
    void keepsOneOfEachInAnyOrder()
    {
        Facts facts(m_manifest);
        for (int round = 0; round < 3; ++round) {
            facts.set("count", round);
            facts.set("text", QString::number(round));
            facts.set("any", round == 1);
            facts.set("list", QJsonArray{round});
            facts.set("net_a", QJsonObject{{QStringLiteral("round"), round}});
            facts.set(QByteArray("net_b"), QJsonObject{{QStringLiteral("round"), -round}});
        }
        QCOMPARE(facts.facts().size(), size_t(6));
        const QJsonObject all{{QStringLiteral("count"), 2},
                              {QStringLiteral("text"), QStringLiteral("2")},
                              {QStringLiteral("any"), false},
                              {QStringLiteral("list"), QJsonArray{2}},
                              {QStringLiteral("net_a"), QJsonObject{{QStringLiteral("round"), 2}}},
                              {QStringLiteral("net_b"), QJsonObject{{QStringLiteral("round"), -2}}}};
        QCOMPARE(facts.toJson(), all);
    }

    void aNullSetsNothing()
    {
        Facts facts(m_manifest);
        facts.set("text", QJsonValue());
        QVERIFY(facts.isEmpty());
        QVERIFY_THROWS_EXCEPTION(JobError, facts.set("other", QJsonValue()));
    }

    // Two hosts with hundreds of interfaces each, whose facts are set in turns, and moved in between.
    void keepsManyApart()
    {
        Facts odd(m_manifest), even(m_manifest);
        const auto set = [&](int from, int to, int value) {
            for (int i = from; i < to; ++i)
                (i % 2 ? odd : even).set("net_" + QByteArray::number(i), QJsonObject{{QStringLiteral("mtu"), value + i}});
        };
        set(0, 600, 0);
        odd.set("text", "a");
        const Facts moved(std::move(odd));
        odd = Facts(m_manifest);
        set(0, 600, 0);
        set(200, 1000, 1000);
        QCOMPARE(moved.facts().size(), size_t(301));
        QCOMPARE(odd.facts().size(), size_t(500));
        QCOMPARE(even.facts().size(), size_t(500));
        for (int i = 0; i < 1000; ++i) {
            const QByteArray key = "net_" + QByteArray::number(i);
            QCOMPARE((i % 2 ? odd : even).value(key)[u"mtu"].toInt(), i < 200 ? i : 1000 + i);
        }
        odd.set("text", "b");
        QCOMPARE(odd.facts().size(), size_t(501));
        QCOMPARE(odd.facts().back().spec, 0);
    }

    // JSON has no such numbers: the record would say null.
    void refusesWhatIsNotFinite()
    {
        for (const double value : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                                   std::numeric_limits<double>::quiet_NaN()}) {
            for (const char *key : {"number", "count", "any"}) {
                Facts facts(m_manifest);
                facts.set("text", "set before");
                try {
                    facts.set(key, value);
                    QFAIL("was accepted");
                } catch (const JobError &error) {
                    QCOMPARE(error.cause(), Cause::PluginError);
                    QVERIFY2(error.message().contains(QStringLiteral("not finite")), qPrintable(error.message()));
                }
                QCOMPARE(facts.facts().size(), size_t(1));
            }
        }
    }

    void refusesWhatIsNot_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QJsonValue>("value");
        QTest::newRow("an undeclared key") << QByteArray("other") << QJsonValue(1);
        QTest::newRow("text for a number") << QByteArray("count") << QJsonValue(QStringLiteral("3"));
        QTest::newRow("a fraction for a whole number") << QByteArray("count") << QJsonValue(3.5);
        QTest::newRow("an object for a list") << QByteArray("list") << QJsonValue(QJsonObject());
        QTest::newRow("a list for what a pattern declares") << QByteArray("net_eth0") << QJsonValue(QJsonArray());
    }
    void refusesWhatIsNot()
    {
        QFETCH(QByteArray, key);
        QFETCH(QJsonValue, value);
        Facts facts(m_manifest);
        try {
            facts.set(key, value);
            QFAIL("was accepted");
        } catch (const JobError &error) {
            QCOMPARE(error.cause(), Cause::PluginError);
            QVERIFY(error.message().contains(QString::fromUtf8(key)));
        }
        QVERIFY(facts.isEmpty());
    }

    void keepsTheExactBytesOfWhatIsNoText()
    {
        Facts facts(m_manifest);
        facts.setBytes("text", "plain");
        QCOMPARE(facts.facts().size(), size_t(1));
        facts.setBytes("text", QByteArray("S\xfeN 7"));
        QCOMPARE(facts.value("text").toString(), QStringLiteral("S\ufffdN 7"));
        QCOMPARE(QByteArray::fromBase64(facts.value("text_base64").toString().toLatin1()), QByteArray("S\xfeN 7"));
        facts.setBytes("text", "\xef\xbb\xbf# mark"); // which is text: nothing beside it would tell of a loss
        QCOMPARE(facts.toJson(), (QJsonObject{{QStringLiteral("text"), QStringLiteral("\ufeff# mark")}}));
        facts.setBytes("text", QByteArray("S\xfeN 7"));
        facts.setBytes("text", "plain again"); // no bytes of what it was
        QCOMPARE(facts.toJson(), (QJsonObject{{QStringLiteral("text"), QStringLiteral("plain again")}}));
    }

    void saysWhyAFactIsMissing()
    {
        Facts facts(m_manifest);
        facts.setAbsent("text", Absence::ToolMissing);
        facts.setAbsent("text", Absence::Denied);
        facts.setAbsent("net_eth0.speed", Absence::Unsupported);
        QCOMPARE(facts.missing().size(), size_t(2));
        QCOMPARE(facts.missing()[0].reason, Absence::Denied);
        QVERIFY_THROWS_EXCEPTION(JobError, facts.setAbsent("other.part", Absence::Timeout));
    }

    void printableStripsWhatATerminalWouldObey()
    {
        QCOMPARE(printable("a\x1b[31mred\r\n\tb\x00 c"), QStringLiteral("a [31mred b"));
        QCOMPARE(printable("x\xff y", 20), QStringLiteral("x\ufffd y"));
        QCOMPARE(printable(QByteArray(300, 'a'), 10), QString(10, u'a') + QChar(0x2026));
        QCOMPARE(printable("\xe2\x80\xae"
                           "abc"),
                 QStringLiteral("abc")); // right-to-left override
    }

private:
    std::shared_ptr<const Manifest> m_manifest;
};

QTEST_APPLESS_MAIN(TestFacts)
#include "tst_facts.moc"
