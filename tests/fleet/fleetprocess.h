// FleetProcess: tests/fleet as a test uses it. Every address of 127.0.0.0/8 at port() is a host.
//
//     FleetProcess fleet({u"--fault-map"_qs, map});
//     ... collector --port fleet.port() --known-hosts fleet.knownHostsFile() --identity fleet.clientKey()
//     QCOMPARE(fleet.count(FleetEvent::Exec, u"127.0.0.7"_qs), 1);

#pragma once

#include "serverprocess.h"

#include <QJsonObject>
#include <QList>

namespace collector {

struct FleetEvent
{
    inline static const QString Connect = QStringLiteral("connect"); // detail: the client's address and port
    inline static const QString Auth = QStringLiteral("auth");       // method, accepted|denied|partial, user, fingerprint
    inline static const QString Exec = QStringLiteral("exec");       // the command
    inline static const QString End = QStringLiteral("end");

    qint64 unixMilliseconds = 0;
    QString address;
    QString event;
    QString detail;
};

class FleetProcess final : public ServerProcess
{
public:
    // Options as on the fleet's command line. Port, known hosts, log and statistics are ours; so is the key that may log in,
    // unless there is an --authorized-key among them.
    explicit FleetProcess(const QStringList &options = {});

    [[nodiscard]] QByteArray fingerprint() const { return m_fingerprint; }            // of the host key, `SHA256:...`
    [[nodiscard]] QList<FleetEvent> log() const;                                      // so far
    [[nodiscard]] int count(const QString &event, const QString &address = {}) const; // of any address, if none is given

    ~FleetProcess() override; // complains if the fleet came to a bad end

    // Ends the fleet: connections, active, peak, auth_accepted, auth_denied, commands.
    [[nodiscard]] QJsonObject statistics();

private:
    QByteArray m_fingerprint;
};

} // namespace collector
