// The plugin ping, as it is loaded, before a pinger that answers what the test says.

#include <collector/plugin.h>

#include <QJsonDocument>
#include <QPluginLoader>
#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

namespace {

class ScriptedPinger final : public Pinger
{
public:
    Task<PingReply> ping(PingRequest request) override
    {
        asked = request;
        co_return reply;
    }
    PingRequest asked;
    PingReply reply;
};

class ScriptedHost final : public Host
{
public:
    QByteArray name() const override { return "h1"; }
    QByteArray address() const override { return "192.0.2.1"; }
    QList<QByteArray> groups() const override { return {}; }
    QJsonValue variable(QByteArrayView) const override { return QJsonValue(QJsonValue::Undefined); }
};

class ScriptedContext final : public JobContext
{
public:
    ScriptedContext(std::shared_ptr<const Manifest> manifest, Options options) : m_options(std::move(options)), m_facts(std::move(manifest))
    {
    }

    const Host &host() const override { return m_host; }
    const Options &options() const override { return m_options; }
    Facts &facts() override { return m_facts; }
    const Facts *factsOf(QByteArrayView) const override { return nullptr; }
    RemoteShell &shell() override { throw std::logic_error("no shell here"); }
    Pinger &pinger() override { return scripted; }
    Task<std::unique_ptr<TcpStream>> connectTcp(quint16, std::chrono::milliseconds) override
    {
        throw std::logic_error("no connections here");
    }
    Task<> sleep(std::chrono::milliseconds) override { co_return; }
    void setPartial(Cause, const QString &) override { throw std::logic_error("a ping is never partial"); }

    ScriptedPinger scripted;

protected:
    Task<> runBlocking(std::function<void()> function) override
    {
        function();
        co_return;
    }

private:
    ScriptedHost m_host;
    Options m_options;
    Facts m_facts;
};

struct Ended
{
    Cause cause = Cause::None;
    QString message;
    QJsonObject facts;
    PingRequest asked;
};

} // namespace

class tst_PluginPing : public QObject
{
    Q_OBJECT

private:
    QPluginLoader m_loader{QStringLiteral(BUILD_DIR "/lib/collector/plugins/ping.so")};
    std::shared_ptr<const Manifest> m_manifest;
    Job *m_job = nullptr;

    Ended run(const PingReply &reply, const QList<std::pair<QByteArray, QByteArray>> &options = {})
    {
        Options values(m_manifest);
        for (const auto &[name, text] : options) {
            const OptionSpec *spec = m_manifest->option(name);
            QString error;
            values = values.with(spec - m_manifest->options.constData(), parseOption(*spec, text, &error));
            if (!error.isEmpty())
                qFatal("%s", qPrintable(error));
        }
        ScriptedContext context(m_manifest, values);
        context.scripted.reply = reply;
        Ended ended;
        Task<> task = m_job->run(context);
        task.start();
        try {
            task.result();
        } catch (const JobError &error) {
            ended.cause = error.cause();
            ended.message = error.message();
        }
        ended.facts = context.facts().toJson();
        ended.asked = context.scripted.asked;
        return ended;
    }
    static QJsonObject json(const char *text) { return QJsonDocument::fromJson(text).object(); }

private Q_SLOTS:
    void initTestCase()
    {
        QStringList errors;
        m_manifest = Manifest::parse(m_loader.metaData()[QLatin1String("MetaData")].toObject(), &errors);
        QVERIFY2(m_manifest, qPrintable(errors.join(u'\n')));
        m_job = qobject_cast<Job *>(m_loader.instance());
        QVERIFY2(m_job, qPrintable(m_loader.errorString()));
    }

    void anAnswer()
    {
        PingReply reply;
        reply.sent = 3;
        reply.received = 2;
        reply.minimum = 1'234'567ns;
        reply.average = 2ms;
        reply.maximum = 2'765'432ns;
        reply.ttl = 57;
        const Ended ended = run(reply);
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
        const Ended ended = run(reply);
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
        const Ended ended = run(reply);
        QCOMPARE(ended.cause, cause);
        QVERIFY2(ended.message.contains(says), qPrintable(ended.message));
        QCOMPARE(ended.facts, facts);
    }

    void optionsAreAskedFor()
    {
        PingReply reply;
        reply.sent = reply.received = 1;
        const Ended plain = run(reply);
        QCOMPARE(plain.asked.count, 1);
        QCOMPARE(plain.asked.interval, 1000ms);
        QCOMPARE(plain.asked.wait, 1000ms);
        QCOMPARE(plain.asked.method, PingRequest::Method::Auto);
        QCOMPARE(plain.asked.tcpPort, quint16(22));
        const Ended given = run(reply, {{"count", "5"}, {"interval", "200ms"}, {"wait", "2"}, {"method", "tcp"}, {"tcp-port", "443"}});
        QCOMPARE(given.asked.count, 5);
        QCOMPARE(given.asked.interval, 200ms);
        QCOMPARE(given.asked.wait, 2000ms);
        QCOMPARE(given.asked.method, PingRequest::Method::Tcp);
        QCOMPARE(given.asked.tcpPort, quint16(443));
    }
};

QTEST_GUILESS_MAIN(tst_PluginPing)
#include "tst_plugin_ping.moc"
