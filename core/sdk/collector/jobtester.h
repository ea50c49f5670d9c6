// JobTester: one job run against scripted answers, without network or process. In the library Collector::testing, for tests of plugins.
//
//     JobTester tester(QStringLiteral(PLUGIN_FILE));            // as collector_add_plugin_test() defines it
//     tester.answer("cat /proc/uptime", "86400.25 171000.11\n");
//     const JobOutcome outcome = tester.run();
//     QCOMPARE(outcome.facts["seconds"].toDouble(), 86400.25);
//
// Time is virtual: it passes when every coroutine of the job waits, so that a test of a deadline takes no time. What is asked for and not
// scripted fails the job (plugin_error) with a message that names it. One thread.

#pragma once

#include "job.h"

#include <QJsonObject>
#include <QList>

#include <chrono>
#include <functional>
#include <memory>

namespace collector {

// How the job ended, in the record's words.
struct JobOutcome
{
    QByteArray status; // ok, partial, failed, unreachable; refused: prepare() threw
    Cause cause = Cause::None;
    QString message;
    QJsonObject facts;
    QJsonObject absent; // path → reason

    QList<ShellCommand> commands; // in the order in which they were asked for
    QList<LocalProgram> programs;
    QList<PingRequest> pings;
    QByteArray sent;                      // over TcpStreams
    std::chrono::milliseconds elapsed{0}; // of virtual time
};

class JobTester
{
public:
    // The plugin in that file, loaded as the program loads it. Throws std::runtime_error where it cannot be.
    explicit JobTester(const QString &pluginFile);
    // A job that the test itself links. It outlives the tester.
    JobTester(Job &job, const QJsonObject &manifest);
    ~JobTester();
    JobTester(const JobTester &) = delete;
    JobTester &operator=(const JobTester &) = delete;

    // The host. Without these: `host1`, 192.0.2.1, no groups, no variables.
    void setHost(const QByteArray &name, const QByteArray &address = "192.0.2.1");
    void setGroups(const QList<QByteArray> &groups);
    void setVariable(const QByteArray &name, const QJsonValue &value);
    // An option, as on the command line. Throws std::invalid_argument where it is none, or its value is none.
    void setOption(const QByteArray &name, const QByteArray &text);
    // What an earlier job has learnt of the host (JobContext::factsOf), declared or not.
    void setFactsOf(const QByteArray &plugin, const QJsonObject &facts);
    // One attempt, all in all (60 s of virtual time).
    void setTimeout(std::chrono::milliseconds timeout);

    // Every command that matches `pattern` (in which each `*` stands for any characters) has this answer, `after` so much time. Of a
    // script, its text is matched. The first pattern that matches counts.
    void answer(const QByteArray &pattern, const QByteArray &output, int exitStatus = 0);
    void answer(const QByteArray &pattern, const ShellReply &reply, std::chrono::milliseconds after = std::chrono::milliseconds(0));
    // Such a command fails: the host cannot be reached, refuses the login, loses the connection.
    void failShell(const QByteArray &pattern, Cause cause, const QString &message = {});
    // Asked first: an answer that depends on what was sent. None: the patterns are asked.
    void answerShell(std::function<std::optional<ShellReply>(const ShellCommand &)> function);

    // Programs of this machine, matched by their words joined with blanks.
    void answerProgram(const QByteArray &pattern, const ShellReply &reply, std::chrono::milliseconds after = std::chrono::milliseconds(0));

    // The next series of pings; the last one answers all that follow.
    void answerPing(const PingReply &reply);
    // A name that cannot be resolved, say.
    void failPing(Cause cause, const QString &message = {});

    // A service on a port: once it has been sent something that contains `expected` (nothing: as it is connected to), it sends `answer`.
    // After its last line it closes the connection; with `isSilent` it does not. On a port without a service, the connection is refused.
    struct TcpLine
    {
        QByteArray expected;
        QByteArray answer;
        std::chrono::milliseconds after{0};
    };
    void answerTcp(quint16 port, const QList<TcpLine> &lines, bool isSilent = false);

    // prepare(), and run() for the one host. May be called again: the answers stay.
    [[nodiscard]] JobOutcome run();

    [[nodiscard]] Job &job();
    [[nodiscard]] const Manifest &manifest() const;
    // What JobContext::worker() gives: a QNetworkAccessManager of the test's own that is its child answers for qtnetwork.h.
    [[nodiscard]] QObject &worker();

private:
    friend class ScriptedContext;
    struct Script;
    std::unique_ptr<Script> m_script;
};

} // namespace collector
