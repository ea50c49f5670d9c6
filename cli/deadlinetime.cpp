#include "cli/deadlinetime.h"

#include "cli/commandline.h"

#include <collector/options.h>

#include <QDateTime>

namespace collector {

std::chrono::milliseconds parseDeadline(const QString &text)
{
    if (text.contains(u':')) {
        QTime time = QTime::fromString(text, QStringLiteral("H:m"));
        if (!time.isValid())
            time = QTime::fromString(text, QStringLiteral("H:m:s"));
        if (time.isValid()) {
            const QDateTime now = QDateTime::currentDateTime();
            QDateTime then(now.date(), time);
            if (then <= now)
                then = QDateTime(now.date().addDays(1), time);
            return std::chrono::milliseconds(now.msecsTo(then));
        }
    } else if (const auto duration = parseDuration(text.toUtf8()); duration && duration->count() > 0) {
        return *duration;
    }
    throw UsageError(QStringLiteral("--deadline takes a duration such as 30m, or a time of day such as 06:00, not \"%1\"").arg(text));
}

} // namespace collector
