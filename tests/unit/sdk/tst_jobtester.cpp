// JobTester itself: what a job is given, how its ends are told, and that time is virtual.

#include <collector/jobtester.h>
#include <collector/join.h>

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QTest>
#include <QTimer>

using namespace collector;
using namespace std::chrono_literals;

namespace {

class Function final : public Job
{
public:
    using Body = Task<> (*)(JobContext &);
    explicit Function(Body body) : m_body(body) {}
    Task<> run(JobContext &job) override { return m_body(job); }

private:
    const Body m_body;
};

const QJsonObject manifest = QJsonDocument::fromJson(R"({"name":"t","summary":"t","uses":["shell","tcp","program","ping"],
    "options":[{"name":"n","type":"integer","default":4,"help":"n"}],
    "facts":[{"name":"a","type":"any"},{"name":"b","type":"integer"}]})")
                                 .object();

Task<> sleeps(JobContext &job)
{
    co_await job.sleep(45s);
    job.facts().set("a", "awake");
}

Task<> races(JobContext &job)
{
    const auto end = co_await first(job.shell().run("slow"), job.sleep(5s));
    job.facts().set("b", int(end.index()));
}

Task<> inParallel(JobContext &job)
{
    auto [one, two] = co_await all(job.shell().run("one"), job.shell().runScript("two"));
    job.facts().set("a", QString::fromUtf8(one.output + two.output));
}

Task<> racesCommands(JobContext &job)
{
    const auto end = co_await first(job.shell().run("slow"), job.shell().run("quick"), job.sleep(5s));
    job.facts().set("b", int(end.index()));
    job.facts().set("a", QString::fromUtf8((co_await job.shell().run("after")).output));
}

Task<> asksAService(JobContext &job)
{
    const auto stream = co_await job.connectTcp(25, 1s);
    const QByteArray greeting = co_await stream->readUntil("\r\n", 100, 1s);
    co_await stream->write("QUIT\r\n", 1s);
    const QByteArray farewell = co_await stream->readUntil("\r\n", 100, 1s);
    job.facts().set("a", QString::fromUtf8(greeting + farewell));
}

Task<> asksForAPage(JobContext &job)
{
    const auto stream = co_await job.connectTcp(80, 1s);
    QByteArray page = co_await stream->readUntil("\r\n", 100, std::chrono::milliseconds::max());
    while (page.size() < 17) {
        const QByteArray more = co_await stream->read(3, std::chrono::milliseconds::max());
        page += '|' + more;
    }
    job.facts().set("a", QString::fromUtf8(page));
}

Task<> runsAProgram(JobContext &job)
{
    LocalProgram program;
    program.command = QStringList{QStringLiteral("snmpget"), QString::fromUtf8(job.host().address())};
    program.deadline = 2s;
    const ShellReply reply = co_await job.runLocally(std::move(program));
    job.facts().setBytes("a", reply.output);
    job.facts().set("b", int(reply.isTruncated));
}

Task<> goesOnWithout(JobContext &job)
{
    job.facts().set("b", job.options().integer("n"));
    job.facts().setAbsent("a", Absence::ToolMissing);
    job.setPartial(Cause::BadOutput, QStringLiteral("half of it"));
    job.setPartial(Cause::Internal, QStringLiteral("the first reason counts"));
    co_return;
}

Task<> looksBack(JobContext &job)
{
    const Facts *earlier = job.factsOf("ssh-facts");
    job.facts().set("a", earlier ? earlier->value("distribution") : QJsonValue(QStringLiteral("none")));
    co_return;
}

Task<> lies(JobContext &job)
{
    job.facts().set("b", "a text");
    co_return;
}

Task<> throws(JobContext &)
{
    throw std::runtime_error("mistake");
    co_return;
}

Task<> throwsANumber(JobContext &)
{
    throw 7;
    co_return;
}

Task<> failsWithoutACause(JobContext &)
{
    throw JobError(Cause::None, QStringLiteral("nothing"));
    co_return;
}

// Of a plugin that a later SDK has built.
Task<> failsByACauseToCome(JobContext &)
{
    throw JobError(Cause(200), QStringLiteral("later"));
    co_return;
}

Task<> isPartialByACauseToCome(JobContext &job)
{
    job.setPartial(Cause(200), QStringLiteral("half, later"));
    co_return;
}

std::vector<Task<>> keptElsewhere;

Task<> leavesATaskBehind(JobContext &job)
{
    keptElsewhere.push_back(job.sleep(1s));
    keptElsewhere.back().start();
    co_return;
}

Task<> leavesATaskBehindAndIsLate(JobContext &job)
{
    keptElsewhere.push_back(job.sleep(100h));
    keptElsewhere.back().start();
    co_await job.sleep(99h);
}

Task<> isPartialWithoutACause(JobContext &job)
{
    job.setPartial(Cause::None, QStringLiteral("half"));
    co_return;
}

int computed()
{
    return 42;
}

Task<> blocks(JobContext &job)
{
    const int number = co_await job.blocking(computed);
    job.facts().set("b", number);
}

Task<> isCalledBack(JobContext &job)
{
    const std::unique_ptr<Event> event = job.makeEvent();
    QTimer::singleShot(5, job.worker(), [&event] { event->set(); });
    co_await event->wait();
    job.facts().set("a", "called");
}

Task<> waitsTwiceForOneEvent(JobContext &job)
{
    const std::unique_ptr<Event> event = job.makeEvent();
    QTimer::singleShot(5, job.worker(), [&event] { event->set(); });
    co_await all(event->wait(), event->wait());
}

Task<> asksForAnOptionOfAnotherType(JobContext &job)
{
    job.facts().set("a", QString::fromUtf8(job.options().text("n")));
    co_return;
}

} // namespace

class tst_JobTester : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timeIsVirtual()
    {
        Function job(sleeps);
        JobTester tester(job, manifest);
        QElapsedTimer wall;
        wall.start();
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.facts[u"a"].toString(), QStringLiteral("awake"));
        QCOMPARE(outcome.elapsed, 45s);
        QVERIFY(wall.elapsed() < 40'000);
    }

    void timeRunsOut()
    {
        Function job(sleeps);
        JobTester tester(job, manifest);
        tester.setTimeout(10s);
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.status, "failed");
        QCOMPARE(outcome.cause, Cause::ExecTimeout);
        QVERIFY(outcome.facts.isEmpty());
    }

    void whicheverIsFirst()
    {
        Function job(races);
        JobTester tester(job, manifest);
        ShellReply reply;
        reply.exitStatus = 0;
        tester.answer("slow", reply, 6s);
        QCOMPARE(tester.run().facts[u"b"].toInt(), 1);
        JobTester quick(job, manifest);
        quick.answer("slow", reply, 4s);
        QCOMPARE(quick.run().facts[u"b"].toInt(), 0);
    }

    void commandsAndScripts()
    {
        Function job(inParallel);
        JobTester tester(job, manifest);
        tester.answer("o*", "1");
        tester.answer("two", "2");
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.facts[u"a"].toString(), QStringLiteral("12"));
        QCOMPARE(outcome.commands.size(), 2);
    }

    // As in the program: it let them run at the same time, and told of jobs that ended sooner than they do.
    void commandsRunOneAfterTheOther()
    {
        ShellReply reply;
        reply.exitStatus = 0;
        Function both(inParallel);
        JobTester tester(both, manifest);
        tester.answer("one", reply, 2s);
        tester.answer("two", reply, 3s);
        QCOMPARE(tester.run().elapsed, 5s);

        Function race(racesCommands);
        JobTester racing(race, manifest);
        racing.answer("slow", reply, 4s);
        racing.answer("quick", reply, 1s);
        racing.answer("after", "done");
        QCOMPARE(racing.run().facts[u"b"].toInt(), 0);

        // What is cancelled holds nobody up.
        JobTester tooSlow(race, manifest);
        tooSlow.answer("slow", reply, 30s);
        tooSlow.answer("quick", reply, 1s);
        tooSlow.answer("after", "done");
        const JobOutcome outcome = tooSlow.run();
        QCOMPARE(outcome.facts[u"b"].toInt(), 2);
        QCOMPARE(outcome.facts[u"a"].toString(), QStringLiteral("done"));
        QCOMPARE(outcome.elapsed, 5s);
    }

    void whatIsNotScripted()
    {
        Function job(inParallel);
        JobTester tester(job, manifest);
        tester.answer("one", "1");
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.cause, Cause::PluginError);
        QVERIFY2(outcome.message.contains(QStringLiteral("\"two\"")), qPrintable(outcome.message));
    }

    void aService()
    {
        Function job(asksAService);
        JobTester tester(job, manifest);
        QCOMPARE(tester.run().cause, Cause::Refused);
        tester.answerTcp(25, {{"", "220 hello\r\n"}, {"QUIT\r\n", "221 bye\r\n"}});
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.facts[u"a"].toString(), QStringLiteral("220 hello\r\n221 bye\r\n"));
        QCOMPARE(outcome.sent, "QUIT\r\n");
    }

    // What comes behind a line in the same packet is what is read next; and no time is too long.
    void aServiceThatSaysItAllAtOnce()
    {
        Function job(asksForAPage);
        JobTester tester(job, manifest);
        tester.answerTcp(80, {{"", "200 OK\r\nab\ncdef", 1s}}, true);
        QCOMPARE(tester.run().facts[u"a"].toString(), QStringLiteral("200 OK\r\n|ab\n|cde|f"));
    }

    void aServiceThatFails_data()
    {
        QTest::addColumn<bool>("isSilent");
        QTest::addColumn<Cause>("cause");
        QTest::newRow("falls silent") << true << Cause::ExecTimeout;
        QTest::newRow("hangs up") << false << Cause::ConnectionLost;
    }
    void aServiceThatFails()
    {
        QFETCH(bool, isSilent);
        Function job(asksAService);
        JobTester tester(job, manifest);
        tester.answerTcp(25, {{"", "220 hello\r\n"}}, isSilent);
        QTEST(tester.run().cause, "cause");
    }

    void aProgram()
    {
        Function job(runsAProgram);
        JobTester tester(job, manifest);
        tester.setHost("switch1", "192.0.2.9");
        ShellReply reply;
        reply.output = "up";
        tester.answerProgram("snmpget 192.0.2.9", reply, 1s);
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.facts[u"a"].toString(), QStringLiteral("up"));
        QCOMPARE(outcome.programs.first().command.last(), QStringLiteral("192.0.2.9"));
        reply.errorOutput = QByteArray(100'000, 'x'); // what is over its limit is dropped, which tells nothing of the output
        JobTester loud(job, manifest);
        loud.answerProgram("*", reply);
        QCOMPARE(loud.run().facts[u"b"].toInt(-1), 0);
        JobTester late(job, manifest);
        late.answerProgram("*", reply, 3s);
        QCOMPARE(late.run().cause, Cause::ExecTimeout);
    }

    void partialFacts()
    {
        Function job(goesOnWithout);
        JobTester tester(job, manifest);
        tester.setOption("n", "7");
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.status, "partial");
        QCOMPARE(outcome.cause, Cause::BadOutput);
        QCOMPARE(outcome.message, QStringLiteral("half of it"));
        QCOMPARE(outcome.facts[u"b"].toInt(), 7);
        QCOMPARE(outcome.absent[u"a"].toString(), QStringLiteral("tool_missing"));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, tester.setOption("n", "x"));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, tester.setOption("m", "1"));
    }

    void factsOfAnEarlierJob()
    {
        Function job(looksBack);
        JobTester tester(job, manifest);
        QCOMPARE(tester.run().facts[u"a"].toString(), QStringLiteral("none"));
        tester.setFactsOf("ssh-facts", {{QStringLiteral("distribution"), QStringLiteral("Debian")}});
        QCOMPARE(tester.run().facts[u"a"].toString(), QStringLiteral("Debian"));
    }

    void aPluginsMistakes_data()
    {
        QTest::addColumn<Function::Body>("body");
        QTest::addColumn<QString>("says");
        QTest::newRow("a wrong type") << Function::Body(lies) << QStringLiteral("declared type");
        QTest::newRow("an exception") << Function::Body(throws) << QStringLiteral("mistake");
        QTest::newRow("what is none") << Function::Body(throwsANumber) << QStringLiteral("no std::exception");
        QTest::newRow("a failure without a cause") << Function::Body(failsWithoutACause) << QStringLiteral("nothing");
        QTest::newRow("a part without a cause") << Function::Body(isPartialWithoutACause) << QStringLiteral("half");
        QTest::newRow("a cause that is none yet") << Function::Body(failsByACauseToCome) << QStringLiteral("later");
        QTest::newRow("a part by a cause that is none yet") << Function::Body(isPartialByACauseToCome) << QStringLiteral("half, later");
        QTest::newRow("two who wait for one event") << Function::Body(waitsTwiceForOneEvent) << QStringLiteral("waited for twice");
        QTest::newRow("an option asked for as another type")
            << Function::Body(asksForAnOptionOfAnotherType) << QStringLiteral("\"n\" by text(), and its manifest declares it as integer");
        QTest::newRow("a Task left behind") << Function::Body(leavesATaskBehind) << QStringLiteral("await every Task");
        QTest::newRow("a Task left behind, and no end") << Function::Body(leavesATaskBehindAndIsLate) << QStringLiteral("await every Task");
    }
    void aPluginsMistakes()
    {
        QFETCH(Function::Body, body);
        QFETCH(QString, says);
        Function job(body);
        JobTester tester(job, manifest);
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.cause, Cause::PluginError);
        QVERIFY2(outcome.message.contains(says), qPrintable(outcome.message));
    }

    // As the program refuses to begin, whatever prepare() throws.
    void aPrepareThatFails()
    {
        class Unprepared final : public Job
        {
        public:
            explicit Unprepared(bool isException) : m_isException(isException) {}
            void prepare(const Options &) override
            {
                if (m_isException)
                    throw std::runtime_error("no licence");
                throw 42;
            }
            Task<> run(JobContext &) override { co_return; }

        private:
            const bool m_isException;
        };
        for (const bool isException : {true, false}) {
            Unprepared job(isException);
            JobTester tester(job, manifest);
            const JobOutcome outcome = tester.run();
            QCOMPARE(outcome.status, "refused");
            QCOMPARE(outcome.cause, Cause::PluginError);
            QVERIFY2(outcome.message.contains(isException ? QStringLiteral("no licence") : QStringLiteral("no std::exception")),
                     qPrintable(outcome.message));
        }
    }

    void whatTheManifestDoesNotList()
    {
        Function job(races);
        QJsonObject poor = manifest;
        poor.remove(QStringLiteral("uses"));
        JobTester tester(job, poor);
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.cause, Cause::PluginError);
        QVERIFY2(outcome.message.contains(QStringLiteral("\"shell\"")), qPrintable(outcome.message));
    }

    void whatBlocks()
    {
        Function job(blocks);
        JobTester tester(job, manifest);
        QCOMPARE(tester.run().facts[u"b"].toInt(), 42);
    }

    void whatCallsBack()
    {
        Function job(isCalledBack);
        JobTester tester(job, manifest);
        QCOMPARE(tester.run().facts[u"a"].toString(), QStringLiteral("called"));
    }
};

QTEST_GUILESS_MAIN(tst_JobTester)
#include "tst_jobtester.moc"
