#include "inventory/pythonliteral.h"

#include <QTest>

using namespace collector;

class tst_pythonliteral final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parses_data();
    void parses();
    void refuses_data();
    void refuses();
    void nestingIsBounded();
};

void tst_pythonliteral::parses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("json"); // empty: it stays text

    const auto literal = [](const char *text, const char *json) { QTest::newRow(text) << QByteArray(text) << QByteArray(json); };
    const auto stays = [](const char *text) { QTest::newRow(text) << QByteArray(text) << QByteArray(); };
    literal("1", "1");
    literal("-5", "-5");
    literal("+5", "5");
    literal("0x1F", "31");
    literal("0o17", "15");
    literal("0b101", "5");
    literal("0x_f", "15");
    literal("1_000", "1000");
    literal("00", "0");
    literal("123456789012345678901234567890", "123456789012345678901234567890");
    literal("0xFFFFFFFFFFFFFFFFFF", "4722366482869645213695");
    literal("-9223372036854775808", "-9223372036854775808");
    literal("1e3", "1000.0");
    literal("1e16", "1e+16");
    literal("1e-5", "1e-05");
    literal("0.0001", "0.0001");
    literal(".5", "0.5");
    literal("5.", "5.0");
    literal("01.5", "1.5");
    literal("1e999", "Infinity");
    literal("True", "true");
    literal("None", "null");
    literal("'text'", "\"text\"");
    literal("'a' \"b\"", "\"ab\"");
    literal("'''x'''", "\"x\"");
    literal("r'\\d'", "\"\\\\d\"");
    literal("'\\x41\\u00e4\\n'", "\"A\xc3\xa4\\n\"");
    literal("'\\q'", "\"\\\\q\"");
    literal("b'x'", "\"x\"");
    literal("1,2", "[1,2]");
    literal("1,", "[1]");
    literal("()", "[]");
    literal("((1,2),[3])", "[[1,2],[3]]");
    literal("[(1)]", "[1]");
    literal("{'a':1, }", "{\"a\":1}");
    literal("{1:'a',True:'b'}", "{\"1\":\"b\"}");
    literal("5 # five", "5");
    literal(" 7", "7");
    literal("-(1)", "-1");

    stays("text");
    stays("true");
    stays("0755");
    stays("1_");
    stays("1__0");
    stays("10-5");
    stays("10.0.0.5");
    stays("1 2");
    stays("--1");
    stays("-True");
    stays("1if");
    stays("'unclosed");
    stays("'a\\");
    stays("[1,,2]");
    stays("{{ a }}");
    stays("{1, b}");
    stays("f'x'");
    stays("ur'x'");
    stays("'a' b'b'");
    stays("lambda: 1");
    stays("text # c");
    stays("'caf\xe9'");
    QTest::newRow("more digits than Python prints") << "0x" + QByteArray("f").repeated(4300) << QByteArray();
}

void tst_pythonliteral::parses()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, json);
    const PythonLiteral literal = PythonLiteral::parse(text);
    QCOMPARE(literal.kind, json.isEmpty() ? PythonLiteral::Text : PythonLiteral::Literal);
    if (json.isEmpty())
        return;
    QByteArray out;
    appendJson(out, literal.value);
    QCOMPARE(out, json);
}

void tst_pythonliteral::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("atOnce"); // else only once a host has it
    QTest::newRow("a set in a set") << QByteArray("{{1}}") << true;
    QTest::newRow("a list as key") << QByteArray("{[1]:2}") << true;
    QTest::newRow("a dictionary in a set") << QByteArray("{ {} }") << true;
    QTest::newRow("a set") << QByteArray("{1,2}") << false;
    QTest::newRow("an empty set") << QByteArray("set()") << false;
    QTest::newRow("a complex number") << QByteArray("1+2j") << false;
    QTest::newRow("an ellipsis") << QByteArray("...") << false;
    QTest::newRow("bytes in a list") << QByteArray("[b'x']") << false;
    QTest::newRow("a tuple as key") << QByteArray("{(1,2):3}") << false;
}

void tst_pythonliteral::refuses()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, atOnce);
    const PythonLiteral literal = PythonLiteral::parse(text);
    QCOMPARE(literal.kind == PythonLiteral::Refused, atOnce);
    QCOMPARE(literal.value.as<Value::Unprintable>() != nullptr, !atOnce);
    QVERIFY(literal.problem);
}

void tst_pythonliteral::nestingIsBounded()
{
    QCOMPARE(PythonLiteral::parse(QByteArray(100'000, '[')).kind, PythonLiteral::Text);
    QCOMPARE(PythonLiteral::parse(QByteArray(100'000, '-') + '1').kind, PythonLiteral::Text);
    QCOMPARE(PythonLiteral::parse(QByteArray(199, '[') + QByteArray(199, ']')).kind, PythonLiteral::Literal);
}

QTEST_GUILESS_MAIN(tst_pythonliteral)
#include "tst_pythonliteral.moc"
