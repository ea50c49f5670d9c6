// Reading and writing the types of RFC 4251, section 5, for the faults that libssh cannot be made to have.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace collector::fleet {

class WireWriter
{
public:
    WireWriter() = default;
    explicit WireWriter(std::uint8_t messageNumber) { byte(messageNumber); }

    WireWriter &byte(std::uint8_t value);
    WireWriter &number(std::uint32_t value);
    WireWriter &raw(std::string_view bytes);
    WireWriter &text(std::string_view bytes);
    WireWriter &positive(std::string_view bigEndian); // mpint

    [[nodiscard]] const std::string &bytes() const { return m_bytes; }

private:
    std::string m_bytes;
};

// Past the end everything is zero or empty, and isGood() false.
class WireReader
{
public:
    explicit WireReader(std::string_view bytes) : m_rest(bytes) {}

    [[nodiscard]] std::uint8_t byte();
    [[nodiscard]] std::uint32_t number();
    [[nodiscard]] std::string_view raw(std::size_t size);
    [[nodiscard]] std::string_view text();
    [[nodiscard]] bool isGood() const { return m_good; }

private:
    std::string_view m_rest;
    bool m_good = true;
};

} // namespace collector::fleet
