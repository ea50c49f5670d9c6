#include "findings.h"

#include <QStringDecoder>

#include <algorithm>

namespace collector::facts {

void putText(QJsonObject &object, QStringView key, QByteArrayView bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringConverter::Flag::Stateless | QStringConverter::Flag::ConvertInitialBom);
    const QString text = decoder(bytes);
    object.insert(key.toString(), text);
    if (decoder.hasError())
        object.insert(key.toString() + QStringLiteral("_base64"), QString::fromLatin1(bytes.toByteArray().toBase64()));
}

void Findings::set(QStringView key, const QJsonValue &value)
{
    if (!value.isUndefined() && !value.isNull())
        m_facts.insert(key.toString(), value);
}

void Findings::setText(QStringView key, QByteArrayView bytes)
{
    putText(m_facts, key, bytes);
}

void Findings::miss(QStringView path, Absence reason)
{
    const auto known = std::find_if(m_missing.begin(), m_missing.end(), [&](const Missing &missing) { return missing.path == path; });
    if (known != m_missing.end())
        known->reason = reason;
    else if (m_missing.size() < 2000)
        m_missing.append({path.toString(), reason});
}

bool Findings::isMissing(QStringView key) const
{
    return std::any_of(m_missing.begin(), m_missing.end(), [&](const Missing &missing) { return missing.path == key; });
}

bool Findings::isReserved(QStringView key) const
{
    if (!m_manifest)
        return key.isEmpty();
    const int index = m_manifest->factIndex(key.toUtf8());
    return index < 0 || !m_manifest->facts[index].isPattern();
}

} // namespace collector::facts
