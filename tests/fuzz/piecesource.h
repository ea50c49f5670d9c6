// Bytes in memory as a ByteSource that gives them in pieces of a certain size, as a pipe may.

#pragma once

#include "output/bytesource.h"

class PieceSource final : public collector::ByteSource
{
public:
    PieceSource(QByteArray bytes, qsizetype piece) : m_bytes(std::move(bytes)), m_piece(piece) {}

    qsizetype read(QByteArray &out, qsizetype limit) override
    {
        const qsizetype taken = qMin(qMin(limit, m_piece), m_bytes.size() - m_at);
        out.append(m_bytes.constData() + m_at, taken);
        m_at += taken;
        return taken;
    }

private:
    const QByteArray m_bytes;
    const qsizetype m_piece;
    qsizetype m_at = 0;
};
