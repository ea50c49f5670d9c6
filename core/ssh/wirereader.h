// WireReader: takes the fields of SSH's binary form (RFC 4251, section 5) from the front of some bytes.
//
// Once a field does not fit, isGood() stays false and every further field is empty: read all, ask once. The bytes must outlive it. One
// thread.

#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QtEndian>

namespace collector {

class WireReader
{
public:
    explicit WireReader(QByteArrayView bytes) : m_rest(bytes) {}

    [[nodiscard]] bool isGood() const { return m_isGood; }
    [[nodiscard]] bool isAtEnd() const { return m_rest.isEmpty(); }
    [[nodiscard]] QByteArrayView rest() const { return m_rest; }

    [[nodiscard]] QByteArrayView take(qsizetype size)
    {
        if (!m_isGood || size < 0 || size > m_rest.size()) {
            m_isGood = false;
            return {};
        }
        const QByteArrayView result = m_rest.first(size);
        m_rest = m_rest.sliced(size);
        return result;
    }
    [[nodiscard]] quint8 byte() { return number<quint8>(); }
    [[nodiscard]] quint32 uint32() { return number<quint32>(); }
    [[nodiscard]] quint64 uint64() { return number<quint64>(); }
    [[nodiscard]] QByteArrayView string() { return take(qsizetype(uint32())); }

    // The other way round.
    [[nodiscard]] static QByteArray asUint32(quint32 value)
    {
        QByteArray result(4, Qt::Uninitialized);
        qToBigEndian(value, result.data());
        return result;
    }
    [[nodiscard]] static QByteArray asString(QByteArrayView value) { return asUint32(quint32(value.size())) + value.toByteArray(); }

private:
    template<typename Number>
    Number number()
    {
        const QByteArrayView bytes = take(sizeof(Number));
        return bytes.isEmpty() ? Number(0) : qFromBigEndian<Number>(bytes.data());
    }

    QByteArrayView m_rest;
    bool m_isGood = true;
};

} // namespace collector
