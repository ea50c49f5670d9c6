#include "collector/joberror.h"

namespace collector {

JobError::JobError(Cause cause, QString message) : m_cause(recordedCause(cause)), m_message(std::move(message)), m_what(m_message.toUtf8())
{
}

JobError::JobError(const JobError &) = default;
JobError::~JobError() = default;

const char *JobError::what() const noexcept
{
    return m_what.constData();
}

QString printable(QByteArrayView bytes, qsizetype limit)
{
    // Four bytes a character at most: no need to decode more than can be shown.
    const QString decoded = QString::fromUtf8(bytes.first(qMin(bytes.size(), (limit + 1) * 4)));
    QString text;
    text.reserve(qMin(decoded.size(), limit + 1));
    bool isGap = false;
    for (const QChar c : decoded) {
        const bool isFormat = c.category() == QChar::Other_Format || c.category() == QChar::Other_Control;
        if (c.isSpace() || (isFormat && c != QChar(0x00ad))) {
            isGap = !text.isEmpty();
            continue;
        }
        if (text.size() + isGap >= limit) {
            text += QChar(0x2026);
            return text;
        }
        if (isGap)
            text += u' ';
        isGap = false;
        text += c;
    }
    return text;
}

} // namespace collector
