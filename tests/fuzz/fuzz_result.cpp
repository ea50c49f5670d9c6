// ResultReader over arbitrary bytes: whatever somebody names as a result. Each record that it gives is JSON with a host.

#include "output/resultreader.h"

#include "memoryfile.h"

#include <QJsonDocument>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const MemoryFile file(QByteArray(reinterpret_cast<const char *>(data), qsizetype(size)));
    QString error;
    const auto reader = ResultReader::open(file.path(), &error);
    if (!reader) {
        if (error.isEmpty())
            std::abort();
        return 0;
    }
    StoredRecord record;
    for (int i = 0; i < 10'000 && reader->next(record); ++i) {
        if (record.head.host.isEmpty() || !record.json.startsWith('{') || !record.json.endsWith('}'))
            std::abort();
        if (!reader->hasTypedFacts() && QJsonDocument::fromJson(record.json.toByteArray()).isNull())
            std::abort(); // of a row we have made it ourselves
        (void)reader->line();
    }
    (void)reader->run();
    (void)reader->summary();
    return 0;
}
