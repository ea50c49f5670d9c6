#include "cli/diffverb.h"
#include "cli/mergeverb.h"
#include "cli/reportverb.h"
#include "output/compare/recordstore.h"
#include "output/filelock.h"
#include "output/livefile.h"
#include "output/resultreader.h"

#include "records.h"

#include <QJsonArray>
#include <QScopeGuard>
#include <QTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <future>

using namespace collector;

class TestMergeVerb : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_directory;

    QString path(const char *name) const { return m_directory->filePath(QString::fromUtf8(name)); }
    QString result(const char *name, const QList<QByteArray> &records) const
    {
        return QFile::decodeName(resultFile(*m_directory, name, records));
    }
    static QByteArray content(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(cannot be read)");
    }

private Q_SLOTS:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        QVERIFY(m_directory->isValid());
    }

    void everyFormatHasAllHosts_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"o.json", "o.jsonl", "o.csv", "o.json.gz", "o.jsonl.zst", "o.csv.zst"})
            QTest::newRow(name) << QString::fromUtf8(name);
    }
    void everyFormatHasAllHosts()
    {
        QFETCH(QString, name);
        const QString output = m_directory->filePath(name);
        const QString one =
            result("1.jsonl", {record("b", "ok", facts(json("'kernel':'6.1'"))), record("a", "failed", facts(""), "22", "signal")});
        const QString two = result("2.jsonl", {record("c", "unreachable", facts(""), "23", "no_route")});
        QCOMPARE(runMergeVerb({one, two, QStringLiteral("-o"), output}, someManifests()), 0);
        QString error;
        const auto reader = ResultReader::open(QFile::encodeName(output), &error);
        QVERIFY2(reader, qPrintable(error));
        StoredRecord record;
        QByteArray seen;
        while (reader->next(record))
            seen += record.head.host + '=' + statusName(record.head.status).toByteArray() + ' ';
        QVERIFY2(reader->error().isEmpty(), qPrintable(reader->error()));
        QCOMPARE(seen, QByteArray("a=failed b=ok c=unreachable "));
        struct stat info
        {
        };
        QCOMPARE(::stat(QFile::encodeName(output).constData(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
    }

    void theDocumentSaysWhatItIsOf()
    {
        const QString one = result("1.jsonl", {record("a", "ok", facts(json("'kernel':'6.1'")), "20")});
        const QString two =
            result("2.jsonl", {record("a", "unreachable", facts(""), "21", "no_route"), record("b", "ok", facts(""), "21")});
        QCOMPARE(runMergeVerb({two, one, QStringLiteral("-o"), path("o.json")}, someManifests()), 0);
        const QJsonObject document = QJsonDocument::fromJson(content(path("o.json"))).object();
        const QJsonObject run = document[u"run"].toObject();
        QCOMPARE(run[u"id"].toString(), QStringLiteral("20261121T020000Z-4f1c"));
        QCOMPARE(run[u"merged"].toArray(), (QJsonArray{QStringLiteral("20261120T020000Z-4f1c"),
                                                       QStringLiteral("20261121T020000Z-4f1c")})); // of the first, facts are left
        const QJsonObject summary = document[u"summary"].toObject();
        QCOMPARE(summary[u"hosts"].toInt(), 2);
        QCOMPARE(summary[u"ok"].toInt(), 1);
        QCOMPARE(summary[u"causes"].toObject()[u"no_route"].toInt(), 1);
        QCOMPARE(summary[u"exit_status"].toInt(), 3);
    }

    // It was of 1970.
    void aMergeOfHostsThatNobodyTriedIsOfTheirRun()
    {
        const QByteArray never = record("a", "skipped", facts(""), "20", "excluded").replace("\"2026-11-20T02:00:00.123Z\"", "null");
        QCOMPARE(runMergeVerb({result("1.jsonl", {never}), QStringLiteral("-o"), path("o.json")}, someManifests()), 0);
        const QJsonObject document = QJsonDocument::fromJson(content(path("o.json"))).object();
        for (const QJsonValue &time : {document[u"run"][u"started"], document[u"summary"][u"started"], document[u"summary"][u"finished"]})
            QCOMPARE(time.toString(), QStringLiteral("2026-11-20T02:00:00.000Z"));
        QCOMPARE(runMergeVerb({result("none.jsonl", {}), QStringLiteral("-o"), path("n.json")}, someManifests()), 0);
        const QJsonObject none = QJsonDocument::fromJson(content(path("n.json"))).object();
        for (const QJsonValue &time : {none[u"run"][u"started"], none[u"summary"][u"started"], none[u"summary"][u"finished"]})
            QVERIFY(time.isNull());
    }

    void theOutputMayBeAnInput()
    {
        const QString all = result("all.jsonl", {record("a", "ok", facts(""), "20")});
        const QString tonight = result("tonight.jsonl", {record("a", "ok", facts(""), "21")});
        QCOMPARE(runMergeVerb({all, tonight, QStringLiteral("-o"), all}, someManifests()), 0);
        QCOMPARE(QJsonDocument::fromJson(content(all)).object()[u"streak"].toInt(), 2);
    }

    void aBrokenInputLeavesTheOutputAsItWas()
    {
        const QString all = result("all.jsonl", {record("a", "ok", facts(""), "20")});
        const QByteArray before = content(all);
        const QString broken = result("broken.jsonl", {record("a", "ok", facts(""), "21").chopped(20)});
        QCOMPARE(runMergeVerb({all, broken, QStringLiteral("-o"), all}, someManifests()), 2);
        QCOMPARE(content(all), before);
        QCOMPARE(QDir(m_directory->path()).entryList(QDir::Files | QDir::Hidden).size(), 2);
    }

    // Some readers took the first, some the last.
    void aFieldThatIsThereTwiceIsRefused()
    {
        for (const char *field : {"'status':'failed'", "'facts':{'kernel':'6.2'}", "'run':'r'", "'host':'b'"}) {
            const QString one = result("1.jsonl", {record("a", "ok", facts(json("'kernel':'6.1'")) + ',' + json(field))});
            QCOMPARE(runMergeVerb({one, QStringLiteral("-o"), path("o.json")}, someManifests()), 2);
            QVERIFY(!QFile::exists(path("o.json")));
        }
    }

    void anOutputThatCannotBeWritten()
    {
        const QString one = result("1.jsonl", {record("a", "ok", facts(""))});
        QCOMPARE(runMergeVerb({one, QStringLiteral("-o"), QStringLiteral("/nonexistent/o.json")}, someManifests()), 1);
        QCOMPARE(runMergeVerb({one, QStringLiteral("-o"), path("o.json"), QStringLiteral("--tables"), QStringLiteral("/nonexistent/t")},
                              someManifests()),
                 1);
        QVERIFY(!QFile::exists(path("o.json"))); // all of it or nothing
    }

    // It was told as a mistake in what was read: 2, of which a timer's next look makes nothing better.
    // They were looked for among the facts: the columns were there, and empty.
    void whatAMergeAddsCanBeAColumn()
    {
        const QString one = result("1.jsonl", {record("a", "ok", facts(""), "20")});
        const QString two = result("2.jsonl", {record("a", "ok", facts(""), "21"), record("b", "failed", facts(""), "21", "signal")});
        QCOMPARE(runMergeVerb(
                     {one, two, QStringLiteral("--columns"), QStringLiteral("host,.streak,last_ok"), QStringLiteral("-o"), path("o.csv")},
                     someManifests()),
                 0);
        QCOMPARE(content(path("o.csv")), QByteArray("host,streak,last_ok\na,2,2026-11-21T02:00:00.123Z\nb,1,\n"));
    }

    void aFullTemporaryFolderIsNoFaultOfTheInput()
    {
        QList<QByteArray> records;
        for (int i = 0; i < 2000; ++i)
            records.append(record(QByteArray::number(i), "ok", facts(json("'kernel':'") + QByteArray(1000, 'x') + '"')));
        const QString one = result("1.jsonl", records);
        rlimit before{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
        const auto restore = qScopeGuard([&] { setrlimit(RLIMIT_FSIZE, &before); });
        const rlimit little{512 * 1024, before.rlim_max};
        ::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &little), 0);
        QCOMPARE(runMergeVerb({one, QStringLiteral("-o"), path("o.json")}, someManifests()), 1);
        QCOMPARE(runDiffVerb({one, one}, someManifests()), 1);
        QCOMPARE(runReportVerb({one, QStringLiteral("--since"), one, QStringLiteral("-o"), path("o.html")}, someManifests()), 1);
    }

    // The root was taken for it, and written to by who may; who may not was told of a file there.
    void aTemporaryFolderThatIsNotThere()
    {
        QList<QByteArray> records;
        for (int i = 0; i < 2000; ++i)
            records.append(record(QByteArray::number(i), "ok", facts(json("'kernel':'") + QByteArray(1000, 'x') + '"')));
        const QString one = result("1.jsonl", records);
        const QByteArray before = qgetenv("TMPDIR");
        const auto restore = qScopeGuard([&] { before.isEmpty() ? qunsetenv("TMPDIR") : qputenv("TMPDIR", before); });
        qputenv("TMPDIR", path("nowhere").toLocal8Bit());
        QCOMPARE(runMergeVerb({one, QStringLiteral("-o"), path("o.json")}, someManifests()), 1);
        RecordStore store;
        (void)store.add(QByteArray(2 << 20, 'x'));
        QCOMPARE(store.error(), QStringLiteral("temporary file in %1 (TMPDIR): No such file or directory").arg(path("nowhere")));
    }

    void whatSomebodyElseWritesIsLeftAlone_data()
    {
        QTest::addColumn<QString>("taken");
        QTest::newRow("an output") << QStringLiteral("o.json");
        QTest::newRow("another output") << QStringLiteral("o.csv");
        QTest::newRow("the last of the tables") << QStringLiteral("t/users.csv");
    }
    // Two merges, or a merge and a run, wrote into one `.NAME.live`: the first to end gave the name to half a document of the other's.
    void whatSomebodyElseWritesIsLeftAlone()
    {
        QFETCH(QString, taken);
        QVERIFY(QDir(m_directory->path()).mkdir(QStringLiteral("t")));
        const QString one = result("1.jsonl", {record("a", "ok", facts(""))});
        const QByteArray output = QFile::encodeName(m_directory->filePath(taken));
        QFile live(QFile::decodeName(pathBeside(output, ".live")));
        QVERIFY(live.open(QIODevice::WriteOnly) && live.write("half of it") > 0 && live.flush());
        const QStringList merge{one,           QStringLiteral("-o"), path("o.json"), QStringLiteral("-o"),
                                path("o.csv"), QStringLiteral("-o"), path("p.csv"),  QStringLiteral("--tables"),
                                path("t")};
        QString error;
        {
            const auto lock = FileLock::take(output, "process 17, run x\n", &error);
            QVERIFY2(lock, qPrintable(error));
            QCOMPARE(runMergeVerb(merge, someManifests()), 1);
        }
        QCOMPARE(content(live.fileName()), QByteArray("half of it"));
        QVERIFY(!QFile::exists(m_directory->filePath(taken)));
        QVERIFY(!QFile::exists(path("p.csv")) && !QFile::exists(path("t/hosts.csv"))); // all of it or nothing
        // Whoever it was is gone, and what was left is in nobody's way.
        QVERIFY(QFile(QFile::decodeName(pathBeside(output, ".lock"))).open(QIODevice::WriteOnly));
        QCOMPARE(runMergeVerb(merge, someManifests()), 0);
        QCOMPARE(QDir(m_directory->path()).entryList({QStringLiteral(".*")}, QDir::Files | QDir::Hidden), QStringList());
        QCOMPARE(QDir(path("t")).entryList(QDir::Files | QDir::Hidden).size(), 7);
    }

    // What a run put in the output's place meanwhile was lost.
    void outputsAreLockedBeforeTheFirstInputIsRead()
    {
        QCOMPARE(mkfifo(QFile::encodeName(path("in")).constData(), 0600), 0);
        auto merge = std::async(std::launch::async, [this] {
            return runMergeVerb({path("in"), QStringLiteral("-o"), path("o.json"), QStringLiteral("--tables"), path("t")}, someManifests());
        });
        QFile input(path("in"));
        QVERIFY(input.open(QIODevice::WriteOnly)); // it has begun to read
        QString error;
        for (const QString &output : {path("o.json"), path("t/hosts.csv"), path("t/users.csv")}) {
            QVERIFY(!FileLock::take(QFile::encodeName(output), "x", &error));
            QVERIFY2(error.contains(QStringLiteral("is being written by process %1, collector merge: wait").arg(getpid())),
                     qPrintable(error));
        }
        QVERIFY(input.write(record("a", "ok", facts("")) + '\n') > 0);
        input.close();
        QCOMPARE(merge.get(), 0);
        QVERIFY(FileLock::take(QFile::encodeName(path("o.json")), "x", &error));
    }

    void aStreamNeedsNoLock()
    {
        const QString one = result("1.jsonl", {record("a", "ok", facts(""))});
        QCOMPARE(mkfifo(QFile::encodeName(path("out")).constData(), 0600), 0);
        QString error;
        const auto lock = FileLock::take(QFile::encodeName(path("out")), "x", &error);
        QVERIFY2(lock, qPrintable(error));
        const FileHandle reader(::open(QFile::encodeName(path("out")).constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        QCOMPARE(runMergeVerb({one, QStringLiteral("-o"), path("out"), QStringLiteral("-f"), QStringLiteral("jsonl")}, someManifests()), 0);
        QByteArray got(4096, '\0');
        got.resize(qMax<qsizetype>(0, ::read(reader.get(), got.data(), size_t(got.size()))));
        QVERIFY2(got.startsWith("{\"schema\"") && got.endsWith("}\n"), got.constData());
    }

    void noFolderOfTablesIsLeftBehind()
    {
        const QString broken = result("broken.jsonl", {record("a", "ok", facts("")).chopped(20)});
        QCOMPARE(runMergeVerb({broken, QStringLiteral("--tables"), path("t")}, someManifests()), 2);
        QVERIFY(!QFile::exists(path("t")));
    }

    // Found by fuzz_tables: they were empty, and who loads them missed the columns.
    void tablesOfNoHostsHaveTheirHeaders()
    {
        const QString none = result("none.json", {"{\"schema\":\"collector/1\",\"run\":{},\"hosts\":[],\"summary\":{}}"});
        QCOMPARE(runMergeVerb({none, QStringLiteral("--tables"), path("t")}, someManifests()), 0);
        QCOMPARE(content(path("t/users.csv")), QByteArray("host,name,uid,gid,gecos,dir,shell\n"));
        QVERIFY(content(path("t/hosts.csv")).startsWith("host,address,groups,status,"));
    }

    // Each mount was looked for on every disk: of 4,000 disks and as many mounts, 575 KB, for seven seconds.
    void aMountIsFoundAmongThousandsOfDisks()
    {
        QByteArray disks = json("'first':{'partitions':{'p7':{}}},'second':{'partitions':{'p7':{}},'links':{'ids':['dm-name-first']}}");
        QByteArray mounts =
            json("{'mount':'/a','device':'/dev/p7'},{'mount':'/b','device':'/dev/mapper/first'},{'mount':'/c','device':'/dev/'}");
        for (int i = 0; i < 4000; ++i) {
            const QByteArray n = QByteArray::number(i);
            disks += json(",'sd") + n + json("':{'links':{'ids':['dm-name-d") + n + json("']}}");
            mounts += json(",{'mount':'/m") + n + json("','device':'/dev/mapper/d") + n + json("'}");
        }
        const QString one =
            result("1.jsonl", {record("a", "ok", facts(json("'devices':{") + disks + json("},'mounts':[") + mounts + "]"))});
        const std::clock_t before = std::clock();
        QCOMPARE(runMergeVerb({one, QStringLiteral("--tables"), path("t")}, someManifests()), 0);
        const double seconds = double(std::clock() - before) / CLOCKS_PER_SEC; // of CPU, whatever else the machine does
        QVERIFY2(seconds < 5, qPrintable(QString::number(seconds)));           // a tenth of one otherwise
        const QByteArray rows = content(path("t/mounts.csv"));
        QCOMPARE(rows.count('\n'), 4004);
        QVERIFY(rows.contains("\na,/a,/dev/p7,,,,,,,,,first\n"));
        QVERIFY(rows.contains("\na,/b,/dev/mapper/first,,,,,,,,,first\n")); // its own name comes before the other's link
        QVERIFY(rows.contains("\na,/c,/dev/,,,,,,,,,\n"));
        QVERIFY(rows.endsWith("\na,/m3999,/dev/mapper/d3999,,,,,,,,,sd3999\n"));
    }

    void usage_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("no file") << QStringList{QStringLiteral("-o"), QStringLiteral("x.json")};
        QTest::newRow("unknown option") << QStringList{QStringLiteral("FILE"), QStringLiteral("--outptu=x.json")};
        QTest::newRow("unknown ending") << QStringList{QStringLiteral("FILE"), QStringLiteral("-o"), QStringLiteral("x.xml")};
        QTest::newRow("no such file") << QStringList{QStringLiteral("/nonexistent.json"), QStringLiteral("-o"), QStringLiteral("x.json")};
        QTest::newRow("mode that is not octal")
            << QStringList{QStringLiteral("FILE"), QStringLiteral("--output-mode"), QStringLiteral("rw")};
        QTest::newRow("value is missing") << QStringList{QStringLiteral("FILE"), QStringLiteral("-o")};
        QTest::newRow("choice that is none") << QStringList{QStringLiteral("FILE"), QStringLiteral("--csv-guard=maybe")};
    }
    void usage()
    {
        QFETCH(QStringList, words);
        const QString file = result("1.jsonl", {record("a", "ok", facts(""))});
        words.replaceInStrings(QStringLiteral("FILE"), file);
        QCOMPARE(runMergeVerb(words, someManifests()), 2);
    }

    void tables()
    {
        const QByteArray host = facts(
            json("'distribution':'Debian','all_ipv4_addresses':['10.0.0.1','10.0.0.2'],'network_interfaces':[{'device':'eth0','mtu':1500,'"
                 "active':true,"
                 "'ipv4':{'address':'10.0.0.1','prefix':'24'},'ipv4_secondaries':[{'address':'10.0.0.2','prefix':'24'}],"
                 "'ipv6':[{'address':'fe80::1','prefix':'64','scope':'link'}]}],'devices':{'sda':{'vendor':'ATA','size':'1 "
                 "TB','sectors':'2000','links':{'ids':[]},'partitions':{'sda1':{}}},'dm-0':{'links':{'ids':['dm-name-data-srv']}}},"
                 "'mounts':[{'mount':'/','device':'/dev/sda1','options':'rw,relatime'},{'mount':'/srv','device':'/dev/mapper/data-srv'},"
                 "{'mount':'/net','device':'server:/sda1'}],"
                 "'packages':{'bash':[{'name':'bash','version':'5.2','arch':'amd64'}],'linux-image':[{'version':'6.1'},{'version':'6.2'}]},"
                 "'users':[{'name':'root','uid':0,'dir':'/root'},{'name':'=cmd()','uid':1}]"));
        const QString one = result("1.jsonl", {record("a", "ok", host), record("b", "unreachable", facts(""), "22", "no_route")});
        QCOMPARE(runMergeVerb({one, QStringLiteral("--tables"), path("t")}, someManifests()), 0);
        const QByteArray hosts = content(path("t/hosts.csv"));
        QCOMPARE(hosts.count('\n'), 3); // the unreachable too
        QVERIFY(hosts.startsWith("host,address,groups,status,cause,"));
        QVERIFY(hosts.contains("\na,10.0.0.1,prod,ok,,"));
        QCOMPARE(content(path("t/interfaces.csv")),
                 QByteArray("host,interface,type,macaddress,mtu,active,speed,module,pciid,promisc\na,eth0,,,1500,true,,,,\n"));
        QCOMPARE(content(path("t/addresses.csv")),
                 QByteArray("host,interface,family,address,prefix,netmask,network,broadcast,scope\n"
                            "a,eth0,ipv4,10.0.0.1,24,,,,\na,eth0,ipv4,10.0.0.2,24,,,,\na,eth0,ipv6,fe80::1,64,,,,link\n"));
        QVERIFY(content(path("t/disks.csv")).contains("\na,sda,ATA,,,,1 TB,1024000,"));
        const QByteArray mounts = content(path("t/mounts.csv"));
        QVERIFY(mounts.contains("\na,/,/dev/sda1,,\"rw,relatime\",,,,,,,sda\n"));
        QVERIFY(mounts.contains("\na,/srv,/dev/mapper/data-srv,,,,,,,,,dm-0\n"));
        QVERIFY(mounts.contains("\na,/net,server:/sda1,,,,,,,,,\n"));
        QVERIFY(content(path("t/packages.csv")).endsWith("a,bash,5.2,,,amd64,\na,linux-image,6.1,,,,\na,linux-image,6.2,,,,\n"));
        QVERIFY(content(path("t/users.csv")).endsWith("a,root,0,,,/root,\na,'=cmd(),1,,,,\n"));
    }
};

QTEST_APPLESS_MAIN(TestMergeVerb)
#include "tst_mergeverb.moc"
