#include "inventory/diagnostic.h"

#include <QString>

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr qsizetype longestLine = 200;
constexpr qsizetype longestMessage = 2000;

constexpr std::array secretWords{"pass",  "secret", "token",   "credential", "private", "vault",   "pwd",
                                 "begin", "apikey", "api_key", "access_key", "auth",    "ssh-rsa", "ssh-ed25519"};

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
    const QByteArray lower = name.toByteArray().toLower();
    return std::any_of(secretWords.begin(), secretWords.end(), [&](const char *word) { return lower.contains(word); });
}

QByteArray Diagnostic::presentable(QByteArrayView line)
{
    return isSecretName(line) ? QByteArray() : printable(line, longestLine);
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
