// The window of a worker: when it is halved, when not, and how it comes back.

#include "engine/window.h"

#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

class TestWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_now = Deadline(1h); }
    void aLimitHalvesWhatWasInFlight();
    void aBurstOfRefusalsIsOneCut();
    void nobodyIsStartedForAWhile();
    void itMayGoDownToOne();
    void itGrowsFastWhereThereWasRoom();
    void refusalsAloneAreHopelessInTheEnd();
    void lag_data();
    void lag();
    void loss_data();
    void loss();
    void manyThatAreDownAreNoLoss();
    void suddenSilenceBecomesUsual();

private:
    // Looks four times a second, for so long.
    void pass(Window &window, std::chrono::milliseconds duration, const ConnectCounts &connects = {})
    {
        for (auto left = duration; left > 0ms; left -= 250ms) {
            m_now += 250ms;
            window.look(m_now, 0ns, connects);
        }
    }

    Deadline m_now{};
};

void TestWindow::aLimitHalvesWhatWasInFlight()
{
    Window window(500, 2min);
    window.localLimit(200, m_now);
    QCOMPARE(window.size(), 100);
    QCOMPARE(window.least(), 100);
    QCOMPARE(window.cuts(Strain::LocalLimit), quint64(1));
    QCOMPARE(window.most(), 500);
}

void TestWindow::aBurstOfRefusalsIsOneCut()
{
    Window window(500, 2min);
    for (int inFlight = 500; inFlight > 300; --inFlight)
        window.localLimit(inFlight, m_now);
    QCOMPARE(window.size(), 250);
    QCOMPARE(window.cuts(Strain::LocalLimit), quint64(1));
    m_now += 2s;
    window.localLimit(250, m_now);
    QCOMPARE(window.size(), 125);
}

void TestWindow::nobodyIsStartedForAWhile()
{
    Window window(500, 2min);
    QVERIFY(window.pausedUntil() <= m_now);
    window.localLimit(500, m_now);
    const auto first = window.pausedUntil() - m_now;
    QVERIFY(first > 0s && first < 1s);
    m_now = window.pausedUntil();
    for (int i = 0; i < 20; ++i) { // longer each time, but not for ever
        window.localLimit(1, m_now);
        QVERIFY(window.pausedUntil() > m_now);
        QVERIFY(window.pausedUntil() - m_now <= 5s);
        m_now = window.pausedUntil();
    }
    window.hostEnded();
    window.localLimit(1, m_now);
    QCOMPARE(window.pausedUntil() - m_now, first);
}

void TestWindow::itMayGoDownToOne()
{
    Window window(500, 2min);
    for (int i = 0; i < 20; ++i) {
        m_now += 2s;
        window.localLimit(window.size(), m_now);
    }
    QCOMPARE(window.size(), 1);
    QCOMPARE(window.least(), 1);
    QCOMPARE(window.cuts(Strain::LocalLimit), quint64(8)); // 250 … 1; what changed nothing is not counted
}

void TestWindow::itGrowsFastWhereThereWasRoom()
{
    Window window(640, 2min);
    window.localLimit(400, m_now);
    QCOMPARE(window.size(), 200);
    pass(window, 1500ms);
    QCOMPARE(window.size(), 200); // not at once
    pass(window, 4s);
    QVERIFY(window.size() > 280);
    // Where it was too much before, slowly.
    pass(window, 1s);
    const int before = window.size();
    pass(window, 4s);
    QVERIFY2(window.size() > before && window.size() <= before + 50, qPrintable(QString::number(window.size())));
    pass(window, 5min);
    QCOMPARE(window.size(), 640);
    QCOMPARE(window.least(), 200);
}

void TestWindow::refusalsAloneAreHopelessInTheEnd()
{
    Window window(10, 2min);
    window.localLimit(1, m_now);
    m_now += 119s;
    window.localLimit(1, m_now);
    QVERIFY(!window.isHopeless(m_now));
    window.hostEnded();
    m_now += 2s;
    window.localLimit(1, m_now);
    QVERIFY(!window.isHopeless(m_now));
    m_now += 2min;
    window.localLimit(1, m_now);
    QVERIFY(window.isHopeless(m_now));
    QVERIFY(window.pausedUntil() <= m_now); // the others are not kept waiting
}

void TestWindow::lag_data()
{
    QTest::addColumn<int>("most");
    QTest::addColumn<int>("milliseconds");
    QTest::addColumn<int>("size");
    QTest::newRow("none") << 500 << 0 << 500;
    QTest::newRow("that of a busy worker") << 500 << 300 << 500;
    QTest::newRow("too much") << 500 << 600 << 250;
    QTest::newRow("so few in flight are not its reason") << 50 << 5000 << 50;
    QTest::newRow("nor would fewer than these be") << 100 << 5000 << 64;
}

void TestWindow::lag()
{
    QFETCH(int, most);
    QFETCH(int, milliseconds);
    QFETCH(int, size);
    Window window(most, 2min);
    window.look(m_now, std::chrono::milliseconds(milliseconds), {});
    QCOMPARE(window.size(), size);
    QCOMPARE(window.cuts(Strain::Lag), quint64(size < most));
}

void TestWindow::loss_data()
{
    QTest::addColumn<quint64>("prompt");
    QTest::addColumn<quint64>("silent");
    QTest::addColumn<quint64>("late");
    QTest::addColumn<bool>("isLoss");
    QTest::newRow("all answer at once") << quint64(1000) << quint64(0) << quint64(0) << false;
    QTest::newRow("a bad line") << quint64(1000) << quint64(30) << quint64(30) << false;
    QTest::newRow("a fifth answers late") << quint64(800) << quint64(200) << quint64(200) << true;
    QTest::newRow("so few prove nothing") << quint64(30) << quint64(8) << quint64(8) << false;
    QTest::newRow("half are down, and always were") << quint64(500) << quint64(500) << quint64(0) << false;
    QTest::newRow("all are down, and always were") << quint64(0) << quint64(500) << quint64(0) << false;
}

void TestWindow::loss()
{
    QFETCH(quint64, prompt);
    QFETCH(quint64, silent);
    QFETCH(quint64, late);
    QFETCH(bool, isLoss);
    Window window(500, 2min);
    pass(window, 1s, {prompt, silent, late});
    QCOMPARE(window.size(), isLoss ? 250 : 500);
    QCOMPARE(window.cuts(Strain::Loss), quint64(isLoss));
    pass(window, 1s, {prompt, silent, late}); // nothing new
    QCOMPARE(window.cuts(Strain::Loss), quint64(isLoss));
}

void TestWindow::manyThatAreDownAreNoLoss()
{
    Window window(500, 2min);
    ConnectCounts connects;
    for (int second = 0; second < 120; ++second) {
        connects.prompt += 60;
        connects.silent += second % 5 < 3 ? 30 : 60; // by chance more, by chance fewer
        pass(window, 1s, connects);
    }
    QCOMPARE(window.cuts(Strain::Loss), quint64(0));
}

void TestWindow::suddenSilenceBecomesUsual()
{
    Window window(512, 2min);
    ConnectCounts connects;
    for (int second = 0; second < 10; ++second) {
        connects.prompt += 100;
        connects.silent += 2;
        pass(window, 1s, connects);
    }
    QCOMPARE(window.size(), 512);
    for (int second = 0; second < 4; ++second) { // a firewall has had enough of us
        connects.silent += 100;
        pass(window, 1s, connects);
    }
    QVERIFY(window.size() <= 256);
    QVERIFY(window.size() >= 16);
    for (int second = 0; second < 120; ++second) { // it is the hosts, then, or it does not depend on us
        connects.silent += 100;
        pass(window, 1s, connects);
    }
    QCOMPARE(window.size(), 512);
    QVERIFY(window.cuts(Strain::Loss) <= 3);
}

QTEST_APPLESS_MAIN(TestWindow)
#include "tst_window.moc"
