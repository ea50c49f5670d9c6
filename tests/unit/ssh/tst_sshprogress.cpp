#include "ssh/sshprogress.h"

#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

class SshProgressTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // A host behind a jump host that others keep busy was slow to connect, by -vv.
    void whatIsHeldIsNotSpentConnecting()
    {
        const auto begun = std::chrono::steady_clock::now();
        SshProgress progress;
        progress.enter(SshPhase::Connect);
        progress.setHeld(true);
        QTest::qSleep(50);
        const auto until = progress.held();
        QVERIFY(until >= 50ms && progress.spentIn(SshPhase::JumpHost) >= until);
        progress.setHeld(false);
        progress.enter(SshPhase::Handshake);
        const auto total = std::chrono::steady_clock::now() - begun;
        QVERIFY(progress.spentIn(SshPhase::JumpHost) >= until);
        QVERIFY(progress.spentIn(SshPhase::Connect) <= total - until);
        QCOMPARE(progress.phase(), SshPhase::Handshake);
    }

    void whoLooksMeanwhileFindsItConnecting()
    {
        SshProgress progress;
        progress.enter(SshPhase::Connect);
        progress.setHeld(true);
        QCOMPARE(progress.phase(), SshPhase::Connect);
        QTest::qSleep(2);
        const auto connecting = progress.spentIn(SshPhase::Connect);
        QTest::qSleep(2);
        QCOMPARE(progress.spentIn(SshPhase::Connect), connecting);
        QVERIFY(progress.spentIn(SshPhase::JumpHost) >= 4ms);
    }

    void everyPhaseHasANameOfItsOwn()
    {
        QSet<QByteArrayView> names;
        for (int i = 0; i < sshPhaseCount; ++i)
            names.insert(phaseName(SshPhase(i)));
        QCOMPARE(names.size(), sshPhaseCount);
    }
};

QTEST_APPLESS_MAIN(SshProgressTest)
#include "tst_sshprogress.moc"
