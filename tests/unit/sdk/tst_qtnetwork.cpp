// collector/qtnetwork.h: what becomes of a request, by a server on loopback that says what it is told to.

#include <collector/jobtester.h>
#include <collector/qtnetwork.h>

#include <QJsonDocument>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

namespace {

const QJsonObject manifest =
    QJsonDocument::fromJson(R"({"name":"t","summary":"t","uses":["tcp"],"facts":[{"name":"*","type":"any"}]})").object();

// Says `answer` to each request, then hangs up.
class Server : public QTcpServer
{
public:
    explicit Server(const QByteArray &answer)
    {
        if (!listen(QHostAddress::LocalHost))
            qFatal("no port");
        connect(this, &QTcpServer::newConnection, this, [this, answer] {
            QTcpSocket *socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, this, [this, socket, answer] {
                requests.append(socket->readAll());
                socket->write(answer);
                socket->disconnectFromHost();
            });
        });
    }
    QByteArrayList requests;
};

// Asks the port that is its option, twice.
class Asks final : public Job
{
public:
    explicit Asks(quint16 port) : m_port(port) {}
    Task<> run(JobContext &job) override
    {
        for (int i = 0; i < 2; ++i) {
            QNetworkRequest request(QUrl(QStringLiteral("http://127.0.0.1:%1/").arg(m_port)));
            HttpRequest what;
            what.limit = 1000;
            const HttpReply reply = co_await fetch(job, std::move(request), std::move(what), 600s); // of virtual time
            job.facts().set("status", reply.status);
            job.facts().setBytes("body", reply.body);
            job.facts().set("truncated", reply.isTruncated);
        }
    }

private:
    const quint16 m_port;
};

JobOutcome outcomeOf(Server &server)
{
    Asks job(server.serverPort());
    JobTester tester(job, manifest);
    tester.setTimeout(1h);
    return tester.run();
}

} // namespace

class tst_QtNetwork : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answers_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("with a length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody") << 200 << QByteArray("body");
        QTest::newRow("to the end of the connection") << QByteArray("HTTP/1.1 200 OK\r\n\r\nbody") << 200 << QByteArray("body");
        QTest::newRow("in chunks") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n") << 200
                                   << QByteArray("body");
        QTest::newRow("not found") << QByteArray("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone") << 404 << QByteArray("none");
        QTest::newRow("out of order") << QByteArray("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nnone") << 503 << QByteArray("none");
        QTest::newRow("elsewhere") << QByteArray("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n") << 302
                                   << QByteArray();
    }
    void answers()
    {
        QFETCH(QByteArray, answer);
        Server server(answer);
        const JobOutcome outcome = outcomeOf(server);
        QVERIFY2(outcome.cause == Cause::None, qPrintable(outcome.message));
        QTEST(outcome.facts[u"status"].toInt(), "status");
        QTEST(outcome.facts[u"body"].toString().toUtf8(), "body");
        QCOMPARE(outcome.facts[u"truncated"].toBool(true), false);
    }

    void noWholeAnswer_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<Cause>("cause");
        QTest::newRow("nothing") << QByteArray() << Cause::ConnectionLost;
        QTest::newRow("breaks off before its length")
            << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nbody") << Cause::ConnectionLost;
        QTest::newRow("breaks off between chunks")
            << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n") << Cause::ConnectionLost;
        QTest::newRow("breaks off as it says not found")
            << QByteArray("HTTP/1.1 404 Not Found\r\nContent-Length: 400\r\n\r\nnone") << Cause::ConnectionLost;
    }
    void noWholeAnswer()
    {
        QFETCH(QByteArray, answer);
        Server server(answer);
        const JobOutcome outcome = outcomeOf(server);
        QTEST(outcome.cause, "cause");
        QVERIFY(outcome.facts.isEmpty());
    }

    void theHeadOfALargeBody()
    {
        Server server("HTTP/1.1 200 OK\r\n\r\n" + QByteArray(100'000, 'x'));
        const JobOutcome outcome = outcomeOf(server);
        QVERIFY2(outcome.cause == Cause::None, qPrintable(outcome.message));
        QCOMPARE(outcome.facts[u"body"].toString().size(), 1000);
        QVERIFY(outcome.facts[u"truncated"].toBool());
    }

    void noCookieIsKept()
    {
        Server server("HTTP/1.1 200 OK\r\nSet-Cookie: who=you; Path=/\r\nContent-Length: 0\r\n\r\n");
        QCOMPARE(outcomeOf(server).cause, Cause::None);
        QCOMPARE(server.requests.size(), 2);
        QVERIFY2(!server.requests[1].toLower().contains("cookie"), server.requests[1].constData());
    }
};

QTEST_GUILESS_MAIN(tst_QtNetwork)
#include "tst_qtnetwork.moc"
