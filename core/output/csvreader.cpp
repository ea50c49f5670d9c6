#include "output/csvreader.h"

namespace collector {

namespace {

constexpr qsizetype readPiece = 256 * 1024;
constexpr qsizetype longestRow = 64 * 1024 * 1024;

} // namespace

int CsvReader::peek()
{
    if (m_at == m_buffer.size()) {
        m_buffer.resize(0);
        m_at = 0;
        const qsizetype got = m_source.read(m_buffer, readPiece);
        if (got < 0)
            m_error = m_source.error();
        if (got <= 0)
            return -1;
    }
    return uchar(m_buffer[m_at]);
}

int CsvReader::take()
{
    const int c = peek();
    if (c >= 0)
        ++m_at;
    if (c == '\n')
        ++m_nextLine;
    return c;
}

bool CsvReader::next(std::vector<QByteArray> &cells)
{
    size_t used = 0;
    const auto newCell = [&] {
        if (used == cells.size())
            cells.emplace_back();
        cells[used].resize(0);
        return &cells[used++];
    };
    m_line = m_nextLine;
    if (!m_error.isEmpty() || peek() < 0)
        return false;
    QByteArray *cell = newCell();
    bool isQuoted = false;
    for (qsizetype size = 0;; ++size) {
        const int c = take();
        if (size > longestRow)
            m_error = QStringLiteral("the row that begins in line %1 is larger than %2 MiB").arg(m_line).arg(longestRow >> 20);
        if (isQuoted && c < 0 && m_error.isEmpty())
            m_error = QStringLiteral("it ends in the middle of the row that begins in line %1: it was cut off").arg(m_line);
        if (!m_error.isEmpty())
            return false;
        if (isQuoted && c == '"' && peek() == '"') {
            cell->append(char(take()));
        } else if (c == '"' && (isQuoted || cell->isEmpty())) {
            isQuoted = !isQuoted;
        } else if (isQuoted) {
            cell->append(char(c));
        } else if (c == ',') {
            cell = newCell();
        } else if (c < 0 || c == '\n') {
            break;
        } else if (c != '\r' || peek() != '\n') {
            cell->append(char(c));
        }
    }
    cells.resize(used);
    return true;
}

} // namespace collector
