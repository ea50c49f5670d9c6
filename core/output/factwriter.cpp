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
    if (const bool *truth = std::get_if<bool>(&value))
        m_out << (*truth ? QByteArrayView("true") : QByteArrayView("false"));
    else if (const qint64 *whole = std::get_if<qint64>(&value))
        m_out.number(*whole);
    else if (const double *number = std::get_if<double>(&value))
        m_out.decimal(*number);
    else if (const QString *text = std::get_if<QString>(&value))
        m_out.string(QStringView(*text));
    else
        return appendTree(std::get<QJsonValue>(value), levels);
    return true;
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
