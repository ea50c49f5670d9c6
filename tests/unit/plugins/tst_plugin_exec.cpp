// The plugin exec, as it is loaded, with a program that answers what the test says: none is started.

#include <collector/jobtester.h>

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

class tst_PluginExec : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<JobTester> m_tester;
    QTemporaryDir m_folder;

    static QJsonObject json(const QByteArray &text) { return QJsonDocument::fromJson(text).object(); }
    static ShellReply reply(const QByteArray &output, int exitStatus = 0)
    {
        ShellReply answer;
        answer.output = output;
        answer.exitStatus = exitStatus;
        return answer;
    }

private Q_SLOTS:
    void init()
    {
        m_tester = std::make_unique<JobTester>(QStringLiteral(BUILD_DIR "/lib/collector/plugins/exec.so"));
        m_tester->setOption("program", "/bin/true");
    }

    void whatItIsGiven()
    {
        m_tester->setHost("web01", "192.0.2.7");
        m_tester->setGroups({"prod", "web"});
        m_tester->setVariable("rack", QStringLiteral("r7"));
        m_tester->setVariable("ansible_password", QStringLiteral("hush"));
        m_tester->setFactsOf("ping", json(R"({"alive":true})"));
        m_tester->setOption("variables", "rack,nosuch");
        m_tester->setOption("arguments", "-v,--fast");
        m_tester->answerProgram("*/true -v --fast", reply(R"({"warranty": "2030-01-01"})"));
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "ok");
        QCOMPARE(outcome.facts, json(R"({"warranty":"2030-01-01"})"));
        QCOMPARE(json(outcome.programs.first().input),
                 json(R"({"host":"web01","address":"192.0.2.7","groups":["prod","web"],"variables":{"rack":"r7"}})"));
        m_tester->setOption("with-facts", "yes");
        QCOMPARE(json(m_tester->run().programs.first().input)[u"facts"].toObject(), json(R"({"ping":{"alive":true}})"));
    }

    void anAddressThatIsNotKnown()
    {
        m_tester->setHost("web01", "");
        m_tester->answerProgram("*", reply("{}"));
        QVERIFY(json(m_tester->run().programs.first().input)[u"address"].isNull());
    }

    void itsEndings_data()
    {
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<int>("exitStatus");
        QTest::addColumn<QByteArray>("signal");
        QTest::addColumn<int>("seconds");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<Cause>("cause");
        QTest::newRow("no JSON") << QByteArray("oops") << 0 << QByteArray() << 0 << QByteArray("partial") << Cause::BadOutput;
        QTest::newRow("nothing") << QByteArray() << 0 << QByteArray() << 0 << QByteArray("partial") << Cause::BadOutput;
        QTest::newRow("a status") << QByteArray("{\"a\":1}") << 2 << QByteArray() << 0 << QByteArray("failed") << Cause::ExitStatus;
        QTest::newRow("a signal") << QByteArray() << -1 << QByteArray("SEGV") << 0 << QByteArray("failed") << Cause::Signal;
        QTest::newRow("too late") << QByteArray("{}") << 0 << QByteArray() << 31 << QByteArray("failed") << Cause::ExecTimeout;
        QTest::newRow("too much") << QByteArray(2000, ' ') << 0 << QByteArray() << 0 << QByteArray("failed") << Cause::OutputLimit;
    }
    void itsEndings()
    {
        QFETCH(QByteArray, output);
        QFETCH(int, exitStatus);
        QFETCH(QByteArray, signal);
        QFETCH(int, seconds);
        ShellReply answer = reply(output, exitStatus);
        if (!signal.isEmpty())
            answer.exitStatus.reset();
        answer.signal = signal;
        m_tester->setOption("max-output", "1000");
        m_tester->answerProgram("*", answer, std::chrono::seconds(seconds));
        const JobOutcome outcome = m_tester->run();
        QTEST(outcome.status, "status");
        QTEST(outcome.cause, "cause");
    }

    void aProgramThatCannotBe_data()
    {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<QString>("says");
        QTest::newRow("gone") << QByteArray("/nonexistent/x") << QStringLiteral("no such file");
        QTest::newRow("no program") << QByteArray("/etc/passwd") << QStringLiteral("chmod +x");
        QTest::newRow("a folder") << QByteArray("/etc") << QStringLiteral("no such file");
        const auto script = [this](const char *name, const QByteArray &content, const char *says) {
            QFile file(m_folder.filePath(QString::fromUtf8(name).replace(u' ', u'-')));
            if (!file.open(QFile::WriteOnly) || file.write(content) != content.size())
                qFatal("cannot write");
            file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
            QTest::newRow(name) << QFile::encodeName(file.fileName()) << QString::fromUtf8(says);
        };
        // Each host was asked, and failed with local_limit: "cannot be started: No such file or directory".
        script("an interpreter that is not there", "#!/nonexistent/python -u\nprint()\n", "names /nonexistent/python, which is not there");
        script("an interpreter that is no program", "#! /etc/passwd\n", "names /etc/passwd");
        script("an interpreter that env does not find", "#!/usr/bin/env nosuchpython\n", "asks for nosuchpython, which is nowhere in PATH");
        script("lines of Windows", "#!/bin/sh\r\necho\r\n", "CR LF");
        script("no first line for it", "echo '{}'\n", "no first line such as #!/bin/sh");
        script("an empty file", "", "no first line");
        script("no interpreter", "#!\necho\n", "names no interpreter");
        script("a line without an end", "#!/bin/cat", "");
        script("a shell", "#!/bin/sh -e\necho '{}'\n", "");
        script("what env finds", "#!/usr/bin/env sh\necho '{}'\n", "");
        script("what env is to split", "#!/usr/bin/env -S sh -e\necho '{}'\n", "");
    }
    void aProgramThatCannotBe()
    {
        QFETCH(QByteArray, program);
        QFETCH(QString, says);
        m_tester->setOption("program", program);
        m_tester->answerProgram("*", reply("{}"));
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, says.isEmpty() ? QByteArray("ok") : QByteArray("refused"));
        QVERIFY2(outcome.message.contains(says), qPrintable(outcome.message));
    }
};

QTEST_GUILESS_MAIN(tst_PluginExec)
#include "tst_plugin_exec.moc"
