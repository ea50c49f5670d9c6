#include "inventory/hostaddress.h"
#include "inventory/hostpattern.h"
#include "inventory/hostrange.h"
#include "inventory/ipaddress.h"
#include "inventory/shellwords.h"

#include <QTest>

using namespace collector;

class tst_hostnames final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void expandsRanges_data();
    void expandsRanges();
    void refusesRanges_data();
    void refusesRanges();
    void findsANameInARangeOfMillions();
    void splitsPorts_data();
    void splitsPorts();
    void readsNetworks_data();
    void readsNetworks();
    void writesAddresses_data();
    void writesAddresses();
    void splitsLikeAShell_data();
    void splitsLikeAShell();
    void matchesGlobs_data();
    void matchesGlobs();
};

void tst_hostnames::expandsRanges_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("names");
    QTest::newRow("numbers") << QByteArray("web[1:3]") << QByteArray("web1 web2 web3");
    QTest::newRow("padding") << QByteArray("web[08:11]x") << QByteArray("web08x web09x web10x web11x");
    QTest::newRow("a step") << QByteArray("w[1:9:3]") << QByteArray("w1 w4 w7");
    QTest::newRow("letters") << QByteArray("w[a:c]") << QByteArray("wa wb wc");
    QTest::newRow("capital letters") << QByteArray("w[C:D]") << QByteArray("wC wD");
    QTest::newRow("from small to capital") << QByteArray("w[y:B]") << QByteArray("wy wz wA wB");
    QTest::newRow("no begin is zero") << QByteArray("w[:2]") << QByteArray("w0 w1 w2");
    QTest::newRow("falling is nothing") << QByteArray("w[3:1]") << QByteArray();
    QTest::newRow("falling by a negative step stops above the end") << QByteArray("w[5:1:-1]") << QByteArray("w5 w4 w3");
    QTest::newRow("two") << QByteArray("r[1:2]-[a:b]") << QByteArray("r1-a r1-b r2-a r2-b");
    QTest::newRow("two that touch") << QByteArray("r[1:2][1:2]") << QByteArray("r11 r12 r21 r22");
    QTest::newRow("several letters are found in the alphabet") << QByteArray("a[ab:cd]") << QByteArray("aa ab ac");
    QTest::newRow("below zero") << QByteArray("a[-1:1]") << QByteArray("a-1 a0 a1");
    QTest::newRow("what stands behind nothing is not looked at") << QByteArray("a[2:1][") << QByteArray();
}

void tst_hostnames::expandsRanges()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, names);
    const auto parsed = HostRange::parse(pattern);
    QVERIFY2(!parsed.problem, parsed.problem);
    QByteArrayList all;
    for (quint64 i = 0; i < parsed.range.count(); ++i) {
        all.append(parsed.range.name(i));
        QCOMPARE(parsed.range.indexOf(all.last()), std::optional(i));
    }
    QCOMPARE(all.join(' '), names);
    QVERIFY(!parsed.range.indexOf("elsewhere"));
}

void tst_hostnames::refusesRanges_data()
{
    QTest::addColumn<QByteArray>("pattern");
    for (const char *pattern : {"h[1:]", "h[01:100]", "h[Z:a]", "h[1:3:0]", "h[1-3]", "h[]", "h[1:2:3:4]", "h[aa:cc]", "h[1:2", "h|[1:2]",
                                "h[8:f]", "h[1:x]", "h[a:1]"})
        QTest::newRow(pattern) << QByteArray(pattern);
}

void tst_hostnames::refusesRanges()
{
    QFETCH(QByteArray, pattern);
    QVERIFY(HostRange::parse(pattern).problem);
}

void tst_hostnames::findsANameInARangeOfMillions()
{
    const auto parsed = HostRange::parse("n[000:999]-[000000:999999]");
    QCOMPARE(parsed.range.count(), quint64(1'000'000'000));
    QCOMPARE(parsed.range.indexOf("n123-456789"), std::optional<quint64>(123'456'789));
    QCOMPARE(parsed.range.name(123'456'789), QByteArray("n123-456789"));
    QVERIFY(!parsed.range.indexOf("n123-45678"));
    QVERIFY(!parsed.range.indexOf("n1000-456789"));
}

void tst_hostnames::splitsPorts_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<int>("port"); // -1: none
    QTest::newRow("a port") << QByteArray("web1:2222") << QByteArray("web1") << 2222;
    QTest::newRow("no port") << QByteArray("web1") << QByteArray("web1") << -1;
    QTest::newRow("an address in brackets") << QByteArray("[2001:db8::1]:2222") << QByteArray("2001:db8::1") << 2222;
    QTest::newRow("an address without brackets has no port") << QByteArray("2001:db8::1:22") << QByteArray("2001:db8::1:22") << -1;
    QTest::newRow("letters are no port") << QByteArray("web1:x") << QByteArray("web1:x") << -1;
    QTest::newRow("behind an impossible name there is no port") << QByteArray("a-:22") << QByteArray("a-:22") << -1;
    QTest::newRow("a range and a port") << QByteArray("v[1:2]:2222") << QByteArray("v[1:2]") << 2222;
    QTest::newRow("a name in brackets") << QByteArray("[web1]:22") << QByteArray("web1") << 22;
    QTest::newRow("letters of other scripts") << QByteArray("h\xc3\xa4nsel:22") << QByteArray("h\xc3\xa4nsel") << 22;
    QTest::newRow("no UTF-8, no port") << QByteArray("h\xe4nsel:22") << QByteArray("h\xe4nsel:22") << -1;
}

void tst_hostnames::splitsPorts()
{
    QFETCH(QByteArray, text);
    QFETCH(int, port);
    const auto split = HostAddressGrammar().split(text);
    QTEST(split.host, "host");
    QCOMPARE(split.port.value_or(-1), qint64(port));
}

void tst_hostnames::readsNetworks_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("range"); // empty: a name; "!": refused
    QTest::addColumn<quint64>("size");
    const auto row = [](const char *text, const char *range, quint64 size) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(range) << size;
    };
    row("192.0.2.0/30", "192.0.2.0-192.0.2.3", 4);
    row("198.51.100.7/32", "198.51.100.7-198.51.100.7", 1);
    row("203.0.113.0/31", "203.0.113.0-203.0.113.1", 2);
    row("192.0.2.77/28", "192.0.2.64-192.0.2.79", 16);
    row("192.0.2.0/255.255.255.248", "192.0.2.0-192.0.2.7", 8);
    row("0.0.0.0/0", "0.0.0.0-255.255.255.255", 1ULL << 32);
    row("2001:db8::/126", "2001:db8::-2001:db8::3", 4);
    row("2001:db8::/64", "2001:db8::-2001:db8::ffff:ffff:ffff:ffff", ~0ULL);
    row("2001:db8::/32", "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", ~0ULL);
    row("192.0.2.10-192.0.2.20", "192.0.2.10-192.0.2.20", 11);
    row("192.0.2.10-20", "192.0.2.10-192.0.2.20", 11);
    row("2001:db8::fffe-2001:db8::1:1", "2001:db8::fffe-2001:db8::1:1", 4);
    row("192.0.2.0/33", "!", 0);
    row("192.0.2.0/255.0.255.0", "!", 0);
    row("2001:db8::/129", "!", 0);
    row("192.0.2.9-192.0.2.1", "!", 0);
    row("192.0.2.1-::2", "!", 0);
    row("192.0.2.300/24", "", 0);
    row("web-1", "", 0);
    row("10.0.0.1-web", "", 0);
    row("a/24", "", 0);
}

void tst_hostnames::readsNetworks()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, range);
    QFETCH(quint64, size);
    const auto parsed = AddressRange::parse(text);
    QCOMPARE(parsed.syntax == AddressRange::Syntax::Broken, range == "!");
    QCOMPARE(parsed.syntax == AddressRange::Syntax::Valid, range.size() > 1);
    if (range.size() <= 1)
        return;
    QCOMPARE(parsed.range.first.toText() + '-' + parsed.range.last.toText(), range);
    QCOMPARE(parsed.range.size(), size);
}

void tst_hostnames::writesAddresses_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"0.0.0.0", "255.255.255.255", "10.20.30.40", "192.0.2.9", "::", "::1", "2001:db8::1", "fe80::1", "::ffff:192.0.2.1"})
        QTest::newRow(text) << QByteArray(text);
}

void tst_hostnames::writesAddresses()
{
    QFETCH(QByteArray, text);
    const auto address = IpAddress::parse(text);
    QVERIFY(address.has_value());
    QCOMPARE(address->toText(), text);
    QCOMPARE(IpAddress::fromHostAddress(address->toHostAddress()), address);
    QVERIFY(!IpAddress::parse(text + '.'));
}

void tst_hostnames::splitsLikeAShell_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("words"); // with | between; "!": refused
    QTest::newRow("blanks and tabs") << QByteArray("h1 \ta=1") << QByteArray("h1|a=1");
    QTest::newRow("a comment inside a word") << QByteArray("h1 a=b#c d") << QByteArray("h1|a=b");
    QTest::newRow("a hash in quotes") << QByteArray("h1 a=\"b # c\"") << QByteArray("h1|a=b # c");
    QTest::newRow("quotes amid a word") << QByteArray("h1 a='b c'd") << QByteArray("h1|a=b cd");
    QTest::newRow("an empty word") << QByteArray("h1 '' x") << QByteArray("h1||x");
    QTest::newRow("a backslash") << QByteArray("h1 a=b\\ c") << QByteArray("h1|a=b c");
    QTest::newRow("in double quotes it escapes itself and quotes only") << QByteArray("h1 \"\\n\\\\\\\"\"") << QByteArray("h1|\\n\\\"");
    QTest::newRow("in single quotes nothing") << QByteArray("h1 'a\\'") << QByteArray("h1|a\\");
    QTest::newRow("a semicolon is a letter") << QByteArray("h1 ;c") << QByteArray("h1|;c");
    QTest::newRow("no-break space separates nothing") << QByteArray("h1\xc2\xa0x") << QByteArray("h1\xc2\xa0x");
    QTest::newRow("an apostrophe") << QByteArray("h1 a=it's") << QByteArray("!");
    QTest::newRow("a quote left open") << QByteArray("h1 \"a") << QByteArray("!");
    QTest::newRow("a backslash at the end") << QByteArray("h1 a\\") << QByteArray("!");
}

void tst_hostnames::splitsLikeAShell()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, words);
    ShellWords split;
    const auto problem = split.split(line);
    QCOMPARE(problem.message != nullptr, words == "!");
    if (problem.message)
        return;
    QByteArrayList all;
    for (size_t i = 0; i < split.count(); ++i)
        all.append(split.word(i).toByteArray());
    QCOMPARE(all.join('|'), words);
}

void tst_hostnames::matchesGlobs_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("matches");
    const auto row = [](const char *pattern, const char *text, bool matches) {
        QTest::addRow("%s on %s", pattern, text) << QByteArray(pattern) << QByteArray(text) << matches;
    };
    row("web*", "web1", true);
    row("web*", "Web1", false);
    row("*", "", true);
    row("?", "\xc3\xa4", true);
    row("a*b*c", "aXbXbXc", true);
    row("a*b*c", "aXbX", false);
    row("w[13]", "w3", true);
    row("w[!13]", "w3", false);
    row("w[a-c]", "wb", true);
    row("w[c-a]", "wb", false);
    row("w[]]", "w]", true);
    row("w[", "w[", true);
    row("w[!]", "w[!]", true);
}

void tst_hostnames::matchesGlobs()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, text);
    QTEST(Glob(pattern).matches(text), "matches");
}

QTEST_GUILESS_MAIN(tst_hostnames)
#include "tst_hostnames.moc"
