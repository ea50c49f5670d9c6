// What is asked on a terminal in the midst of a run: a pseudo-terminal, and a person who types on another thread.

#include "ssh/terminalquestions.h"

#include <collector/joberror.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTest>

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <thread>

using namespace collector;
using namespace std::chrono_literals;

namespace {

class Terminal
{
public:
    Terminal()
    {
        char path[256];
        if (openpty(&master, &slave, path, nullptr, nullptr) != 0)
            qFatal("no pseudo-terminal");
        name = path;
        fcntl(master, F_SETFL, O_NONBLOCK);
    }
    ~Terminal()
    {
        close(master);
        close(slave);
    }

    bool echoes() const
    {
        termios state;
        tcgetattr(slave, &state);
        return state.c_lflag & ECHO;
    }
    // All that has come out so far. What is written to a pseudo-terminal comes out of its other end a moment later.
    const QByteArray &shown()
    {
        QByteArray text(4096, '\0');
        text.resize(std::max<ssize_t>(0, read(master, text.data(), size_t(text.size()))));
        output += text;
        return output;
    }
    void type(QByteArrayView keys) const { QCOMPARE(write(master, keys.data(), size_t(keys.size())), keys.size()); }

    int master = -1;
    int slave = -1;
    QByteArray name;

private:
    QByteArray output;
};

// One that asks; what comes of it is in `answer` or `cause`.
struct Asker
{
    Reactor reactor;
    std::optional<Task<>> task;
    std::optional<QByteArray> answer;
    Cause cause = Cause::None;
    QString message;

    Task<> ask(TerminalQuestions &questions, TerminalQuestions::Question question)
    {
        try {
            const Secret secret = co_await questions.ask(reactor, std::move(question));
            answer = QByteArray(secret.cString());
        } catch (const JobError &error) {
            cause = error.cause();
            message = error.message();
        }
    }
    void start(TerminalQuestions &questions, const QString &text, bool isShown = false)
    {
        task.emplace(ask(questions, {{}, text, isShown}));
        reactor.later([this] { task->start(); });
    }
    void withdraw()
    {
        reactor.later([this] { task.reset(); });
    }
    bool isOver() const { return answer || cause != Cause::None; }
};

} // namespace

class TestTerminalQuestions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answers_data()
    {
        QTest::addColumn<bool>("isShown");
        QTest::addColumn<QByteArray>("keys");
        QTest::addColumn<QByteArray>("expected");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("hidden") << false
                                << QByteArray("12\x7f"
                                              "3\n")
                                << QByteArray("13") << QByteArray("Code: \r\n");
        QTest::newRow("shown") << true << QByteArray("1\n") << QByteArray("1") << QByteArray("Code: 1\r\n");
        QTest::newRow("shown and corrected") << true << QByteArray("12\x7f\n") << QByteArray("1")
                                             << QByteArray("Code: 12\r\x1b[KCode: 1\r\n");
        QTest::newRow("keys that move the cursor are not")
            << true << QByteArray("1\x1b\n") << QByteArray("1\x1b") << QByteArray("Code: 1\r\n");
    }
    void answers()
    {
        QFETCH(bool, isShown);
        QFETCH(QByteArray, keys);
        Terminal terminal;
        TerminalQuestions questions({{}, 10s, terminal.name});
        Asker asker;
        asker.start(questions, QStringLiteral("Code: "), isShown);
        QTRY_VERIFY(!terminal.echoes());
        QVERIFY(questions.isAsking());
        terminal.type(keys);
        QTRY_VERIFY(asker.isOver());
        QTEST(*asker.answer, "expected");
        QFETCH(QByteArray, shown);
        QTRY_COMPARE(terminal.shown(), shown);
        QVERIFY(terminal.echoes());
        QVERIFY(!questions.isAsking());
    }

    void nobodyAnswers()
    {
        Terminal terminal;
        TerminalQuestions questions({{}, 1s, terminal.name});
        Asker asker;
        asker.start(questions, QStringLiteral("ops@bastion: Code: "));
        QTRY_VERIFY(asker.isOver());
        QCOMPARE(asker.cause, Cause::AuthTimeout);
        QVERIFY2(asker.message.contains(QStringLiteral("within 1 s: ops@bastion: Code:")), qPrintable(asker.message));
        QVERIFY(terminal.echoes());
    }

    void nothingIsEntered()
    {
        Terminal terminal;
        TerminalQuestions questions({{}, 10s, terminal.name});
        Asker asker;
        asker.start(questions, QStringLiteral("Code: "));
        QTRY_VERIFY(!terminal.echoes());
        terminal.type("\x04");
        QTRY_VERIFY(asker.isOver());
        QCOMPARE(asker.cause, Cause::MfaRequired);
    }

    void thereIsNoTerminal()
    {
        for (const char *path : {"/dev/null", "/nonexistent"}) {
            TerminalQuestions questions({{}, 10s, path});
            Asker asker;
            asker.start(questions, QStringLiteral("Code: "));
            QTRY_VERIFY(asker.isOver());
            QCOMPARE(asker.cause, Cause::MfaRequired);
        }
    }

    void aQuestionThatIsWithdrawnMakesRoomForTheNext()
    {
        Terminal terminal;
        TerminalQuestions questions({{}, 10s, terminal.name});
        Asker first, second;
        first.start(questions, QStringLiteral("First: "));
        QTRY_VERIFY(!terminal.echoes());
        second.start(questions, QStringLiteral("Second: "));
        QTest::qWait(100);
        QTRY_COMPARE(terminal.shown(), "First: ");
        first.withdraw();
        QTRY_VERIFY(terminal.shown().endsWith("Second: "));
        terminal.type("2\n");
        QTRY_VERIFY(second.isOver());
        QCOMPARE(*second.answer, "2");
    }

    void closingGivesTheTerminalBack()
    {
        Terminal terminal;
        TerminalQuestions questions({{}, 10s, terminal.name});
        Asker asker, later;
        asker.start(questions, QStringLiteral("Code: "));
        QTRY_VERIFY(!terminal.echoes());
        questions.close();
        QVERIFY(terminal.echoes());
        later.start(questions, QStringLiteral("Code: "));
        QTest::qWait(100);
        QVERIFY(!asker.isOver() && !later.isOver() && terminal.echoes());
    }

    // What stands there makes way, and stands there again afterwards.
    void othersWriteAbove()
    {
        Terminal terminal;
        std::mutex mutex;
        TerminalQuestions::Draw draw;
        const auto makeWay = [&](TerminalQuestions::Draw given) {
            const std::lock_guard lock(mutex);
            draw = std::move(given);
            if (draw)
                draw(true);
        };
        TerminalQuestions questions({makeWay, 10s, terminal.name});
        Asker asker;
        asker.start(questions, QStringLiteral("Code: "), true);
        QTRY_VERIFY(!terminal.echoes());
        terminal.type("12");
        QTRY_COMPARE(terminal.shown(), "Code: 12");
        {
            const std::lock_guard lock(mutex);
            draw(false);
            QCOMPARE(write(terminal.slave, "news\n", 5), 5);
            draw(true);
        }
        terminal.type("3\n");
        QTRY_VERIFY(asker.isOver());
        QCOMPARE(*asker.answer, "123");
        QTRY_COMPARE(terminal.shown(), "Code: 12\r\x1b[Knews\r\nCode: 123\r\n");
        QVERIFY(!draw);
    }
};

QTEST_GUILESS_MAIN(TestTerminalQuestions)
#include "tst_terminalquestions.moc"
