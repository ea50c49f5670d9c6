// Keys that are exchanged anew in the midst of it: libssh takes nothing meanwhile, and nothing may be lost.

#include "sshbench.h"

#include "fleet/sshdprocess.h"
#include "ssh/connection.h"
#include "ssh/execchannel.h"

#include <QTest>

using namespace collector;

namespace {

// The password that a command asks for, given so many wakes later; its answer.
Task<> answer(SshConnection &connection, SshProgress &progress, int wakes, QByteArray &output, bool &isOver)
{
    const Secret secret(std::string_view("open sesame"));
    try {
        ExecChannel channel(connection.session(), connection.settings(), progress, {});
        co_await channel.open(true);
        // Much follows the question, and a KEXINIT every few packets: it is answered while keys are being exchanged, sooner or later.
        co_await channel.exec("printf ?; head -c 20000 /dev/zero >&2; read -r word; echo \"$word\"");
        const Deadline deadline = connection.session().reactor().after(std::chrono::seconds(10));
        while (channel.output().isEmpty() && !channel.isOver())
            co_await channel.advance(deadline);
        for (int i = 0; i < wakes; ++i) // if there are so many: it may all have come at once
            co_await channel.advance(connection.session().reactor().after(std::chrono::milliseconds(100)));
        channel.forgetOutput();
        channel.feedSecret(secret);
        const ShellReply reply = co_await channel.runToEnd(deadline);
        output = reply.output;
    } catch (const JobError &error) {
        output = error.message().toUtf8();
    }
    isOver = true;
}

Task<> open(SshConnection &connection, QString &problem, bool &isOver)
{
    try {
        co_await connection.open();
    } catch (const JobError &error) {
        problem = error.message();
    }
    isOver = true;
}

} // namespace

class SshRekey : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
    }

    void tunnelsOutliveTheBastionsNewKeys_data()
    {
        QTest::addColumn<QByteArray>("limit");
        QTest::newRow("every 100 KB") << QByteArray("RekeyLimit 100K");
        QTest::newRow("every 60 KB") << QByteArray("RekeyLimit 60K");
    }
    void tunnelsOutliveTheBastionsNewKeys()
    {
        QFETCH(QByteArray, limit);
        constexpr int targets = 30;
        const SshdProcess bastion({limit});
        const SshdProcess target;
        SshBench bench;
        bench.timeout = std::chrono::seconds(60);
        SshSettings settings = bench.settingsFor(target);
        settings.jumps = {std::make_shared<const SshSettings>(bench.settingsFor(bastion))};
        ShellCommand command;
        command.command = "wc -c; head -c 300000 /dev/zero";
        command.input = QByteArray(300'000, 'x');
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < targets; ++i)
            outcomes.push_back(&bench.start(settings, {command}));
        bench.wait();
        for (const SshOutcome *outcome : outcomes) {
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
            QVERIFY(outcome->reply->output.startsWith("300000\n"));
            QCOMPARE(outcome->reply->output.size(), 300'000 + 7);
        }
    }

    void aPasswordIsNotLostMeanwhile()
    {
        constexpr int times = 50;
        const SshdProcess server({"RekeyLimit 1K"});
        SshBench bench;
        const auto settings = std::make_shared<const SshSettings>(bench.settingsFor(server));
        ConnectionInfo info;
        SshProgress progress;
        QString problem;
        bool isOver = false;
        std::optional<SshConnection> connection(std::in_place, *bench.worker, settings, info, progress);
        std::optional<Task<>> task(open(*connection, problem, isOver));
        bench.inLoop([&] { task->start(); });
        QVERIFY(bench.spinUntil([&] { return isOver; }));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        for (int i = 0; i < times; ++i) {
            QByteArray output;
            isOver = false;
            bench.inLoop([&] {
                task.emplace(answer(*connection, progress, i % 5, output, isOver));
                task->start();
            });
            QVERIFY(bench.spinUntil([&] { return isOver; }));
            QCOMPARE(output, "open sesame\n");
        }
        bench.inLoop([&] {
            task.reset();
            connection.reset();
        });
    }
};

QTEST_GUILESS_MAIN(SshRekey)
#include "tst_ssh_rekey.moc"
