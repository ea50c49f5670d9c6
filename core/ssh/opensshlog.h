// OpensshLog: what `ssh -v` says of itself, read as it comes: phases, facts of the connection, and the cause where it fails.
//
// Its lines hold text of the host: bounded, and shown only through printable(). On the thread of its process.

#pragma once

#include "model/record.h"
#include "ssh/sshprogress.h"

#include <collector/joberror.h>

#include <QByteArray>

#include <optional>

namespace collector {

class OpensshLog
{
public:
    OpensshLog(ConnectionInfo &info, SshProgress &progress) : m_info(info), m_progress(progress) {}

    void append(QByteArrayView bytes);

    // "Exit status 3": then 255 is the command's own.
    [[nodiscard]] const std::optional<int> &exitStatus() const { return m_exitStatus; }
    [[nodiscard]] bool isSignalled() const { return m_isSignalled; }

    // Nothing came of it: ssh says what it has to say on its standard error until it has read its options.
    [[nodiscard]] bool isEmpty() const { return !m_hasLines; }

    // Why ssh ended without the command's status. `shown`: what stood on its standard error until the login was over, as banners do.
    [[nodiscard]] JobError failure(const QByteArray &shown) const;

private:
    void takeLine(QByteArrayView line);
    void takeDebug(QByteArrayView text);

    ConnectionInfo &m_info;
    SshProgress &m_progress;
    QByteArray m_line; // without its end
    QByteArray m_said; // lines for people, the last ones
    std::optional<int> m_exitStatus;
    bool m_isSignalled = false;
    bool m_hasLines = false;
};

} // namespace collector
