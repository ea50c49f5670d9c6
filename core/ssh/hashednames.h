// The hashed host names of a known_hosts file: `|1|salt|HMAC-SHA1(salt, name)` in base64.
//
// OpenSSL takes some 15 µs for one such HMAC of a short name, nearly all of it setting up. Here the two states that depend on the
// salt alone are computed once, when the file is read; a probe is then two SHA-1 blocks, four lines at a time.
//
// Filled by one thread, then immutable: find() is const and may be called from any thread.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace collector {

class HashedNames
{
public:
    // One whole field with its `|1|`. False if it is none, or its salt or hash do not have the 20 bytes of a SHA-1.
    bool add(std::string_view field, uint32_t line);

    // The lines whose hash is that of `name`, in the order in which they were added. Costs about 0.1 µs a line.
    [[nodiscard]] std::vector<uint32_t> find(std::string_view name) const;

    [[nodiscard]] size_t size() const { return m_lines.size(); }
    [[nodiscard]] static bool looksHashed(std::string_view field) { return !field.empty() && field.front() == '|'; }

private:
    static constexpr size_t lanes = 4;
    typedef uint32_t Lanes __attribute__((vector_size(sizeof(uint32_t) * lanes)));
    using State = std::array<Lanes, 5>;

    struct Batch
    {
        State inner;  // after the block of salt ^ ipad
        State outer;  // after the block of salt ^ opad
        State digest; // what the line says
    };

    static void rounds(State &state, const Lanes (&schedule)[80]);

    std::vector<Batch> m_batches;
    std::vector<uint32_t> m_lines;
};

// One name in the form above with a fresh random salt, for a file that is kept hashed.
[[nodiscard]] std::string hashedName(std::string_view name);

} // namespace collector
