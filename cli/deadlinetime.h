// --deadline: a duration (`30m`), from the first host on, or a time of day (`06:00`: local, its next occurrence), which comes when the
// clock on the wall says so, however long preparing takes and whoever sets that clock meanwhile.

#pragma once

#include <QDateTime>
#include <QString>

#include <chrono>
#include <variant>

namespace collector {

class DeadlineTime
{
public:
    // The next occurrence after `now`. Throws UsageError where it is neither.
    [[nodiscard]] static DeadlineTime parse(const QString &text, const QDateTime &now = QDateTime::currentDateTime());

    // Of a run that began `sinceFirstHost` ago, when the clock says `now`; nothing, or less, where it has come.
    [[nodiscard]] std::chrono::milliseconds left(std::chrono::milliseconds sinceFirstHost,
                                                 const QDateTime &now = QDateTime::currentDateTime()) const;

private:
    struct Clock
    {
        qint64 ms; // since the epoch
    };
    using When = std::variant<std::chrono::milliseconds, Clock>;
    explicit DeadlineTime(When when) : m_when(when) {}

    When m_when;
};

} // namespace collector
