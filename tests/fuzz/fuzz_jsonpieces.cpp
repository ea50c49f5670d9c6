// JsonPieces over arbitrary bytes: the same records however the bytes come, each an object, no byte read behind the end.

#include "output/jsonpieces.h"
#include "output/recordhead.h"

#include "piecesource.h"
#include "require.h"

#include <QList>

using namespace collector;

namespace {

struct Found
{
    QList<QByteArray> pieces;
    QList<quint64> lines;
    QString error;
    QJsonObject frame;
    bool operator==(const Found &) const = default;
};

Found readAll(const QByteArray &bytes, qsizetype piece)
{
    PieceSource source(bytes, piece);
    JsonPieces pieces(source);
    Found found;
    for (QByteArrayView one = pieces.next(); !one.isEmpty(); one = pieces.next()) {
        found.pieces.append(one.toByteArray());
        found.lines.append(pieces.line());
    }
    found.error = pieces.error();
    found.frame = pieces.frame();
    return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const Found found = readAll(bytes, bytes.size() + 1);
    require(readAll(bytes, 1) == found);
    require(readAll(bytes, 7) == found);
    quint64 line = 0;
    for (qsizetype i = 0; i < found.pieces.size(); ++i) {
        const QByteArray &piece = found.pieces[i];
        require(piece.startsWith('{') && piece.endsWith('}') && bytes.contains(piece));
        require(found.lines[i] >= line && found.lines[i] <= quint64(bytes.count('\n')) + 1);
        line = found.lines[i];
        (void)readRecordHead(piece);
    }
    return 0;
}
