#include "inventory/sourcereader.h"

#include "inventory/inireader.h"
#include "inventory/utf8.h"

#include <QFile>
#include <QFileInfo>

#include <QBuffer>

#include <cerrno>
#include <cstring>

namespace collector {

SourceReader::SourceReader(InventoryBuilder &builder, const LoadOptions &options) : m_builder(builder), m_options(options) {}

void SourceReader::read(const QByteArray &source)
{
    m_builder.setTyped(true);
    if (source == "-")
        return readStandardInput();
    if (source.contains(',')) {
        m_hash.addData(source);
        m_builder.enterFile("-i");
        m_builder.atLine(0, source);
        return readList(source);
    }
    if (QFileInfo::exists(QFile::decodeName(source)))
        return readPath(source);
    readRange(source);
}

/// Words with commas or blanks between them.
void SourceReader::readList(const QByteArray &text)
{
    QByteArrayView rest = text;
    while (!rest.isEmpty()) {
        qsizetype end = 0;
        while (end < rest.size() && rest[end] != ',' && rest[end] != ' ' && rest[end] != '\t')
            ++end;
        if (const QByteArrayView word = stripped(rest.first(end)); !word.isEmpty())
            readHostWord(word);
        rest = rest.sliced(std::min(end + 1, rest.size()));
    }
}

/// A host as ssh takes it: with or without user@ and :port.
void SourceReader::readHostWord(QByteArrayView word)
{
    const qsizetype at = word.lastIndexOf('@');
    if (!m_builder.addHosts(at > 0 ? word.sliced(at + 1) : word, InventoryTables::ungrouped) || at <= 0)
        return;
    InventoryTables &tables = m_builder.tables();
    const TextId name = tables.texts.intern("ansible_user");
    for (const HostIndex host : m_builder.hosts())
        m_builder.setHostVariable(host, name, {ValueRef::Text, tables.texts.intern(word.first(at))});
}

void SourceReader::readStandardInput()
{
    m_builder.enterFile("stdin");
    QByteArray content = m_options.standardInput ? m_options.standardInput() : QByteArray();
    QBuffer buffer(&content);
    buffer.open(QIODevice::ReadOnly);
    LineReader lines(buffer, m_hash);
    QByteArrayView line;
    while (lines.next(line)) {
        m_builder.atLine(lines.lineNumber(), line);
        const qsizetype comment = line.indexOf('#');
        readList((comment < 0 ? line : line.first(comment)).toByteArray());
    }
}

void SourceReader::readRange(const QByteArray &source)
{
    m_hash.addData(source);
    m_builder.enterFile("-i");
    m_builder.atLine(0, source);
    const auto parsed = AddressRange::parse(source);
    if (parsed.syntax == AddressRange::Syntax::Valid) {
        m_builder.addHosts(source, InventoryTables::ungrouped);
        return;
    }
    if (parsed.syntax == AddressRange::Syntax::Broken) {
        m_builder.problems().error({"-i", 0, 0, {}}, "'" + source + "': " + parsed.problem, "write 10.0.0.0/24 or 10.0.0.1-10.0.0.9");
        return;
    }
    m_builder.problems().error({"-i", 0, 0, {}}, "'" + source + "' is neither a file nor a folder, nor a network, nor a range of addresses",
                               "a single host needs a comma behind it: -i '" + source + ",'");
}

void SourceReader::readPath(const QByteArray &path)
{
    readFile(path);
}

void SourceReader::readFile(const QByteArray &path)
{
    m_builder.enterFile(path);
    m_builder.setTyped(false);
    QFile file(QFile::decodeName(path));
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
        m_builder.problems().error({path, 0, 0, {}}, "cannot be read: " + file.errorString().toUtf8(), {});
        return;
    }
    LineReader lines(file, m_hash);
    if (const char *what = mistakenFor(lines.peek(16 * 1024))) {
        m_builder.problems().error({path, 0, 0, {}}, QByteArray("this is ") + what + ", not an inventory",
                                   "give the file that lists the hosts");
        return;
    }
    IniReader(m_builder).read(lines);
}

} // namespace collector
