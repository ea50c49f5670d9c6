// Signals: INT, TERM and USR1, taken in by the event loop. One object a process, main thread. A second INT or TERM is for the
// caller to act on; SIGPIPE and SIGXFSZ are ignored from then on.

#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <csignal>
#include <functional>

namespace collector {

class Signals : public QObject
{
public:
    // `received` is called on the main thread with the signal's number.
    explicit Signals(std::function<void(int)> received);
    ~Signals() override;

private:
    void read();

    std::function<void(int)> m_received;
    int m_descriptor;
    QSocketNotifier m_notifier;
};

// Before any thread is started: these signals go to the object above and nowhere else.
void blockSignals();

// INT and TERM end the process, as they do by default, while this lives: where there is nothing to be ended in good order yet.
// Main thread; no thread is to be started meanwhile that a run uses. One may live in another's life.
class SignalsEndUs
{
public:
    SignalsEndUs();
    ~SignalsEndUs();
    SignalsEndUs(const SignalsEndUs &) = delete;
    SignalsEndUs &operator=(const SignalsEndUs &) = delete;

private:
    sigset_t m_maskBefore;
};

} // namespace collector
