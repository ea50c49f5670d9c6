// A question on the terminal while this process is suspended and goes on: a pseudo-terminal, a shell that looks after one job, and a
// person.

#include "ssh/secretsource.h"
#include "ssh/terminalquestions.h"

#include <QCoreApplication>
#include <QTest>

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

using namespace collector;
using namespace std::chrono_literals;

namespace {

void blockingQuestion(const char *terminal, int out)
{
    const Secret answer = askOnTerminal(open(terminal, O_RDWR), QStringLiteral("Code: "));
    [[maybe_unused]] const auto count = write(out, answer.cString(), answer.size());
}

void questionOfARun(const char *terminal, int out)
{
    struct Asker
    {
        static Task<> ask(TerminalQuestions &questions, Reactor &reactor, int out)
        {
            TerminalQuestions::Question question{{}, QStringLiteral("Code: ")};
            const Secret answer = co_await questions.ask(reactor, std::move(question));
            [[maybe_unused]] const auto count = write(out, answer.cString(), answer.size());
            QCoreApplication::quit();
        }
    };
    Reactor reactor;
    TerminalQuestions questions({{}, 20s, terminal});
    Task<> task = Asker::ask(questions, reactor, out);
    reactor.later([&] { task.start(); });
    QCoreApplication::exec();
}

using Question = void (*)(const char *terminal, int out);

// A process that runs one job in the terminal's foreground, says when it is stopped, and lets it go on when it is told to.
class Shell
{
public:
    explicit Shell(Question question)
    {
        char path[256];
        if (openpty(&m_master, &m_slave, path, nullptr, nullptr) != 0 || pipe2(m_said, O_CLOEXEC) != 0 || pipe2(m_told, O_CLOEXEC) != 0)
            qFatal("no pseudo-terminal");
        fcntl(m_master, F_SETFL, O_NONBLOCK);
        m_process = fork();
        if (m_process == 0)
            run(path, question);
        ::close(m_said[1]);
        ::close(m_told[0]);
        fcntl(m_said[0], F_SETFL, O_NONBLOCK);
    }
    ~Shell()
    {
        ::close(m_told[1]);
        kill(m_process, SIGKILL); // where a check failed, its job still asks: without its shell it gets a SIGHUP
        waitpid(m_process, nullptr, 0);
        ::close(m_said[0]);
        ::close(m_master);
        ::close(m_slave);
    }
    Shell(const Shell &) = delete;
    Shell &operator=(const Shell &) = delete;

    // All that it and its job said: the job's process, `T` or `S` for a stop by SIGTSTP or SIGSTOP, the answer.
    const QByteArray &said() { return gather(m_said[0], m_allSaid); }
    const QByteArray &shown() { return gather(m_master, m_allShown); }
    bool echoes() const
    {
        termios mode = {};
        tcgetattr(m_slave, &mode);
        return (mode.c_lflag & ECHO) && (mode.c_lflag & ICANON) && (mode.c_lflag & ISIG);
    }
    void restoreEcho() const // as a shell does for its own prompt
    {
        termios mode = {};
        tcgetattr(m_slave, &mode);
        mode.c_lflag |= ECHO | ICANON | ISIG;
        tcsetattr(m_slave, TCSANOW, &mode);
    }
    void type(QByteArrayView keys) const { QCOMPARE(write(m_master, keys.data(), size_t(keys.size())), keys.size()); }
    void goOn() const { QCOMPARE(write(m_told[1], "g", 1), 1); }

private:
    [[noreturn]] void run(const char *terminal, Question question) const
    {
        ::close(m_told[1]);
        setsid();
        ioctl(m_slave, TIOCSCTTY, 0);
        signal(SIGTTOU, SIG_IGN);
        const pid_t job = fork();
        if (job == 0) {
            setpgid(0, 0);
            tcsetpgrp(m_slave, getpid());
            signal(SIGTTOU, SIG_DFL);
            const QByteArray who = QByteArray::number(getpid()) + ' ';
            [[maybe_unused]] const auto count = write(m_said[1], who.constData(), size_t(who.size()));
            question(terminal, m_said[1]);
            _exit(0);
        }
        int status = 0;
        while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
            tcsetpgrp(m_slave, getpgrp());
            const char which = WSTOPSIG(status) == SIGTSTP ? 'T' : 'S';
            char told = 0;
            if (write(m_said[1], &which, 1) != 1 || read(m_told[0], &told, 1) != 1)
                kill(job, SIGKILL);
            tcsetpgrp(m_slave, job);
            kill(-job, SIGCONT);
        }
        _exit(0);
    }

    static const QByteArray &gather(int fd, QByteArray &all)
    {
        char text[4096];
        all += QByteArray(text, std::max<ssize_t>(0, read(fd, text, sizeof text)));
        return all;
    }

    int m_master = -1;
    int m_slave = -1;
    int m_said[2];
    int m_told[2];
    pid_t m_process = -1;
    QByteArray m_allSaid;
    QByteArray m_allShown;
};

} // namespace

class TestSuspended : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void questions_data();
    void questions();
};

void TestSuspended::questions_data()
{
    QTest::addColumn<Question>("question");
    QTest::addColumn<bool>("isByKey");
    QTest::newRow("before a run, by ^Z") << &blockingQuestion << true;
    QTest::newRow("before a run, by another process") << &blockingQuestion << false;
    QTest::newRow("in a run, by ^Z") << &questionOfARun << true;
    QTest::newRow("in a run, by another process") << &questionOfARun << false;
}

void TestSuspended::questions()
{
    QFETCH(Question, question);
    QFETCH(bool, isByKey);
    Shell shell(question);
    QTRY_COMPARE(shell.shown(), "Code: ");
    QVERIFY(!shell.echoes());
    const int job = shell.said().split(' ').first().toInt();
    shell.type("wrong");
    if (isByKey)
        shell.type("\x1a");
    else
        kill(job, SIGSTOP);
    QTRY_COMPARE(shell.said(), QByteArray::number(job) + (isByKey ? " T" : " S"));
    if (isByKey)
        QVERIFY(shell.echoes());
    shell.restoreEcho();
    shell.goOn();
    QTRY_COMPARE(shell.shown(), "Code: Code: ");
    QVERIFY(!shell.echoes());
    shell.type("right\n");
    QTRY_COMPARE(shell.said(), QByteArray::number(job) + (isByKey ? " Tright" : " Sright"));
    QTRY_COMPARE(shell.shown(), "Code: Code: \r\n");
    QTRY_VERIFY(shell.echoes());
}

QTEST_GUILESS_MAIN(TestSuspended)
#include "tst_suspended.moc"
