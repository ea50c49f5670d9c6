#include "ssh/sshconfigline.h"

#include <algorithm>

namespace collector {

namespace {

constexpr const char *blanks = " \t\r\n";

} // namespace

SshConfigLine::SshConfigLine(QByteArrayView line) : m_text(line.data(), size_t(line.size()))
{
    m_text.resize(std::min(m_text.find('\0'), m_text.size()));
    const size_t last = m_text.find_last_not_of(" \t\r\n\f");
    m_text.resize(last == std::string::npos ? 0 : last + 1);
    auto word = nextDelimited();
    if (word && word->empty())
        word = nextDelimited();
    if (!word || word->empty() || word->front() == '#')
        return;
    m_keyword = QByteArray::fromStdString(*word);
    if (m_at)
        skipBlanks(*m_at);
}

void SshConfigLine::skipBlanks(size_t from)
{
    m_at = std::min(m_text.find_first_not_of(blanks, from), m_text.size());
}

std::optional<std::string> SshConfigLine::nextDelimited()
{
    if (!m_at)
        return {};
    const size_t begin = *m_at;
    size_t end = m_text.find_first_of(" \t\r\n\"=", begin);
    if (end == std::string::npos) {
        m_at.reset();
        return m_text.substr(begin);
    }
    if (m_text[end] == '"') {
        m_text.erase(end, 1);
        end = m_text.find('"', end);
        if (end == std::string::npos) {
            m_at.reset();
            return {};
        }
        skipBlanks(end + 1);
        return m_text.substr(begin, end - begin);
    }
    const bool isEqualsSign = m_text[end] == '=';
    skipBlanks(end + 1);
    if (!isEqualsSign && *m_at < m_text.size() && m_text[*m_at] == '=')
        skipBlanks(*m_at + 1);
    return m_text.substr(begin, end - begin);
}

std::optional<QList<QByteArray>> SshConfigLine::words() const
{
    QList<QByteArray> result;
    const std::string_view text = m_at ? std::string_view(m_text).substr(*m_at) : std::string_view();
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ' || text[i] == '\t')
            continue;
        if (text[i] == '#')
            break;
        QByteArray word;
        char quote = '\0';
        for (; i < text.size(); ++i) {
            const char c = text[i];
            const char next = i + 1 < text.size() ? text[i + 1] : '\0';
            if (c == '\\' && (next == '\'' || next == '"' || next == '\\' || (quote == '\0' && next == ' '))) {
                word.append(next);
                ++i;
            } else if (quote == '\0' && (c == ' ' || c == '\t')) {
                break;
            } else if (quote == '\0' && (c == '"' || c == '\'')) {
                quote = c;
            } else if (quote != '\0' && c == quote) {
                quote = '\0';
            } else {
                word.append(c);
            }
        }
        if (quote != '\0')
            return {};
        result.append(word);
    }
    return result;
}

QByteArray SshConfigLine::rest() const
{
    if (!m_at)
        return {};
    const size_t begin = m_text.find_first_not_of(" \t\r\n=", *m_at);
    return begin == std::string::npos ? QByteArray() : QByteArray::fromStdString(m_text.substr(begin));
}

} // namespace collector
