// JobError: a job cannot go on with this host. Thrown where it is found, by transports and by plugins alike, caught once, by
// the host's run, which makes it the job's status, cause and message. Facts set before it are kept.

#pragma once

#include "cause.h"

#include <QString>

#include <exception>

namespace collector {

class COLLECTOR_SDK JobError : public std::exception
{
public:
    // `message` is for a person: the fact first, then what to do. Text of the host in it must have gone through printable(). None is no
    // cause, nor is one that a later SDK has added: it becomes plugin_error.
    JobError(Cause cause, QString message);
    JobError(const JobError &);
    ~JobError() override;

    [[nodiscard]] Cause cause() const noexcept { return m_cause; }
    [[nodiscard]] const QString &message() const noexcept { return m_message; }
    [[nodiscard]] const char *what() const noexcept override;

private:
    Cause m_cause;
    QString m_message;
    QByteArray m_what;
};

// Bytes of a host made fit for a message, a log or a terminal: control characters and broken UTF-8 are replaced, white space
// is folded, and what is longer than `limit` characters ends in an ellipsis.
[[nodiscard]] COLLECTOR_SDK QString printable(QByteArrayView bytes, qsizetype limit = 200);

} // namespace collector
