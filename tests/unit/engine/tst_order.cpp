// Order: a permutation, whatever the count; the same for the same seed; neighbours far apart.

#include "engine/order.h"

#include <QTest>

#include <cmath>

using namespace collector;

class TestOrder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyIndexComesOnce_data()
    {
        QTest::addColumn<quint64>("count");
        for (const quint64 count : {0, 1, 2, 3, 4, 5, 7, 16, 17, 100, 255, 256, 257, 4096, 100'003})
            QTest::addRow("%llu hosts", static_cast<unsigned long long>(count)) << count;
    }
    void everyIndexComesOnce()
    {
        QFETCH(quint64, count);
        for (const quint64 seed : {quint64(0), quint64(1), ~quint64(0)}) {
            const Order order = Order::spread(count, seed);
            QCOMPARE(order.count(), count);
            std::vector<char> isSeen(size_t(count), 0);
            for (quint64 position = 0; position < count; ++position) {
                const quint64 index = order.at(position);
                QVERIFY(index < count);
                QVERIFY(!std::exchange(isSeen[size_t(index)], 1));
            }
        }
    }

    void theSeedDecides()
    {
        const Order a = Order::spread(1000, 7), b = Order::spread(1000, 7), c = Order::spread(1000, 8);
        int alike = 0;
        for (quint64 i = 0; i < 1000; ++i) {
            QCOMPARE(a.at(i), b.at(i));
            alike += a.at(i) == c.at(i);
        }
        QVERIFY(alike < 20);
    }

    // A /8 in the hands of one seed: what starts together does not lie together.
    void neighboursStartFarApart()
    {
        const quint64 count = 1 << 24;
        const Order order = Order::spread(count, 42);
        double distance = 0;
        for (quint64 position = 0; position < 10'000; ++position)
            distance += std::abs(double(order.at(position + 1)) - double(order.at(position)));
        QVERIFY(distance / 10'000 > double(count) / 4); // a third of the space is what chance gives
    }

    void listsAsTheyAreGiven()
    {
        QCOMPARE(Order::asListed(5).at(3), quint64(3));
        const Order order = Order::explicitly({4, 2, 9});
        QCOMPARE(order.count(), quint64(3));
        QCOMPARE(order.at(2), quint64(9));
    }
};

QTEST_APPLESS_MAIN(TestOrder)
#include "tst_order.moc"
