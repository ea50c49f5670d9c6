// The plugin ping, as it is loaded, before a pinger that answers what the test says.

#include <collector/jobtester.h>

#include <QJsonDocument>
#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

class tst_PluginPing : public QObject
{
    Q_OBJECT

private:
    static JobOutcome run(const PingReply &reply, const QList<std::pair<QByteArray, QByteArray>> &options = {})
    {
        JobTester tester(QStringLiteral(BUILD_DIR "/lib/collector/plugins/ping.so"));
        for (const auto &[name, text] : options)
            tester.setOption(name, text);
        tester.answerPing(reply);
        return tester.run();
    }
    static QJsonObject json(const char *text) { return QJsonDocument::fromJson(text).object(); }

private Q_SLOTS:
    void anAnswer()
    {
        PingReply reply;
        reply.sent = 3;
        reply.received = 2;
        reply.minimum = 1'234'567ns;
        reply.average = 2ms;
        reply.maximum = 2'765'432ns;
        reply.ttl = 57;
        const JobOutcome ended = run(reply);
        QCOMPARE(ended.cause, Cause::None);
        QCOMPARE(ended.facts, json(R"({"alive":true,"method":"icmp","sent":3,"received":2,"loss_percent":33.3333,
                                       "rtt_min_ms":1.235,"rtt_avg_ms":2,"rtt_max_ms":2.765,"ttl":57})"));
    }

    void anAnswerByTcp()
    {
        PingReply reply;
        reply.isTcp = true;
        reply.sent = reply.received = 1;
        reply.minimum = reply.average = reply.maximum = 300us;
        const JobOutcome ended = run(reply);
        QCOMPARE(ended.facts, json(R"({"alive":true,"method":"tcp","sent":1,"received":1,"loss_percent":0,
                                       "rtt_min_ms":0.3,"rtt_avg_ms":0.3,"rtt_max_ms":0.3})"));
    }

    void noAnswer_data()
    {
        QTest::addColumn<Cause>("cause");
        QTest::addColumn<int>("sent");
        QTest::addColumn<QString>("says");
        QTest::addColumn<QJsonObject>("facts");
        const QJsonObject silent = json(R"({"alive":false,"method":"icmp","sent":2,"received":0,"loss_percent":100})");
        QTest::newRow("silence") << Cause::NoReply << 2 << QStringLiteral("no answer within 1000 ms (2 packets)") << silent;
        QTest::newRow("no route") << Cause::NoRoute << 2 << QStringLiteral("no way to it") << silent;
        QTest::newRow("no route, so nothing was sent")
            << Cause::NoRoute << 0 << QStringLiteral("no way to it") << json(R"({"alive":false,"method":"icmp"})");
        QTest::newRow("a firewall") << Cause::Prohibited << 2 << QStringLiteral("firewall") << silent;
        QTest::newRow("a broadcast address") << Cause::BadAddress << 0 << QStringLiteral("broadcast")
                                             << json(R"({"alive":false,"method":"icmp"})");
        QTest::newRow("our own refusal says nothing of the host")
            << Cause::LocalLimit << 0 << QStringLiteral("do this") << json(R"({"method":"icmp"})");
    }
    void noAnswer()
    {
        QFETCH(Cause, cause);
        QFETCH(int, sent);
        QFETCH(QString, says);
        QFETCH(QJsonObject, facts);
        PingReply reply;
        reply.sent = sent;
        reply.cause = cause;
        reply.advice = cause == Cause::LocalLimit ? QStringLiteral("do this") : QString();
        const JobOutcome ended = run(reply);
        QCOMPARE(ended.cause, cause);
        QVERIFY2(ended.message.contains(says), qPrintable(ended.message));
        QCOMPARE(ended.facts, facts);
    }

    void optionsAreAskedFor()
    {
        PingReply reply;
        reply.sent = reply.received = 1;
        const JobOutcome plain = run(reply);
        QCOMPARE(plain.pings[0].count, 1);
        QCOMPARE(plain.pings[0].interval, 1000ms);
        QCOMPARE(plain.pings[0].wait, 1000ms);
        QCOMPARE(plain.pings[0].method, PingRequest::Method::Auto);
        QCOMPARE(plain.pings[0].tcpPort, quint16(22));
        const JobOutcome given = run(reply, {{"count", "5"}, {"interval", "200ms"}, {"wait", "2"}, {"method", "tcp"}, {"tcp-port", "443"}});
        QCOMPARE(given.pings[0].count, 5);
        QCOMPARE(given.pings[0].interval, 200ms);
        QCOMPARE(given.pings[0].wait, 2000ms);
        QCOMPARE(given.pings[0].method, PingRequest::Method::Tcp);
        QCOMPARE(given.pings[0].tcpPort, quint16(443));
    }
};

QTEST_GUILESS_MAIN(tst_PluginPing)
#include "tst_plugin_ping.moc"
