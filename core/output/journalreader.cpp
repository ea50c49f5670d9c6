#include "output/journalreader.h"

#include "output/jsonspan.h"

namespace collector {

namespace {

constexpr qsizetype readPiece = 256 * 1024;
constexpr qsizetype longestLine = 16 * 1024 * 1024;

std::optional<CrashNote> readCrash(QByteArrayView line)
{
    // The names as they are: the handler of a signal passes on bytes that are no UTF-8.
    CrashNote crash;
    JsonMembers member(jsonMember(line, "crashed"));
    while (member.next()) {
        if (member.key() == "host")
            crash.host = jsonText(member.value());
        else if (member.key() == "plugin")
            crash.plugin = jsonText(member.value());
        else if (member.key() == "signal")
            crash.signal = member.value().toInt();
    }
    return member.isValid() && !crash.host.isEmpty() ? std::optional(crash) : std::nullopt;
}

} // namespace

std::unique_ptr<JournalReader> JournalReader::open(const QByteArray &path, QString *error)
{
    auto source = ByteSource::open(path, error);
    if (!source)
        return nullptr;
    std::unique_ptr<JournalReader> reader(new JournalReader(path, std::move(source)));
    QByteArrayView line;
    const bool hasLine = reader->nextLine(line);
    if (!hasLine && reader->m_buffer.size() <= longestLine) {
        *error = reader->m_error; // empty: whoever made it was killed before its header was in it
        return nullptr;
    }
    auto header = hasLine ? JournalHeader::fromLine(line) : std::nullopt;
    if (!header) {
        *error = QStringLiteral("%1 is no journal that this version can read: remove it to begin anew").arg(QString::fromLocal8Bit(path));
        return nullptr;
    }
    reader->m_header = std::move(*header);
    reader->m_wholeBytes = line.size() + 1;
    return reader;
}

bool JournalReader::nextLine(QByteArrayView &line)
{
    qsizetype scanned = m_at;
    for (;;) {
        const qsizetype end = m_buffer.indexOf('\n', scanned);
        if (end >= 0) {
            line = QByteArrayView(m_buffer).sliced(m_at, end - m_at);
            m_at = end + 1;
            return true;
        }
        if (m_buffer.size() - m_at > longestLine)
            return false;
        m_buffer.remove(0, m_at);
        m_at = 0;
        scanned = m_buffer.size();
        const qsizetype got = m_source->read(m_buffer, readPiece);
        if (got < 0)
            m_error = QStringLiteral("%1 %2").arg(QString::fromLocal8Bit(m_path), m_source->error());
        if (got <= 0)
            return false;
    }
}

bool JournalReader::next(Entry &entry)
{
    QByteArrayView line;
    while (m_error.isEmpty() && nextLine(line)) {
        if (line.isEmpty()) { // before a crash note
            ++m_wholeBytes;
            continue;
        }
        // A hole that a power cut left reads as zeros, which no JSON holds; a torn line lacks its end.
        if (line.contains('\0') || !isWholeJsonObject(line))
            return false;
        entry = {line, std::nullopt, std::nullopt};
        if (line.startsWith("{\"crashed\":"))
            entry.crash = readCrash(line);
        else
            entry.record = readRecordHead(line);
        if (!entry.crash && !entry.record)
            return false;
        m_wholeBytes += line.size() + 1;
        return true;
    }
    return false;
}

} // namespace collector
