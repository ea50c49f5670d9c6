#include "inventory/diagnostic.h"

#include <QString>

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr qsizetype longestLine = 200;
constexpr qsizetype longestMessage = 2000;

constexpr std::array secretWords{"pass", "secret", "token", "credential", "vault", "pwd", "apikey", "api_key", "access_key", "private_key"};
// Of a line that may be a key, or the variables of a host.
constexpr std::array secretBeginnings{"private", "begin", "auth", "ssh-rsa", "ssh-ed25519"};

template<size_t Count>
bool containsOne(const QByteArray &text, const std::array<const char *, Count> &words)
{
    return std::any_of(words.begin(), words.end(), [&](const char *word) { return text.contains(word); });
}

/// Fit for a terminal: foreign bytes can neither move its cursor nor change its colours.
QByteArray printable(QByteArrayView text, qsizetype longest)
{
    QString shown = QString::fromUtf8(text.first(std::min(text.size(), longest)));
    for (QChar &c : shown) {
        if (c == u'\t')
            c = u' ';
        else if (c.category() == QChar::Other_Control)
            c = QChar::ReplacementCharacter;
    }
    return shown.toUtf8();
}

} // namespace

bool isSecretName(QByteArrayView name)
{
    return containsOne(name.toByteArray().toLower().replace('-', '_'), secretWords);
}

QByteArray Diagnostic::presentable(QByteArrayView line)
{
    const bool isSecret = isSecretName(line) || containsOne(line.toByteArray().toLower(), secretBeginnings);
    return isSecret ? QByteArray() : printable(line, longestLine);
}

QByteArray Diagnostic::toText() const
{
    QByteArray out = file == "-i" ? QByteArray("collector: -i") : printable(file, longestMessage); // no file: the command line
    if (line > 0)
        out += ':' + QByteArray::number(line);
    if (line > 0 && column > 0)
        out += ':' + QByteArray::number(column);
    out += (severity == Error ? ": error: " : ": warning: ") + printable(message, longestMessage) + '\n';
    if (!text.isEmpty()) {
        out += "    " + text + '\n';
        if (column > 0 && column <= QString::fromUtf8(text).size() + 1)
            out += "    " + QByteArray(column - 1, ' ') + "^\n";
    }
    if (!remedy.isEmpty())
        out += "    -> " + printable(remedy, longestMessage) + '\n';
    return out;
}

} // namespace collector
