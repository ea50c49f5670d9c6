#include "fleetprocess.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QJsonDocument>

#include <algorithm>

namespace collector {

FleetProcess::FleetProcess(const QStringList &options)
{
    QStringList arguments{QStringLiteral("--known-hosts"), knownHostsFile(),          QStringLiteral("--log"),
                          file(QStringLiteral("log")),     QStringLiteral("--stats"), file(QStringLiteral("stats")),
                          QStringLiteral("--parent-death")};
    if (!options.contains(QStringLiteral("--authorized-key")))
        arguments << QStringLiteral("--authorized-key") << clientKey() + QStringLiteral(".pub");
    start(QStringLiteral(FLEET_BINARY), arguments + options);

    const QDeadlineTimer deadline(60'000);
    while (m_fingerprint.isEmpty()) {
        if (!process().canReadLine() && !process().waitForReadyRead(static_cast<int>(deadline.remainingTime())))
            fail(QStringLiteral("the fleet does not start"));
        while (process().canReadLine()) {
            const QByteArray line = process().readLine().trimmed();
            if (line.startsWith("listening "))
                setPort(line.mid(10).toUShort());
            else if (line.startsWith("hostkey "))
                setHostKeyLine(line.mid(8));
            else if (line.startsWith("fingerprint "))
                m_fingerprint = line.mid(12);
        }
    }
}

FleetProcess::~FleetProcess()
{
    if (stop() > 0) // what a sanitizer finds shows here
        qCritical("the fleet failed: %s", standardError().right(8000).constData());
}

QList<FleetEvent> FleetProcess::log() const
{
    QList<FleetEvent> events;
    QFile file(this->file(QStringLiteral("log")));
    if (!file.open(QIODevice::ReadOnly))
        return events;
    while (!file.atEnd()) {
        const QString line = QString::fromUtf8(file.readLine()).chopped(1);
        events.append({line.section(u' ', 0, 0).toLongLong(), line.section(u' ', 1, 1), line.section(u' ', 2, 2), line.section(u' ', 3)});
    }
    return events;
}

int FleetProcess::count(const QString &event, const QString &address) const
{
    const QList<FleetEvent> events = log();
    return static_cast<int>(std::count_if(events.begin(), events.end(), [&](const FleetEvent &e) {
        return e.event == event && (address.isEmpty() || e.address == address);
    }));
}

QJsonObject FleetProcess::statistics()
{
    stop();
    QFile file(this->file(QStringLiteral("stats")));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

} // namespace collector
