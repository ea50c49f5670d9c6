// An OpenSSH user certificate (PROTOCOL.certkeys): what must be known of it before it is offered.
//
// libssh signs with a certificate but looks at none of its fields; an expired one would cost a refused login on every host. A plain value.

#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>

#include <optional>
#include <vector>

namespace collector {

struct Certificate
{
    QByteArray blob;
    QByteArray type;      // "ssh-ed25519-cert-v01@openssh.com"
    QByteArray publicKey; // the plain key that it certifies, as a blob
    bool isForUsers = false;
    quint64 serial = 0;
    QByteArray keyId;
    std::vector<QByteArray> principals; // empty: any
    quint64 validAfter = 0;             // seconds since 1970
    quint64 validBefore = 0;            // all bits set: for ever

    // Nothing if the bytes are no certificate of a type that we know.
    [[nodiscard]] static std::optional<Certificate> fromBlob(const QByteArray &blob);

    // The one line of a `…-cert.pub` file.
    [[nodiscard]] static std::optional<Certificate> fromLine(const QByteArray &line);

    // Why it cannot be used at that time, for a person; empty if it can.
    [[nodiscard]] QString objection(const QDateTime &now) const;
};

} // namespace collector
