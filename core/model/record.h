// Record: what one run has to say of one selected host. Made by the host's run, on its worker, once; then encoded and
// written. A value: whoever holds it owns it.

#pragma once

#include "model/status.h"

#include <collector/cause.h>
#include <collector/facts.h>

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace collector {

// How one job on the host ended, and what it learnt. `facts.manifest()` says which job it is.
struct JobResult
{
    Facts facts;
    Status status = Status::Ok;
    Cause cause = Cause::None;
    QString message;
    qint64 elapsedMs = 0;
};

// What was learnt of the SSH connection, also before it failed. Empty text: not known, null in the record.
struct ConnectionInfo
{
    QByteArray user;
    quint16 port = 0;
    QByteArray via;         // the last jump host, `[user@]host[:port]`
    QByteArray auth;        // publickey, password, keyboard-interactive, none
    QByteArray key;         // SHA256:… of the key that opened it
    QByteArray hostKeyType; // ssh-ed25519
    QByteArray hostKey;     // SHA256:…
    QByteArray kex;
    QByteArray cipher;
    QByteArray mac;
    QByteArray banner; // SSH-2.0-…
};

struct Record
{
    QByteArray host;
    QByteArray address;    // literal; empty: never resolved, null in the record
    QByteArray groupsJson; // ["prod","web"]: shared by all hosts of the same groups
    Status status = Status::Ok;
    Cause cause = Cause::None; // of the first job, in the order of -p, that is not ok
    QString message;
    int plugin = -1;       // its index in `jobs`; -1: null
    qint64 startedMs = -1; // since the epoch, UTC; -1: never started, null in the record
    qint64 elapsedMs = 0;
    int attempts = 0;
    std::vector<JobResult> jobs; // in the order of -p
    std::unique_ptr<ConnectionInfo> connection;
    QJsonObject vars; // those that --vars asks for
};

// The host's status as it follows from its jobs' (CONTRACT, the record). Sets status, cause, message and plugin.
void concludeFromJobs(Record &record);

} // namespace collector
