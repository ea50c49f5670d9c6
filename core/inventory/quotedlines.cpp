#include "inventory/quotedlines.h"

#include "inventory/linereader.h"
#include "inventory/pythontext.h"

#include <QFile>
#include <QFileInfo>

#include <map>

namespace collector {

namespace {

constexpr qint64 largestFile = 64 * 1024 * 1024;

/// By line number, all of one file.
void quoteFrom(const QByteArray &path, const std::multimap<int, Diagnostic *> &wanted)
{
    QFile file(QFile::decodeName(path));
    // Neither a pipe, which is gone, nor a program, whose output was meant and not itself.
    if (!QFileInfo(file).isFile() || file.size() > largestFile || !file.open(QIODevice::ReadOnly))
        return;
    QCryptographicHash unused(QCryptographicHash::Md5);
    LineReader lines(file, unused);
    const QByteArrayView beginning = lines.peek(4);
    if (beginning.startsWith("#!") || beginning.startsWith("\x7f"))
        return;
    QByteArrayView line;
    for (auto next = wanted.begin(); next != wanted.end() && lines.next(line);) {
        for (; next != wanted.end() && next->first == lines.lineNumber(); ++next) {
            Diagnostic &diagnostic = *next->second;
            diagnostic.text = Diagnostic::presentable(line);
            const QByteArrayView content = stripped(line);
            if (diagnostic.column == 0 && !content.isEmpty())
                diagnostic.column = static_cast<int>(characterCount(line.first(content.data() - line.data()))) + 1;
        }
    }
}

} // namespace

void quoteLines(QList<Diagnostic> &diagnostics)
{
    std::map<QByteArray, std::multimap<int, Diagnostic *>> wanted;
    for (Diagnostic &diagnostic : diagnostics) {
        if (diagnostic.line > 0 && diagnostic.text.isEmpty())
            wanted[diagnostic.file].emplace(diagnostic.line, &diagnostic);
    }
    for (const auto &[file, lines] : wanted)
        quoteFrom(file, lines);
}

} // namespace collector
