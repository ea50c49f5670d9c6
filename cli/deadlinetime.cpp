#include "cli/deadlinetime.h"

#include "cli/commandline.h"

#include <collector/options.h>

namespace collector {

DeadlineTime DeadlineTime::parse(const QString &text, const QDateTime &now)
{
    if (text.contains(u':')) {
        QTime time = QTime::fromString(text, QStringLiteral("H:m"));
        if (!time.isValid())
            time = QTime::fromString(text, QStringLiteral("H:m:s"));
        if (time.isValid()) {
            // As a number: where summer time leaves the hour out, such a QDateTime is not valid, and no distance from another.
            Clock then{QDateTime(now.date(), time).toMSecsSinceEpoch()};
            if (then.ms <= now.toMSecsSinceEpoch())
                then.ms = QDateTime(now.date().addDays(1), time).toMSecsSinceEpoch();
            return DeadlineTime(then);
        }
    } else if (const auto duration = parseDuration(text.toUtf8()); duration && duration->count() > 0) {
        return DeadlineTime(*duration);
    }
    throw UsageError(QStringLiteral("--deadline takes a duration such as 30m, or a time of day such as 06:00, not \"%1\"").arg(text));
}

std::chrono::milliseconds DeadlineTime::left(std::chrono::milliseconds sinceFirstHost, const QDateTime &now) const
{
    if (const auto *duration = std::get_if<std::chrono::milliseconds>(&m_when))
        return *duration - sinceFirstHost;
    return std::chrono::milliseconds(std::get<Clock>(m_when).ms - now.toMSecsSinceEpoch());
}

} // namespace collector
