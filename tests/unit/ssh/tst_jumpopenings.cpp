// How many channels a jump host is asked for at once, and when one's place is another's. What libssh would log, the test says: that libssh
// does say it is seen in tst_ssh_jump.

#include "ssh/jumpopenings.h"

#include <QTest>

#include <libssh/callbacks.h>

using namespace collector;

class TestJumpOpenings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_reactor = std::make_unique<Reactor>();
        m_openings = std::make_unique<JumpOpenings>();
    }
    void cleanup()
    {
        m_tasks.clear();
        m_begun.clear();
        m_openings.reset();
        m_reactor.reset();
    }

    void aFewAtOnceInOrder()
    {
        begin(JumpOpenings::atOnce + 2);
        QCOMPARE(m_begun.size(), size_t(JumpOpenings::atOnce));
        m_begun[3]->letOthersBegin();
        spin();
        QCOMPARE(m_begun.size(), size_t(JumpOpenings::atOnce + 1));
        QVERIFY(!m_begun[3]->holdsOthersUp());
        m_begun[0].reset();
        spin();
        QCOMPARE(m_begun.size(), size_t(JumpOpenings::atOnce + 2));
    }

    void unansweredOnesAreLimitedHoweverLongTheyTake()
    {
        beginLate(JumpOpenings::mostUnanswered + 1);
        QCOMPARE(m_begun.size(), size_t(JumpOpenings::mostUnanswered));
        hear("ssh_packet_channel_open_conf: Received a CHANNEL_OPEN_CONFIRMATION for channel 143:7");
        spin();
        QVERIFY(m_begun[100]->isAnswered());
        QCOMPARE(m_begun.size(), size_t(JumpOpenings::mostUnanswered + 1));
    }

    void theJumpHostStillTriesThoseThatWereGivenUp()
    {
        beginLate(JumpOpenings::mostUnanswered);
        for (auto &opening : m_begun)
            m_openings->giveUp(std::move(opening), nullptr);
        begin(1);
        QCOMPARE(m_begun.size(), size_t(JumpOpenings::mostUnanswered));
        hear("ssh_packet_channel_open_fail: Channel opening failure: channel 50 error (2) Connection timed out");
        m_openings->closeAnswered();
        spin();
        QCOMPARE(m_begun.size(), size_t(JumpOpenings::mostUnanswered + 1));
    }

    void whoWaitsHearsOfALostSession()
    {
        beginLate(JumpOpenings::mostUnanswered);
        for (auto &opening : m_begun)
            m_openings->giveUp(std::move(opening), nullptr);
        begin(1);
        m_openings->forgetGivenUp();
        spin();
        QCOMPARE(m_begun.size(), size_t(JumpOpenings::mostUnanswered + 1));
    }

    void twoAnswersOfOneCall()
    {
        beginLate(2);
        {
            const JumpOpenings::Hearing hearing(*m_openings);
            say("ssh_packet_channel_open_fail: Channel opening failure: channel 43 error (1) open failed");
            say("ssh_packet_channel_open_fail: Channel opening failure: channel 44 error (2) Connection refused");
        }
        QCOMPARE(m_begun[0]->refusal()->code, 1U);
        QCOMPARE(m_begun[0]->refusal()->reason, "open failed");
        QCOMPARE(m_begun[1]->refusal()->code, 2U);
        QCOMPARE(m_begun[1]->refusal()->reason, "Connection refused");
    }

    // A refusal is a text of the jump host's.
    void aReasonThatSpeaksOfOthersSaysNothingOfThem()
    {
        beginLate(2);
        hear("ssh_packet_channel_open_fail: Channel opening failure: channel 43 error (2) : Channel opening failure: channel 44 error (2) "
             "no");
        QVERIFY(m_begun[0]->isAnswered());
        QVERIFY(!m_begun[1]->isAnswered());
    }

    void theSmallestPacketCounts()
    {
        beginLate(2);
        {
            const JumpOpenings::Hearing hearing(*m_openings);
            say("ssh_packet_channel_open_conf: Remote window : 2097152, maxpacket : 10");
            say("ssh_packet_channel_open_conf: Remote window : 2097152, maxpacket : 32768");
        }
        QCOMPARE(m_openings->smallestPacket(), std::optional(10U));
    }

private:
    static constexpr int firstChannel = 43; // libssh's

    Task<> wait()
    {
        std::unique_ptr<JumpOpenings::Opening> opening = co_await m_openings->begin(*m_reactor);
        m_begun.push_back(std::move(opening));
    }
    void begin(int count)
    {
        for (int i = 0; i < count; ++i) {
            m_tasks.push_back(wait());
            m_tasks.back().start();
        }
        spin();
    }
    // Such as are sent, and let others begin.
    void beginLate(int count)
    {
        for (int i = 0; i < count; ++i) {
            const size_t before = m_begun.size();
            begin(1);
            if (m_begun.size() == before)
                continue;
            {
                const JumpOpenings::Hearing hearing(*m_openings, m_begun.back().get());
                say("channel_open: Creating a channel " + QByteArray::number(firstChannel + i) + " with 64000 window and 32000 max packet");
            }
            m_begun.back()->letOthersBegin();
        }
    }
    void hear(const char *line)
    {
        const JumpOpenings::Hearing hearing(*m_openings);
        say(line);
    }
    static void say(const QByteArray &line) { ssh_get_log_callback()(SSH_LOG_PROTOCOL, "", line.constData(), nullptr); }

    void spin()
    {
        bool isDone = false;
        m_reactor->later([&isDone] { isDone = true; });
        while (!isDone)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::processEvents();
    }

    std::unique_ptr<Reactor> m_reactor;
    std::unique_ptr<JumpOpenings> m_openings;
    std::vector<std::unique_ptr<JumpOpenings::Opening>> m_begun;
    std::vector<Task<>> m_tasks;
};

QTEST_GUILESS_MAIN(TestJumpOpenings)
#include "tst_jumpopenings.moc"
