// Manifest: what is malformed is refused with its place; patterns find their facts.

#include <collector/manifest.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace collector;

namespace {

std::shared_ptr<const Manifest> parse(const QByteArray &json, QStringList *errors)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    Q_ASSERT(document.isObject());
    return Manifest::parse(document.object(), errors);
}

} // namespace

class TestManifest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAWholeOne()
    {
        QStringList errors;
        const auto manifest = parse(R"({"name":"my-job","summary":"does it","uses":["shell","tcp"],"after":["ping"],
            "options":[{"name":"depth","type":"integer","default":3,"minimum":1,"maximum":9,"help":"how deep"}],
            "facts":[{"name":"eth*","type":"object"},{"name":"seconds","type":"number","unit":"s","class":"state","headline":true}]})",
                                    &errors);
        QVERIFY2(manifest, qPrintable(errors.join(u'\n')));
        QCOMPARE(manifest->name, QByteArray("my-job"));
        QCOMPARE(manifest->factsKey, QByteArray("my_job"));
        QVERIFY(manifest->usesShell());
        QCOMPARE(manifest->after, QList<QByteArray>{"ping"});
        QCOMPARE(manifest->option("depth")->defaultValue.toInt(), 3);
        QVERIFY(!manifest->option("width"));
        QCOMPARE(manifest->facts[manifest->factIndex("seconds")].unit, QStringLiteral("s"));
        QCOMPARE(manifest->facts[manifest->factIndex("eth0")].name, QByteArray("eth*"));
        QCOMPARE(manifest->factIndex("wlan0"), -1);
    }

    // Names are told apart by each of their bytes, whatever their length.
    void tellsNamesApart()
    {
        QStringList errors;
        QJsonArray facts;
        for (int size = 1; size <= 16; ++size) // more are hashed
            facts.append(QJsonObject{{QStringLiteral("name"), QString(size, u'x')}, {QStringLiteral("type"), QStringLiteral("any")}});
        const auto manifest = Manifest::parse(QJsonObject{{QStringLiteral("name"), QStringLiteral("x")},
                                                          {QStringLiteral("summary"), QStringLiteral("x")},
                                                          {QStringLiteral("facts"), facts}},
                                              &errors);
        QVERIFY2(manifest, qPrintable(errors.join(u'\n')));
        for (int size = 1; size <= 16; ++size) {
            QByteArray name(size, 'x');
            QCOMPARE(manifest->factIndex(name), size - 1);
            for (int i = 0; i < size; ++i) {
                name[i] = 'y';
                QCOMPARE(manifest->factIndex(name), -1);
                name[i] = 'x';
            }
        }
        QCOMPARE(manifest->factIndex(QByteArray(17, 'x')), -1);
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        QTest::newRow("no name") << QByteArray(R"({"summary":"x"})") << QStringLiteral("\"name\"");
        QTest::newRow("a name with capitals") << QByteArray(R"({"name":"Ping","summary":"x"})") << QStringLiteral("\"name\"");
        QTest::newRow("no summary") << QByteArray(R"({"name":"x"})") << QStringLiteral("summary");
        QTest::newRow("an unknown key") << QByteArray(R"({"name":"x","summary":"x","option":[]})") << QStringLiteral("\"option\"");
        QTest::newRow("an unknown use") << QByteArray(R"({"name":"x","summary":"x","uses":["telnet"]})") << QStringLiteral("uses");
        QTest::newRow("an option of no type") << QByteArray(
                                                     R"({"name":"x","summary":"x","options":[{"name":"a","type":"tree","help":"h"}]})")
                                              << QStringLiteral("options[0]");
        QTest::newRow("an option twice")
            << QByteArray(
                   R"({"name":"x","summary":"x","options":[{"name":"a","type":"text","help":"h"},{"name":"a","type":"text","help":"h"}]})")
            << QStringLiteral("twice");
        QTest::newRow("a choice without choices")
            << QByteArray(R"({"name":"x","summary":"x","options":[{"name":"a","type":"choice","help":"h"}]})") << QStringLiteral("choices");
        const auto option = [](const char *name, const QByteArray &type, const QByteArray &value, const char *says) {
            QTest::newRow(name) << "{\"name\":\"x\",\"summary\":\"x\",\"options\":[{\"name\":\"a\",\"type\":\"" + type +
                                       "\",\"choices\":[\"b\",\"c\"],\"default\":" + value + ",\"help\":\"h\"}]}"
                                << QStringLiteral("options[0]: the \"default\" of \"a\" is to be ") + QLatin1String(says);
        };
        option("a duration with its unit", "duration", "\"3s\"", "a whole number of milliseconds");
        option("a number as a text", "integer", "\"22\"", "a whole number");
        option("half a whole number", "integer", "0.5", "a whole number");
        option("a list of numbers", "list", "[22,80]", "an array of texts");
        option("a list in one text", "list", "\"22,80\"", "an array of texts");
        option("a text that is a number", "text", "80", "a text");
        option("yes for true", "boolean", "\"yes\"", "true or false");
        option("none of the choices", "choice", "\"d\"", "one of the choices");
        const auto wrong = [](const char *name, const QByteArray &members, const char *says) {
            QTest::newRow(name) << R"({"name":"x","summary":"x",)" + members + '}' << QString::fromLatin1(says);
        };
        const auto ofOption = [&wrong](const char *name, const QByteArray &member, const char *says) {
            wrong(name, R"("options":[{"name":"a","type":"integer","help":"h",)" + member + "}]", says);
        };
        ofOption("a limit as a text", R"("minimum":"5")", "options[0]: \"minimum\" is a number");
        ofOption("limits that nothing meets", R"("minimum":9,"maximum":1)",
                 "options[0]: the \"minimum\" of \"a\" is above its \"maximum\"");
        ofOption("choices in one text", R"("choices":"red,blue")", "options[0]: \"choices\" is a list");
        ofOption("choices that are numbers", R"("choices":[1,2])", "options[0]: \"choices\" is a list of texts");
        wrong("a headline as a text", R"("facts":[{"name":"a","type":"text","headline":"yes"}])",
              "facts[0]: \"headline\" is true or false");
        wrong("a unit that is none", R"("facts":[{"name":"a","type":"text","unit":1}])", "facts[0]: \"unit\" is a text");
        wrong("facts at the root, as a text", R"("facts_at_root":"true")", "manifest: \"facts_at_root\" is true or false");
        wrong("jobs by their numbers", R"("after":[1])", "manifest: \"after\" is a list of texts");
        wrong("a pattern twice", R"("facts":[{"name":"a*","type":"text"},{"name":"a*","type":"any"}])", "fact \"a*\" stands twice");
        wrong("a document twice", R"("documents":[{"name":"a","help":"h"},{"name":"a","help":"i"}])", "document \"a\" stands twice");
        wrong("a document of more than it has", R"("documents":[{"name":"a","help":"h","file":"a.txt"}])",
              "documents[0]: unknown key \"file\"");
        QTest::newRow("facts by their names") << QByteArray(R"({"name":"x","summary":"x","facts":{"a":{"type":"text"}}})")
                                              << QStringLiteral("manifest: \"facts\" is a list");
        QTest::newRow("a fact of no class") << QByteArray(
                                                   R"({"name":"x","summary":"x","facts":[{"name":"a","type":"text","class":"odd"}]})")
                                            << QStringLiteral("facts[0]");
        QTest::newRow("a fact twice") << QByteArray(
                                             R"({"name":"x","summary":"x","facts":[{"name":"a","type":"text"},{"name":"a","type":"any"}]})")
                                      << QStringLiteral("twice");
    }
    void refuses()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        QStringList errors;
        QVERIFY(!parse(json, &errors));
        QVERIFY2(errors.join(u'\n').contains(says), qPrintable(errors.join(u'\n')));
    }

    void stars_data()
    {
        QTest::addColumn<QByteArray>("pattern");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("matches");
        QTest::newRow("alike") << QByteArray("abc") << QByteArray("abc") << true;
        QTest::newRow("star at the end") << QByteArray("eth*") << QByteArray("eth0") << true;
        QTest::newRow("star for nothing") << QByteArray("eth*") << QByteArray("eth") << true;
        QTest::newRow("star in the middle") << QByteArray("a*c*e") << QByteArray("abcde") << true;
        QTest::newRow("backtracks") << QByteArray("*ab") << QByteArray("aabab") << true;
        QTest::newRow("too short") << QByteArray("a*b") << QByteArray("a") << false;
        QTest::newRow("other") << QByteArray("a*b") << QByteArray("xaab") << false;
        QTest::newRow("empty") << QByteArray("*") << QByteArray("") << true;
        QTest::newRow("exponential if done badly") << QByteArray("a*a*a*a*a*a*a*a*b") << QByteArray(200, 'a') << false;
    }
    void stars()
    {
        QFETCH(QByteArray, pattern);
        QFETCH(QByteArray, text);
        QFETCH(bool, matches);
        QCOMPARE(matchesStars(pattern, text), matches);
    }
};

QTEST_APPLESS_MAIN(TestManifest)
#include "tst_manifest.moc"
