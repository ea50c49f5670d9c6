// The plugin ssh-command, as it is loaded, before a shell that answers what the test says.

#include <collector/jobtester.h>

#include <QRegularExpression>
#include <QTemporaryFile>
#include <QTest>

using namespace collector;

class tst_PluginSshCommand : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<JobTester> m_tester;

private Q_SLOTS:
    void init() { m_tester = std::make_unique<JobTester>(QStringLiteral(BUILD_DIR "/lib/collector/plugins/ssh-command.so")); }

    void aCommand()
    {
        m_tester->setOption("command", "uptime");
        m_tester->answer("uptime", "up 3 days\n");
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "ok");
        QCOMPARE(outcome.facts[u"stdout"].toString(), QStringLiteral("up 3 days\n"));
        QCOMPARE(outcome.facts[u"exit_status"].toInt(-1), 0);
        QCOMPARE(outcome.facts[u"truncated"].toBool(true), false);
        QVERIFY(outcome.commands.first().isPrivileged);
    }

    void aScriptGoesToTheShell()
    {
        QTemporaryFile script;
        QVERIFY(script.open());
        script.write("echo $((6*7))\n");
        script.close();
        m_tester->setOption("script", script.fileName().toUtf8());
        m_tester->answer("echo*", "42\n");
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.facts[u"stdout"].toString(), QStringLiteral("42\n"));
        QCOMPARE(outcome.commands.first().command, RemoteShell::scriptCommand());
    }

    void whatNoShellTakes_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QString>("says"); // nothing: it is taken
        QTest::newRow("Python") << QByteArray("#!/usr/bin/env python3\nimport os\n") << QStringLiteral("ssh-script");
        QTest::newRow("lines of Windows") << QByteArray("#!/bin/sh\r\nif :; then\r\n") << QStringLiteral("CR LF");
        QTest::newRow("lines of Windows, without a first line for it") << QByteArray("id\r\n") << QStringLiteral("CR LF");
        QTest::newRow("another shell") << QByteArray("#!/usr/bin/env bash\nid\n") << QString();
        QTest::newRow("a CR further on") << QByteArray("#!/bin/sh\nprintf 'a\r\n'\n") << QString();
    }
    void whatNoShellTakes()
    {
        QFETCH(QByteArray, script);
        QFETCH(QString, says);
        QTemporaryFile file;
        QVERIFY(file.open());
        file.write(script);
        file.close();
        m_tester->setOption("script", file.fileName().toUtf8());
        m_tester->answer("*", "");
        if (script.contains("bash"))
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("#!/usr/bin/env bash.*/bin/sh.*ssh-script")));
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.cause, says.isEmpty() ? Cause::None : Cause::BadVariable);
        QVERIFY2(outcome.message.contains(says), qPrintable(outcome.message));
    }

    void exactlyOneOfThem()
    {
        const JobOutcome neither = m_tester->run();
        QCOMPARE(neither.status, "refused");
        QVERIFY(neither.message.contains(QStringLiteral("--script")));
        m_tester->setOption("command", "a");
        m_tester->setOption("script", "b");
        QCOMPARE(m_tester->run().status, "refused");
    }

    void endings_data()
    {
        QTest::addColumn<int>("exitStatus");
        QTest::addColumn<QByteArray>("signal");
        QTest::addColumn<bool>("isLong");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<Cause>("cause");
        QTest::newRow("a status of its own") << 3 << QByteArray() << false << QByteArray("failed") << Cause::ExitStatus;
        QTest::newRow("a signal") << -1 << QByteArray("KILL") << false << QByteArray("failed") << Cause::Signal;
        QTest::newRow("a status of its own behind too much output")
            << 3 << QByteArray() << true << QByteArray("failed") << Cause::ExitStatus;
        QTest::newRow("a signal behind too much output") << -1 << QByteArray("KILL") << true << QByteArray("failed") << Cause::Signal;
        QTest::newRow("too much output") << 0 << QByteArray() << true << QByteArray("partial") << Cause::OutputLimit;
    }
    void endings()
    {
        QFETCH(int, exitStatus);
        QFETCH(QByteArray, signal);
        QFETCH(bool, isLong);
        ShellReply reply;
        reply.output = isLong ? QByteArray(100, 'x') : QByteArray("out");
        reply.errorOutput = "err";
        reply.signal = signal;
        if (exitStatus >= 0)
            reply.exitStatus = exitStatus;
        m_tester->setOption("command", "c");
        m_tester->setOption("max-output", "10");
        m_tester->answer("c", reply);
        const JobOutcome outcome = m_tester->run();
        QTEST(outcome.status, "status");
        QTEST(outcome.cause, "cause");
        QCOMPARE(outcome.facts[u"stdout"].toString(), isLong ? QString(10, u'x') : QStringLiteral("out"));
        QCOMPARE(outcome.facts[u"stderr"].toString(), QStringLiteral("err"));
        QVERIFY2(outcome.message.contains(QStringLiteral("--max-output")) == isLong, qPrintable(outcome.message));
    }

    void aConnectionLostOnceTheStatusHadCome()
    {
        ShellReply reply;
        reply.output = "out";
        reply.exitStatus = 0;
        reply.isTruncated = true;
        m_tester->setOption("command", "c");
        m_tester->answer("c", reply);
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "partial");
        QCOMPARE(outcome.cause, Cause::ConnectionLost);
        QCOMPARE(outcome.facts[u"stdout"].toString(), QStringLiteral("out"));
    }

    void anUnreachableHost()
    {
        m_tester->setOption("command", "c");
        m_tester->failShell("*", Cause::Refused, QStringLiteral("port 22 is closed"));
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "unreachable");
        QCOMPARE(outcome.cause, Cause::Refused);
        QCOMPARE(outcome.message, QStringLiteral("port 22 is closed"));
    }

    void bytesThatAreNoText()
    {
        m_tester->setOption("command", "c");
        m_tester->answer("c", QByteArray("a\xff"));
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.facts[u"stdout"].toString(), QStringLiteral(u"a\ufffd"));
        QCOMPARE(outcome.facts[u"stdout_base64"].toString(), QStringLiteral("Yf8="));
    }
};

QTEST_GUILESS_MAIN(tst_PluginSshCommand)
#include "tst_plugin_ssh_command.moc"
