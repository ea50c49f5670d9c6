// EchoAddress: literals in, and which of them can be pinged at all.

#include "icmp/echoaddress.h"

#include <QTest>

#include <net/if.h>

using namespace collector;

class tst_EchoAddress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void literals_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("isLiteral");
        QTest::addColumn<bool>("isPingable");
        QTest::newRow("IPv4") << QByteArray("10.0.0.7") << true << true;
        QTest::newRow("IPv4 loopback") << QByteArray("127.255.255.254") << true << true;
        QTest::newRow("IPv6") << QByteArray("2001:db8::1") << true << true;
        QTest::newRow("IPv4 in IPv6") << QByteArray("::ffff:10.0.0.7") << true << true;
        QTest::newRow("link-local with a zone") << QByteArray("fe80::1%lo") << true << true;
        QTest::newRow("link-local with a zone by number") << QByteArray("fe80::1%1") << true << true;
        QTest::newRow("link-local without a zone") << QByteArray("fe80::1") << true << false;
        QTest::newRow("a zone that does not exist") << QByteArray("fe80::1%nosuchlink") << false << false;
        QTest::newRow("an empty zone") << QByteArray("fe80::1%") << false << false;
        QTest::newRow("unspecified IPv4") << QByteArray("0.0.0.0") << true << false;
        QTest::newRow("this network") << QByteArray("0.1.2.3") << true << false;
        QTest::newRow("unspecified IPv6") << QByteArray("::") << true << false;
        QTest::newRow("limited broadcast") << QByteArray("255.255.255.255") << true << false;
        QTest::newRow("multicast IPv4") << QByteArray("224.0.0.1") << true << false;
        QTest::newRow("multicast IPv6") << QByteArray("ff02::1%lo") << true << false;
        QTest::newRow("a name") << QByteArray("localhost") << false << false;
        QTest::newRow("too short") << QByteArray("10.1") << false << false;
        QTest::newRow("empty") << QByteArray() << false << false;
        QTest::newRow("a zero byte inside") << QByteArray("10.0.0.7\0x", 10) << false << false;
        QTest::newRow("very long") << QByteArray(5000, '1') << false << false;
    }
    void literals()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, isLiteral);
        QFETCH(bool, isPingable);
        const auto address = EchoAddress::fromText(text);
        QCOMPARE(address.has_value(), isLiteral);
        if (address)
            QCOMPARE(address->isPingable(), isPingable);
    }

    void comesBackFromASocketAddress_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("IPv4") << QByteArray("192.0.2.1");
        QTest::newRow("IPv6") << QByteArray("2001:db8::1");
        QTest::newRow("link-local") << QByteArray("fe80::1%lo");
    }
    void comesBackFromASocketAddress()
    {
        QFETCH(QByteArray, text);
        const auto address = EchoAddress::fromText(text);
        QVERIFY(address);
        sockaddr_in6 storage;
        address->toSocket(storage, 22);
        QCOMPARE(storage.sin6_port, htons(22));
        QVERIFY(EchoAddress::fromSocket(reinterpret_cast<const sockaddr *>(&storage)) == *address);
    }

    void aZoneCountsOnlyForLinkLocal()
    {
        QCOMPARE(EchoAddress::fromText("2001:db8::1%lo")->scope, 0u);
        QCOMPARE(EchoAddress::fromText("fe80::1%lo")->scope, if_nametoindex("lo"));
        QVERIFY(EchoAddress::fromText("fe80::1%1") != EchoAddress::fromText("fe80::1%2"));
    }
};

QTEST_APPLESS_MAIN(tst_EchoAddress)
#include "tst_echoaddress.moc"
