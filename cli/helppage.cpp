#include "cli/helppage.h"

#include <QStringList>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace collector {

namespace {

constexpr int widest = 110; // beyond, lines are hard to read
constexpr int narrowest = 60;

// At spaces, to lines of at most `width`; all but the first begin with `indent` spaces, for which the first one leaves room.
QString broken(const QString &text, int indent, int width)
{
    QString out;
    int column = indent;
    for (const QString &word : text.split(u' ')) {
        if (column > indent && column + 1 + word.size() > width) {
            out += u'\n' + QString(indent, u' ');
            column = indent;
        } else if (column > indent) {
            out += u' ';
            ++column;
        }
        out += word;
        column += int(word.size());
    }
    return out;
}

} // namespace

int helpWidth()
{
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return widest;
    return std::clamp<int>(size.ws_col, narrowest, widest);
}

QString helpParagraphs(const QString &text, int width)
{
    QString out;
    QStringList paragraph;
    const auto end = [&] {
        if (!paragraph.isEmpty())
            out += broken(paragraph.join(u' '), 0, width) + u'\n';
        paragraph.clear();
    };
    for (const QString &line : text.split(u'\n')) {
        if (!line.isEmpty() && !line.startsWith(u' ')) {
            paragraph.append(line);
            continue;
        }
        end();
        out += line + u'\n';
    }
    end();
    return out;
}

QString helpRow(const QString &left, const QString &help, int column, int width)
{
    const bool isLong = left.size() >= column - 1;
    const QString gap = isLong ? u'\n' + QString(column, u' ') : QString(column - left.size(), u' ');
    return left + gap + broken(help, column, width) + u'\n';
}

} // namespace collector
