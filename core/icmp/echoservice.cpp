#include "icmp/echoservice.h"

#include "icmp/echodoorbell.h"
#include "icmp/echoloop.h"
#include "icmp/echonotice.h"

#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>

namespace collector {

EchoService::EchoService(double rate) : m_rate(rate), m_doorbell(std::make_shared<EchoDoorbell>()), m_thread([this] { run(); }) {}

EchoService::~EchoService()
{
    m_isEnding = true;
    m_doorbell->ring();
    m_thread.join();
}

// A tenth of a second's worth, and at most what keeps the thread busy while a worker has its turn.
static uint64_t mostWaiting(double rate)
{
    return rate > 0 ? uint64_t(std::clamp(rate / 10, 1.0, 1024.0)) : 1024;
}

std::shared_ptr<EchoMailbox> EchoService::openMailbox(EchoMailbox::Calls calls)
{
    const std::lock_guard lock(m_lock);
    if (m_mailboxes == EchoLedger::mailboxes - 1)
        return nullptr;
    ++m_mailboxes;
    auto mailbox = std::make_shared<EchoMailbox>(m_doorbell, std::move(calls), mostWaiting(m_rate));
    m_newMailboxes.push_back(mailbox);
    return mailbox;
}

EchoCounters EchoService::counters() const
{
    const std::lock_guard lock(m_lock);
    return m_counters;
}

void EchoService::run()
{
    pthread_setname_np(pthread_self(), "ping");
    prctl(PR_SET_TIMERSLACK, 10'000UL); // ns: pacing is finer than the usual 50 µs
    EchoLoop loop(m_rate, m_doorbell);
    int known = 0;
    while (!m_isEnding) {
        loop.turn();
        const std::lock_guard lock(m_lock);
        if (!m_newMailboxes.empty())
            m_doorbell->ring(); // what was put into them before we knew them rang in vain
        for (auto &mailbox : m_newMailboxes)
            loop.add(std::move(mailbox), uint8_t(known++));
        m_newMailboxes.clear();
        m_counters = loop.counters();
    }
    noticeCounters(loop.counters());
}

} // namespace collector
