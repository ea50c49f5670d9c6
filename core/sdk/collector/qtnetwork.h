// collector/qtnetwork.h: HTTP with Qt Network, awaited. Optional: a plugin that includes it links Qt6::Network by itself
// (`collector_add_plugin(… LINKS Qt6::Network)`) and has "tcp" in its manifest's `uses`.
//
//     QNetworkRequest request(url);
//     const HttpReply reply = co_await fetch(job, request, 5s);
//
// Requests share one QNetworkAccessManager a worker, and each holds a permit (JobContext::qtSocket), so that no more than 64 are under way
// on a worker; the others wait for their turn. No proxy is asked, no redirection followed, no connection or cookie kept: what is told of a
// host comes from that host. A name in the URL is resolved by Qt, past --exclude and `never=`: take the address from JobContext::resolve().

#pragma once

#include "join.h"
#include "plugin.h"

#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>

#include <chrono>
#include <memory>

namespace collector {

struct HttpRequest
{
    HttpRequest() = default; // no aggregate: GCC 12 destroys those twice that a co_await's expression makes

    QByteArray verb = "GET";
    QByteArray body;
    qint64 limit = 1 << 20; // bytes kept of the answer's body
};

struct HttpReply
{
    int status = 0; // 200, 404 …
    QByteArray body;
    bool isTruncated = false;
    QList<QNetworkReply::RawHeaderPair> headers;

    [[nodiscard]] QByteArray header(QByteArrayView name) const
    {
        for (const auto &[key, value] : headers) {
            if (key.compare(name, Qt::CaseInsensitive) == 0)
                return value;
        }
        return {};
    }
};

namespace detail {

inline QNetworkAccessManager &networkOf(JobContext &job)
{
    QObject *worker = job.worker();
    auto *manager = worker->findChild<QNetworkAccessManager *>(QString(), Qt::FindDirectChildrenOnly);
    if (!manager) {
        manager = new QNetworkAccessManager(worker);
        manager->setProxy(QNetworkProxy::NoProxy);
    }
    return *manager;
}

struct Abort
{
    void operator()(QNetworkReply *reply) const
    {
        reply->disconnect();
        reply->abort();
        reply->deleteLater();
    }
};

// Whether the connection broke, or its peer spoke no HTTP: what has come may be a part. A status such as 404 is an error of Qt's too.
inline bool isBroken(QNetworkReply::NetworkError error)
{
    return error != QNetworkReply::NoError && (error < QNetworkReply::ContentAccessDenied || error == QNetworkReply::ProtocolFailure);
}

inline Cause causeOf(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::ConnectionRefusedError:
        return Cause::Refused;
    case QNetworkReply::HostNotFoundError:
        return Cause::Dns;
    case QNetworkReply::TimeoutError:
        return Cause::ConnectTimeout;
    case QNetworkReply::SslHandshakeFailedError:
        return Cause::Handshake;
    case QNetworkReply::ProtocolFailure:
    case QNetworkReply::ProtocolUnknownError:
        return Cause::BadOutput;
    default:
        return Cause::ConnectionLost;
    }
}

} // namespace detail

// One request to its end. Throws JobError where there is no answer, or one that breaks off: refused, dns, connect_timeout, handshake,
// connection_lost, bad_output; exec_timeout after `timeout`, the wait for the permit left out. A status of 400 and more is an answer.
inline Task<HttpReply> fetch(JobContext &job, QNetworkRequest request, HttpRequest what, std::chrono::milliseconds timeout)
{
    const std::shared_ptr<void> permit = co_await job.qtSocket();
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setRawHeader("Connection", "close");
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    const std::unique_ptr<Event> over = job.makeEvent();
    Event *const event = over.get();
    const std::unique_ptr<QNetworkReply, detail::Abort> reply(detail::networkOf(job).sendCustomRequest(request, what.verb, what.body));
    QNetworkReply *const raw = reply.get();
    const qint64 limit = what.limit;
    QObject::connect(raw, &QNetworkReply::finished, raw, [event] { event->set(); });
    QObject::connect(raw, &QNetworkReply::readyRead, raw, [event, raw, limit] {
        if (raw->bytesAvailable() > limit)
            event->set();
    });
    const auto end = co_await first(over->wait(), job.sleep(timeout));
    if (end.index() == 1)
        throw JobError(
            Cause::ExecTimeout,
            QStringLiteral("no answer from %1 within %2 ms").arg(printable(request.url().toDisplayString().toUtf8())).arg(timeout.count()));
    HttpReply answer;
    answer.status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const bool isWhole = reply->bytesAvailable() > limit || !detail::isBroken(reply->error());
    if (answer.status == 0 || !isWhole)
        throw JobError(detail::causeOf(reply->error()), printable(reply->errorString().toUtf8()));
    answer.headers = reply->rawHeaderPairs();
    answer.body = reply->read(limit);
    answer.isTruncated = reply->bytesAvailable() > 0;
    co_return answer;
}

// The same, with GET.
inline Task<HttpReply> fetch(JobContext &job, QNetworkRequest request, std::chrono::milliseconds timeout)
{
    HttpRequest what;
    return fetch(job, std::move(request), std::move(what), timeout);
}

} // namespace collector
