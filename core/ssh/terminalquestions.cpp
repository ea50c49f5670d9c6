#include "ssh/terminalquestions.h"

#include <collector/joberror.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <stdexcept>

namespace collector {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds longestLook = 200ms; // within which it is seen that we were stopped

class Terminal
{
public:
    explicit Terminal(const QByteArray &path) : m_fd(open(path.constData(), O_RDWR | O_CLOEXEC | O_NOCTTY)) {}
    ~Terminal()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;

    [[nodiscard]] int fd() const { return m_fd; }
    // Whoever touches the terminal from its background is stopped, and the run with it.
    [[nodiscard]] bool isOurs() const
    {
        const pid_t foreground = tcgetpgrp(m_fd);
        return m_fd >= 0 && (foreground < 0 || foreground == getpgrp());
    }

private:
    const int m_fd;
};

} // namespace

struct TerminalQuestions::Asked
{
    enum class End { Answered, NoTerminal, NothingEntered, Late, RunIsOver, Interrupted };

    Question question;
    Secret answer;
    End end = End::RunIsOver;
    bool areLinesSaid = false;
    std::atomic<bool> isWithdrawn = false;
};

TerminalQuestions::TerminalQuestions(Setup setup) : m_setup(std::move(setup)), m_bell(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

TerminalQuestions::~TerminalQuestions()
{
    close();
    ::close(m_bell);
}

void TerminalQuestions::ring() const
{
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = write(m_bell, &one, sizeof one);
}

void TerminalQuestions::close()
{
    std::unique_lock lock(m_mutex);
    m_isClosed = true;
    ring();
    m_isDown.wait(lock, [this] { return !m_up; });
}

Task<Secret> TerminalQuestions::ask(Reactor &reactor, Question question)
{
    struct Withdrawal
    {
        ~Withdrawal()
        {
            --questions.m_asking;
            asked->isWithdrawn = true;
            questions.ring();
        }
        TerminalQuestions &questions;
        const std::shared_ptr<Asked> asked = std::make_shared<Asked>();
    };
    ++m_asking;
    const Withdrawal withdrawal{*this};
    const std::shared_ptr<Asked> asked = withdrawal.asked;
    asked->question = std::move(question);
    std::function<void()> step = [this, asked] { put(*asked); };
    co_await offload(reactor, m_thread, std::move(step));
    switch (asked->end) {
    case Asked::End::Answered:
        co_return std::move(asked->answer);
    case Asked::End::NoTerminal:
        throw JobError(Cause::MfaRequired,
                       QStringLiteral("there is no terminal in whose foreground we are to ask on: %1").arg(asked->question.text));
    case Asked::End::NothingEntered:
        throw JobError(Cause::MfaRequired, QStringLiteral("nothing was entered on the terminal: %1").arg(asked->question.text));
    case Asked::End::Late:
        throw JobError(
            Cause::AuthTimeout,
            QStringLiteral("nobody answered on the terminal within %1 s: %2").arg(m_setup.patience.count()).arg(asked->question.text));
    case Asked::End::RunIsOver:
    case Asked::End::Interrupted:
        break;
    }
    co_await reactor.sleepUntil(never);
    Q_UNREACHABLE();
}

// On the thread.
void TerminalQuestions::put(Asked &asked)
{
    const Terminal terminal(m_setup.terminal);
    if (!terminal.isOurs()) {
        asked.end = Asked::End::NoTerminal;
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        if (m_isClosed || asked.isWithdrawn)
            return;
        m_up = &asked; // before the echo goes: close() waits until it is back
        m_terminal = terminal.fd();
    }
    try {
        SilentTerminal silent(terminal.fd());
        drawAnew();
        await(terminal.fd(), silent, asked);
        {
            const std::lock_guard lock(m_mutex);
            sayOnTerminal(terminal.fd(), "\n");
            m_terminal = -1; // nothing is drawn from here on
        }
        if (m_setup.makeWay)
            m_setup.makeWay({});
    } catch (const std::runtime_error &) {
        asked.end = Asked::End::NoTerminal;
    }
    {
        const std::lock_guard lock(m_mutex);
        m_up = nullptr;
        m_terminal = -1;
        m_isDown.notify_all();
    }
    if (asked.end == Asked::End::Interrupted)
        kill(getpid(), SIGINT); // what the terminal would have done
}

void TerminalQuestions::await(int terminal, SilentTerminal &silent, Asked &asked)
{
    auto end = steady_clock::now() + m_setup.patience;
    asked.end = Asked::End::Late;
    for (;;) {
        if (silent.wentOn()) { // and the person has all the time again
            end = steady_clock::now() + m_setup.patience;
            asked.answer.clear();
            drawAnew();
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
        if (left <= 0ms)
            return;
        std::array<pollfd, 2> waiting{{{terminal, POLLIN, 0}, {m_bell, POLLIN, 0}}};
        poll(waiting.data(), waiting.size(), int(std::min(left, longestLook).count()));
        if (waiting[1].revents) {
            uint64_t count = 0;
            [[maybe_unused]] const auto got = read(m_bell, &count, sizeof count);
        }
        {
            const std::lock_guard lock(m_mutex);
            if (m_isClosed || asked.isWithdrawn) {
                asked.end = Asked::End::RunIsOver;
                return;
            }
        }
        if (!waiting[0].revents)
            continue;
        char key = 0;
        if (read(terminal, &key, 1) != 1) {
            asked.end = Asked::End::NothingEntered; // it is gone
            return;
        }
        if (type(terminal, asked, key) == Typed::Suspend)
            silent.suspend();
        if (asked.end != Asked::End::Late)
            return;
    }
}

Typed TerminalQuestions::type(int terminal, Asked &asked, char key)
{
    const std::lock_guard lock(m_mutex);
    const Typed typed = typeKey(asked.answer, key);
    switch (typed) {
    case Typed::More:
        if (asked.question.isShown && uchar(key) >= ' ')
            sayOnTerminal(terminal, std::string_view(&key, 1));
        break;
    case Typed::Changed:
        if (asked.question.isShown) {
            sayOnTerminal(terminal, "\r\x1b[K" + asked.question.text.toStdString());
            sayOnTerminal(terminal, asked.answer.bytes());
        }
        break;
    case Typed::Whole:
        asked.end = Asked::End::Answered;
        break;
    case Typed::Nothing:
        asked.end = Asked::End::NothingEntered;
        break;
    case Typed::Interrupt:
        asked.end = Asked::End::Interrupted;
        break;
    case Typed::Suspend:
        break;
    }
    return typed;
}

void TerminalQuestions::drawAnew()
{
    if (m_setup.makeWay)
        m_setup.makeWay([this](bool isThere) { draw(isThere); });
    else
        draw(true);
}

void TerminalQuestions::draw(bool isThere)
{
    const std::lock_guard lock(m_mutex);
    if (!m_up || m_terminal < 0)
        return;
    if (!isThere) {
        sayOnTerminal(m_terminal, "\r\x1b[K");
        return;
    }
    if (!std::exchange(m_up->areLinesSaid, true)) {
        for (const QString &line : m_up->question.before)
            sayOnTerminal(m_terminal, line.toStdString() + '\n');
    }
    sayOnTerminal(m_terminal, m_up->question.text.toStdString());
    if (m_up->question.isShown)
        sayOnTerminal(m_terminal, m_up->answer.bytes());
}

} // namespace collector
