// OpenSSH's patterns, as known_hosts and ssh_config use them: `*` any run of characters, `?` any one, `!` in front negates,
// commas separate (PATTERNS in ssh_config(5)).
//
// Pure functions, any thread. Time is bounded by the product of the lengths: a hostile pattern cannot make them explode.

#pragma once

#include <string>
#include <string_view>

namespace collector {

enum class PatternMatch {
    None,
    Positive,
    Negated, // a negated pattern matched: it outweighs all others
};

[[nodiscard]] bool matchesPattern(std::string_view text, std::string_view pattern);

// Lower case of ASCII letters alone, whatever the locale.
[[nodiscard]] std::string asciiLower(std::string_view text);

// A comma-separated list. A single pattern longer than 1,022 characters matches nothing, as in OpenSSH.
[[nodiscard]] PatternMatch matchPatternList(std::string_view text, std::string_view list);

// The same for host names: case does not count. `lowerHost` must be lower case already.
[[nodiscard]] PatternMatch matchHostList(std::string_view lowerHost, std::string_view list);

} // namespace collector
