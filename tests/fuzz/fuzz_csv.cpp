// CsvReader over arbitrary bytes: the same rows however the bytes come, and what is written of them is read again as it was.

#include "output/csvreader.h"

#include "piecesource.h"
#include "require.h"

#include <QList>

using namespace collector;

namespace {

struct Found
{
    QList<std::vector<QByteArray>> rows;
    QString error;
    bool operator==(const Found &) const = default;
};

Found readAll(const QByteArray &bytes, qsizetype piece)
{
    PieceSource source(bytes, piece);
    CsvReader reader(source);
    Found found;
    std::vector<QByteArray> cells;
    while (reader.next(cells))
        found.rows.append(cells);
    found.error = reader.error();
    return found;
}

QByteArray written(const Found &found)
{
    QByteArray text;
    for (const auto &row : found.rows) {
        const char *separator = "";
        for (QByteArray cell : row) {
            text += separator + ('"' + cell.replace('"', "\"\"") + '"');
            separator = ",";
        }
        text += '\n';
    }
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const Found found = readAll(bytes, bytes.size() + 1);
    require(readAll(bytes, 1) == found);
    require(readAll(bytes, 5) == found);
    const Found again = readAll(written(found), 4096);
    require(again.error.isEmpty() && again.rows == found.rows);
    return 0;
}
