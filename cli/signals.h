// Signals: INT, TERM and USR1, taken in by the event loop. One object a process, main thread. A second INT or TERM is for the
// caller to act on; SIGPIPE is ignored from then on.

#pragma once

#include <QObject>
#include <QSocketNotifier>

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

} // namespace collector
