// Host names remembered by hash: each once, none that was not put in, in bounded memory.

#include "output/hostset.h"

#include <QTest>

using namespace collector;

class TestHostSet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyOneHasNobody()
    {
        const HostSet set;
        QCOMPARE(set.size(), size_t(0));
        QVERIFY(!set.contains("web01"));
        QVERIFY(!set.contains(""));
    }

    void names_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("plain") << QByteArray("web01.example.net");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("with a zero byte") << QByteArray("a\0b", 3);
        QTest::newRow("long") << QByteArray(100'000, 'x');
        QTest::newRow("not UTF-8") << QByteArray("\xff\xfe");
    }
    void names()
    {
        QFETCH(QByteArray, name);
        HostSet set;
        QVERIFY(set.insert(name));
        QVERIFY(!set.insert(name)); // was there
        QCOMPARE(set.size(), size_t(1));
        QVERIFY(set.contains(name));
        QVERIFY(!set.contains(name + '1'));
        QVERIFY(!set.contains(name.isEmpty() ? QByteArray("x") : name.chopped(1)));
    }

    void manyWhileItGrows()
    {
        HostSet set;
        for (int i = 0; i < 100'000; ++i)
            QVERIFY(set.insert("host" + QByteArray::number(i)));
        QCOMPARE(set.size(), size_t(100'000));
        for (int i = 0; i < 100'000; ++i) {
            QVERIFY(set.contains("host" + QByteArray::number(i)));
            QVERIFY(!set.contains("other" + QByteArray::number(i)));
        }
        for (int i = 0; i < 100'000; i += 7)
            QVERIFY(!set.insert("host" + QByteArray::number(i)));
        QCOMPARE(set.size(), size_t(100'000));
    }

    void movedWithItsKey()
    {
        HostSet set;
        QVERIFY(set.insert("a"));
        const HostSet moved = std::move(set);
        QVERIFY(moved.contains("a"));
        QVERIFY(!moved.contains("b"));
    }
};

QTEST_APPLESS_MAIN(TestHostSet)
#include "tst_hostset.moc"
