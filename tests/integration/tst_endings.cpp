// How runs end, as a user sees it: every exit status, each pair that can meet, and what stands in the folder afterwards.
// 127.9.0.0/24 answers, 127.9.1.0/24 refuses at once, 127.9.2.0/24 never answers the login.

#include "fleet/fleetprocess.h"

#include "output/resultreader.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace collector;

class TestEndings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_fleet.reset(); }
    void endings_data();
    void endings();
    void theSecondSignal_data();
    void theSecondSignal();
    void oneSignalSentTwice();
    void beforeTheFirstHost();
    void mistakes_data();
    void mistakes();
    void mistakesInAConfiguration_data();
    void mistakesInAConfiguration();
    void resumingIsRefused_data();
    void resumingIsRefused();
    void aTornJournal();
    void aPipeThatIsClosed();
    void helpThatNobodyGets();
    void aStandardDescriptorThatIsClosed_data();
    void aStandardDescriptorThatIsClosed();
    void aDiskThatFills();
    void aReadOnlyFolder();
    void aSecondRunOfTheSameOutput();
    void theRunIsNamedOnTheHost();
    void standardOutputHasRecordsAlone_data();
    void standardOutputHasRecordsAlone();

private:
    [[nodiscard]] QStringList command(const QByteArray &words) const;
    int run(QProcess &process, const QStringList &arguments, int signal = 0) const;
    static QStringList filesIn(const QString &folder);

    std::unique_ptr<FleetProcess> m_fleet;
};

namespace {

constexpr auto program = BUILD_DIR "/bin/collector";
const QByteArray good = "-i 127.9.0.1-127.9.0.8 ";
const QByteArray bad = "-i 127.9.1.1-127.9.1.8 ";
const QByteArray silent = "-i 127.9.2.1-127.9.2.8 ";

} // namespace

void TestEndings::initTestCase()
{
    QTemporaryDir dir;
    QFile map(dir.filePath(QStringLiteral("map")));
    QVERIFY(map.open(QFile::WriteOnly));
    map.write("127.9.1.0/24 close-before-banner\n127.9.2.0/24 stall-auth\n");
    map.close();
    m_fleet = std::make_unique<FleetProcess>(QStringList{QStringLiteral("--fault-map"), map.fileName()});
}

QStringList TestEndings::command(const QByteArray &words) const
{
    QStringList arguments{QStringLiteral("-u"),
                          QStringLiteral("tester"),
                          QStringLiteral("--port"),
                          QString::number(m_fleet->port()),
                          QStringLiteral("--identity"),
                          m_fleet->clientKey(),
                          QStringLiteral("--ssh-config"),
                          QStringLiteral("none"),
                          QStringLiteral("--plugin"),
                          QStringLiteral("ssh-command"),
                          QStringLiteral("--command"),
                          QStringLiteral("uptime"),
                          QStringLiteral("--retries"),
                          QStringLiteral("0"),
                          QStringLiteral("--rate"),
                          QStringLiteral("0"),
                          QStringLiteral("--known-hosts"),
                          m_fleet->knownHostsFile()};
    for (const QByteArray &word : words.simplified().split(' '))
        arguments.append(QString::fromUtf8(word));
    return arguments;
}

// With `signal`, sends it once all good and bad hosts have their records, and all silent ones are in flight.
int TestEndings::run(QProcess &process, const QStringList &arguments, int signal) const
{
    const int contacts = m_fleet->count(FleetEvent::Connect);
    process.start(QString::fromLatin1(program), arguments);
    if (!process.waitForStarted())
        qFatal("cannot start");
    if (signal != 0) {
        const int hosts = int(arguments.count(QStringLiteral("-i"))) * 8;
        const int ends = arguments.contains(QString::fromLatin1(silent).section(u' ', 1, 1)) ? hosts - 8 : hosts;
        QFile journal(process.workingDirectory() + QStringLiteral("/.a.json.journal"));
        const auto isTime = [&] {
            if (m_fleet->count(FleetEvent::Connect) - contacts < hosts || !journal.open(QFile::ReadOnly))
                return false;
            const int records = int(journal.readAll().count("\"attempts\":"));
            journal.close();
            return records >= ends;
        };
        if (!QTest::qWaitFor(isTime, 20'000))
            qFatal("the hosts are not asked");
        ::kill(pid_t(process.processId()), signal);
    }
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(60'000) && process.state() != QProcess::NotRunning)
        qFatal("does not end");
    return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
}

QStringList TestEndings::filesIn(const QString &folder)
{
    return QDir(folder).entryList(QDir::Files | QDir::Hidden, QDir::Name);
}

void TestEndings::endings_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("files"); // afterwards
    QTest::addColumn<QString>("says");  // on stderr
    const auto row = [](const char *name, const QByteArray &words, int signal, int status, const char *files, const char *says) {
        QTest::newRow(name) << words << signal << status << QString::fromLatin1(files) << QString::fromLatin1(says);
    };
    const char *const whole = "a.json";
    const char *const partial = ".a.json.journal a.json.partial";
    const char *const kept = ".a.json.journal";
    row("0: all are ok", good + "-o a.json", 0, 0, whole, "8 ok");
    row("0: all but the excluded are ok", good + bad + "-x 127.9.1.0/24 -o a.json", 0, 0, whole, "8 skipped");
    row("0: an empty shard", good + "-o a.json --shard 1/1000", 0, 0, whole, "0 hosts");
    row("0: all are excluded", good + "-o a.json -x 127.9.0.0/24", 0, 0, whole, "8 skipped");
    row("0: as many as asked for are ok", good + "-o a.json --min-ok 100%", 0, 0, whole, "8 ok");
    row("0: the deadline does not come", good + "-o a.json --deadline 1h", 0, 0, whole, "8 ok");
    row("1: a full device", good + "-o /dev/full -f jsonl", 0, 1, "", "No space left");
    row("1: a full device beside a file", good + "-o a.json -o /dev/full -f jsonl", 0, 1, kept, "/dev/full");
    row("2: an unknown option", good + "-o a.json --colums x", 0, 2, "", "--columns");
    row("2: no such inventory", "-i none.ini -o a.json", 0, 2, "", "none.ini");
    row("2: no host", good + "-l nobody -o a.json", 0, 2, "", "");
    row("2: no folder", good + "-o none/a.json", 0, 2, "", "none/a.json");
    row("2: no format", good + "-o a.txt", 0, 2, "", "-f");
    row("2: no such column", good + "-o a.csv --columns colour", 0, 2, "", "colour");
    row("2: no such plugin", good + "-o a.json -p nothing", 0, 2, "", "nothing");
    row("2: no folder for the summary", good + "-o a.json --summary none/s.json", 0, 2, "", "none/s.json");
    row("2: the summary is an output", good + "-o a.json --summary ./a.json", 0, 2, "", "a name of its own");
    row("2: an output twice", good + "-o a.json -o ./a.json", 0, 2, "", "given twice");
    row("2: no folder for the log", good + "-o a.json --log-file none/l", 0, 2, "", "none/l");
    row("2: no such configuration", good + "-o a.json --config none.conf", 0, 2, "", "none.conf");
    row("2: no such password file", good + "-o a.json --password-file none", 0, 2, "", "none");
    row("2: no such result", good + "-o a.json --rerun none.json", 0, 2, "", "none.json");
    row("2: a deadline that is none", good + "-o a.json --deadline soon", 0, 2, "", "soon");
    row("2: --retry-failed of nothing", good + "-o a.json --retry-failed", 0, 2, "", "--resume");
    row("2: --status of nothing", good + "-o a.json --status failed", 0, 2, "", "--rerun");
    row("2: --since in another order", good + "-o a.json --since none.json", 0, 2, "", "--order oldest");
    row("2: nothing to resume from", good + "--resume", 0, 2, "", "--resume");
    row("3: some are not ok", good + bad + "-o a.json", 0, 3, whole, "8 rate_limited");
    row("4: none is ok", bad + "-o a.json", 0, 4, whole, "8 rate_limited");
    row("5: the deadline", good + silent + "-o a.json --deadline 1 --timeout 30", 0, 5, partial, "--resume");
    row("5: the deadline, accepted", silent + "-o a.json --deadline 1 --timeout 30 --accept-partial", 0, 5, whole, "interrupted");
    row("6: too few are ok", good + bad + "-o a.json --min-ok 60%", 0, 6, partial, "incomplete");
    row("6: too few, accepted", good + bad + "-o a.json --min-ok 60% --accept-partial", 0, 6, whole, "written");
    row("130: INT", good + silent + "-o a.json --timeout 30", SIGINT, 130, partial, "--resume");
    row("143: TERM", good + silent + "-o a.json --timeout 30", SIGTERM, 143, partial, "--resume");
    row("1 before 5", silent + "-o a.json -o /dev/full -f jsonl --deadline 1 --timeout 30", 0, 1, kept, "/dev/full");
    row("1 before 6", good + bad + "-o a.json -o /dev/full -f jsonl --min-ok 60%", 0, 1, kept, "/dev/full");
    row("1 before 4", bad + "-o a.json -o /dev/full -f jsonl", 0, 1, kept, "/dev/full");
    row("1 before 3", good + bad + "-o a.json -o /dev/full -f jsonl", 0, 1, kept, "/dev/full");
    row("1 before 143", silent + "-o a.json -o /dev/full -f jsonl --timeout 30", SIGTERM, 1, kept, "/dev/full");
    row("1 before 130", silent + "-o a.json -o /dev/full -f jsonl --timeout 30", SIGINT, 1, kept, "/dev/full");
    row("130 before 6", good + bad + silent + "-o a.json --min-ok 60% --timeout 30", SIGINT, 130, partial, "incomplete");
    row("143 before 6", good + bad + silent + "-o a.json --min-ok 60% --timeout 30", SIGTERM, 143, partial, "incomplete");
    row("143 before 4", bad + silent + "-o a.json --timeout 30", SIGTERM, 143, partial, "incomplete");
    row("130, accepted", good + silent + "-o a.json --timeout 30 --accept-partial", SIGINT, 130, whole, "interrupted");
    row("130 before 4", bad + silent + "-o a.json --timeout 30", SIGINT, 130, partial, "incomplete");
    row("143 before 5", silent + "-o a.json --deadline 30 --timeout 30", SIGTERM, 143, partial, "incomplete");
    row("5 before 6", good + silent + "-o a.json --deadline 1 --min-ok 60% --timeout 30", 0, 5, partial, "incomplete");
    row("5 before 4", bad + silent + "-o a.json --deadline 1 --timeout 30", 0, 5, partial, "incomplete");
    row("6 before 4", bad + "-o a.json --min-ok 1%", 0, 6, partial, "incomplete");
}

void TestEndings::endings()
{
    QFETCH(QByteArray, words);
    QFETCH(int, signal);
    QFETCH(int, status);
    QFETCH(QString, files);
    QFETCH(QString, says);
    const QTemporaryDir dir;
    QProcess process;
    process.setWorkingDirectory(dir.path());
    const int contacts = m_fleet->count(FleetEvent::Connect);
    QCOMPARE(run(process, command(words), signal), status);
    if (status == 2)
        QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts); // nobody was contacted
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains(says.toUtf8()), said.constData());
    QCOMPARE(process.readAllStandardOutput(), QByteArray());
    QCOMPARE(filesIn(dir.path()).join(u' '), files);
    if (files.isEmpty() || files == u".a.json.journal")
        return;
    // Every selected host, exactly once, whatever happened.
    QString error;
    const auto reader = ResultReader::open(dir.filePath(files.section(u' ', -1)).toLocal8Bit(), &error);
    QVERIFY2(reader, qPrintable(error));
    QSet<QByteArray> hosts;
    StoredRecord record;
    while (reader->next(record)) {
        QVERIFY2(!hosts.contains(record.head.host), record.head.host.constData());
        hosts.insert(record.head.host);
    }
    QCOMPARE(reader->error(), QString());
    QCOMPARE(hosts.size(), words.contains("--shard") ? 0 : 8 * words.count("-i "));
    QCOMPARE(reader->summary()[u"exit_status"].toInt(), status);
    QCOMPARE(reader->summary()[u"hosts"].toInt(), hosts.size());
}

void TestEndings::theSecondSignal_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("second");
    QTest::newRow("INT, INT") << SIGINT << SIGINT;
    QTest::newRow("INT, TERM") << SIGINT << SIGTERM;
    QTest::newRow("TERM, TERM") << SIGTERM << SIGTERM;
}

// At once, though the outputs wait for a disk that hangs: here a FIFO that nobody empties.
void TestEndings::theSecondSignal()
{
    QFETCH(int, first);
    QFETCH(int, second);
    const QTemporaryDir dir;
    QCOMPARE(mkfifo(qPrintable(dir.filePath(QStringLiteral("full"))), 0600), 0);
    const int reader = ::open(qPrintable(dir.filePath(QStringLiteral("full"))), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    QVERIFY(reader >= 0);
    QVERIFY(fcntl(reader, F_SETPIPE_SZ, 4096) >= 0);
    const QByteArray filler(4096, 'x');
    while (::write(reader, filler.constData(), size_t(filler.size())) > 0) {
    }
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.start(QString::fromLatin1(program),
                  command(good + silent + "-o a.json -o b.csv -o full -f jsonl --summary s.json --timeout 30"));
    const QString journal = dir.filePath(QStringLiteral(".a.json.journal"));
    QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(journal).size() > 4000, 20'000); // the good ones are in it
    ::kill(pid_t(process.processId()), first);
    QTest::qWait(500);
    QCOMPARE(process.state(), QProcess::Running);
    ::kill(pid_t(process.processId()), second);
    QVERIFY(process.waitForFinished(10'000)); // the hosts would have taken 30 s
    ::close(reader);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 128 + second);
    QCOMPARE(filesIn(dir.path()), QStringList{QStringLiteral(".a.json.journal")});
    // And from there it goes on.
    QCOMPARE(run(process, command(good + silent + "-o a.json -o b.csv --timeout 1 --resume")), 3);
    QVERIFY(QFile::exists(dir.filePath(QStringLiteral("a.json"))) && QFile::exists(dir.filePath(QStringLiteral("b.csv"))));
}

// As by timeout(1): to the process, then to its group. Only what comes within 200 ms is one signal, so an attempt counts only if we were
// not held up between the two.
void TestEndings::oneSignalSentTwice()
{
    for (int attempt = 0; attempt < 10; ++attempt) {
        const QTemporaryDir dir;
        QProcess process;
        process.setWorkingDirectory(dir.path());
        process.start(QString::fromLatin1(program), command(good + silent + "-o a.json --timeout 30"));
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(dir.filePath(QStringLiteral(".a.json.journal"))).size() > 4000, 20'000);
        QElapsedTimer between;
        between.start();
        ::kill(pid_t(process.processId()), SIGTERM);
        QTest::qWait(2); // or the kernel makes one of them
        ::kill(pid_t(process.processId()), SIGTERM);
        const bool counts = between.elapsed() < 50;
        QVERIFY(process.state() == QProcess::NotRunning || process.waitForFinished(60'000));
        if (!counts)
            continue;
        QCOMPARE(process.exitCode(), 143);
        QCOMPARE(filesIn(dir.path()), (QStringList{QStringLiteral(".a.json.journal"), QStringLiteral("a.json.partial")}));
        return;
    }
    QFAIL("this machine does not get round to sending two signals within 50 ms");
}

// While a dynamic inventory is waited for nothing has begun that would have to be ended in good order.
void TestEndings::beforeTheFirstHost()
{
    const QTemporaryDir dir;
    QFile script(dir.filePath(QStringLiteral("slow.sh")));
    QVERIFY(script.open(QFile::WriteOnly));
    script.write("#!/bin/sh\necho $$ > begun\nexec sleep 60\n");
    script.close();
    QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    for (const char *words : {"-i ./slow.sh -o a.json", "inventory -i ./slow.sh --list"}) {
        QFile::remove(dir.filePath(QStringLiteral("begun")));
        QProcess process;
        process.setWorkingDirectory(dir.path());
        process.start(QString::fromLatin1(program), *words == '-' ? command(words) : QString::fromLatin1(words).split(u' '));
        QFile begun(dir.filePath(QStringLiteral("begun")));
        QTRY_VERIFY_WITH_TIMEOUT(begun.size() > 1, 20'000);
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000)); // the script would have taken a minute
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
        QVERIFY(begun.open(QFile::ReadOnly));
        ::kill(pid_t(begun.readAll().trimmed().toInt()), SIGTERM); // a terminal would have told it too
        QCOMPARE(filesIn(dir.path()), (QStringList{QStringLiteral("begun"), QStringLiteral("slow.sh")}));
    }
}

void TestEndings::mistakes_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QByteArray>("said");
    const auto row = [](const char *name, const char *words, const char *said) {
        QTest::newRow(name) << QString::fromUtf8(words).split(u' ') << QByteArray(said);
    };
    row("a verb with a slip", "inventroy --list", "\"inventroy\" is neither an option nor a verb: did you mean inventory?;");
    row("a host in a verb's place", "web01", "\"web01\" is neither an option nor a verb; hosts are given with -i");
    row("a plugin with a slip", "-i h, -p pnig", "there is no plugin \"pnig\"; did you mean \"ping\"? `collector plugins` lists them");
    row("a folder of plugins that is not there", "-i h, -p ping2 --plugin-dir nowhere",
        "there is no plugin \"ping2\" (--plugin-dir nowhere: there is no such folder); did you mean \"ping\"?");
    row("a plugin like none", "plugins zabbix", "there is no plugin \"zabbix\"; `collector plugins` lists them");
    row("a plugin's option", "-i h, -p ping --count 0", "collector: --count takes a whole number from 1 to 65000, not \"0\"");
    row("by its full name", "-i h, -p ping -O ping.count=0", "collector: -O: --count takes a whole number from 1 to 65000, not \"0\"");
    row("a limit that is empty", "-i h, -p ping -l ", "the pattern '' names no host, and all would be meant");
    row("a secret among several --vars", "-i h, -p ping --vars API_Token --vars site",
        "--vars API_Token: its name says that it is a secret");
    row("a pattern that leaves nobody", "-i h, -p ping -l h -l !h", "collector: no host matches 'h', '!h'; `collector inventory --graph`");
    row("a pattern of nobody", "-i h, -p ping -l elsewhere",
        "matches no host and no group; `collector inventory --graph` shows what there is");
    row("a time that is none", "-i h, -p ping --timeout 0",
        "--timeout takes a duration above 0, such as 10, 500ms, 2m or 1h30m, not \"0\"");
    row("a rate that is none", "-i h, -p ping --rate -1", "--rate takes a number from 0 to 10000000, not \"-1\"");
    row("a shard that is none", "-i h, -p ping --shard 3",
        "collector: --shard takes K/N with K from 1 to N, as in 2/10, or auto, not \"3\"");
    row("a shard beyond the last", "-i h, -p ping --shard 3/2", "collector: --shard: 3 of 2: K goes from 1 to N");
    row("words of a list, one of them none", "-i h, -p ssh-facts --facts nothing --facts cpu", "--facts nothing: no such subset");
    row("a secret among --vars", "-i h, -p ping --vars site,API_Token", "--vars API_Token: its name says that it is a secret");
    row("a password for ssh(1)", "-i h, -p ssh-command --command true --transport openssh -k", "--ask-pass has no effect with --transport");
    row("an ssh_config that is not there", "-i h, -p ssh-command --command true --ssh-config nowhere",
        "collector: nowhere: No such file or directory\n");
}

// One line that says what it was, and nothing else.
void TestEndings::mistakes()
{
    QFETCH(QStringList, words);
    QFETCH(QByteArray, said);
    QProcess process;
    QCOMPARE(run(process, words), 2);
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(errors.contains(said), errors.constData());
    QCOMPARE(errors.count('\n'), 1);
    QCOMPARE(process.readAllStandardOutput(), QByteArray());
}

void TestEndings::mistakesInAConfiguration_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("no option") << QByteArray("[all]\nplugn = ping\n")
                               << QByteArray("night.conf:2: unknown option --plugn; did you mean --plugin?");
    QTest::newRow("a value that is none") << QByteArray("timeout = 5x\n") << QByteArray("collector: night.conf: timeout takes a duration");
    QTest::newRow("a plugin's option") << QByteArray("ping.cuont = 2\n")
                                       << QByteArray("night.conf: the plugin ping has no option \"cuont\"");
    QTest::newRow("a secret on two lines") << QByteArray("vars = a_token\nvars = b\n") << QByteArray("--vars a_token: its name says");
}

// Whoever reads the message typed none of it.
void TestEndings::mistakesInAConfiguration()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, said);
    const QTemporaryDir dir;
    QFile config(dir.filePath(QStringLiteral("night.conf")));
    QVERIFY(config.open(QFile::WriteOnly) && config.write(text) == text.size());
    config.close();
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, QStringLiteral("-i h, -p ping --config night.conf").split(u' ')), 2);
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(errors.contains(said), errors.constData());
}

void TestEndings::resumingIsRefused_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QByteArray>("difference");
    QTest::newRow("another inventory") << good + "-o a.json" << QByteArray("inventory");
    QTest::newRow("other hosts of it") << good + silent + "-l !127.9.0.3 -o a.json" << QByteArray("limit");
    QTest::newRow("another command") << good + silent + "-o a.json --command id" << QByteArray("command");
    QTest::newRow("another user") << good + silent + "-o a.json -u other" << QByteArray("user");
    QTest::newRow("another job") << good + silent + "-o a.json -p ping" << QByteArray("plugins");
}

// The journal of a run that found something else is not gone on from; and stays as it is.
void TestEndings::resumingIsRefused()
{
    QFETCH(QByteArray, words);
    QFETCH(QByteArray, difference);
    const QTemporaryDir dir;
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, command(good + silent + "-o a.json --timeout 30"), SIGINT), 130);
    QFile journal(dir.filePath(QStringLiteral(".a.json.journal")));
    QVERIFY(journal.open(QFile::ReadOnly));
    const QByteArray before = journal.readAll();
    process.readAllStandardError();
    const int contacts = m_fleet->count(FleetEvent::Connect);
    QCOMPARE(run(process, command(words + " --resume")), 2);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains(difference + ':'), said.constData());
    QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts);
    QVERIFY(journal.seek(0));
    QCOMPARE(journal.readAll(), before);
}

// As a power cut leaves it: half a line, or one that never reached the disk.
void TestEndings::aTornJournal()
{
    for (const QByteArray &rest : {QByteArray("{\"schema\":\"collector/1\",\"run\":\"x\",\"host\":\"127.9.0.1\",\"sta"),
                                   QByteArray(4096, '\0'), QByteArray("{\"schema\":\n")}) {
        const QTemporaryDir dir;
        QProcess process;
        process.setWorkingDirectory(dir.path());
        QCOMPARE(run(process, command(good + silent + "-o a.json --timeout 30"), SIGINT), 130);
        QFile journal(dir.filePath(QStringLiteral(".a.json.journal")));
        QVERIFY(journal.open(QFile::Append));
        journal.write(rest);
        journal.close();
        const int contacts = m_fleet->count(FleetEvent::Connect);
        QCOMPARE(run(process, command(good + silent + "-o a.json --timeout 2 --resume")), 3);
        QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts + 8); // those that had no answer
        QCOMPARE(filesIn(dir.path()), QStringList{QStringLiteral("a.json")});
        QString error;
        const auto reader = ResultReader::open(dir.filePath(QStringLiteral("a.json")).toLocal8Bit(), &error);
        QVERIFY2(reader, qPrintable(error));
        QMap<QByteArray, Status> found;
        for (StoredRecord record; reader->next(record);)
            found.insert(record.head.host, record.head.status);
        QCOMPARE(found.size(), 16);
        QCOMPARE(std::count(found.begin(), found.end(), Status::Ok), 8);
    }
}

void TestEndings::aPipeThatIsClosed()
{
    const QTemporaryDir dir;
    int ends[2];
    QCOMPARE(pipe(ends), 0);
    const QByteArray line = "exec " + QByteArray(program) + " \"$@\" >&" + QByteArray::number(ends[1]);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    ::close(ends[0]);
    process.start(QStringLiteral("/bin/sh"),
                  QStringList{QStringLiteral("-c"), QString::fromLatin1(line), QStringLiteral("sh")} + command(good));
    QVERIFY(process.waitForFinished(60'000));
    ::close(ends[1]);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("standard output cannot be written: Broken pipe"), said.constData());
}

void TestEndings::helpThatNobodyGets()
{
    QProcess process;
    process.setStandardOutputFile(QStringLiteral("/dev/full"));
    for (const char *words :
         {"--help", "--version", "inventory --help", "plugins --help", "explain --help", "diff --help", "merge --help", "report --help",
          "schema --help", "inventory -i a,b --list", "inventory -i a,b --hosts", "plugins", "schema", "explain a -i a,"}) {
        QCOMPARE(run(process, QString::fromLatin1(words).split(u' ')), 1);
        const QByteArray said = process.readAllStandardError();
        QVERIFY2(said.contains("standard output: No space left on device"), said.constData());
    }
}

void TestEndings::aStandardDescriptorThatIsClosed_data()
{
    QTest::addColumn<QByteArray>("closed");
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("status");
    QTest::newRow("results go there") << QByteArray(">&-") << good << 2;
    QTest::newRow("results go there, all are closed") << QByteArray("<&- >&- 2>&-") << good << 2;
    QTest::newRow("results go to a file") << QByteArray("<&- >&- 2>&-") << good + "-o a.json" << 0;
}

// Its number is not that of a socket or of the journal afterwards, into which results would go.
void TestEndings::aStandardDescriptorThatIsClosed()
{
    QFETCH(QByteArray, closed);
    QFETCH(QByteArray, words);
    QFETCH(int, status);
    const QTemporaryDir dir;
    const int contacts = m_fleet->count(FleetEvent::Connect);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.start(
        QStringLiteral("/bin/sh"),
        QStringList{QStringLiteral("-c"), QString::fromLatin1("exec " + QByteArray(program) + " \"$@\" " + closed), QStringLiteral("sh")} +
            command(words));
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), status);
    QCOMPARE(m_fleet->count(FleetEvent::Connect) - contacts, status == 2 ? 0 : 8);
    QCOMPARE(filesIn(dir.path()), status == 2 ? QStringList() : QStringList{QStringLiteral("a.json")});
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(closed.contains("2>") || said.contains("standard output cannot be written: Bad file descriptor"), said.constData());
}

void TestEndings::aDiskThatFills()
{
    const QTemporaryDir dir;
    if (mount("tmpfs", qPrintable(dir.path()), "tmpfs", 0, "size=96k") != 0)
        QSKIP("no file system can be mounted here: needs root");
    const auto clean = qScopeGuard([&] { umount2(qPrintable(dir.path()), MNT_DETACH); });
    QFile old(dir.filePath(QStringLiteral("a.json")));
    QVERIFY(old.open(QFile::WriteOnly));
    old.write("old");
    old.close();
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, command("-i 127.9.0.0/23 -x 127.9.1.0/24 -o a.json --connect-timeout 5")), 1);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("No space left on device"), said.constData());
    QVERIFY(old.open(QFile::ReadOnly));
    QCOMPARE(old.readAll(), QByteArray("old"));
    QCOMPARE(filesIn(dir.path()), (QStringList{QStringLiteral(".a.json.journal"), QStringLiteral("a.json")}));
    // With room, the same command goes on.
    QCOMPARE(mount("tmpfs", qPrintable(dir.path()), "tmpfs", MS_REMOUNT, "size=9m"), 0);
    QCOMPARE(run(process, command("-i 127.9.0.0/23 -x 127.9.1.0/24 -o a.json --connect-timeout 5 --resume")), 0);
    QString error;
    const auto reader = ResultReader::open(old.fileName().toLocal8Bit(), &error);
    int hosts = 0;
    for (StoredRecord record; reader->next(record); ++hosts) {
    }
    QCOMPARE(hosts, 512);
}

void TestEndings::aReadOnlyFolder()
{
    const QTemporaryDir dir;
    if (mount("tmpfs", qPrintable(dir.path()), "tmpfs", MS_RDONLY, "size=96k") != 0)
        QSKIP("no file system can be mounted here: needs root");
    const auto clean = qScopeGuard([&] { umount2(qPrintable(dir.path()), MNT_DETACH); });
    const int before = m_fleet->count(FleetEvent::Connect);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, command(good + "-o a.json")), 2);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("a.json") && said.contains("Read-only file system"), said.constData());
    QCOMPARE(m_fleet->count(FleetEvent::Connect), before); // nobody was contacted
}

void TestEndings::aSecondRunOfTheSameOutput()
{
    const QTemporaryDir dir;
    QProcess first;
    first.setWorkingDirectory(dir.path());
    first.start(QString::fromLatin1(program), command(silent + "-o a.json --timeout 30"));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(dir.filePath(QStringLiteral(".a.json.journal"))), 20'000);
    QProcess second;
    second.setWorkingDirectory(dir.path());
    QCOMPARE(run(second, command(good + "-o a.json")), 2);
    const QByteArray said = second.readAllStandardError();
    QVERIFY2(said.contains("a.json is being written by process " + QByteArray::number(first.processId())), said.constData());
    ::kill(pid_t(first.processId()), SIGINT);
    QVERIFY(first.waitForFinished(60'000));
    QCOMPARE(first.exitCode(), 130);
}

// In the command line of a script; a command of the user's own is sent as it is.
void TestEndings::theRunIsNamedOnTheHost()
{
    const QTemporaryDir dir;
    QFile script(dir.filePath(QStringLiteral("s.sh")));
    QVERIFY(script.open(QFile::WriteOnly));
    script.write("uptime\n");
    script.close();
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QStringList scripted = command("-i 127.9.0.200, -o a.json --script s.sh");
    scripted.remove(scripted.indexOf(QStringLiteral("--command")), 2);
    run(process, scripted);
    QCOMPARE(run(process, command("-i 127.9.0.201, -o b.json")), 0);
    QString error;
    const auto reader = ResultReader::open(dir.filePath(QStringLiteral("a.json")).toLocal8Bit(), &error);
    QVERIFY2(reader, qPrintable(error));
    StoredRecord record;
    QVERIFY(reader->next(record));
    const QString runId = reader->run()[u"id"].toString();
    QVERIFY(!runId.isEmpty());
    QHash<QString, QString> sent;
    for (const FleetEvent &event : m_fleet->log()) {
        if (event.event == FleetEvent::Exec)
            sent.insert(event.address, event.detail);
    }
    QCOMPARE(sent.value(QStringLiteral("127.9.0.200")), QStringLiteral(": collector-%1; exec /bin/sh -s").arg(runId));
    QCOMPARE(sent.value(QStringLiteral("127.9.0.201")), QStringLiteral("uptime"));
}

void TestEndings::standardOutputHasRecordsAlone_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("lines");
    QTest::newRow("JSON lines, by default") << QByteArray() << 16;
    QTest::newRow("CSV") << QByteArray("-f csv") << 17 + 8; // the answers of the good ones end their own lines
    QTest::newRow("JSON") << QByteArray("-f json") << 18;
    QTest::newRow("a table") << QByteArray("-f table") << 17;
    QTest::newRow("by its name") << QByteArray("-o - -f csv") << 17 + 8;
    QTest::newRow("as a device") << QByteArray("-o /dev/stdout -f csv") << 17 + 8;
    QTest::newRow("with much to say beside it") << QByteArray("-vv --progress on") << 16;
}

void TestEndings::standardOutputHasRecordsAlone()
{
    QFETCH(QByteArray, words);
    QFETCH(int, lines);
    const QTemporaryDir dir;
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, command(good + bad + words)), 3);
    const QByteArray out = process.readAllStandardOutput();
    QCOMPARE(out.count('\n'), lines);
    for (int i = 1; i <= 8; ++i) {
        QVERIFY2(out.contains("127.9.0." + QByteArray::number(i)), out.constData());
        QVERIFY2(out.contains("127.9.1." + QByteArray::number(i)), out.constData());
    }
    QCOMPARE(filesIn(dir.path()), QStringList());
}

QTEST_GUILESS_MAIN(TestEndings)
#include "tst_endings.moc"
