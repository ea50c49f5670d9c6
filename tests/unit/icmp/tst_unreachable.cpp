// What routers' and firewalls' errors mean for the address.

#include "icmp/unreachable.h"

#include <QTest>

#include <linux/errqueue.h>

using namespace collector;

class tst_Unreachable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void errors_data()
    {
        QTest::addColumn<int>("origin");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("code");
        QTest::addColumn<EchoCause>("cause");
        const int v4 = SO_EE_ORIGIN_ICMP, v6 = SO_EE_ORIGIN_ICMP6;
        QTest::newRow("network unreachable") << v4 << 3 << 0 << EchoCause::NoRoute;
        QTest::newRow("host unreachable") << v4 << 3 << 1 << EchoCause::NoRoute;
        QTest::newRow("protocol unreachable") << v4 << 3 << 2 << EchoCause::Prohibited;
        QTest::newRow("port unreachable, what REJECT answers") << v4 << 3 << 3 << EchoCause::Prohibited;
        QTest::newRow("fragmentation needed") << v4 << 3 << 4 << EchoCause::None;
        QTest::newRow("network prohibited") << v4 << 3 << 9 << EchoCause::Prohibited;
        QTest::newRow("host prohibited") << v4 << 3 << 10 << EchoCause::Prohibited;
        QTest::newRow("communication prohibited") << v4 << 3 << 13 << EchoCause::Prohibited;
        QTest::newRow("a routing loop") << v4 << 11 << 0 << EchoCause::NoRoute;
        QTest::newRow("parameter problem") << v4 << 12 << 0 << EchoCause::None;
        QTest::newRow("IPv6: no route") << v6 << 1 << 0 << EchoCause::NoRoute;
        QTest::newRow("IPv6: prohibited") << v6 << 1 << 1 << EchoCause::Prohibited;
        QTest::newRow("IPv6: address unreachable") << v6 << 1 << 3 << EchoCause::NoRoute;
        QTest::newRow("IPv6: port unreachable") << v6 << 1 << 4 << EchoCause::Prohibited;
        QTest::newRow("IPv6: source policy") << v6 << 1 << 5 << EchoCause::Prohibited;
        QTest::newRow("IPv6: reject route") << v6 << 1 << 6 << EchoCause::Prohibited;
        QTest::newRow("IPv6: a routing loop") << v6 << 3 << 0 << EchoCause::NoRoute;
        QTest::newRow("IPv6: packet too big") << v6 << 2 << 0 << EchoCause::None;
        QTest::newRow("of our own making") << int(SO_EE_ORIGIN_LOCAL) << 3 << 1 << EchoCause::None;
    }
    void errors()
    {
        QFETCH(int, origin);
        QFETCH(int, type);
        QFETCH(int, code);
        QFETCH(EchoCause, cause);
        sock_extended_err error{};
        error.ee_origin = uint8_t(origin);
        error.ee_type = uint8_t(type);
        error.ee_code = uint8_t(code);
        QCOMPARE(unreachableCause(error), cause);
    }

    void routes_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<EchoCause>("cause");
        QTest::newRow("loopback") << QByteArray("127.9.8.7") << EchoCause::None;
        QTest::newRow("the loopback network's broadcast") << QByteArray("127.255.255.255") << EchoCause::BadAddress;
    }
    void routes()
    {
        QFETCH(QByteArray, address);
        QFETCH(EchoCause, cause);
        QCOMPARE(routeVerdict(*EchoAddress::fromText(address)), cause);
    }
};

QTEST_APPLESS_MAIN(tst_Unreachable)
#include "tst_unreachable.moc"
