// EchoLedger: the life of a series, on a clock of the test's own.

#include "icmp/echoledger.h"

#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

static constexpr int64_t ms = 1'000'000;
static constexpr auto lane = EchoLedger::Lane::Icmp4;

class tst_EchoLedger : public QObject
{
    Q_OBJECT

private:
    const int64_t begin = 1'000'000 * ms;
    const EchoAddress address = EchoAddress::fromV4(0x0a000001);

    EchoRequest request(uint16_t count, uint64_t token = 42) const
    {
        EchoRequest result;
        result.token = token;
        result.address = address;
        result.count = count;
        result.interval = 100ms;
        result.wait = 300ms;
        return result;
    }
    static EchoStamp sendNext(EchoLedger &ledger, int64_t now, EchoLedger::Lane on = lane)
    {
        const uint32_t slot = ledger.takeReady(on);
        const EchoStamp stamp = ledger.nextStamp(slot, now);
        ledger.sent(slot, now);
        return stamp;
    }
    static EchoResult only(EchoLedger &ledger)
    {
        const EchoResult result = ledger.results(0).empty() ? EchoResult{} : ledger.results(0).front();
        ledger.results(0).clear();
        return result;
    }

private Q_SLOTS:
    void oneAnsweredPacket()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(1), 0, EchoMethod::Icmp);
        const EchoStamp stamp = sendNext(ledger, begin);
        QVERIFY(!ledger.hasReady(lane));
        ledger.answered(stamp, address, 1234us, 57);
        const EchoResult result = only(ledger);
        QCOMPARE(result.token, uint64_t(42));
        QCOMPARE(int(result.sent), 1);
        QCOMPARE(int(result.received), 1);
        QCOMPARE(result.rttMin.count(), 1234);
        QCOMPARE(result.rttAvg.count(), 1234);
        QCOMPARE(result.rttMax.count(), 1234);
        QCOMPARE(int(result.ttl), 57);
        QCOMPARE(result.cause, EchoCause::None);
        QCOMPARE(ledger.inFlight(), 0u);
    }

    void threePacketsOneLost()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(3), 0, EchoMethod::Icmp);
        const EchoStamp first = sendNext(ledger, begin);
        ledger.answered(first, address, 1ms, 64);
        ledger.expire(begin + 99 * ms);
        QVERIFY2(!ledger.hasReady(lane), "the interval is not over");
        ledger.expire(begin + 105 * ms);
        sendNext(ledger, begin + 105 * ms); // nobody answers
        ledger.expire(begin + 210 * ms);
        const EchoStamp third = sendNext(ledger, begin + 210 * ms);
        ledger.answered(third, address, 4ms, 64);
        ledger.expire(begin + 509 * ms);
        QVERIFY2(ledger.results(0).empty(), "the last packet's wait is not over");
        ledger.expire(begin + 512 * ms);
        const EchoResult result = only(ledger);
        QCOMPARE(int(result.sent), 3);
        QCOMPARE(int(result.received), 2);
        QCOMPARE(result.rttMin.count(), 1000);
        QCOMPARE(result.rttAvg.count(), 2500);
        QCOMPARE(result.rttMax.count(), 4000);
    }

    void silence()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(1), 0, EchoMethod::Icmp);
        sendNext(ledger, begin);
        ledger.expire(begin + 302 * ms);
        const EchoResult result = only(ledger);
        QCOMPARE(int(result.sent), 1);
        QCOMPARE(int(result.received), 0);
        QCOMPARE(result.cause, EchoCause::NoReply);
    }

    void lateDuplicateAndForeignAnswersAreToldApart()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(2), 0, EchoMethod::Icmp);
        const EchoStamp first = sendNext(ledger, begin);
        ledger.answered(first, address, 301ms, 64);
        QCOMPARE(ledger.counters.late, uint64_t(1));
        ledger.answered(first, address, 5ms, 64);
        ledger.answered(first, address, 6ms, 64);
        QCOMPARE(ledger.counters.duplicate, uint64_t(1));
        ledger.answered(first, EchoAddress::fromV4(0x0a000002), 5ms, 64);
        QCOMPARE(ledger.counters.foreign, uint64_t(1));
        ledger.expire(begin + 105 * ms);
        const EchoStamp second = sendNext(ledger, begin + 105 * ms);
        ledger.answered(second, address, 7ms, 64);
        const EchoResult result = only(ledger);
        QCOMPARE(int(result.received), 2);
        QCOMPARE(result.rttMax.count(), 7000);
        ledger.answered(second, address, 8ms, 64); // the series is over: nobody's
        QCOMPARE(ledger.counters.late, uint64_t(2));
        QCOMPARE(ledger.counters.answered, uint64_t(2));
    }

    void anAnswerIsNeverCreditedToTheNextSeriesOfTheSlot()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(1, 1), 0, EchoMethod::Icmp);
        const EchoStamp old = sendNext(ledger, begin);
        ledger.expire(begin + 302 * ms);
        QCOMPARE(only(ledger).token, uint64_t(1));
        ledger.begin(request(1, 2), 0, EchoMethod::Icmp);
        const EchoStamp fresh = sendNext(ledger, begin + 303 * ms);
        QCOMPARE(fresh.slot, old.slot);
        ledger.answered(old, address, 250ms, 64);
        QVERIFY(ledger.results(0).empty());
        QCOMPARE(ledger.counters.late, uint64_t(1));
    }

    void manyPacketsAreCountedExactly()
    {
        EchoLedger ledger(begin);
        EchoRequest many = request(1000);
        many.interval = 1ms;
        ledger.begin(many, 0, EchoMethod::Icmp);
        int64_t now = begin;
        for (int i = 0; i < 1000; ++i, now += 2 * ms) {
            ledger.expire(now);
            const EchoStamp stamp = sendNext(ledger, now);
            QCOMPARE(stamp.number, uint32_t(i));
            if (i % 10 != 0)
                ledger.answered(stamp, address, 1ms, 64);
            if (i % 7 == 0)
                ledger.answered(stamp, address, 1ms, 64);
        }
        ledger.expire(now + 400 * ms);
        const EchoResult result = only(ledger);
        QCOMPARE(int(result.sent), 1000);
        // 900, and the 15 multiples of 70 below 1000, which are answered once by the second of the two.
        QCOMPARE(int(result.received), 915);
        QCOMPARE(ledger.counters.duplicate, uint64_t(143 - 15));
    }

    void complaints_data()
    {
        QTest::addColumn<bool>("isWhole");
        QTest::newRow("with our payload") << true;
        QTest::newRow("with ICMP's header alone") << false;
    }
    void complaints()
    {
        QFETCH(bool, isWhole);
        EchoLedger ledger(begin);
        ledger.begin(request(1), 0, EchoMethod::Icmp);
        const EchoStamp stamp = sendNext(ledger, begin);
        ledger.complainedOfLatest(stamp.slot, EchoAddress::fromV4(0x0a000009), EchoCause::NoRoute);
        QVERIFY2(ledger.results(0).empty(), "it was about another address");
        if (isWhole)
            ledger.complained(stamp, EchoCause::Prohibited);
        else
            ledger.complainedOfLatest(stamp.slot, address, EchoCause::Prohibited);
        const EchoResult result = only(ledger);
        QCOMPARE(result.cause, EchoCause::Prohibited);
        QCOMPARE(int(result.sent), 1);
        QCOMPARE(int(result.received), 0);
    }

    void anAnswerOutweighsAComplaint()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(2), 0, EchoMethod::Icmp);
        ledger.complained(sendNext(ledger, begin), EchoCause::NoRoute);
        ledger.expire(begin + 105 * ms);
        ledger.answered(sendNext(ledger, begin + 105 * ms), address, 1ms, 64);
        const EchoResult result = only(ledger);
        QCOMPARE(result.cause, EchoCause::None);
        QCOMPARE(int(result.received), 1);
    }

    void whatWeLostIsAskedAgain()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(1), 0, EchoMethod::Icmp);
        sendNext(ledger, begin);
        ledger.overflowed(3, begin + 100 * ms);
        ledger.expire(begin + 302 * ms);
        QVERIFY(ledger.results(0).empty());
        QVERIFY(ledger.hasReady(lane));
        const EchoStamp again = sendNext(ledger, begin + 302 * ms);
        QCOMPARE(again.number, 0u);
        ledger.answered(again, address, 1ms, 64);
        const EchoResult result = only(ledger);
        QCOMPARE(int(result.sent), 1);
        QCOMPARE(int(result.received), 1);
        QCOMPARE(ledger.counters.repeated, uint64_t(1));
        QCOMPARE(ledger.counters.overflowed, uint64_t(3));
    }

    void silenceIsNotAskedAgainForEver()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(1), 0, EchoMethod::Icmp);
        int64_t now = begin;
        int packets = 0;
        for (; packets < 10 && ledger.hasReady(lane); ++packets) {
            sendNext(ledger, now);
            ledger.overflowed(1, now + ms);
            now += 303 * ms;
            ledger.expire(now);
        }
        QCOMPARE(packets, 4);
        QCOMPARE(only(ledger).cause, EchoCause::NoReply);
    }

    void whatWeWouldNotSendIsNoLoss()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(1), 0, EchoMethod::Icmp);
        int64_t now = begin;
        int refusals = 0;
        for (; refusals < 100 && ledger.results(0).empty(); ++refusals) {
            if (ledger.hasReady(lane))
                ledger.postpone(ledger.takeReady(lane), 8, now);
            now += 1100 * ms;
            ledger.expire(now);
        }
        QCOMPARE(refusals, 5);
        const EchoResult result = only(ledger);
        QCOMPARE(result.cause, EchoCause::LocalLimit);
        QCOMPARE(int(result.sent), 0);
    }

    void dueOnesComeBeforeFreshOnes()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(2, 1), 0, EchoMethod::Icmp);
        const EchoStamp first = sendNext(ledger, begin);
        for (uint64_t token = 2; token < 10; ++token)
            ledger.begin(request(1, token), 0, EchoMethod::Icmp);
        ledger.expire(begin + 105 * ms);
        QCOMPARE(sendNext(ledger, begin + 105 * ms).slot, first.slot);
    }

    void putBackKeepsTheOrder()
    {
        EchoLedger ledger(begin);
        for (uint64_t token = 0; token < 4; ++token)
            ledger.begin(request(1, token), 0, EchoMethod::Icmp);
        const uint32_t a = ledger.takeReady(lane);
        const uint32_t b = ledger.takeReady(lane);
        ledger.putBack(b);
        ledger.putBack(a);
        QCOMPARE(ledger.takeReady(lane), a);
        QCOMPARE(ledger.takeReady(lane), b);
    }

    void lanesAreApart()
    {
        EchoLedger ledger(begin);
        ledger.begin(request(1), 0, EchoMethod::Tcp);
        QVERIFY(!ledger.hasReady(lane));
        QVERIFY(ledger.hasReady(EchoLedger::Lane::Tcp));
        EchoRequest six = request(1);
        six.address = *EchoAddress::fromText("2001:db8::1");
        ledger.begin(six, 0, EchoMethod::Icmp);
        QVERIFY(ledger.hasReady(EchoLedger::Lane::Icmp6));
        QVERIFY(!ledger.hasReady(lane));
    }

    void aBadAddressIsAResultToo()
    {
        EchoLedger ledger(begin);
        EchoRequest bad = request(3);
        bad.address = EchoAddress::fromV4(0xffffffff);
        ledger.begin(bad, 0, EchoMethod::Icmp);
        const EchoResult result = only(ledger);
        QCOMPARE(result.token, uint64_t(42));
        QCOMPARE(result.cause, EchoCause::BadAddress);
        QCOMPARE(int(result.sent), 0);
    }

    void withdrawnWhereverItIs()
    {
        EchoLedger ledger(begin);
        for (uint64_t token = 1; token <= 6; ++token)
            ledger.begin(request(2, token), uint8_t(token % 2), EchoMethod::Icmp);
        const EchoStamp onTheWheel = sendNext(ledger, begin); // token 1
        const std::array<uint64_t, 4> tokens{1, 2, 3, 99};
        ledger.withdraw(1, tokens); // 1 on the wheel, 3 ready; 2 belongs to the other mailbox
        QCOMPARE(ledger.inFlight(), 4u);
        ledger.answered(onTheWheel, address, 1ms, 64);
        QCOMPARE(ledger.counters.late, uint64_t(1));
        ledger.withdrawAll(0);
        QCOMPARE(ledger.inFlight(), 1u);
        QCOMPARE(ledger.series(ledger.takeReady(lane)).token, uint64_t(5));
        QVERIFY(!ledger.hasReady(lane));
    }

    void countsWhatHasLeft()
    {
        EchoLedger ledger(begin);
        for (uint64_t token = 1; token <= 4; ++token)
            ledger.begin(request(2, token), 3, EchoMethod::Icmp);
        QCOMPARE(ledger.left(3), uint64_t(0));
        sendNext(ledger, begin);
        QCOMPARE(ledger.left(3), uint64_t(1));
        ledger.fail(ledger.takeReady(lane), EchoCause::NoRoute);
        QCOMPARE(ledger.left(3), uint64_t(2));
        const std::array<uint64_t, 2> tokens{1, 3}; // one that has sent, one that has not
        ledger.withdraw(3, tokens);
        QCOMPARE(ledger.left(3), uint64_t(3));
        EchoRequest bad = request(1, 5);
        bad.address = EchoAddress::fromV4(0);
        ledger.begin(bad, 3, EchoMethod::Icmp);
        QCOMPARE(ledger.left(3), uint64_t(4));
        sendNext(ledger, begin);
        ledger.expire(begin + 105 * ms);
        sendNext(ledger, begin + 105 * ms); // its second packet
        QCOMPARE(ledger.left(3), uint64_t(5));
    }

    void aTableThatIsFullSaysSo()
    {
        EchoLedger ledger(begin);
        for (uint32_t i = 0; i < EchoTable::maxSlots; ++i)
            ledger.begin(request(1, i), 0, EchoMethod::Icmp);
        QVERIFY(ledger.results(0).empty());
        ledger.begin(request(1, 7), 0, EchoMethod::Icmp);
        QCOMPARE(only(ledger).cause, EchoCause::LocalLimit);
    }
};

QTEST_APPLESS_MAIN(tst_EchoLedger)
#include "tst_echoledger.moc"
