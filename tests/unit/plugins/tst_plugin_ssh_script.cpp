// The plugin ssh-script, as it is loaded, before a shell that answers what the test says.

#include <collector/jobtester.h>

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace collector;

class tst_PluginSshScript : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<JobTester> m_tester;
    std::unique_ptr<QTemporaryDir> m_folder;

    static QJsonObject json(const QByteArray &text) { return QJsonDocument::fromJson(text).object(); }
    QByteArray file(const char *name, const QByteArray &text)
    {
        QFile out(m_folder->filePath(QString::fromUtf8(name)));
        if (!out.open(QIODevice::WriteOnly) || out.write(text) != text.size())
            qFatal("cannot write %s", name);
        return out.fileName().toUtf8();
    }

private Q_SLOTS:
    void init()
    {
        m_tester = std::make_unique<JobTester>(QStringLiteral(BUILD_DIR "/lib/collector/plugins/ssh-script.so"));
        m_folder = std::make_unique<QTemporaryDir>();
    }

    void whatIsPrinted_data()
    {
        QTest::addColumn<QByteArray>("format");
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<QByteArray>("facts");
        QTest::addColumn<QByteArray>("status");
        const auto row = [](const char *name, const char *format, const char *output, const char *facts, const char *status = "ok") {
            QTest::newRow(name) << QByteArray(format) << QByteArray(output) << QByteArray(facts) << QByteArray(status);
        };
        row("JSON", "auto", R"({"a": 1, "b": [true, null]})", R"({"a":1,"b":[true,null]})");
        row("lines", "auto", "# comment\nA=1\nPRETTY_NAME=\"a b\"\n\nc='x=y'\nempty=\n",
            R"({"A":"1","PRETTY_NAME":"a b","c":"x=y","empty":""})");
        row("facts.d, INI", "auto", "; c\n[general]\nOwner = ops\nasset: 7\nnote = a\n  b\n[other]\nx=1\n",
            R"({"general":{"owner":"ops","asset":"7","note":"a\nb"},"other":{"x":"1"}})");
        row("facts.d, JSON", "facts.d", R"({"a":{"b":2}})", R"({"a":{"b":2}})");
        row("nothing", "auto", "\n", "{}");
        row("nothing where JSON is due", "json", "", "{}", "partial");
        row("cut JSON", "auto", R"({"a": 1,)", "{}", "partial");
        row("a list", "json", "[1, 2]", "{}", "partial");
        row("a line without a value", "key-value", "a=1\nWARNING: x\nb=2\n", R"({"a":"1","b":"2"})", "partial");
        row("INI without a section", "facts.d", "a=1\n", "{}", "partial");
        row("a name that is empty", "json", R"({"": 1, "a": 2})", R"({"a":2})", "partial");
        row("a list in one line", "auto", "[1, 2]\n", "{}", "partial");
        row("a section that looks like a list", "auto", "[1]\na=2\n", R"({"1":{"a":"2"}})");
        row("bytes that are no text", "auto", "a=\xff\n", "{\"a\":\"\xef\xbf\xbd\",\"a_base64\":\"/w==\"}");
        row("bytes that are no text, in INI", "auto", "[s]\na=x\xff\n", "{\"s\":{\"a\":\"x\xef\xbf\xbd\",\"a_base64\":\"eP8=\"}}");
        row("bytes that are no text, in JSON", "auto",
            "{\"a\": \"\xe4\\\"\xc3\xa4\", \"b\": {\"c\": \"\xed\xa0\x80\"}, \"d\": [\"\xff\"], \"e\": 1}",
            "{\"a\":\"\xef\xbf\xbd\\\"\xc3\xa4\",\"a_base64\":\"5CLDpA==\",\"b\":{\"c\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"c_"
            "base64\":\"7aCA\"},"
            "\"d\":[\"\xef\xbf\xbd\"],\"e\":1}");
        row("the same as Python writes it", "json", R"({"a": "/srv/\udce9t\u00e9", "b": "\ud83d\ude00", "c": "\ud800"})",
            "{\"a\":\"/srv/\xef\xbf\xbdt\xc3\xa9\",\"a_base64\":\"L3Nydi/pdMOp\",\"b\":\"\xf0\x9f\x98\x80\",\"c\":\"\xef\xbf\xbd\"}");
        row("bytes outside of a text", "json", "{\"a\": \xff}", "{}", "partial");
        row("integers beyond 64 bits", "json", R"({"guid": 12345678901234567890, "n": [-9223372036854775809], "least": -9223372036854775808,
            "t": "12345678901234567890", "f": 12345678901234567890.5})",
            R"({"guid": "12345678901234567890", "n": ["-9223372036854775809"], "least": -9223372036854775808,
            "t": "12345678901234567890", "f": 12345678901234567890.5})");
    }
    void whatIsPrinted()
    {
        QFETCH(QByteArray, format);
        QFETCH(QByteArray, output);
        QFETCH(QByteArray, facts);
        m_tester->setOption("script", file("s", "#!/bin/sh\nfacts\n"));
        m_tester->setOption("facts-format", format);
        m_tester->answer("*", output);
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.facts, json(facts));
        QTEST(outcome.status, "status");
        QCOMPARE(outcome.cause, outcome.status == "ok" ? Cause::None : Cause::BadOutput);
    }

    // Each took minutes once: a megabyte is what a host may print.
    void aFloodCostsLittle_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("piece");
        QTest::newRow("of lines that go on with a value") << QByteArray("[s]\na=b\n") << QByteArray(" a\n");
        QTest::newRow("of one key") << QByteArray("b=1\n") << QByteArray("a=1\n");
        QTest::newRow("of sections in turn") << QByteArray("[s]\n") << QByteArray("[a]\nx=1\n[b]\n");
        QTest::newRow("of keys") << QByteArray() << QByteArray();
    }
    void aFloodCostsLittle()
    {
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, piece);
        QByteArray output = head;
        for (int i = 0; output.size() < (1 << 20) - 16; ++i)
            output += piece.isEmpty() ? QByteArray::number(i * 7919 % 1'000'000) + "=\n" : piece;
        m_tester->setOption("script", file("s", "#!/bin/sh\nfacts\n"));
        m_tester->answer("*", output);
        QElapsedTimer timer;
        timer.start();
        const JobOutcome outcome = m_tester->run();
        QVERIFY2(timer.elapsed() < 30'000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(!outcome.facts.isEmpty());
    }

    void interpreters_data()
    {
        QTest::addColumn<QByteArray>("firstLine");
        QTest::addColumn<QByteArray>("command");
        QTest::newRow("none") << QByteArray("echo a=1\n") << QByteArray("exec /bin/sh -s -- a 'b c'");
        QTest::newRow("sh") << QByteArray("#!/bin/sh\n") << QByteArray("exec /bin/sh -s -- a 'b c'");
        QTest::newRow("bash, with an option") << QByteArray("#!/bin/bash -e\n") << QByteArray("exec /bin/bash -e -s -- a 'b c'");
        QTest::newRow("python by env") << QByteArray("#!/usr/bin/env python3\n") << QByteArray("exec python3 - a 'b c'");
        QTest::newRow("env with words in one") << QByteArray("#!/usr/bin/env -S python3 -u\n") << QByteArray("exec python3 -u - a 'b c'");
        QTest::newRow("env that sets a variable")
            << QByteArray("#!/usr/bin/env -S LC_ALL=C bash\n") << QByteArray("exec /usr/bin/env LC_ALL=C bash -s -- a 'b c'");
        QTest::newRow("env that clears all") << QByteArray("#!/bin/env -i sh\n") << QByteArray("exec /bin/env -i sh -s -- a 'b c'");
        QTest::newRow("env of nothing") << QByteArray("#!/usr/bin/env\n") << QByteArray("exec /bin/sh -s -- a 'b c'");
        QTest::newRow("perl, and CR LF") << QByteArray("#! /usr/bin/perl\r\n") << QByteArray("exec /usr/bin/perl - a 'b c'");
        QTest::newRow("awk") << QByteArray("#!/usr/bin/awk\n") << QByteArray("exec /usr/bin/awk -f /dev/stdin a 'b c'");
        QTest::newRow("awk, as the kernel wants it")
            << QByteArray("#!/usr/bin/awk -f\n") << QByteArray("exec /usr/bin/awk -f /dev/stdin a 'b c'");
        QTest::newRow("one that nobody knows") << QByteArray("#!/opt/x/run\n") << QByteArray("exec /opt/x/run /dev/stdin a 'b c'");
        QTest::newRow("words that a shell would take") << QByteArray("#!/bin/sh;reboot\n") << QByteArray();
    }
    void interpreters()
    {
        QFETCH(QByteArray, firstLine);
        QFETCH(QByteArray, command);
        const QByteArray script = firstLine + "rest\n";
        m_tester->setOption("script", file("s", script));
        m_tester->setOption("arguments", "a 'b c'");
        m_tester->answerShell([](const ShellCommand &) {
            ShellReply reply;
            reply.exitStatus = 0;
            return reply;
        });
        const JobOutcome outcome = m_tester->run();
        if (command.isEmpty()) {
            QCOMPARE(outcome.status, "refused");
            return;
        }
        QCOMPARE(outcome.commands.first().command, command);
        QCOMPARE(outcome.commands.first().input, script);
        QVERIFY(outcome.commands.first().isPrivileged);
    }

    void aManifest()
    {
        m_tester->setOption("script", file("s", "facts\n"));
        m_tester->setOption("manifest", file("m", R"({"facts":[{"name":"cores","type":"integer"},{"name":"load","type":"number"},
            {"name":"raid","type":"boolean"},{"name":"disks","type":"list"},{"name":"owner","type":"text"},{"name":"slot_*","type":"integer"}]})"));
        m_tester->answer("*", "cores=8\nload=0.5\nraid=yes\ndisks=sda,sdb\nslot_1=3\n");
        const JobOutcome whole = m_tester->run();
        QCOMPARE(whole.facts, json(R"({"cores":8,"load":0.5,"raid":true,"disks":["sda","sdb"],"slot_1":3})"));
        QCOMPARE(whole.absent, json(R"({"owner":"not_applicable"})"));
        QCOMPARE(whole.status, "ok");
    }

    void aManifestThatIsNotKept()
    {
        m_tester->setOption("script", file("s", "facts\n"));
        m_tester->setOption("manifest", file("m", R"({"facts":[{"name":"cores","type":"integer"}]})"));
        m_tester->answer("*", "cores=many\nsurprise=1\n");
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "partial");
        QVERIFY(outcome.facts.isEmpty());
        QCOMPARE(outcome.absent, json(R"({"cores":"parse_error"})"));
        QVERIFY2(outcome.message.contains(QStringLiteral("cores")), qPrintable(outcome.message));
    }

    void whatIsNullIsNotThere()
    {
        m_tester->setOption("script", file("s", "facts\n"));
        m_tester->setOption("manifest", file("m", R"({"facts":[{"name":"cores","type":"integer"},{"name":"slot_*","type":"text"}]})"));
        m_tester->answer("*", R"({"cores": null, "slot_1": null})");
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "ok");
        QVERIFY(outcome.facts.isEmpty());
        QCOMPARE(outcome.absent, json(R"({"cores":"not_applicable"})"));
    }

    // Half a line is a value too, and a wrong one.
    void anOutputThatBreaksOff()
    {
        m_tester->setOption("script", file("s", "x\n"));
        ShellReply reply;
        reply.output = "kernel=6.1\nserial=12";
        reply.exitStatus = 0;
        reply.isTruncated = true;
        m_tester->answer("*", reply);
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "partial");
        QCOMPARE(outcome.cause, Cause::ConnectionLost);
    }

    void whatIsRefused_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QByteArray>("manifest");
        QTest::addColumn<QString>("says");
        QTest::newRow("no script") << QByteArray() << QByteArray() << QStringLiteral("--script FILE");
        QTest::newRow("an empty script") << QByteArray("\n") << QByteArray() << QStringLiteral("empty");
        QTest::newRow("lines of Windows") << QByteArray("#!/bin/sh\r\nif :; then\r\n") << QByteArray() << QStringLiteral("CR LF");
        QTest::newRow("a manifest that is no JSON") << QByteArray("x\n") << QByteArray("{") << QStringLiteral("--manifest");
        QTest::newRow("a manifest with a wrong type")
            << QByteArray("x\n") << QByteArray(R"({"facts":[{"name":"a","type":"colour"}]})") << QStringLiteral("facts[0]");
    }
    void whatIsRefused()
    {
        QFETCH(QByteArray, script);
        QFETCH(QByteArray, manifest);
        QFETCH(QString, says);
        if (!script.isEmpty())
            m_tester->setOption("script", file("s", script));
        if (!manifest.isEmpty())
            m_tester->setOption("manifest", file("m", manifest));
        const JobOutcome outcome = m_tester->run();
        QCOMPARE(outcome.status, "refused");
        QVERIFY2(outcome.message.contains(says), qPrintable(outcome.message));
    }

    void itsEndings()
    {
        m_tester->setOption("script", file("s", "x\n"));
        ShellReply reply;
        reply.output = "a=1\n";
        reply.errorOutput = "no such device\n";
        reply.exitStatus = 4;
        m_tester->answer("*", reply);
        const JobOutcome failed = m_tester->run();
        QCOMPARE(failed.cause, Cause::ExitStatus);
        QCOMPARE(failed.facts, json(R"({"a":"1"})")); // kept
        QVERIFY(failed.message.contains(QStringLiteral("no such device")));
        m_tester->setOption("max-output", "3");
        const JobOutcome cut = m_tester->run();
        QCOMPARE(cut.cause, Cause::OutputLimit);
        QVERIFY(cut.facts.isEmpty());
    }
};

QTEST_GUILESS_MAIN(tst_PluginSshScript)
#include "tst_plugin_ssh_script.moc"
