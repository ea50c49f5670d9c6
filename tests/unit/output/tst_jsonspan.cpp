#include "output/jsonspan.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace collector;

namespace {

// JSON with apostrophes for its quotes.
QByteArray json(const char *text)
{
    return QByteArray(text).replace('\'', '"');
}

} // namespace

class TestJsonSpan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void endOfValue_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("length"); // -1: malformed

        const auto row = [](const char *name, const QByteArray &text, int length) { QTest::newRow(name) << text << length; };
        row("object with blanks", "{ \"a\" : [ 1 , {} ] } tail", 20);
        row("empty object", "{}", 2);
        row("empty list", "[ ]", 3);
        row("string with escapes", "\"a\\\"b\\u00e9\\\\\" ", 14);
        row("number", "-0.5e+10,", 8);
        row("words", "true,", 4);
        row("brace in a string", "{\"}\":\"]\"}", 9);
        row("nothing", "", -1);
        row("open object", "{\"a\":1", -1);
        row("open string", "\"abc", -1);
        row("string that ends in a backslash", "\"abc\\", -1);
        row("control character in a string", "\"a\nb\"", -1);
        row("unknown escape", "\"\\x41\"", -1);
        row("short unicode escape", "\"\\u12\"", -1);
        row("trailing comma", "[1,]", -1);
        row("missing colon", "{\"a\" 1}", -1);
        row("missing comma", "[1 2]", -1);
        row("bare word", "nan", -1);
        row("leading plus", "+1", -1);
        row("fraction without digits", "1.", -1);
        row("deepest that is allowed", QByteArray(maximumJsonDepth, '[') + QByteArray(maximumJsonDepth, ']'), 2 * maximumJsonDepth);
        row("one level deeper", QByteArray(maximumJsonDepth + 1, '[') + QByteArray(maximumJsonDepth + 1, ']'), -1);
        row("a million levels", QByteArray(1'000'000, '['), -1);
    }
    void endOfValue()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, length);
        const char *const end = jsonValueEnd(text.constData(), text.constData() + text.size());
        QCOMPARE(end ? int(end - text.constData()) : -1, length);
    }

    void membersInTheirOrder()
    {
        const QByteArray object = json("{'a':1,'b\\u0041':'x', 'c' : [1,2] }");
        JsonMembers walk(object);
        QVERIFY(walk.next());
        QCOMPARE(walk.key(), QByteArrayView("a"));
        QVERIFY(walk.next());
        QCOMPARE(walk.key(), QByteArrayView("bA"));
        QVERIFY(walk.next());
        QCOMPARE(walk.value(), QByteArrayView("[1,2]"));
        QVERIFY(!walk.next());
        QVERIFY(walk.isValid());
    }

    // As QJsonDocument has it, by which columns are read.
    void ofAMemberThatIsThereTwiceTheLastCounts()
    {
        const QByteArray text = json("{'a':1,'b':2,'\\u0061':3}");
        QCOMPARE(jsonMember(text, "a"), QByteArrayView("3"));
        QCOMPARE(QJsonDocument::fromJson(text).object()[u"a"].toInt(), 3);
    }

    void brokenObjectsAreTold_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("cut off") << QByteArray("{\"a\":1,");
        QTest::newRow("no object") << QByteArray("[1]");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no key") << QByteArray("{1:2}");
        QTest::newRow("two values") << QByteArray("{\"a\":1 2}");
    }
    void brokenObjectsAreTold()
    {
        QFETCH(QByteArray, text);
        JsonMembers walk(text);
        while (walk.next())
            ;
        QVERIFY(!walk.isValid());
    }

    void text_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("plain") << QByteArray("\"abc\"") << QByteArray("abc");
        QTest::newRow("escapes") << json("'\\'\\\\\\/\\b\\f\\n\\r\\t'") << QByteArray("\"\\/\b\f\n\r\t");
        QTest::newRow("surrogates") << json("'\\ud83d\\ude00'") << QByteArray("\xf0\x9f\x98\x80");
        QTest::newRow("lone surrogate") << json("'\\ud83dx'") << QByteArray("\xef\xbf\xbdx");
        QTest::newRow("no string") << QByteArray("12") << QByteArray();
    }
    void text()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, text);
        QCOMPARE(jsonText(json), text);
    }

    void sameness_data()
    {
        QTest::addColumn<QByteArray>("one");
        QTest::addColumn<QByteArray>("other");
        QTest::addColumn<bool>("isSame");
        const auto row = [](const char *name, const QByteArray &one, const QByteArray &other, bool isSame) {
            QTest::newRow(name) << one << other << isSame;
        };
        row("order of members", json("{'a':1,'b':2}"), json("{'b':2,'a':1}"), true);
        row("blanks", "[1, 2]", "[1,2]", true);
        row("way to write a number", "1.0", "1", true);
        row("exponent", "1e3", "1000", true);
        row("escape", json("'\\u0041'"), json("'A'"), true);
        row("order of items", "[1,2]", "[2,1]", false);
        row("shorter list", "[1]", "[1,2]", false);
        row("another member", json("{'a':1}"), json("{'b':1}"), false);
        row("a member twice, of which the last counts", json("{'a':1,'b':2,'a':3}"), json("{'a':3,'b':2}"), true);
        row("a member twice, of which the first does not count", json("{'a':1,'a':3}"), json("{'a':1}"), false);
        row("a member more", json("{'a':1}"), json("{'a':1,'b':1}"), false);
        row("number and text", "1", "\"1\"", false);
        row("large integers that are one double", "9007199254740993", "9007199254740992", false);
    }
    void sameness()
    {
        QFETCH(QByteArray, one);
        QFETCH(QByteArray, other);
        QFETCH(bool, isSame);
        QCOMPARE(sameJson(one, other), isSame);
        QCOMPARE(sameJson(other, one), isSame);
    }
};

QTEST_APPLESS_MAIN(TestJsonSpan)
#include "tst_jsonspan.moc"
