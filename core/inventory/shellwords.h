// A host line cut into words as Python's shlex.split(line, comments=True) cuts it. No allocation once warm; one thread.
#pragma once

#include <QByteArray>
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
        return QByteArrayView(m_text.data() + m_words[i].begin, static_cast<qsizetype>(m_words[i].end - m_words[i].begin));
    }
    /// Where word `i` begins in the line, in bytes.
    [[nodiscard]] qsizetype position(size_t i) const { return m_words[i].position; }

private:
    struct Word
    {
        size_t begin;
        size_t end;
        qsizetype position;
    };
    std::string m_text;
    std::vector<Word> m_words;
};

} // namespace collector
