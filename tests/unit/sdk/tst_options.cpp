// Options: durations and typed values, as a person writes them.

#include <collector/joberror.h>
#include <collector/options.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <functional>
#include <map>

using namespace collector;

class TestOptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void durations_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("milliseconds"); // -1: none
        QTest::newRow("seconds where no unit stands") << QByteArray("10") << qint64(10'000);
        QTest::newRow("milliseconds") << QByteArray("500ms") << qint64(500);
        QTest::newRow("minutes") << QByteArray("2m") << qint64(120'000);
        QTest::newRow("hours and minutes") << QByteArray("1h30m") << qint64(5'400'000);
        QTest::newRow("a fraction") << QByteArray("0.5") << qint64(500);
        QTest::newRow("a fraction with unit") << QByteArray("1.5s") << qint64(1500);
        QTest::newRow("a day") << QByteArray("1d") << qint64(86'400'000);
        QTest::newRow("nothing") << QByteArray("") << qint64(-1);
        QTest::newRow("a unit alone") << QByteArray("m") << qint64(-1);
        QTest::newRow("negative") << QByteArray("-1") << qint64(-1);
        QTest::newRow("an unknown unit") << QByteArray("3w") << qint64(-1);
        QTest::newRow("a number after a unit") << QByteArray("1h30") << qint64(-1);
        QTest::newRow("with a space") << QByteArray("1 s") << qint64(-1);
        QTest::newRow("in words") << QByteArray("soon") << qint64(-1);
        QTest::newRow("beyond three years") << QByteArray("2000d") << qint64(-1);
    }
    void durations()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, milliseconds);
        const auto duration = parseDuration(text);
        QCOMPARE(duration ? qint64(duration->count()) : -1, milliseconds);
    }

    void values_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QJsonValue>("expected"); // undefined: refused
        const QJsonValue refused(QJsonValue::Undefined);
        using Type = OptionSpec::Type;
        QTest::newRow("yes") << int(Type::Boolean) << QByteArray("Yes") << QJsonValue(true);
        QTest::newRow("off") << int(Type::Boolean) << QByteArray("off") << QJsonValue(false);
        QTest::newRow("perhaps") << int(Type::Boolean) << QByteArray("perhaps") << refused;
        QTest::newRow("in range") << int(Type::Integer) << QByteArray("7") << QJsonValue(7);
        QTest::newRow("above the range") << int(Type::Integer) << QByteArray("11") << refused;
        QTest::newRow("no number") << int(Type::Integer) << QByteArray("7x") << refused;
        QTest::newRow("a fraction for a whole number") << int(Type::Integer) << QByteArray("7.5") << refused;
        QTest::newRow("a fraction") << int(Type::Number) << QByteArray("7.5") << QJsonValue(7.5);
        QTest::newRow("infinite") << int(Type::Number) << QByteArray("inf") << refused;
        QTest::newRow("one of the choices") << int(Type::Choice) << QByteArray("red") << QJsonValue(QStringLiteral("red"));
        QTest::newRow("none of the choices") << int(Type::Choice) << QByteArray("blue") << refused;
        QTest::newRow("a list") << int(Type::List) << QByteArray("a, b,,c")
                                << QJsonValue(QJsonArray{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")});
        QTest::newRow("text") << int(Type::Text) << QByteArray("grüße") << QJsonValue(QString::fromUtf8("grüße"));
    }
    void values()
    {
        QFETCH(int, type);
        QFETCH(QByteArray, text);
        QFETCH(QJsonValue, expected);
        OptionSpec spec;
        spec.name = "x";
        spec.type = OptionSpec::Type(type);
        spec.choices = {QStringLiteral("red"), QStringLiteral("green")};
        spec.minimum = 0;
        spec.maximum = 10;
        QString error;
        QCOMPARE(parseOption(spec, text, &error), expected);
        QCOMPARE(error.isEmpty(), !expected.isUndefined());
    }

    void aLimitIsToldAsItIsWritten()
    {
        OptionSpec spec;
        spec.name = "wait";
        spec.type = OptionSpec::Type::Duration;
        spec.minimum = 1;
        spec.maximum = 3'600'000;
        QString error;
        QVERIFY(parseOption(spec, "2h", &error).isUndefined());
        QCOMPARE(error, QStringLiteral("takes a duration from 1ms to 1h"));
        spec.type = OptionSpec::Type::Integer;
        spec.maximum = 67'108'864;
        QVERIFY(parseOption(spec, "-1", &error).isUndefined());
        QCOMPARE(error, QStringLiteral("takes a whole number from 1 to 67108864"));
    }

    void oneThatIsNotDeclaredIsTheJobsMistake()
    {
        auto manifest = std::make_shared<Manifest>();
        manifest->name = "mine";
        const Options options(std::move(manifest));
        try {
            (void)options.integer("cuont");
            QFAIL("it was taken for 0");
        } catch (const JobError &error) {
            QCOMPARE(error.cause(), Cause::PluginError);
            QVERIFY2(error.message().contains(u"\"cuont\""), qPrintable(error.message()));
        }
    }

    void askedForAsAnotherType_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArrayList>("taken"); // by these; the others are the plugin's mistake
        const QByteArrayList whole{"integer", "number", "duration"};
        QTest::newRow("boolean") << QByteArray("boolean") << QByteArrayList{"boolean"};
        QTest::newRow("integer") << QByteArray("integer") << whole;
        QTest::newRow("duration, a number of milliseconds") << QByteArray("duration") << whole;
        QTest::newRow("number, which may have a fraction") << QByteArray("number") << QByteArrayList{"number"};
        QTest::newRow("text") << QByteArray("text") << QByteArrayList{"text"};
        QTest::newRow("choice") << QByteArray("choice") << QByteArrayList{"text"};
        QTest::newRow("file") << QByteArray("file") << QByteArrayList{"text"};
        QTest::newRow("list") << QByteArray("list") << QByteArrayList{"list"};
    }
    // It was false, 0 or empty, whatever had been given.
    void askedForAsAnotherType()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArrayList, taken);
        QByteArray json = "{'name':'mine','summary':'s','options':[{'name':'x','help':'h',CHOICES'type':'" + type + "'}]}";
        json.replace("CHOICES", type == "choice" ? "'choices':['a']," : "").replace('\'', '"');
        QStringList errors;
        const auto manifest = Manifest::parse(QJsonDocument::fromJson(json).object(), &errors);
        QVERIFY2(manifest, qPrintable(errors.join(u'\n')));
        const Options options(manifest);
        const std::map<QByteArray, std::function<void()>> accessors{
            {"boolean", [&] { (void)options.boolean("x"); }}, {"integer", [&] { (void)options.integer("x"); }},
            {"number", [&] { (void)options.number("x"); }},   {"duration", [&] { (void)options.duration("x"); }},
            {"text", [&] { (void)options.text("x"); }},       {"list", [&] { (void)options.list("x"); }}};
        for (const auto &[name, ask] : accessors) {
            QString message;
            Cause cause = Cause::None;
            try {
                ask();
            } catch (const JobError &error) {
                cause = error.cause();
                message = error.message();
            }
            QVERIFY2((cause == Cause::None) == taken.contains(name), name.constData());
            QVERIFY2(taken.contains(name) || (cause == Cause::PluginError && message.contains(u"\"x\"") &&
                                              message.contains(QStringLiteral("declares it as ") + QString::fromUtf8(type))),
                     qPrintable(message));
        }
        QVERIFY(!options.isSet("x"));
    }

    void onlyCopiesAreTheSame()
    {
        const auto manifest = std::make_shared<const Manifest>();
        const Options none(manifest), given(manifest, {QJsonValue(1)});
        QVERIFY(none.isSameAs(Options(none)));
        QVERIFY(given.isSameAs(Options(given)));
        QVERIFY(!given.isSameAs(none));
        QVERIFY(!given.isSameAs(Options(manifest, {QJsonValue(1)}))); // equal, but who knows
        QVERIFY(!given.isSameAs(given.with(0, 2)));
        QVERIFY(!none.isSameAs(Options(std::make_shared<const Manifest>())));
    }
};

QTEST_APPLESS_MAIN(TestOptions)
#include "tst_options.moc"
