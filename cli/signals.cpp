#include "cli/signals.h"

#include <sys/signalfd.h>

#include <csignal>
#include <unistd.h>
#include <utility>

namespace collector {

namespace {

sigset_t ourSignals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGUSR1})
        sigaddset(&set, number);
    return set;
}

int openDescriptor()
{
    const sigset_t set = ourSignals();
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

} // namespace

void blockSignals()
{
    const sigset_t set = ourSignals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    for (const int number : {SIGPIPE, SIGXFSZ}) // a closed pipe, and a file that may grow no more, are told as errors of writing
        std::signal(number, SIG_IGN);
}

SignalsEndUs::SignalsEndUs()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_UNBLOCK, &set, &m_maskBefore);
}

SignalsEndUs::~SignalsEndUs()
{
    pthread_sigmask(SIG_SETMASK, &m_maskBefore, nullptr);
}

Signals::Signals(std::function<void(int)> received)
    : m_received(std::move(received)),
      m_descriptor(openDescriptor()),
      m_notifier(m_descriptor, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &Signals::read);
}

Signals::~Signals()
{
    m_notifier.setEnabled(false);
    close(m_descriptor);
}

void Signals::read()
{
    signalfd_siginfo info{};
    while (::read(m_descriptor, &info, sizeof info) == ssize_t(sizeof info))
        m_received(int(info.ssi_signo));
}

} // namespace collector
