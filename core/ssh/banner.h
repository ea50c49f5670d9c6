// Banner: what a host says before it speaks SSH, judged without taking any of it from libssh.
//
// A server may send lines of text before its "SSH-" (RFC 4253 4.2): sshd says there why it closes, other services give themselves away.
// Those lines are read here; from "SSH-" on the bytes stay in the socket. On the thread of its socket.

#pragma once

#include <collector/joberror.h>

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>

namespace collector {

class BannerReader
{
public:
    enum class Found {
        Nothing,   // wait until there is more
        Undecided, // one to three bytes that may become "SSH-" and stay where they are: look again in a while
        Ssh,       // from here on it is libssh's
    };

    // `place`: for messages.
    explicit BannerReader(QString place) : m_place(std::move(place)) {}

    // Of a socket that is readable. Throws JobError: not_ssh, rate_limited, reset, handshake. Does not block.
    [[nodiscard]] Found read(int descriptor);

    // Why there is none: the connection was closed, or reset.
    [[nodiscard]] JobError closed(bool isReset) const;
    // The same where that showed when we wrote: by what can still be read of it.
    [[nodiscard]] JobError left(int descriptor);
    // Why there was none within the time that a host has for it.
    [[nodiscard]] JobError timeout(std::chrono::milliseconds after) const;

private:
    void take(int descriptor, QByteArrayView bytes);
    [[nodiscard]] std::optional<JobError> judge() const;

    const QString m_place;
    QByteArray m_text; // before "SSH-": the head of it
    qint64 m_taken = 0;
    bool m_isInLine = false; // the last line has not ended
};

} // namespace collector
