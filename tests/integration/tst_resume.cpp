// A run that is killed, again and again, and goes on: the program as a user has it, over a simulated fleet.
// COLLECTOR_TEST_KILLS says how often (10); the long form in tests/long/ asks for 200.

#include "fleet/fleetprocess.h"

#include "unit/output/foundhosts.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace collector;

namespace {

constexpr int hosts = 2000;
constexpr int inFlight = 100;

} // namespace

class TestResume : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void killedAgainAndAgain();
    void interruptedOnce_data();
    void interruptedOnce();
    void aJobCutShortBehindABadOne();
    void aPluginThatCrashes();
    void aSecretStandsNowhere();

private:
    static void start(QProcess &process, const QStringList &arguments);
    static int finish(QProcess &process);
    [[nodiscard]] static QStringList fleetOptions(const FleetProcess &fleet);
    static QByteArray read(const QString &name);
    static void write(const QString &name, const QByteArray &content);
    static QSet<QByteArray> journaled(const QString &name);
    static QMap<QByteArray, int> contacts(const FleetProcess &fleet);
};

void TestResume::start(QProcess &process, const QStringList &arguments)
{
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral(BUILD_DIR "/bin/collector"), arguments);
    QVERIFY2(process.waitForStarted(), qPrintable(process.errorString()));
}

int TestResume::finish(QProcess &process)
{
    // One that has ended already is not waited for: waitForFinished() would call that a failure.
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(120'000) && process.state() != QProcess::NotRunning)
        qFatal("the program does not end");
    const QByteArray said = process.readAll();
    if (process.exitStatus() == QProcess::NormalExit && process.exitCode() != 0)
        qInfo("%s", said.constData());
    return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -process.exitCode();
}

QStringList TestResume::fleetOptions(const FleetProcess &fleet)
{
    return {QStringLiteral("--port"),
            QString::number(fleet.port()),
            QStringLiteral("--known-hosts"),
            fleet.knownHostsFile(),
            QStringLiteral("--identity"),
            fleet.clientKey(),
            QStringLiteral("-u"),
            QStringLiteral("tester"),
            QStringLiteral("--ssh-config"),
            QStringLiteral("none"),
            QStringLiteral("--concurrency"),
            QString::number(inFlight),
            QStringLiteral("--rate"),
            QStringLiteral("0"),
            QStringLiteral("--plugin"),
            QStringLiteral("ssh-command"),
            QStringLiteral("--command"),
            QStringLiteral("uptime")};
}

QByteArray TestResume::read(const QString &name)
{
    QFile file(name);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray("(cannot be read)");
}

void TestResume::write(const QString &name, const QByteArray &content)
{
    QFile file(name);
    QVERIFY(file.open(QFile::WriteOnly) && file.write(content) == content.size());
}

// The hosts whose records are whole in the journal.
QSet<QByteArray> TestResume::journaled(const QString &name)
{
    QSet<QByteArray> found;
    const QList<QByteArray> lines = read(name).split('\n');
    for (const QByteArray &line : lines.mid(0, lines.size() - 1)) {
        const QJsonObject record = QJsonDocument::fromJson(line).object();
        if (record.contains(u"host"))
            found.insert(record[u"host"].toString().toUtf8());
    }
    return found;
}

QMap<QByteArray, int> TestResume::contacts(const FleetProcess &fleet)
{
    QMap<QByteArray, int> found;
    for (const FleetEvent &event : fleet.log()) {
        if (event.event == FleetEvent::Exec)
            ++found[event.address.toUtf8()];
    }
    return found;
}

void TestResume::killedAgainAndAgain()
{
    const int kills = qEnvironmentVariableIsSet("COLLECTOR_TEST_KILLS") ? qEnvironmentVariableIntValue("COLLECTOR_TEST_KILLS") : 10;
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed); // of the moments; the machine's load does the rest
    QRandomGenerator random(seed);
    int killed = 0;
    while (killed < kills) {
        FleetProcess fleet({QStringLiteral("--delay"), QStringLiteral("150")});
        const QString inventory = fleet.file(QStringLiteral("hosts.ini"));
        const QString json = fleet.file(QStringLiteral("assets.json"));
        const QString csv = fleet.file(QStringLiteral("assets.csv"));
        const QString journal = fleet.file(QStringLiteral(".assets.json.journal"));
        write(inventory, "127.9.[0:7].[1:250]\n");
        write(json, "old");
        const QStringList arguments = QStringList{QStringLiteral("-i"), inventory, QStringLiteral("-o"),       json,
                                                  QStringLiteral("-o"), csv,       QStringLiteral("--resume"), QStringLiteral("-q")} +
                                      fleetOptions(fleet);
        int killedHere = 0;
        bool isOver = false;
        bool isKilledAtItsEnd = false;
        while (!isOver && killed < kills) {
            const QSet<QByteArray> before = journaled(journal);
            const QMap<QByteArray, int> contactsBefore = contacts(fleet);
            QProcess process;
            start(process, arguments);
            isOver = process.waitForFinished(random.bounded(80, 900)) || process.state() == QProcess::NotRunning;
            if (isOver) {
                QCOMPARE(finish(process), 0);
                continue;
            }
            ::kill(pid_t(process.processId()), SIGKILL);
            QVERIFY(process.waitForFinished());
            ++killed;
            ++killedHere;
            // An output is not there yet, or whole where the end was interrupted; the journal stays until all are.
            const bool isJsonThere = read(json) != QByteArray("old");
            if (isJsonThere)
                QCOMPARE(foundHosts(json).size(), hosts);
            if (QFile::exists(csv))
                QCOMPARE(foundHosts(csv).size(), hosts);
            isOver = isKilledAtItsEnd = isJsonThere && QFile::exists(csv) && !QFile::exists(journal);
            QVERIFY(isOver || QFile::exists(journal) || (!isJsonThere && before.isEmpty()));
            // Nobody who had a record was contacted again.
            const QMap<QByteArray, int> now = contacts(fleet);
            for (const QByteArray &host : before)
                QCOMPARE(now.value(host), contactsBefore.value(host));
            QVERIFY(isOver || journaled(journal).contains(before));
        }
        if (!isOver) {
            QProcess process;
            start(process, arguments);
            QCOMPARE(finish(process), 0);
        }
        for (const QString &output : {json, csv}) {
            const QMap<QByteArray, Status> found = foundHosts(output);
            QCOMPARE(found.size(), hosts);
            for (auto it = found.begin(); it != found.end(); ++it)
                QVERIFY2(it.value() == Status::Ok, it.key().constData());
        }
        // Twice only who was in flight when the program was killed.
        int again = 0;
        const QMap<QByteArray, int> total = contacts(fleet);
        for (const int count : total)
            again += count - 1;
        QCOMPARE(total.size(), hosts);
        QVERIFY2(again <= killedHere * inFlight, qPrintable(QStringLiteral("%1 of %2 kills").arg(again).arg(killedHere)));
        QStringList left = QDir(fleet.directory()).entryList({QStringLiteral(".assets*")}, QDir::Files | QDir::Hidden);
        if (isKilledAtItsEnd) // once all had their names: a lock is let go last
            left.removeIf([](const QString &name) { return name.endsWith(u".lock"); });
        QCOMPARE(left, QStringList());
    }
}

void TestResume::interruptedOnce_data()
{
    QTest::addColumn<QStringList>("first");
    QTest::newRow("with one job") << QStringList();
    QTest::newRow("with one that was done and one that was not") << QStringList{QStringLiteral("-p"), QStringLiteral("ping")};
}

void TestResume::interruptedOnce()
{
    QFETCH(QStringList, first);
    FleetProcess fleet({QStringLiteral("--delay"), QStringLiteral("150")});
    const QString inventory = fleet.file(QStringLiteral("hosts.ini"));
    const QString json = fleet.file(QStringLiteral("assets.json"));
    write(inventory, "127.9.[0:7].[1:250]\n");
    const QStringList arguments =
        first + QStringList{QStringLiteral("-i"), inventory, QStringLiteral("-o"), json, QStringLiteral("-q")} + fleetOptions(fleet);
    QProcess process;
    start(process, arguments);
    QTRY_VERIFY_WITH_TIMEOUT(journaled(fleet.file(QStringLiteral(".assets.json.journal"))).size() > 50, 20'000);
    ::kill(pid_t(process.processId()), SIGINT);
    QCOMPARE(finish(process), 130);
    QVERIFY(!QFile::exists(json));
    const QMap<QByteArray, Status> partial = foundHosts(json + QStringLiteral(".partial"));
    QCOMPARE(partial.size(), hosts);
    const auto good = std::count(partial.begin(), partial.end(), Status::Ok);
    QVERIFY(good > 50 && good < hosts);
    const auto halfDone = std::count(partial.begin(), partial.end(), Status::Partial);
    QCOMPARE(halfDone > 0, !first.isEmpty());
    QCOMPARE(std::count(partial.begin(), partial.end(), Status::Cancelled), hosts - good - halfDone);

    const QMap<QByteArray, int> before = contacts(fleet);
    start(process, arguments + QStringList{QStringLiteral("--resume")});
    QCOMPARE(finish(process), 0);
    const QMap<QByteArray, Status> all = foundHosts(json);
    QCOMPARE(std::count(all.begin(), all.end(), Status::Ok), hosts);
    QVERIFY(!QFile::exists(json + QStringLiteral(".partial")));
    const QMap<QByteArray, int> after = contacts(fleet);
    for (auto it = partial.begin(); it != partial.end(); ++it) {
        if (it.value() == Status::Ok)
            QCOMPARE(after.value(it.key()), before.value(it.key()));
    }
}

// The record's cause is that of the first bad job: the run passed for whole, and nothing was left to go on from.
void TestResume::aJobCutShortBehindABadOne()
{
    const QTemporaryDir folder;
    const QString output = folder.filePath(QStringLiteral("a.json"));
    write(folder.filePath(QStringLiteral("hosts")), "h ansible_connection=local\n");
    const QString program = folder.filePath(QStringLiteral("program"));
    const auto arguments = [&](bool isResumed) {
        QStringList words{QStringLiteral("-i"), folder.filePath(QStringLiteral("hosts")), QStringLiteral("-o"), output};
        for (const char *word : {"--ssh-config", "none", "-p", "ssh-command", "--command", "echo long", "-O", "ssh-command.max-output=3",
                                 "-p", "exec", "--program"})
            words << QLatin1StringView(word);
        words << program;
        return isResumed ? words << QStringLiteral("--resume") : words;
    };
    const QString begun = folder.filePath(QStringLiteral("begun"));
    write(program, "#!/bin/sh\ntest -e '" + begun.toLocal8Bit() + "' && exit 0\n: > '" + begun.toLocal8Bit() + "'\nexec sleep 20\n");
    QVERIFY(QFile::setPermissions(program, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    QProcess process;
    start(process, arguments(false));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(begun), 10'000);
    QVERIFY(kill(pid_t(process.processId()), SIGTERM) == 0);
    QCOMPARE(finish(process), 143);
    const QByteArray partial = read(output + QStringLiteral(".partial"));
    QVERIFY2(partial.contains("\"cause\":\"output_limit\"") && partial.contains("\"cause\":\"interrupted\""), partial.constData());
    QVERIFY(!QFile::exists(output));
    start(process, arguments(true));
    QCOMPARE(finish(process), 4);
    const QByteArray whole = read(output);
    QVERIFY2(whole.contains("\"host\":\"h\"") && !whole.contains("interrupted"), whole.constData());
}

void TestResume::aPluginThatCrashes()
{
    const QTemporaryDir dir;
    const QString json = dir.filePath(QStringLiteral("out.json"));
    const QStringList arguments{
        QStringLiteral("-i"),      QStringLiteral("127.9.0.0/24"), QStringLiteral("-o"),         json,
        QStringLiteral("-q"),      QStringLiteral("--plugin-dir"), QStringLiteral(CRASHER_DIR),  QStringLiteral("--plugin"),
        QStringLiteral("crasher"), QStringLiteral("--victim"),     QStringLiteral("127.9.0.77"), QStringLiteral("--resume")};
    QProcess process;
    start(process, arguments);
    const int end = finish(process);
    QVERIFY2(end < 0, qPrintable(QString::number(end))); // by a signal
    QVERIFY(!QFile::exists(json));
    start(process, arguments + QStringList{QStringLiteral("--retry-failed")}); // tries it once more
    const int again = finish(process);
    QVERIFY2(again < 0, qPrintable(QString::number(again)));
    start(process, arguments);
    QCOMPARE(finish(process), 3);
    const QMap<QByteArray, Status> found = foundHosts(json);
    QCOMPARE(found.size(), 256);
    QCOMPARE(std::count(found.begin(), found.end(), Status::Ok), 255);
    QCOMPARE(found.value("127.9.0.77"), Status::Failed);
    QVERIFY(
        read(json).contains("\"cause\":\"plugin_error\",\"message\":\"the plugin crasher ended the interrupted run on this host (signal "));
}

// It stood in every result, in the journal and in what was said of two results.
void TestResume::aSecretStandsNowhere()
{
    const QTemporaryDir dir;
    const QString json = dir.filePath(QStringLiteral("out.json"));
    write(dir.filePath(QStringLiteral("night.conf")), "crasher.api-token = T0PSECRET\n");
    const auto arguments = [&](const char *output, const char *resume) {
        return QStringList{QStringLiteral("-i"),
                           QStringLiteral("h1,h2,"),
                           QStringLiteral("-q"),
                           QStringLiteral("-o"),
                           dir.filePath(QLatin1String(output)),
                           QStringLiteral("--plugin-dir"),
                           QStringLiteral(CRASHER_DIR),
                           QStringLiteral("--plugin"),
                           QStringLiteral("crasher"),
                           QLatin1String(resume),
                           QStringLiteral("--config"),
                           dir.filePath(QStringLiteral("night.conf")),
                           QStringLiteral("--victim")};
    };
    QProcess process;
    start(process, arguments("out.json", "--resume") + QStringList{QStringLiteral("h2")});
    QVERIFY(finish(process) < 0);
    const QByteArray journal = read(dir.filePath(QStringLiteral(".out.json.journal")));
    QVERIFY2(journal.contains("\"crasher.api-token\":\"***\""), journal.constData());
    QVERIFY(!journal.contains("T0PSECRET"));
    start(process, arguments("out.json", "--resume") + QStringList{QStringLiteral("h2")});
    QCOMPARE(finish(process), 3);
    QVERIFY(read(json).contains("\"crasher.api-token\":\"***\""));
    QVERIFY(!read(json).contains("T0PSECRET"));

    write(dir.filePath(QStringLiteral("night.conf")), "crasher.api-token = 0THER\n");
    start(process, arguments("other.json", "--resume") + QStringList{QStringLiteral("h3")});
    QCOMPARE(finish(process), 0);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral(BUILD_DIR "/bin/collector"), {QStringLiteral("diff"), json, dir.filePath(QStringLiteral("other.json"))});
    QVERIFY(process.waitForFinished());
    const QByteArray said = process.readAll();
    QVERIFY2(!said.contains("api-token"), said.constData());
}

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"
