// SipHash-2-4 against the vectors of its reference implementation (key 00..0f, input 00, 00 01, …).

#include "model/siphash.h"

#include <QTest>

#include <numeric>

using namespace collector;

class tst_SipHash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void referenceVectors_data()
    {
        QTest::addColumn<int>("length");
        QTest::addColumn<quint64>("expected");
        QTest::newRow("empty") << 0 << quint64(0x726fdb47dd0e0e31u);
        QTest::newRow("one byte") << 1 << quint64(0x74f839c593dc67fdu);
        QTest::newRow("seven bytes, no whole word") << 7 << quint64(0xab0200f58b01d137u);
        QTest::newRow("one whole word") << 8 << quint64(0x93f5f5799a932462u);
        QTest::newRow("the paper's example") << 15 << quint64(0xa129ca6149be45e5u);
    }
    void referenceVectors()
    {
        QFETCH(int, length);
        QFETCH(quint64, expected);
        std::array<unsigned char, 16> input;
        std::iota(input.begin(), input.end(), static_cast<unsigned char>(0));
        const SipKey key{0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
        QCOMPARE(quint64(sipHash(key, input.data(), size_t(length))), expected);
    }
};

QTEST_APPLESS_MAIN(tst_SipHash)
#include "tst_siphash.moc"
