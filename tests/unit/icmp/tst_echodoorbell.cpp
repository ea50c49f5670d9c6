// EchoDoorbell: who sleeps on it is woken by each ring, and by nothing else.

#include "icmp/echodoorbell.h"

#include <QTest>

#include <poll.h>
#include <sys/eventfd.h>

#include <thread>

using namespace collector;

namespace {

// Whether a sleep would end at once.
bool isReadable(const EchoDoorbell &bell)
{
    pollfd entry{bell.descriptor(), POLLIN, 0};
    return poll(&entry, 1, 0) == 1;
}

} // namespace

class tst_EchoDoorbell : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRingWakesWhoSleeps()
    {
        EchoDoorbell bell;
        bell.lieDown();
        QVERIFY(!isReadable(bell));
        bell.ring();
        QVERIFY(isReadable(bell) && bell.hasRung());
        bell.getUp();
        QVERIFY(!isReadable(bell) && bell.takeRing() && !bell.hasRung());
    }

    // Who rings as somebody gets up writes a moment after: that may end one sleep, not all of them.
    void aLateRingEndsOneSleepAtMost()
    {
        EchoDoorbell bell;
        bell.lieDown();
        bell.getUp();
        eventfd_write(bell.descriptor(), 1);
        bell.lieDown();
        bell.getUp();
        QVERIFY(!isReadable(bell));
    }

    void noRingIsLost()
    {
        constexpr int most = 20'000;
        EchoDoorbell bell;
        std::atomic<int> rung = 0;
        std::thread ringer([&] {
            for (int i = 0; i < most; ++i) {
                ++rung;
                bell.ring();
            }
        });
        int seen = 0;
        bool isLost = false;
        while (seen < most && !isLost) {
            bell.lieDown();
            pollfd entry{bell.descriptor(), POLLIN, 0};
            isLost = poll(&entry, 1, bell.hasRung() ? 0 : 5'000) == 0 && !bell.hasRung() && rung == most;
            bell.getUp();
            (void)bell.takeRing();
            seen = rung;
        }
        ringer.join();
        QVERIFY(!isLost);
    }
};

QTEST_APPLESS_MAIN(tst_EchoDoorbell)
#include "tst_echodoorbell.moc"
