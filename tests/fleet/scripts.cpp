#include "scripts.h"

#include "plays.h"

namespace collector::fleet {

Scripts::Scripts(const Options &options) : m_answer(plays::answer(options)), m_silence(plays::silence(options))
{
    for (const Fault &fault : allFaults())
        m_byFault.push_back(fault.dialogue ? fault.dialogue() : fault.play ? fault.play(options) : Script());
}

const Script &Scripts::of(const Fault &fault) const
{
    return m_byFault[static_cast<std::size_t>(&fault - allFaults().data())];
}

} // namespace collector::fleet
