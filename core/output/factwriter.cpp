#include "output/factwriter.h"

#include <QJsonArray>
#include <QJsonObject>

namespace collector {

bool FactWriter::member(bool isFirst, QByteArrayView commaKeyColon, const FactValue &value, int levels)
{
    const qsizetype before = m_out.size();
    const int keysBefore = m_keysLeft;
    m_out << commaKeyColon.sliced(isFirst ? 1 : 0);
    if (--m_keysLeft >= 0 && append(value, levels) && hasRoom())
        return true;
    m_out.truncate(before);
    m_keysLeft = keysBefore;
    return false;
}

bool FactWriter::append(const FactValue &value, int levels)
{
    const auto write = [this, levels](const auto &held) {
        using Held = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, QJsonValue>)
            return appendTree(held, levels);
        else if constexpr (std::is_same_v<Held, bool>)
            m_out << (held ? QByteArrayView("true") : QByteArrayView("false"));
        else if constexpr (std::is_same_v<Held, qint64>)
            m_out.number(held);
        else if constexpr (std::is_same_v<Held, double>)
            m_out.decimal(held);
        else
            m_out.string(QStringView(held));
        return true;
    };
    return std::visit(write, value);
}

bool FactWriter::appendTree(const QJsonValue &value, int levels)
{
    switch (value.type()) {
    case QJsonValue::Array: {
        if (levels <= 0)
            return false;
        const QJsonArray array = value.toArray();
        m_out << '[';
        bool isFirst = true;
        for (const QJsonValue item : array) {
            if (!isFirst)
                m_out << ',';
            isFirst = false;
            if (!appendTree(item, levels - 1) || !hasRoom())
                return false;
        }
        m_out << ']';
        return true;
    }
    case QJsonValue::Object: {
        if (levels <= 0)
            return false;
        const QJsonObject object = value.toObject();
        m_keysLeft -= int(qMin<qsizetype>(object.size(), 1'000'000));
        if (m_keysLeft < 0)
            return false;
        m_out << '{';
        for (auto it = object.begin(); it != object.end(); ++it) {
            if (it != object.begin())
                m_out << ',';
            m_out.string(QStringView(it.key()));
            m_out << ':';
            if (!appendTree(it.value(), levels - 1) || !hasRoom())
                return false;
        }
        m_out << '}';
        return true;
    }
    case QJsonValue::String:
        m_out.string(QStringView(value.toString()));
        return true;
    case QJsonValue::Bool:
        m_out << (value.toBool() ? QByteArrayView("true") : QByteArrayView("false"));
        return true;
    case QJsonValue::Double:
        m_out.number(value);
        return true;
    default:
        m_out << "null";
        return true;
    }
}

} // namespace collector
