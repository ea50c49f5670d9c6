#include "faultmap.h"

#include "files.h"

#include <arpa/inet.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace collector::fleet {

namespace {

std::uint32_t addressOf(const std::string &text)
{
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1)
        throw std::invalid_argument("`" + text + "` is no IPv4 address");
    return ntohl(address.s_addr);
}

std::pair<std::uint32_t, std::uint32_t> rangeOf(const std::string &text)
{
    if (const auto slash = text.find('/'); slash != std::string::npos) {
        const int bits = std::stoi(text.substr(slash + 1));
        if (bits < 0 || bits > 32)
            throw std::invalid_argument("`" + text + "`: a prefix has 0 to 32 bits");
        const std::uint32_t hostBits = bits == 32 ? 0 : 0xffffffffU >> bits;
        const std::uint32_t first = addressOf(text.substr(0, slash)) & ~hostBits;
        return {first, first | hostBits};
    }
    if (const auto dash = text.find('-'); dash != std::string::npos)
        return {addressOf(text.substr(0, dash)), addressOf(text.substr(dash + 1))};
    return {addressOf(text), addressOf(text)};
}

const Fault *faultCalled(const std::string &name)
{
    if (name == "none") // a healthy host among faulty ones
        return nullptr;
    const Fault *fault = findFault(name);
    if (!fault)
        throw std::invalid_argument("there is no fault `" + name + "`; see --list-faults");
    return fault;
}

} // namespace

FaultMap::FaultMap(const Options &options)
{
    if (!options.fault.empty())
        m_everywhere = faultCalled(options.fault);
    if (options.faultMapFile.empty())
        return;
    std::istringstream lines(readFile(options.faultMapFile));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        std::istringstream words(line.substr(0, line.find('#')));
        std::string range;
        std::string name;
        std::string more;
        if (!(words >> range))
            continue;
        try {
            if (!(words >> name) || words >> more)
                throw std::invalid_argument("expected `ADDRESSES FAULT`");
            const auto [first, last] = rangeOf(range);
            m_ranges.push_back({first, last, faultCalled(name)});
        } catch (const std::logic_error &error) {
            throw std::invalid_argument(options.faultMapFile + ":" + std::to_string(number) + ": " + error.what());
        }
    }
}

bool FaultMap::needsEd25519() const
{
    const auto needs = [](const Fault *fault) { return fault && fault->wire != WireRule::None; };
    return needs(m_everywhere) ||
           std::any_of(m_ranges.begin(), m_ranges.end(), [&needs](const Range &range) { return needs(range.fault); });
}

const Fault *FaultMap::of(std::uint32_t address) const
{
    const auto fits = [address](const Range &range) { return address >= range.first && address <= range.last; };
    const auto found = std::find_if(m_ranges.begin(), m_ranges.end(), fits);
    return found == m_ranges.end() ? m_everywhere : found->fault;
}

} // namespace collector::fleet
