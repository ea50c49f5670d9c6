// JournalReader over arbitrary bytes, as after a power cut: what it calls whole is whole, and reads the same without the rest.

#include "output/journalreader.h"
#include "output/jsonspan.h"

#include "memoryfile.h"
#include "require.h"

#include <QList>

using namespace collector;

namespace {

struct Found
{
    bool isJournal = false;
    QList<QByteArray> lines;
    qint64 wholeBytes = 0;
    bool operator==(const Found &) const = default;
};

Found readAll(const QByteArray &bytes)
{
    const MemoryFile file(bytes);
    QString error;
    Found found;
    const auto reader = JournalReader::open(file.path(), &error);
    found.isJournal = reader != nullptr;
    if (!reader) {
        require(error.isEmpty() == !bytes.contains('\n')); // not one whole line: it counts as none
        return found;
    }
    JournalReader::Entry entry;
    while (reader->next(entry)) {
        require(entry.record.has_value() != entry.crash.has_value());
        require(!entry.line.contains('\n') && isWholeJsonObject(entry.line));
        if (entry.record)
            require(!entry.record->host.isEmpty());
        found.lines.append(entry.line.toByteArray());
    }
    found.wholeBytes = reader->wholeBytes();
    return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    if (bytes.startsWith("\x1f\x8b") || bytes.startsWith("\x28\xb5\x2f\xfd"))
        return 0; // a journal is never compressed; the sources for these are zlib's and libzstd's own
    const Found found = readAll(bytes);
    if (!found.isJournal)
        return 0;
    require(found.wholeBytes > 0 && found.wholeBytes <= bytes.size());
    require(bytes[found.wholeBytes - 1] == '\n');
    require(readAll(bytes.first(found.wholeBytes)) == found);
    return 0;
}
