// One line of ssh_config, taken apart exactly as OpenSSH takes it: its keyword ends at a blank, a quote or one `=`, Match goes on like
// that, and all other arguments are split like a shell's words (readconf.c, misc.c: strdelim, argv_split).
//
// Works on hostile bytes; a line is bounded by the file it is from. One thread.

#pragma once

#include <QByteArray>
#include <QList>

#include <optional>
#include <string>

namespace collector {

class SshConfigLine
{
public:
    // A line with or without its end. Cut at a NUL.
    explicit SshConfigLine(QByteArrayView line);

    // Empty for a blank line or a comment.
    [[nodiscard]] const QByteArray &keyword() const { return m_keyword; }

    [[nodiscard]] bool hasArguments() const { return m_at && *m_at < m_text.size(); }

    // The rest split into words: '…' and "…" quote, \ escapes quotes, itself and (outside quotes) a blank, # begins a comment where a word
    // would. Nothing if a quote is open at the end.
    [[nodiscard]] std::optional<QList<QByteArray>> words() const;

    // The rest as it is, as commands are taken (with what looks like a comment).
    [[nodiscard]] QByteArray rest() const;

    // Match's way: one word after the other. Nothing at the end, or at an unbalanced quote.
    [[nodiscard]] std::optional<std::string> nextDelimited();
    [[nodiscard]] bool isConsumed() const { return !m_at || *m_at >= m_text.size(); }

private:
    void skipBlanks(size_t from);

    std::string m_text;
    std::optional<size_t> m_at = 0; // nothing: behind the last word
    QByteArray m_keyword;
};

} // namespace collector
