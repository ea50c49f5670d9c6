#include "wirecodec.h"

namespace collector::fleet {

WireWriter &WireWriter::byte(std::uint8_t value)
{
    m_bytes.push_back(static_cast<char>(value));
    return *this;
}

WireWriter &WireWriter::number(std::uint32_t value)
{
    for (const int shift : {24, 16, 8, 0})
        m_bytes.push_back(static_cast<char>(value >> shift & 0xff));
    return *this;
}

WireWriter &WireWriter::raw(std::string_view bytes)
{
    m_bytes.append(bytes);
    return *this;
}

WireWriter &WireWriter::text(std::string_view bytes)
{
    return number(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}

WireWriter &WireWriter::positive(std::string_view bigEndian)
{
    const auto first = bigEndian.find_first_not_of('\0');
    bigEndian.remove_prefix(first == std::string_view::npos ? bigEndian.size() : first);
    const bool looksNegative = !bigEndian.empty() && (static_cast<unsigned char>(bigEndian.front()) & 0x80);
    number(static_cast<std::uint32_t>(bigEndian.size() + (looksNegative ? 1 : 0)));
    if (looksNegative)
        byte(0);
    return raw(bigEndian);
}

std::uint8_t WireReader::byte()
{
    const auto bytes = raw(1);
    return bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes.front());
}

std::uint32_t WireReader::number()
{
    std::uint32_t value = 0;
    for (const char c : raw(4))
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

std::string_view WireReader::raw(std::size_t size)
{
    if (size > m_rest.size()) {
        m_good = false;
        m_rest = {};
        return {};
    }
    const auto bytes = m_rest.substr(0, size);
    m_rest.remove_prefix(size);
    return bytes;
}

std::string_view WireReader::text()
{
    return raw(number());
}

} // namespace collector::fleet
