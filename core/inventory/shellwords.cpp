#include "inventory/shellwords.h"

namespace collector {

ShellWords::Problem ShellWords::split(QByteArrayView line)
{
    m_text.clear();
    m_words.clear();
    bool inWord = false;
    size_t begin = 0;
    qsizetype position = 0;
    const auto open = [&](qsizetype at) {
        if (!inWord) {
            inWord = true;
            begin = m_text.size();
            position = at;
        }
    };
    const auto close = [&] {
        if (inWord)
            m_words.push_back({begin, m_text.size(), position});
        inWord = false;
    };
    const qsizetype size = line.size();
    for (qsizetype i = 0; i < size; ++i) {
        const char c = line[i];
        switch (c) {
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            close();
            break;
        case '#':
            close();
            return {nullptr, 0};
        case '\\':
            open(i);
            if (i + 1 == size)
                return {"a backslash at the end of the line escapes nothing", i};
            m_text += line[++i];
            break;
        case '\'': {
            open(i);
            const qsizetype end = line.indexOf('\'', i + 1);
            if (end < 0)
                return {"a quote is opened and never closed", i};
            m_text.append(line.data() + i + 1, static_cast<size_t>(end - i - 1));
            i = end;
            break;
        }
        case '"': {
            open(i);
            const qsizetype opened = i;
            for (++i; i < size && line[i] != '"'; ++i) {
                // Inside double quotes a backslash escapes itself and the quote, before anything else it stays.
                if (line[i] == '\\' && i + 1 < size && (line[i + 1] == '"' || line[i + 1] == '\\'))
                    ++i;
                m_text += line[i];
            }
            if (i >= size)
                return {"a quote is opened and never closed", opened};
            break;
        }
        default:
            open(i);
            m_text += c;
        }
    }
    close();
    return {nullptr, 0};
}

} // namespace collector
