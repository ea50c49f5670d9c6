// CsvReader: rows of a CSV file (RFC 4180, LF or CRLF), one after the other. Foreign bytes: a row is bounded. One thread.

#pragma once

#include "output/bytesource.h"

#include <vector>

namespace collector {

class CsvReader
{
public:
    explicit CsvReader(ByteSource &source) : m_source(source) {}

    // Reads the next row into `cells`, whose storage is used again. False at the end, and where error() is set.
    [[nodiscard]] bool next(std::vector<QByteArray> &cells);
    [[nodiscard]] const QString &error() const { return m_error; }
    [[nodiscard]] quint64 line() const { return m_line; } // where the last row began, from 1

private:
    [[nodiscard]] int take(); // the next byte; -1 at the end
    [[nodiscard]] int peek();

    ByteSource &m_source;
    QByteArray m_buffer;
    qsizetype m_at = 0;
    quint64 m_line = 1;
    quint64 m_nextLine = 1;
    QString m_error;
};

} // namespace collector
