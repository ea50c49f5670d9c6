// The script under each shell that is installed, and with each tool that it may call taken away: facts come by another way,
// or stand in `absent` with their reason. Also: it writes nothing to stderr, starts few processes, and ends when told.

#include "localrun.h"
#include "tools.h"

#include <QJsonDocument>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include <unistd.h>

using namespace collector::facts;

class FactsScript : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyShellSaysTheSame_data();
    void everyShellSaysTheSame();
    void withoutATool_data();
    void withoutATool();
    void disksHaveWhatUdevKnows();
    void isCleanForShellcheck();
    void everySectionHasItsPieceAndItsFacts();
    void startsFewProcesses();
    void asksOnlyForWhatIsWanted();
    void withoutPackageListsNoUpdateIsKnown();
    void anEmptyDatabaseIsThatOfAnotherFamily();
    void selinuxOfRedHat6IsRead();
    void summerTimeIsThatOfTheZoneInForce_data();
    void summerTimeIsThatOfTheZoneInForce();
    void ofManyMountsFourThousandAreAsked();
    void ofManyServersFiveHundredAreAsked();
    void ofManyInterfacesHardwareIsAskedFirst();
};

namespace {

// Facts that do not move while the tests run.
QJsonObject still(QJsonObject facts)
{
    for (const char *moving : {"uptime_seconds", "boot_time", "loadavg", "memfree_mb", "swapfree_mb", "memory_mb", "memory_available_bytes",
                               "date_time", "mounts", "filesystems_available_bytes", "env", "system_capabilities", "clock_unix_ms",
                               "listening_ports", "package_count", "packages_sha256", "packages_changed"})
        facts.remove(QString::fromLatin1(moving));
    return facts;
}

QString find(const char *program)
{
    return QStandardPaths::findExecutable(QString::fromLatin1(program));
}

QString differences(const QJsonObject &a, const QJsonObject &b)
{
    QStringList lines;
    QStringList keys = a.keys() + b.keys();
    keys.removeDuplicates();
    for (const QString &key : keys) {
        if (a.value(key) != b.value(key))
            lines.append(key + QStringLiteral(": ") +
                         QString::fromUtf8(QJsonDocument(QJsonArray{a.value(key), b.value(key)}).toJson(QJsonDocument::Compact).left(600)));
    }
    return lines.join(u'\n');
}

int keysOf(const QJsonValue &value)
{
    int keys = 0;
    for (const QJsonValue one : value.toArray())
        keys += keysOf(one);
    const QJsonObject object = value.toObject();
    for (auto one = object.begin(); one != object.end(); ++one)
        keys += 1 + keysOf(one.value());
    return keys;
}

} // namespace

void FactsScript::everyShellSaysTheSame_data()
{
    QTest::addColumn<QByteArray>("shell");
    QTest::addColumn<QList<QByteArray>>("arguments");
    QTest::newRow("dash") << QByteArray("dash") << QList<QByteArray>{"-s"};
    QTest::newRow("bash --posix") << QByteArray("bash") << QList<QByteArray>{"--posix", "-s"};
    QTest::newRow("busybox ash") << QByteArray("busybox") << QList<QByteArray>{"ash", "-s"};
    QTest::newRow("ksh93") << QByteArray("ksh93") << QList<QByteArray>{"-s"};
    QTest::newRow("mksh") << QByteArray("mksh") << QList<QByteArray>{"-s"};
    QTest::newRow("zsh's sh") << QByteArray("zsh") << QList<QByteArray>{"--emulate", "sh", "-s"};
    QTest::newRow("yash") << QByteArray("yash") << QList<QByteArray>{"-o", "posixly-correct", "-s"};
}

void FactsScript::everyShellSaysTheSame()
{
    QFETCH(QByteArray, shell);
    QFETCH(QList<QByteArray>, arguments);
    if (find(shell.constData()).isEmpty())
        QSKIP(qPrintable(QString::fromUtf8(shell) + QStringLiteral(" is not installed")));
    static const QJsonObject reference = [] {
        LocalRun first;
        first.run();
        return still(first.parse().facts());
    }();
    LocalRun run;
    run.shell = shell;
    run.arguments = arguments;
    run.run();
    QCOMPARE(run.exitStatus, 0);
    QVERIFY(parseFrames(run.output, run.nonce).isComplete);
    const QJsonObject facts = still(run.parse().facts());
    QVERIFY2(facts == reference, qPrintable(differences(reference, facts)));
    // What root alone may read, asked for by somebody else: ksh and mksh have aliases that a function's name must not be.
    if (geteuid() != 0 || find("setpriv").isEmpty())
        return;
    run.user = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    run.words = {"!all", "!min", "access"};
    run.run();
    QCOMPARE(run.exitStatus, 0);
    QCOMPARE(run.absent().value(u"sudoers_sha256").toString(), QStringLiteral("denied"));
}

void FactsScript::withoutATool_data()
{
    QTest::addColumn<QStringList>("gone");
    QTest::addColumn<QStringList>("kept");    // facts that must be there all the same
    QTest::addColumn<QStringList>("missing"); // facts that must be absent as tool_missing
    const QStringList core{QStringLiteral("system"),      QStringLiteral("distribution"), QStringLiteral("processor_vcpus"),
                           QStringLiteral("memtotal_mb"), QStringLiteral("mounts"),       QStringLiteral("devices"),
                           QStringLiteral("interfaces"),  QStringLiteral("dns")};
    const auto row = [&](const char *tool, const QStringList &further = {}, const QStringList &missing = {}) {
        QTest::newRow(tool) << QStringList{QString::fromLatin1(tool)} << core + further << missing;
    };
    row("ip", {QStringLiteral("all_ipv4_addresses"), QStringLiteral("default_ipv4")}, {QStringLiteral("locally_reachable_ips")});
    row("stat");
    row("sed");
    row("grep", {QStringLiteral("virtualization_type")});
    row("getconf", {QStringLiteral("userspace_bits")});
    row("id", {QStringLiteral("user_id"), QStringLiteral("user_dir")}, {});
    row("date", {}, {QStringLiteral("date_time")});
    row("ls");
    row("uname");
    row("tail");
    row("tr");
    row("renice");
    row("ionice");
    row("lspci");
    row("ethtool");
    QTest::newRow("nothing but the shell") << QStringList{QStringLiteral("*")}
                                           << QStringList{QStringLiteral("system"),          QStringLiteral("distribution"),
                                                          QStringLiteral("memtotal_mb"),     QStringLiteral("devices"),
                                                          QStringLiteral("interfaces"),      QStringLiteral("dns"),
                                                          QStringLiteral("processor_vcpus"), QStringLiteral("all_ipv4_addresses")}
                                           << QStringList{QStringLiteral("date_time")};
}

void FactsScript::withoutATool()
{
    QFETCH(QStringList, gone);
    QFETCH(QStringList, kept);
    QFETCH(QStringList, missing);
    // A folder of links to everything but that.
    const QTemporaryDir tools;
    if (!gone.contains(u"*")) {
        for (const char *folder : {"/usr/bin", "/usr/sbin", "/bin", "/sbin"}) {
            const QDir from(QString::fromLatin1(folder));
            for (const QString &name : from.entryList(QDir::Files | QDir::Executable)) {
                if (!gone.contains(name))
                    QFile::link(from.filePath(name), tools.filePath(name));
            }
        }
    }
    LocalRun run;
    run.path = tools.path().toLocal8Bit();
    run.run();
    QCOMPARE(run.exitStatus, 0);
    QVERIFY(parseFrames(run.output, run.nonce).isComplete);
    const Findings findings = run.parse();
    const QJsonObject absent = run.absent();
    for (const QString &key : std::as_const(kept))
        QVERIFY2(findings.has(key), qPrintable(key + QStringLiteral(": ") + absent.value(key).toString(QStringLiteral("no reason"))));
    for (const QString &key : std::as_const(missing))
        QCOMPARE(absent.value(key).toString(), QStringLiteral("tool_missing"));
}

// One disk with a partition, where the kernel shows no serial: both have a file in udev's database.
void FactsScript::disksHaveWhatUdevKnows()
{
    const QTemporaryDir folder;
    const auto write = [&](const char *path, const char *text) {
        QFile file(folder.filePath(QString::fromLatin1(path)));
        return QDir().mkpath(QFileInfo(file).path()) && file.open(QIODevice::WriteOnly) && file.write(text) > 0;
    };
    QVERIFY(write("block/sda/dev", "8:0\n") && write("block/sda/size", "2097152\n") && write("block/sda/device/model", "MODEL\n"));
    QVERIFY(write("block/sda/queue/scheduler", "[none]\n") && write("block/sda/sda1/partition", "1\n"));
    QVERIFY(write("block/sda/sda1/dev", "8:1\n") && write("block/sda/sda1/size", "2048\n"));
    QVERIFY(write("udev/b8:0", "E:ID_SERIAL_SHORT=SER-1\nE:ID_WWN=0x5002538e40000001\nE:OTHER=1\n"));
    QVERIFY(write("udev/b8:1", "E:ID_FS_UUID=9c1e5b7e-0000-4000-8000-000000000001\n"));
    LocalRun run;
    run.words = {"!all", "!min", "devices"};
    run.substitutes = {{"/sys/block", folder.filePath(QStringLiteral("block")).toLocal8Bit()},
                       {"/run/udev/data", folder.filePath(QStringLiteral("udev")).toLocal8Bit()}};
    run.run();
    const QJsonObject disk = run.parse().value(u"devices").toObject().value(u"sda").toObject();
    QCOMPARE(disk.value(u"serial").toString(), QStringLiteral("SER-1"));
    QCOMPARE(disk.value(u"wwn").toString(), QStringLiteral("0x5002538e40000001"));
    QCOMPARE(disk.value(u"model").toString(), QStringLiteral("MODEL"));
    const QJsonObject partition = disk.value(u"partitions").toObject().value(u"sda1").toObject();
    QCOMPARE(partition.value(u"uuid").toString(), QStringLiteral("9c1e5b7e-0000-4000-8000-000000000001"));
}

void FactsScript::isCleanForShellcheck()
{
    if (find("shellcheck").isEmpty())
        QSKIP("shellcheck is not installed");
    QProcess cat, check;
    cat.setWorkingDirectory(QStringLiteral(SOURCE_DIR "/plugins/ssh-facts/script"));
    cat.start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("cat *.sh")});
    QVERIFY(cat.waitForFinished());
    check.start(QStringLiteral("shellcheck"),
                {QStringLiteral("-s"), QStringLiteral("sh"), QStringLiteral("-e"), QStringLiteral("SC2154"), QStringLiteral("-e"),
                 QStringLiteral("SC1128"), QStringLiteral("-e"), QStringLiteral("SC2317"), QStringLiteral("-")});
    check.write(cat.readAllStandardOutput());
    check.closeWriteChannel();
    QVERIFY(check.waitForFinished());
    const QByteArray said = check.readAllStandardOutput();
    QVERIFY2(check.exitCode() == 0, said.constData());
}

void FactsScript::everySectionHasItsPieceAndItsFacts()
{
    const auto manifest = builtManifest();
    const QByteArray script = wholeScript();
    for (const SectionSpec &section : allSections()) {
        QVERIFY2(script.contains(QByteArray("s_") + section.name + "() {"), section.name);
        const bool hasFacts =
            std::any_of(manifest->facts.begin(), manifest->facts.end(), [&](const auto &fact) { return fact.subset == section.name; });
        QVERIFY2(hasFacts, section.name);
    }
    for (const auto &fact : manifest->facts) {
        const bool isKnown = std::any_of(allSections().begin(), allSections().end(),
                                         [&](const SectionSpec &section) { return fact.subset == section.name; });
        QVERIFY2(isKnown, fact.name.constData());
    }
}

void FactsScript::startsFewProcesses()
{
    if (find("strace").isEmpty())
        QSKIP("strace is not installed");
    const QTemporaryDir folder;
    LocalRun run;
    run.user = {"strace", "-f", "-qq", "-e", "trace=clone,clone3,fork,vfork", "-o", folder.filePath(QStringLiteral("trace")).toLocal8Bit()};
    run.run();
    QFile trace(folder.filePath(QStringLiteral("trace")));
    QVERIFY(trace.open(QIODevice::ReadOnly));
    const QByteArray calls = trace.readAll();
    if (calls.isEmpty())
        QSKIP("strace may not trace here");
    int processes = 0;
    for (const QByteArray &line : calls.split('\n'))
        processes += line.contains("clone") || line.contains("fork(");
    const qsizetype interfaces = run.parse().value(u"interfaces").toArray().size();
    qInfo("%d processes with %lld interfaces", processes, static_cast<long long>(interfaces));
    QVERIFY(processes <= 40 + 3 * std::max<qsizetype>(0, interfaces - 2)); // lo is not counted
}

void FactsScript::asksOnlyForWhatIsWanted()
{
    const auto names = [](const QList<QByteArray> &words) {
        QByteArrayList list;
        for (const SectionSpec *section : selectSections(words, nullptr))
            list.append(section->name);
        return list;
    };
    QVERIFY(!names({}).contains("env"));
    QVERIFY(names({}).contains("devices"));
    QVERIFY(names({"!hardware"}).contains("network"));
    QVERIFY(!names({"!hardware"}).contains("devices"));
    QCOMPARE(names({"!all", "!min", "dns"}), QByteArrayList{"dns"});
    QVERIFY(names({"!all"}).contains("dns"));
    QVERIFY(!names({"!all"}).contains("devices"));
    QVERIFY(names({"network"}).contains("platform"));
    QVERIFY(names({"env"}).contains("env"));
    QList<QByteArray> unknown;
    (void)selectSections({"hardwear"}, &unknown);
    QCOMPARE(unknown, QList<QByteArray>{"hardwear"});
    ScriptSettings settings;
    settings.nonce = "00";
    const QByteArray one = scriptFor(selectSections({"!all", "!min", "dns"}, nullptr), settings);
    QVERIFY(!one.contains("s_devices()"));
    QVERIFY(one.size() < wholeScript().size() / 2);
}

// As in a container: apt is content, and what would be 0 updates says nothing.
void FactsScript::withoutPackageListsNoUpdateIsKnown()
{
    if (find("apt-get").isEmpty())
        QSKIP("apt is not installed");
    const QTemporaryDir lists;
    LocalRun run;
    run.words = {"!all", "!min", "updates"};
    run.substitutes = {{"/var/lib/apt/lists", lists.path().toLocal8Bit()}};
    run.commandSeconds = 30;
    run.run();
    QCOMPARE(run.absent().value(u"updates_pending").toString(), QStringLiteral("unsupported"));
    QVERIFY(!run.parse().has(u"updates"));
    QFile list(lists.filePath(QStringLiteral("deb.example.org_dists_stable_main_binary-amd64_Packages.lz4")));
    QVERIFY(list.open(QIODevice::WriteOnly));
    run.run();
    QVERIFY2(run.parse().has(u"updates_pending"), run.output.constData());
}

// Red Hat's have a dpkg of their own for those who want it.
void FactsScript::anEmptyDatabaseIsThatOfAnotherFamily()
{
    const QTemporaryDir folder;
    const auto write = [&](const char *path, const char *text) {
        QFile file(folder.filePath(QString::fromLatin1(path)));
        return QDir().mkpath(QFileInfo(file).path()) && file.open(QIODevice::WriteOnly) && file.write(text) >= 0;
    };
    QVERIFY(write("dpkg/status", "") && write("rpm/rpmdb.sqlite", "SQLite format 3\n"));
    Stubs stubs;
    stubs.add(
        "rpm",
        "case $* in *INSTALLTIME*) echo 'bash|(none)|5.1.8|9.el9|x86_64|1700000000|Rocky' ;; *) echo bash-5.1.8-9.el9.x86_64 ;; esac");
    LocalRun run;
    run.path = stubs.path();
    run.words = {"!all", "!min", "package_summary", "packages"};
    run.substitutes = {{"/var/lib/dpkg/status", folder.filePath(QStringLiteral("dpkg/status")).toLocal8Bit()},
                       {"/var/lib/rpm/rpmdb.sqlite", folder.filePath(QStringLiteral("rpm/rpmdb.sqlite")).toLocal8Bit()}};
    run.run();
    QCOMPARE(run.parse().value(u"package_count").toInt(), 1);
    QVERIFY2(run.parse().value(u"packages").toObject().contains(u"bash"), run.output.constData());
}

// It lies at the root there.
void FactsScript::selinuxOfRedHat6IsRead()
{
    const QTemporaryDir folder;
    for (const auto &[name, text] : {std::pair("enforce", "1"), std::pair("policyvers", "24")}) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) > 0);
    }
    LocalRun run;
    run.words = {"!all", "!min", "selinux"};
    run.substitutes = {{"/sys/fs/selinux", "/nowhere"}, {" /selinux", ' ' + folder.path().toLocal8Bit()}};
    run.run();
    run.output.replace(folder.path().toLocal8Bit(), "/selinux");
    QCOMPARE(run.parse().value(u"selinux")[u"mode"].toString(), QStringLiteral("enforcing"));
    QCOMPARE(run.parse().value(u"selinux")[u"policyvers"].toInt(), 24);
}

// The login's files may set another zone than the machine's; some systems have theirs nowhere else.
void FactsScript::summerTimeIsThatOfTheZoneInForce_data()
{
    QTest::addColumn<QByteArray>("zone"); // TZ
    QTest::addColumn<QString>("summer");
    QTest::newRow("a name") << QByteArray("Europe/Berlin") << QStringLiteral("CEST");
    QTest::newRow("a name that begins with a colon") << QByteArray(":America/New_York") << QStringLiteral("EDT");
    QTest::newRow("a file") << QByteArray("/usr/share/zoneinfo/Europe/Berlin") << QStringLiteral("CEST");
    QTest::newRow("a rule") << QByteArray("CET-1CEST,M3.5.0,M10.5.0/3") << QStringLiteral("CEST");
    QTest::newRow("a rule without summer time") << QByteArray("<+0545>-5:45") << QStringLiteral("+0545");
}

void FactsScript::summerTimeIsThatOfTheZoneInForce()
{
    QFETCH(QByteArray, zone);
    QFETCH(QString, summer);
    if (zone.contains('/') && !QFile::exists(QStringLiteral("/usr/share/zoneinfo/Europe/Berlin")) && !zone.contains(','))
        QSKIP("tzdata is not installed");
    LocalRun run;
    run.words = {"!all", "!min", "date_time"};
    run.user = {"env", "TZ=" + zone};
    run.run();
    QCOMPARE(run.parse().value(u"date_time")[u"tz_dst"].toString(), summer);
}

namespace {

// Asks for mounts where there are so many, each a line with its number for every `#`.
void runWithMounts(int count, const QByteArray &line, LocalRun &run)
{
    const QTemporaryDir folder;
    QFile table(folder.filePath(QStringLiteral("mountinfo")));
    QVERIFY(table.open(QIODevice::WriteOnly));
    for (int i = 0; i < count; ++i)
        table.write(QByteArray(line).replace('#', QByteArray::number(10'000 + i)) + '\n');
    table.close();
    run.words = {"!all", "!min", "mounts"};
    run.substitutes = {{"/proc/self/mountinfo", table.fileName().toLocal8Bit()}};
    run.run();
}

} // namespace

// A cluster's node has thousands. All are told, and those that can be asked in one go are asked: a longer list costs its square.
void FactsScript::ofManyMountsFourThousandAreAsked()
{
    Stubs stubs;
    stubs.add("stat", "echo $# >>" + stubs.log());
    LocalRun run;
    run.path = stubs.path();
    runWithMounts(6000, "# 22 254:0 /x# /var/lib/kubelet/pods/#-aaaa-bbbb/volume-subpaths/config/app/# rw,relatime - ext4 /dev/vda rw",
                  run);
    QVERIFY(parseFrames(run.output, run.nonce).isComplete);
    QCOMPARE(run.parse().value(u"mounts").toArray().size(), 6000);
    QCOMPARE(stubs.takeLog(), QByteArray("4004\n")); // -f -c FORMAT -- and they
}

// Each has a child of its own: as many as there are mounts would be more than an account may have.
void FactsScript::ofManyServersFiveHundredAreAsked()
{
    LocalRun run;
    runWithMounts(600, "# 22 0:# / /nowhere/# rw,relatime - nfs4 server:/# rw", run);
    QVERIFY(parseFrames(run.output, run.nonce).isComplete);
    QHash<QString, int> states;
    const QJsonArray mounts = run.parse().value(u"mounts").toArray();
    for (const QJsonValue mount : mounts)
        ++states[mount[u"state"].toString()];
    QCOMPARE(mounts.size(), 600);
    QCOMPARE(states.value(QStringLiteral("not_asked")), 100);
    QCOMPARE(states.value(QStringLiteral("stuck")), 0);
}

// A host of guests has thousands, and ethtool is a process.
void FactsScript::ofManyInterfacesHardwareIsAskedFirst()
{
    const QTemporaryDir folder;
    const auto add = [&](const QString &name, bool isHardware) {
        QFile index(folder.filePath(name + QStringLiteral("/ifindex")));
        return QDir().mkpath(folder.filePath(name + (isHardware ? QStringLiteral("/device") : QString()))) &&
               index.open(QIODevice::WriteOnly);
    };
    for (int i = 0; i < 250; ++i)
        QVERIFY(add(QStringLiteral("cali%1").arg(i), false));
    QVERIFY(add(QStringLiteral("p1p1"), true));
    Stubs stubs;
    stubs.add("ethtool",
              "echo $* >>" + stubs.log() +
                  "\necho Features:\nfor i in 1 2 3 4 5 6; do for j in 1 2 3 4 5 6 7 8 9 0; do echo feature-$i$j: off; done; done");
    LocalRun run;
    run.path = stubs.path();
    run.words = {"!all", "!min", "network"};
    run.substitutes = {{"/sys/class/net", folder.path().toLocal8Bit()}};
    run.run();
    const QByteArrayList asked = stubs.takeLog().trimmed().split('\n');
    QCOMPARE(asked.size(), 128);
    QCOMPARE(asked.constFirst(), QByteArray("-k p1p1"));
    const Findings found = run.parse();
    QCOMPARE(found.value(u"interfaces").toArray().size(), 251);
    QCOMPARE(found.value(u"p1p1")[u"features"].toObject().size(), 60);
    const int keys = keysOf(found.facts());
    QVERIFY2(keys > 2 * 64 * 60 && keys < 15'000, qPrintable(QString::number(keys))); // a record has 20,000
}

QTEST_GUILESS_MAIN(FactsScript)
#include "tst_facts_script.moc"
