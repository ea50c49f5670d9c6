// Scripts: what each fault's hosts perform, and what healthy ones answer. Constant after construction.

#pragma once

#include "faults.h"
#include "options.h"
#include "script.h"

#include <vector>

namespace collector::fleet {

class Scripts
{
public:
    explicit Scripts(const Options &options);

    [[nodiscard]] const Script &of(const Fault &fault) const; // a row of allFaults(); empty where it has no script
    [[nodiscard]] const Script &answer() const { return m_answer; }
    [[nodiscard]] const Script &silence() const { return m_silence; }

private:
    std::vector<Script> m_byFault; // in the table's order
    Script m_answer;
    Script m_silence;
};

} // namespace collector::fleet
