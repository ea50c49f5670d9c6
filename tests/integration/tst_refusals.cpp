// What ends before anybody is contacted: mistakes, the journal of another run, an output that is taken or cannot be written.

#include "endingsfixture.h"

#include <csignal>
#include <sys/mount.h>
#include <sys/stat.h>

using namespace collector;

class TestRefusals : public EndingsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { begin(); }
    void cleanupTestCase() { end(); }
    void mistakes_data();
    void mistakes();
    void nobodyToAsk_data();
    void nobodyToAsk();
    void aSourceWithoutAName();
    void aFolderOfOthers();
    void secretsThatNobodyIsSent_data();
    void secretsThatNobodyIsSent();
    void mistakesInAConfiguration_data();
    void mistakesInAConfiguration();
    void resumingIsRefused_data();
    void resumingIsRefused();
    void aSlipCostsNoJournal_data();
    void aSlipCostsNoJournal();
    void anOutputThatIsAnInput_data();
    void anOutputThatIsAnInput();
    void aReadOnlyFolder();
    void aSecondRunOfTheSameOutput();
    void aMergeIntoWhatARunWrites();
};

void TestRefusals::mistakes_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QByteArray>("said");
    const auto row = [](const char *name, const char *words, const char *said) {
        QTest::newRow(name) << QString::fromUtf8(words).split(u' ') << QByteArray(said);
    };
    row("a verb with a slip", "inventroy --list", "\"inventroy\" is neither an option nor a verb: did you mean inventory?;");
    row("an option that is cut off", "-i h, -p ping --form json", "unknown option --form; did you mean --format?\n");
    row("an option like none", "-i h, -p ping --foo", "unknown option --foo; `collector --help` lists those of all runs,");
    row("a plugin's option, and no plugin", "-i h, --command uptime", "unknown option --command; `collector --help` lists those of all");
    row("an option of a verb's that is cut off", "diff --form text a b", "there is no option --form: is --format meant?\n");
    row("an option of a verb's like none", "diff --zabbix=1 a b", "there is no option --zabbix: see collector diff --help\n");
    row("a log for stderr", "-i h, -p ping --log-file -", "--log-file takes the name of a file, not \"-\": without it,");
    row("a host in a verb's place", "web01", "\"web01\" is neither an option nor a verb; hosts are given with -i");
    row("a plugin with a slip", "-i h, -p pnig", "there is no plugin \"pnig\"; did you mean \"ping\"? `collector plugins` lists them");
    row("a folder of plugins that is not there", "-i h, -p ping2 --plugin-dir nowhere",
        "there is no plugin \"ping2\" (--plugin-dir nowhere: there is no such folder); did you mean \"ping\"?");
    row("an option of ssh's", "-i h, -p ping -4", "unknown option -4: here it is AddressFamily inet in ssh_config");
    row("an option of Ansible's", "-i h, -p ping --vault-password-file f",
        "unknown option --vault-password-file: here it is nothing: vault values are not decrypted;");
    row("a plugin like none", "plugins zabbix", "there is no plugin \"zabbix\"; `collector plugins` lists them");
    row("a plugin's option", "-i h, -p ping --count 0", "collector: --count takes a whole number from 1 to 65000, not \"0\"");
    row("by its full name", "-i h, -p ping -O ping.count=0", "collector: -O: --count takes a whole number from 1 to 65000, not \"0\"");
    row("a limit that is empty", "-i h, -p ping -l ", "the pattern '' names no host, and all would be meant");
    row("a secret among several --vars", "-i h, -p ping --vars API_Token --vars site",
        "--vars API_Token: its name says that it is a secret");
    row("a pattern that leaves nobody", "-i h, -p ping -l h -l !h", "collector: no host matches 'h', '!h'; `collector inventory --graph`");
    row("a pattern of nobody", "-i h, -p ping -l elsewhere",
        "matches no host and no group; `collector inventory --graph` shows what there is");
    row("a pattern for what is shown whole", "inventory -i h,j, --list -l h", "collector inventory: --limit goes with --hosts");
    row("a passphrase that is nowhere", "-i h, -p ssh-command --command true --passphrase-file nowhere",
        "--passphrase-file: nowhere: No such file or directory");
    row("a time that is none", "-i h, -p ping --timeout 0",
        "--timeout takes a duration above 0, such as 10, 500ms, 2m or 1h30m, not \"0\"");
    row("a rate that is none", "-i h, -p ping --rate -1", "--rate takes a number from 0 to 10000000, not \"-1\"");
    row("a rate beside nothing", "-i h, -p ping --rate 1e-300", "--rate takes 0 for no limit, or a number from 0.0001 on, not \"1e-300\"");
    row("a rate of nothing", "-i h, -p ping --rate 50%", "--rate takes 0 for no limit, or a number from 0.0001 on, not \"50%\"");
    for (const char *rate : {"nan", "inf", "1e-300", "1e300", "-1", "5%"}) {
        const QByteArray words = QByteArray("-i h, -p ping -O ping.rate=") + rate;
        row(words.constData(), words.constData(), "a rate is a number of starts a second, from 0.0001 to 10000000, or 0 for no limit");
    }
    row("standard input for two", "-i - -p ping --rerun -", "standard input can be that of -i or --rerun, not of several");
    row("no status at all", "-i h, -p ping --rerun nowhere --status ,", "collector: --status , names no status");
    row("a shard that is none", "-i h, -p ping --shard 3",
        "collector: --shard takes K/N with K from 1 to N, as in 2/10, or auto, not \"3\"");
    row("a shard beyond the last", "-i h, -p ping --shard 3/2", "collector: --shard: 3 of 2: K goes from 1 to N");
    row("words of a list, one of them none", "-i h, -p ssh-facts --facts nothing --facts cpu",
        "--facts nothing: no such subset; there are all, min, everything, hardware, virtual, platform, ");
    row("a secret among --vars", "-i h, -p ping --vars site,API_Token", "--vars API_Token: its name says that it is a secret");
    row("a password for ssh(1)", "-i h, -p ssh-command --command true --transport openssh -k", "--ask-pass has no effect with --transport");
    row("an ssh_config that is not there", "-i h, -p ssh-command --command true --ssh-config nowhere",
        "collector: nowhere: this ssh_config cannot be read: No such file or directory\n");
    row("a password that is not there", "-i h, -p ssh-command --command true --password-file nowhere",
        "collector: --password-file: nowhere: No such file or directory\n");
    row("a configuration that is not there", "-i h, -p ping --config nowhere",
        "collector: the configuration nowhere cannot be read: No such file or directory\n");
    row("a configuration that is a folder", "-i h, -p ping --config /", "collector: the configuration / cannot be read: ");
}

// One line that says what it was, and nothing else.
void TestRefusals::mistakes()
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

void TestRefusals::nobodyToAsk_data()
{
    QTest::addColumn<QByteArray>("option");
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("password") << QByteArray("-k") << QByteArray("give --password-file FILE, or COLLECTOR_PASSWORD in the environment\n");
    QTest::newRow("become password") << QByteArray("-K") << QByteArray("give --become-password-file FILE\n");
}

// In a session of its own, as under cron. For each of them all options were named, and of --ask-become-pass the right one was missing.
void TestRefusals::nobodyToAsk()
{
    QFETCH(QByteArray, option);
    QFETCH(QByteArray, said);
    QProcess process;
    process.setChildProcessModifier([] { setsid(); });
    QCOMPARE(run(process, command(good + option)), 2);
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(errors.contains("there is no terminal to ask on; " + said), errors.constData());
}

// As of a variable that is not set: the advice was a comma.
void TestRefusals::aSourceWithoutAName()
{
    QProcess process;
    QCOMPARE(run(process, {QStringLiteral("-i"), QString(), QStringLiteral("-p"), QStringLiteral("ping")}), 2);
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(errors.contains("'' names no source\n    -> is a variable of the shell's empty?\n"), errors.constData());
}

// A file that may be written to in a folder that may not was refused without a reason.
void TestRefusals::aFolderOfOthers()
{
    if (geteuid() != 0)
        QSKIP("needs root, to be somebody else");
    const QTemporaryDir dir;
    QFile file(dir.filePath(QStringLiteral("a.json")));
    QVERIFY(file.open(QFile::WriteOnly));
    QCOMPARE(chmod(qPrintable(file.fileName()), 0666), 0);
    QCOMPARE(chmod(qPrintable(dir.path()), 0755), 0);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.setChildProcessModifier([] { (void)(setgid(65534) == 0 && setuid(65534) == 0); });
    const QStringList words{QStringLiteral("-i"),   QStringLiteral("127.0.0.1,"), QStringLiteral("-p"),
                            QStringLiteral("ping"), QStringLiteral("-o"),         QStringLiteral("a.json")};
    QCOMPARE(run(process, words), 2);
    QByteArray errors = process.readAllStandardError();
    QVERIFY2(errors.contains("its folder has to be writable, for it is written beside its place"), errors.constData());
    // What a run of another user left where all may write.
    QCOMPARE(chmod(qPrintable(dir.path()), 01777), 0);
    QFile lock(dir.filePath(QStringLiteral(".a.json.lock")));
    QVERIFY(lock.open(QFile::WriteOnly));
    QCOMPARE(chmod(qPrintable(lock.fileName()), 0600), 0);
    QCOMPARE(run(process, words), 2);
    errors = process.readAllStandardError();
    QVERIFY2(errors.contains("its lock .a.json.lock is another user's"), errors.constData());
}

void TestRefusals::secretsThatNobodyIsSent_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QByteArray>("said"); // empty: nothing
    QTest::newRow("asked for") << QByteArray("-p ping -k -K")
                               << QByteArray("collector: --ask-pass, --ask-become-pass: without effect, for nothing that -p names logs in");
    QTest::newRow("in a file") << QByteArray("-p exec --program /bin/true --password-file nowhere")
                               << QByteArray("collector: --password-file: without");
    QTest::newRow("for all runs") << QByteArray("-p ping --config all.conf") << QByteArray();
    QTest::newRow("none") << QByteArray("-p ping") << QByteArray();
}

// They are not asked for where nobody logs in, which whoever waits for the question is told.
void TestRefusals::secretsThatNobodyIsSent()
{
    QFETCH(QByteArray, words);
    QFETCH(QByteArray, said);
    const QTemporaryDir dir;
    QFile config(dir.filePath(QStringLiteral("all.conf")));
    QVERIFY(config.open(QFile::WriteOnly) && config.write("ask-pass = yes\n") > 0);
    config.close();
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, QString::fromLatin1("-q -i 127.0.0.1, -o a.json " + words).split(u' ')),
             words.contains("exec") ? 4 : 0); // which prints nothing
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(said.isEmpty() ? !errors.contains("effect") : errors.contains(said), errors.constData());
}

void TestRefusals::mistakesInAConfiguration_data()
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
void TestRefusals::mistakesInAConfiguration()
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

void TestRefusals::resumingIsRefused_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QByteArray>("difference");
    QTest::newRow("another inventory") << good + "-o a.json" << QByteArray("inventory");
    QTest::newRow("other hosts of it") << good + silent + "-l !127.9.0.3 -o a.json" << QByteArray("limit");
    QTest::newRow("another command") << good + silent + "-o a.json --command id" << QByteArray("command");
    QTest::newRow("another user") << good + silent + "-o a.json -u other" << QByteArray("user");
    QTest::newRow("the outputs in another order")
        << good + silent + "-o b.json -o a.json" << QByteArray("name that -o first to go on with it");
    QTest::newRow("another job") << good + silent + "-o a.json -p ping" << QByteArray("plugins");
}

// The journal of a run that found something else is not gone on from; and stays as it is.
void TestRefusals::resumingIsRefused()
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
    QVERIFY2(said.contains(difference + (difference.contains(' ') ? ';' : ':')), said.constData());
    QCOMPARE(m_fleet->count(FleetEvent::Connect), contacts);
    QVERIFY(journal.seek(0));
    QCOMPARE(journal.readAll(), before);
}

void TestRefusals::aSlipCostsNoJournal_data()
{
    QTest::addColumn<QByteArray>("slip");
    for (const char *slip : {"--order foo", "--order oldest", "--since nofile", "--order oldest --since nofile", "--max-auth-failures x",
                             "--min-ok many", "--csv-guard maybe", "--output-mode rw", "--columns .x[", "--columns nothing",
                             "--progress loud", "--color blue", "--deadline never", "--retry-failed", "--retries x", "--threads 0",
                             "--summary a.json", "-o /nonexistent/b.json", "--summary /nonexistent/s"})
        QTest::newRow(slip) << QByteArray(slip);
    for (const char *noFile : {"--summary nofolder/", "--summary -", "--summary="})
        QTest::newRow(noFile) << QByteArray(noFile);
}

// It was put aside, and the --resume that followed asked everybody again.
void TestRefusals::aSlipCostsNoJournal()
{
    QFETCH(QByteArray, slip);
    const QTemporaryDir dir;
    QFile journal(dir.filePath(QStringLiteral(".a.json.journal")));
    QProcess process;
    process.setWorkingDirectory(dir.path());
    static QByteArray ofAnInterruptedRun;
    if (ofAnInterruptedRun.isEmpty()) {
        QCOMPARE(run(process, command(good + silent + "-o a.json --timeout 30"), SIGINT), 130);
        QVERIFY(journal.open(QFile::ReadOnly));
        ofAnInterruptedRun = journal.readAll();
        QVERIFY(ofAnInterruptedRun.count('\n') > 8);
        journal.close();
        QVERIFY(QFile::remove(dir.filePath(QStringLiteral("a.json.partial"))));
    }
    QVERIFY(journal.open(QFile::WriteOnly) && journal.write(ofAnInterruptedRun) > 0);
    journal.close();
    QCOMPARE(run(process, command(good + silent + "-o a.json --timeout 30 " + slip)), 2);
    QCOMPARE(filesIn(dir.path()), QStringList{QStringLiteral(".a.json.journal")});
    QVERIFY(journal.open(QFile::ReadOnly));
    QCOMPARE(journal.readAll(), ofAnInterruptedRun);
}

void TestRefusals::anOutputThatIsAnInput_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QByteArray>("said"); // empty: it is fine
    const auto row = [](const char *words, const char *said) { QTest::newRow(words) << QByteArray(words) << QByteArray(said); };
    row("-i in -o in -f jsonl", "-o in is the inventory itself: name another file");
    row("-i in -o ./folder/../in -f jsonl", "-o ./folder/../in is the inventory itself");
    row("-i in -o link -f jsonl", "-o link is the inventory itself");
    row("-i in -o hard -f jsonl", "-o hard is the inventory itself");
    row("-i in -o a.json --summary in", "--summary in is the inventory itself");
    row("-i in -o a.json --log-file in", "--log-file in is the inventory itself");
    row("-i folder -o folder/a.json", "-o folder/a.json is a file of the inventory itself");
    row("-i in -o group_vars/all.json", "-o group_vars/all.json is a file of the inventory itself");
    row("-i folder -o folder/ -f ansible-cache", "-o folder/ is the inventory itself");
    row("-i in -l !@list,all -o list -f csv", "-o list is the file that --limit reads itself");
    row("-i in -x @list -o list -f csv", "-o list is the file that --exclude reads itself");
    row("-i in --known-hosts list -o list -f csv", "-o list is the file of --known-hosts itself");
    row("-i in --identity list -o list -f csv", "-o list is the file of --identity itself");
    row("-i in --password-file list -o list -f csv", "-o list is the file of --password-file itself");
    row("-i in --config conf -o conf -f csv", "-o conf is the configuration itself");
    row("-i in -p ssh-command --script list -o list -f csv", "-o list is the file of --script itself");
    row("-i in -o a.json --log-file a.json", "--log-file a.json is an output too, -o a.json");
    row("-i in -o a.json --log-file folder/../a.json", "--log-file folder/../a.json is an output too, -o a.json");
    row("-i in -o a.json --summary s --log-file s", "--log-file s is an output too, --summary s");
    row("-i in -o a.json --summary ./a.json", "--summary ./a.json is an output too, -o a.json");
    row("-i in --rerun result -o a.json --log-file result", "--log-file result is the result of --rerun itself");
    row("-i in --order oldest --since result -o result -f jsonl", "");
    row("-i in -o /dev/null -f csv --log-file /dev/null", "");
    row("-i in -o /dev/stdout -f csv", "");
    row("-i in -o a.json -o folder/b.json", "");
}

// It was replaced without a word.
void TestRefusals::anOutputThatIsAnInput()
{
    QFETCH(QByteArray, words);
    QFETCH(QByteArray, said);
    enterFolder();
    QVERIFY(QDir(m_dir->path()).mkdir(QStringLiteral("folder")) && QDir(m_dir->path()).mkdir(QStringLiteral("group_vars")));
    for (const auto &[name, content] : std::initializer_list<std::pair<const char *, const char *>>{
             {"in", "h collector_skip=yes\n"},
             {"list", "h\n"},
             {"conf", "timeout = 5\n"},
             {"result", "{\"host\":\"h\",\"status\":\"failed\"}\n"},
             {"folder/a.json", "{\"all\":{\"hosts\":{\"h\":{\"collector_skip\":true}}}}"},
             {"group_vars/all.json", "{\"a\":1}"}})
        write(name, content);
    QVERIFY(QFile::link(QStringLiteral("in"), path("link")));
    QCOMPARE(::link(path("in").toLocal8Bit().constData(), path("hard").toLocal8Bit().constData()), 0);
    QVERIFY(QFile::setPermissions(path("list"), QFile::ReadOwner | QFile::WriteOwner));
    QProcess process;
    process.setWorkingDirectory(m_dir->path());
    const QByteArray job = words.contains("-p ") ? QByteArray() : QByteArray(" -p ssh-command --command true");
    const int status = run(process, QString::fromLatin1("--ssh-config none " + words + job).split(u' '));
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(said.isEmpty() ? status == 0 : status == 2 && errors.contains(said), errors.constData());
    QFile inventory(path("in"));
    QVERIFY(inventory.open(QFile::ReadOnly));
    QCOMPARE(inventory.readAll(), QByteArray("h collector_skip=yes\n"));
}

void TestRefusals::aReadOnlyFolder()
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

void TestRefusals::aSecondRunOfTheSameOutput()
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

// It took the run's `.a.json.live` away, ended with 0, and the run with 1.
void TestRefusals::aMergeIntoWhatARunWrites()
{
    const QTemporaryDir dir;
    QProcess writing;
    writing.setWorkingDirectory(dir.path());
    QCOMPARE(run(writing, command(good + "-o a.json")), 0);
    writing.start(QString::fromLatin1(program), command(good + silent + "-o a.json --timeout 30"));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(dir.filePath(QStringLiteral(".a.json.journal"))), 20'000);
    QProcess merge;
    merge.setWorkingDirectory(dir.path());
    QCOMPARE(run(merge, {QStringLiteral("merge"), QStringLiteral("a.json"), QStringLiteral("-o"), QStringLiteral("a.json")}), 1);
    const QByteArray said = merge.readAllStandardError();
    QVERIFY2(said.startsWith("collector merge: a.json is being written by process " + QByteArray::number(writing.processId()) + ", run "),
             said.constData());
    ::kill(pid_t(writing.processId()), SIGINT);
    QVERIFY(writing.waitForFinished(60'000));
    QCOMPARE(writing.exitCode(), 130);
    QCOMPARE(filesIn(dir.path()),
             (QStringList{QStringLiteral(".a.json.journal"), QStringLiteral("a.json"), QStringLiteral("a.json.partial")}));
}

QTEST_GUILESS_MAIN(TestRefusals)
#include "tst_refusals.moc"
