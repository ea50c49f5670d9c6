#include "ssh/namepattern.h"

#include <algorithm>

namespace collector {

namespace {

constexpr size_t longestPattern = 1022; // match.c: char sub[1024], with room for its end

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
}

template<typename Fold>
bool matches(std::string_view text, std::string_view pattern, Fold fold)
{
    // Only the last star needs to be remembered: an earlier one can never do better by taking more.
    size_t t = 0;
    size_t p = 0;
    size_t star = std::string_view::npos;
    size_t retry = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || fold(pattern[p]) == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

template<typename Fold>
PatternMatch matchList(std::string_view text, std::string_view list, Fold fold)
{
    PatternMatch result = PatternMatch::None;
    for (size_t begin = 0; begin < list.size();) {
        const bool isNegated = list[begin] == '!';
        if (isNegated)
            ++begin;
        const size_t end = std::min(list.find(',', begin), list.size());
        const std::string_view pattern = list.substr(begin, end - begin);
        if (pattern.size() > longestPattern)
            return PatternMatch::None;
        if (matches(text, pattern, fold)) {
            if (isNegated)
                return PatternMatch::Negated;
            result = PatternMatch::Positive;
        }
        begin = end + 1;
    }
    return result;
}

} // namespace

bool matchesPattern(std::string_view text, std::string_view pattern)
{
    return matches(text, pattern, [](char c) { return c; });
}

std::string asciiLower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

PatternMatch matchPatternList(std::string_view text, std::string_view list)
{
    return matchList(text, list, [](char c) { return c; });
}

PatternMatch matchHostList(std::string_view lowerHost, std::string_view list)
{
    return matchList(lowerHost, list, lower);
}

} // namespace collector
