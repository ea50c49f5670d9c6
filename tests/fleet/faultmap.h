// FaultMap: which address has which fault. Constant after construction.

#pragma once

#include "faults.h"
#include "options.h"

#include <cstdint>
#include <vector>

namespace collector::fleet {

class FaultMap
{
public:
    explicit FaultMap(const Options &options); // throws std::invalid_argument, with file and line

    // IPv4 in host order; null: healthy. Linear in the lines of the map: it is asked once a connection.
    [[nodiscard]] const Fault *of(std::uint32_t address) const;

    [[nodiscard]] bool needsEd25519() const; // of the host key: a WireConnection has no other

private:
    struct Range
    {
        std::uint32_t first;
        std::uint32_t last;
        const Fault *fault;
    };
    std::vector<Range> m_ranges;
    const Fault *m_everywhere = nullptr;
};

} // namespace collector::fleet
