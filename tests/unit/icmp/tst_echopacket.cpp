// EchoPacket: what is written is read, and the cookie binds all of it to the destination.

#include "icmp/echopacket.h"

#include <QTest>

using namespace collector;

class tst_EchoPacket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void comesBack()
    {
        const EchoStamp stamp{0x1122334455667788, 0xa1a2a3a4, 0xb1b2b3b4, 64'999};
        EchoPacket packet;
        packet.write(stamp, 0xc1c2c3c4c5c6c7c8u);
        QCOMPARE(packet.stamp().sentAt, stamp.sentAt);
        QCOMPARE(packet.stamp().slot, stamp.slot);
        QCOMPARE(packet.stamp().generation, stamp.generation);
        QCOMPARE(packet.stamp().number, stamp.number);
        QCOMPARE(packet.cookieOfIt(), 0xc1c2c3c4c5c6c7c8u);
    }

    void theCookieCoversEverything()
    {
        const SipKey key{1, 2};
        const auto address = EchoAddress::fromV4(0x0a000001);
        const EchoStamp stamp{10, 20, 30, 40};
        const uint64_t cookie = echoCookie(key, address, stamp);
        QCOMPARE(echoCookie(key, address, stamp), cookie);
        QVERIFY(echoCookie({1, 3}, address, stamp) != cookie);
        QVERIFY(echoCookie(key, EchoAddress::fromV4(0x0a000002), stamp) != cookie);
        QVERIFY(echoCookie(key, address, {11, 20, 30, 40}) != cookie);
        QVERIFY(echoCookie(key, address, {10, 21, 30, 40}) != cookie);
        QVERIFY(echoCookie(key, address, {10, 20, 31, 40}) != cookie);
        QVERIFY(echoCookie(key, address, {10, 20, 30, 41}) != cookie);
    }

    void checksumMakesTheSumAllOnes()
    {
        EchoPacket packet;
        packet.type = 8;
        packet.identifier = 0xbeef;
        packet.sequence = 0xffff;
        packet.write({INT64_MAX, UINT32_MAX, UINT32_MAX, 7}, UINT64_MAX);
        packet.checksum = internetChecksum(packet);
        QCOMPARE(internetChecksum(packet), uint16_t(0)); // as a receiver checks it, RFC 1071
        packet.sequence = 0x1234;
        QVERIFY(internetChecksum(packet) != 0);
    }
};

QTEST_APPLESS_MAIN(tst_EchoPacket)
#include "tst_echopacket.moc"
