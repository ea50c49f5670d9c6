#include "icmp/echodoorbell.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace collector {

static int makeEventDescriptor()
{
    const int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
    return descriptor;
}

EchoDoorbell::EchoDoorbell() : m_descriptor(makeEventDescriptor()) {}

EchoDoorbell::~EchoDoorbell()
{
    close(m_descriptor);
}

void EchoDoorbell::ring()
{
    // Rung already, and not heard yet: who has put something into a mailbox before this look has it collected, for the locks of the
    // mailbox put that after the ring is taken. Without it, each request would take two cache lines from the thread and the other workers.
    if (m_hasRung.load())
        return;
    m_hasRung.store(true);
    if (m_isAsleep.exchange(false))
        eventfd_write(m_descriptor, 1);
}

void EchoDoorbell::lieDown()
{
    m_isAsleep.store(true);
}

// Even where nobody has rung since: whoever rang as we got up the last time may have written only after we had looked, and what stays
// there ends every sleep at once.
void EchoDoorbell::getUp()
{
    m_isAsleep.store(false);
    eventfd_t rings;
    eventfd_read(m_descriptor, &rings);
}

} // namespace collector
