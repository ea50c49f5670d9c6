#include "output/jsonpieces.h"

#include <QJsonDocument>

#include <algorithm>

namespace collector {

namespace {

constexpr qsizetype readPiece = 256 * 1024;
constexpr qsizetype longestPiece = 64 * 1024 * 1024;

bool isSpace(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

bool JsonPieces::more()
{
    if (m_at < m_buffer.size())
        return true;
    if (m_buffer.size() - m_pieceStart > longestPiece) {
        m_error = QStringLiteral("a record in it is larger than %1 MiB").arg(longestPiece >> 20);
        return false;
    }
    if (m_pieceStart > 0) {
        m_droppedLines += quint64(std::count(m_buffer.cbegin(), m_buffer.cbegin() + m_pieceStart, '\n'));
        m_buffer.remove(0, m_pieceStart);
        m_at -= m_pieceStart;
        m_pieceStart = 0;
    }
    const qsizetype got = m_source.read(m_buffer, readPiece);
    if (got < 0)
        m_error = m_source.error();
    return got > 0;
}

int JsonPieces::peek()
{
    while (more()) {
        const int c = uchar(m_buffer[m_at]);
        if (!isSpace(c))
            return c;
        m_pieceStart = ++m_at;
    }
    return -1;
}

// Takes the object at m_at, up to its closing brace. Where it is a document, it stops behind the bracket that opens `hosts`.
bool JsonPieces::scanObject(bool mayHoldHosts, bool *entersHosts)
{
    int depth = 0;
    bool isKey = false;
    bool isInString = false;
    bool isEscaped = false;
    qsizetype textStart = 0; // relative to the piece, which may move
    QByteArray key;
    while (more()) {
        const char c = m_buffer[m_at++];
        if (isInString) {
            if (isEscaped)
                isEscaped = false;
            else if (c == '\\')
                isEscaped = true;
            else if (c == '"') {
                isInString = false;
                if (isKey)
                    key = m_buffer.mid(m_pieceStart + textStart, m_at - 1 - m_pieceStart - textStart);
                isKey = false;
            }
            continue;
        }
        switch (c) {
        case '"':
            isInString = true;
            textStart = m_at - m_pieceStart;
            break;
        case '{':
            isKey = mayHoldHosts && depth == 0;
            ++depth;
            break;
        case '[':
            if (mayHoldHosts && depth == 1 && key == "hosts") {
                *entersHosts = true;
                return true;
            }
            ++depth;
            break;
        case ',':
            isKey = mayHoldHosts && depth == 1;
            break;
        case '}':
        case ']':
            if (--depth == 0)
                return c == '}' || mismatch();
            break;
        default:
            break;
        }
    }
    return false;
}

// What is inside a record is for its reader to judge; that it ends as it began is ours.
bool JsonPieces::mismatch()
{
    fail(QStringLiteral("brackets do not match on line %1: it is no result of collector"));
    return false;
}

// Takes what follows `hosts`, up to the brace that closes the document.
bool JsonPieces::scanTail()
{
    int depth = 2; // the array and the document
    bool isInString = false;
    bool isEscaped = false;
    while (more()) {
        const char c = m_buffer[m_at++];
        if (isEscaped)
            isEscaped = false;
        else if (isInString && c == '\\')
            isEscaped = true;
        else if (c == '"')
            isInString = !isInString;
        else if (isInString)
            continue;
        else if (c == '{' || c == '[')
            ++depth;
        else if ((c == '}' || c == ']') && --depth == 0)
            return c == '}' || mismatch();
    }
    return false;
}

QByteArrayView JsonPieces::fail(const QString &reason)
{
    if (m_error.isEmpty())
        m_error = reason.arg(lineAt(m_at));
    return {};
}

quint64 JsonPieces::lineAt(qsizetype at) const
{
    return m_droppedLines + 1 + quint64(std::count(m_buffer.cbegin(), m_buffer.cbegin() + at, '\n'));
}

QByteArrayView JsonPieces::next()
{
    m_pieceStart = m_at;
    for (;;) {
        if (!m_error.isEmpty())
            return {};
        const int c = peek();
        if (m_place == Place::Hosts && c == ',') {
            m_pieceStart = ++m_at;
            continue;
        }
        if (m_place == Place::Hosts && c == ']') {
            m_place = Place::Outside;
            if (!scanTail())
                return fail(QStringLiteral("it ends in the middle of the document, on line %1: it was cut off"));
            m_frameTail = m_buffer.mid(m_pieceStart, m_at - m_pieceStart);
            m_pieceStart = m_at;
            continue;
        }
        if (c < 0)
            return m_place == Place::Outside ? QByteArrayView()
                                             : fail(QStringLiteral("it ends in the middle of the document, on line %1: it was cut off"));
        if (c != '{')
            return fail(QStringLiteral("it is no result of collector: no record begins on line %1"));
        bool entersHosts = false;
        if (!scanObject(m_place == Place::Outside, &entersHosts))
            return fail(QStringLiteral("it ends in the middle of a record, on line %1: it was cut off"));
        if (!entersHosts)
            return QByteArrayView(m_buffer).sliced(m_pieceStart, m_at - m_pieceStart);
        m_isDocument = true;
        m_place = Place::Hosts;
        m_frameHead = m_buffer.mid(m_pieceStart, m_at - m_pieceStart);
        m_pieceStart = m_at;
    }
}

QJsonObject JsonPieces::frame() const
{
    if (!m_isDocument)
        return {};
    return QJsonDocument::fromJson(m_frameHead + (m_frameTail.isEmpty() ? QByteArray("]}") : m_frameTail)).object();
}

} // namespace collector
