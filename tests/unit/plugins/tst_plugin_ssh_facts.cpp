// The plugin ssh-facts, as it is loaded, before a shell that answers what the test says. What its parsers make of real hosts' answers is
// tested in ../facts.

#include <collector/jobtester.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace collector;

namespace {

QByteArray nonceOf(const ShellCommand &command)
{
    const qsizetype end = command.input.indexOf(' ');
    return command.input.startsWith("N=") && end > 2 ? command.input.mid(2, end - 2) : QByteArray();
}

// What a host prints that has a section `platform` with these blocks.
ShellReply platform(const ShellCommand &command, const QByteArray &blocks, bool isWhole = true)
{
    QByteArray output = "Welcome to host1\n\n@ B platform\n" + blocks;
    if (isWhole)
        output += "\n@ E platform\n\n@ Z\n";
    ShellReply reply;
    reply.output = output.replace("\n@ ", "\n" + nonceOf(command) + ' ');
    reply.exitStatus = 0;
    return reply;
}

} // namespace

class tst_PluginSshFacts : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<JobTester> m_tester;

private Q_SLOTS:
    void init()
    {
        m_tester = std::make_unique<JobTester>(QStringLiteral(BUILD_DIR "/lib/collector/plugins/ssh-facts.so"));
        m_tester->setOption("facts", "!all,!min,platform");
    }

    void theAnswerOfAHost()
    {
        m_tester->answerShell([](const ShellCommand &command) {
            return platform(command, "\n@ C uname-s\nFreeBSD\n@ X 0 uname-s\n\n@ C uname-r\n14.1-RELEASE\n@ X 0 uname-r\n"
                                     "\n@ C uname-n\nhost1\n@ X 0 uname-n\n\n@ C uname-m\namd64\n@ X 0 uname-m\n");
        });
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.facts[u"system"].toString(), QStringLiteral("FreeBSD"));
        QCOMPARE(outcome.facts[u"kernel"].toString(), QStringLiteral("14.1-RELEASE"));
        QCOMPARE(outcome.facts[u"machine"].toString(), QStringLiteral("amd64"));
        QCOMPARE(outcome.commands.size(), 1);
        QCOMPARE(outcome.commands.first().command, RemoteShell::scriptCommand());
        QVERIFY(nonceOf(outcome.commands.first()).size() == 32);
    }

    void eachRunHasANonceOfItsOwn()
    {
        m_tester->answer("*", "");
        const QByteArray first = nonceOf(m_tester->run().commands.first());
        QVERIFY(!first.isEmpty());
        QVERIFY(first != nonceOf(m_tester->run().commands.first()));
    }

    // As Ansible: gather_subset '!all,!min' is no mistake.
    void nothingIsWanted()
    {
        m_tester->setOption("facts", "!all,!min");
        m_tester->answerShell([](const ShellCommand &command) {
            ShellReply reply;
            reply.output = "\n" + nonceOf(command) + " Z\n";
            reply.exitStatus = 0;
            return reply;
        });
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "ok");
        QCOMPARE(outcome.facts, QJsonObject());
    }

    void aShellThatRunsNothing()
    {
        m_tester->answer("*", "This account is currently not available.\n", 1);
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "failed");
        QCOMPARE(outcome.cause, Cause::ShellRejected);
        QVERIFY2(outcome.message.contains(QStringLiteral("currently not available")), qPrintable(outcome.message));
        QVERIFY2(outcome.message.contains(QStringLiteral("ForceCommand")), qPrintable(outcome.message)); // what to look at
    }

    void anAnswerThatIsCutOff()
    {
        m_tester->answerShell([](const ShellCommand &command) {
            ShellReply reply = platform(command, "\n@ C uname-s\nLinux\n@ X 0 uname-s\n", false);
            reply.output.append(QByteArray((16 << 20) - reply.output.size(), 'x'));
            reply.isTruncated = true;
            return reply;
        });
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.facts[u"system"].toString(), QStringLiteral("Linux"));
        QCOMPARE(outcome.status, "partial");
        QCOMPARE(outcome.cause, Cause::OutputLimit);
    }

    void anAnswerThatBreaksOff()
    {
        m_tester->answerShell(
            [](const ShellCommand &command) { return platform(command, "\n@ C uname-s\nLinux\n@ X 0 uname-s\n", false); });
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.facts[u"system"].toString(), QStringLiteral("Linux"));
        QCOMPARE(outcome.status, "partial");
        QCOMPARE(outcome.cause, Cause::BadOutput);
    }

    // What hangs there may hang for ever: what had come by then is kept, but for the section that it stands in.
    void anAnswerThatIsLate()
    {
        m_tester->setOption("facts", "!all,!min,platform,dns,agents,fips");
        m_tester->answerShell([](const ShellCommand &command) -> std::optional<ShellReply> {
            ShellReply reply = platform(command,
                                        "\n@ C uname-s\nLinux\n@ X 0 uname-s\n\n@ E platform\n\n@ B agents\n\n@ C agents\n"
                                        "security aide /usr/bin/aide\n",
                                        false);
            reply.exitStatus.reset();
            reply.isLate = true;
            return reply;
        });
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "partial");
        QCOMPARE(outcome.cause, Cause::ExecTimeout);
        QVERIFY2(outcome.message.contains(QStringLiteral("the section agents")), qPrintable(outcome.message));
        QCOMPARE(outcome.facts[u"system"].toString(), QStringLiteral("Linux"));
        QVERIFY(!outcome.facts.contains(u"agents"));
        for (const QStringView fact : {u"agents", u"dns", u"fips"})
            QCOMPARE(outcome.absent[fact].toString(), QStringLiteral("timeout"));
    }

    void anAnswerThatIsLateBeforeItBegins()
    {
        ShellReply reply;
        reply.output = "Welcome to host1\n";
        reply.exitStatus = 0;
        m_tester->answer("*", reply, std::chrono::minutes(3));
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "failed");
        QCOMPARE(outcome.cause, Cause::ExecTimeout);
        QVERIFY2(outcome.message.contains(QStringLiteral("nothing of the script")), qPrintable(outcome.message));
        QVERIFY2(outcome.message.contains(QStringLiteral("it said: Welcome to host1;")), qPrintable(outcome.message)); // or a menu
        QCOMPARE(outcome.elapsed, std::chrono::milliseconds(58'000));
    }

    // Parsed on another thread; and each line of a name costs what the first did: their square would be hours.
    void aLongAnswer()
    {
        m_tester->setOption("facts", "!all,!min,packages");
        m_tester->answerShell([](const ShellCommand &command) {
            QByteArray list = "\n@ C pacman\n";
            for (int i = 0; i < 90'000; ++i)
                list += (i % 2 ? "linux 6." : "bash 5.") + QByteArray::number(i) + '\n';
            ShellReply reply = platform(command, list + "\n@ X 0 pacman\n");
            reply.output.replace(" platform\n", " packages\n");
            return reply;
        });
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "ok");
        const QJsonObject packages = outcome.facts[u"packages"].toObject();
        QCOMPARE(packages.keys(), (QStringList{QStringLiteral("bash"), QStringLiteral("linux")}));
        QCOMPARE(packages[u"linux"].toArray().size(), 45'000);
        QCOMPARE(packages[u"linux"][44'999][u"version"].toString(), QStringLiteral("6.89999"));
    }

    void anUnknownSubset()
    {
        m_tester->setOption("facts", "colour");
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "refused");
        QVERIFY2(outcome.message.contains(QStringLiteral("colour")), qPrintable(outcome.message));
    }
};

QTEST_GUILESS_MAIN(tst_PluginSshFacts)
#include "tst_plugin_ssh_facts.moc"
