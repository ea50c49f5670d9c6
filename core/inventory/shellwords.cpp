#include "inventory/shellwords.h"

#include <array>

namespace collector {

namespace {

enum class Meaning : quint8 { Ordinary, Blank, Comment, Special };

constexpr std::array<Meaning, 256> meanings = [] {
    std::array<Meaning, 256> table{};
    for (const char blank : {' ', '\t', '\r', '\n'})
        table[static_cast<uchar>(blank)] = Meaning::Blank;
    for (const char special : {'\'', '"', '\\'})
        table[static_cast<uchar>(special)] = Meaning::Special;
    table[uchar{'#'}] = Meaning::Comment;
    return table;
}();

Meaning meaningOf(char c)
{
    return meanings[static_cast<uchar>(c)];
}

} // namespace

ShellWords::Problem ShellWords::split(QByteArrayView line)
{
    m_line = line;
    m_copies.clear();
    m_words.clear();
    for (qsizetype at = 0; at < line.size();) {
        const Meaning meaning = meaningOf(line[at]);
        if (meaning == Meaning::Comment)
            break;
        if (meaning == Meaning::Blank) {
            ++at;
            continue;
        }
        const qsizetype begin = at;
        while (at < line.size() && meaningOf(line[at]) == Meaning::Ordinary)
            ++at;
        if (at == line.size() || meaningOf(line[at]) != Meaning::Special) {
            m_words.push_back({begin, at - begin, begin, false});
            continue;
        }
        at = begin;
        if (const Problem problem = copyWord(at); problem.message)
            return problem;
    }
    return {nullptr, 0};
}

/// A word with quotes or backslashes in it.
ShellWords::Problem ShellWords::copyWord(qsizetype &at)
{
    const qsizetype size = m_line.size();
    const qsizetype position = at;
    const size_t begin = m_copies.size();
    for (; at < size; ++at) {
        const char c = m_line[at];
        const Meaning meaning = meaningOf(c);
        if (meaning == Meaning::Blank || meaning == Meaning::Comment)
            break;
        if (meaning == Meaning::Ordinary) {
            m_copies += c;
        } else if (c == '\\') {
            if (at + 1 == size)
                return {"a backslash at the end of the line escapes nothing", at};
            m_copies += m_line[++at];
        } else if (c == '\'') {
            const qsizetype end = m_line.indexOf('\'', at + 1);
            if (end < 0)
                return {"a quote is opened and never closed", at};
            m_copies.append(m_line.data() + at + 1, static_cast<size_t>(end - at - 1));
            at = end;
        } else {
            const qsizetype opened = at;
            for (++at; at < size && m_line[at] != '"'; ++at) {
                // Inside double quotes a backslash escapes itself and the quote, before anything else it stays.
                if (m_line[at] == '\\' && at + 1 < size && (m_line[at + 1] == '"' || m_line[at + 1] == '\\'))
                    ++at;
                m_copies += m_line[at];
            }
            if (at >= size)
                return {"a quote is opened and never closed", opened};
        }
    }
    m_words.push_back({static_cast<qsizetype>(begin), static_cast<qsizetype>(m_copies.size() - begin), position, true});
    return {nullptr, 0};
}

} // namespace collector
