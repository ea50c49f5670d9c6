// TerminalQuestions: what jump hosts ask a person on the terminal while a run goes, one question after the other.
//
// The terminal is read on a thread of its own. Whoever else writes to it is told to make way while a question is up, and may go on writing
// above it. One for a run; made and closed on the main thread, asked from any reactor's.

#pragma once

#include "net/offload.h"
#include "net/reactor.h"
#include "ssh/secret.h"
#include "ssh/silentterminal.h"

#include <collector/task.h>

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace collector {

class TerminalQuestions
{
public:
    struct Question
    {
        QStringList before;   // lines that lead to it
        QString text;         // fit to be shown, as the lines are
        bool isShown = false; // the answer, as it is typed
    };

    // Draws the question's line where the cursor is, or takes it away again.
    using Draw = std::function<void(bool isThere)>;

    struct Setup
    {
        // Called with what draws a question, to be drawn at once and around whatever else is written; with an empty one when it is over.
        std::function<void(Draw)> makeWay{};
        std::chrono::seconds patience{120}; // with the person
        QByteArray terminal = "/dev/tty";
    };
    explicit TerminalQuestions(Setup setup);
    ~TerminalQuestions();
    TerminalQuestions(const TerminalQuestions &) = delete;
    TerminalQuestions &operator=(const TerminalQuestions &) = delete;

    // Suspends until it is answered. Destroying the waiting coroutine withdraws the question. Throws JobError: auth_timeout (nobody
    // answered), mfa_required (no terminal, or nothing was entered). A ^C there is a SIGINT to this process; then, and once closed, it is
    // never resumed: the run is over. A ^Z suspends this process, and asks anew when it goes on.
    Task<Secret> ask(Reactor &reactor, Question question);

    // Whether a person is asked now, or is about to be. Any thread.
    [[nodiscard]] bool isAsking() const { return m_asking.load() > 0; }

    // No more questions; the terminal is as it was when this returns.
    void close();

private:
    struct Asked;
    void put(Asked &asked);
    void await(int terminal, SilentTerminal &silent, Asked &asked);
    Typed type(int terminal, Asked &asked, char key);
    void drawAnew();
    void draw(bool isThere);
    void ring() const;

    const Setup m_setup;
    const int m_bell; // an eventfd: something was withdrawn
    std::mutex m_mutex;
    std::condition_variable m_isDown;
    Asked *m_up = nullptr; // the question that is up
    int m_terminal = -1;
    bool m_isClosed = false;
    std::atomic<int> m_asking = 0;
    ThreadPool m_thread{1, "asks"}; // last: it uses all of the above
};

} // namespace collector
