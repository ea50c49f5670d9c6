// A host line cut into words as Python's shlex.split(line, comments=True) cuts it. Words are views, into the line where they stand
// there as they are; no allocation once warm. One thread.
#pragma once

#include <QByteArrayView>

#include <string>
#include <vector>

namespace collector {

class ShellWords final
{
public:
    struct Problem
    {
        const char *message; // nullptr: none
        qsizetype at;        // the byte of the line where it began
    };

    /// Words of `line`, until the next call. A `#` outside quotes ends the line, even inside a word.
    [[nodiscard]] Problem split(QByteArrayView line);

    [[nodiscard]] size_t count() const { return m_words.size(); }
    [[nodiscard]] QByteArrayView word(size_t i) const
    {
        const Word &word = m_words[i];
        return QByteArrayView((word.isCopied ? m_copies.data() : m_line.data()) + word.begin, word.length);
    }
    /// Where word `i` begins in the line, in bytes.
    [[nodiscard]] qsizetype position(size_t i) const { return m_words[i].position; }

private:
    struct Word
    {
        qsizetype begin;
        qsizetype length;
        qsizetype position;
        bool isCopied; // it had quotes or backslashes, and stands in m_copies
    };
    Problem copyWord(qsizetype &at);

    QByteArrayView m_line;
    std::string m_copies;
    std::vector<Word> m_words;
};

} // namespace collector
