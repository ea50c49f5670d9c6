// Every file that a run writes against every file that it reads: where they are one, the run is refused and the file is as it was.

#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <array>

namespace {

// FILE is the input's name; STEM the same without `.partial`, which is what a run leaves of it.
struct Written
{
    const char *name;
    const char *words;
};

constexpr std::array writers{
    Written{"-o", "-o FILE -f jsonl"},
    Written{"what is not whole of -o", "-o STEM -f jsonl"},
    Written{"a second -o", "-o a.json -o FILE -f jsonl"},
    Written{"--summary", "-o a.json --summary FILE"},
    Written{"--log-file", "-o a.json --log-file FILE -vv"},
};

struct Read
{
    const char *file;
    const char *words;
    const char *said;
};

constexpr std::array readers{
    Read{"hosts", "-i FILE", "the inventory itself"},
    Read{"dynamic", "-i FILE", "the inventory itself"},
    Read{"group_vars/all.yml", "-i hosts", "a file of the inventory itself"},
    Read{"host_vars/h.yml", "-i hosts", "a file of the inventory itself"},
    Read{"folder/hosts", "-i folder", "a file of the inventory itself"},
    Read{"list", "-i hosts -l @FILE", "the file that --limit reads itself"},
    Read{"list", "-i hosts -x @FILE", "the file that --exclude reads itself"},
    Read{"conf", "-i hosts --config FILE", "the configuration itself"},
    Read{"key", "-i hosts --identity FILE", "is a private key"},
    Read{"key.pub", "-i hosts --identity key", "the public half of --identity itself"},
    Read{"key-cert.pub", "-i hosts --identity key", "the public half of --identity itself"},
    Read{"secret", "-i hosts --password-file FILE", "the file of --password-file itself"},
    Read{"secret", "-i hosts --passphrase-file FILE", "the file of --passphrase-file itself"},
    Read{"secret", "-i hosts -b --become-password-file FILE", "the file of --become-password-file itself"},
    Read{"known", "-i hosts --known-hosts FILE", "the file of --known-hosts itself"},
    Read{"ssh_config", "-i hosts --ssh-config FILE", "the file of --ssh-config itself"},
    Read{"included", "-i hosts --ssh-config ssh_config", "a file of ssh_config itself"},
    Read{"known", "-i hosts --ssh-config ssh_config", "the UserKnownHostsFile of ssh_config itself"},
    Read{"revoked", "-i hosts --ssh-config ssh_config", "the RevokedHostKeys of ssh_config itself"},
    Read{"key-cert.pub", "-i hosts --ssh-config ssh_config", "the CertificateFile of ssh_config itself"},
    Read{"key", "-i hosts --ssh-config ssh_config", "is a private key"},
    Read{"key", "-i keyed", "is a private key"}, // ansible_ssh_private_key_file of a host
    Read{"script", "-i hosts -p ssh-command --script FILE", "the file of --script itself"},
};

} // namespace

class TestOutputsAndInputs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        for (const char *name : {"group_vars", "host_vars", "folder"})
            QVERIFY(QDir(m_folder->path()).mkdir(QLatin1StringView(name)));
        write("hosts", "h collector_skip=yes\n");
        write("keyed", "h collector_skip=yes ansible_ssh_private_key_file=key\n");
        write("dynamic", "#!/bin/sh\necho '{\"_meta\":{\"hostvars\":{}},\"all\":{\"hosts\":[\"h\"]}}'\n");
        write("group_vars/all.yml", "a: 1\n");
        write("host_vars/h.yml", "a: 1\n");
        write("folder/hosts", "h collector_skip=yes\n");
        write("list", "h\n");
        write("conf", "timeout = 5\n");
        write("key", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
        write("key.pub", "ssh-ed25519 AAAA\n");
        write("key-cert.pub", "ssh-ed25519-cert-v01@openssh.com AAAA\n");
        write("secret", "word\n");
        write("known", "");
        write("revoked", "");
        write("included", "Host x\n");
        write("script", "exit 0\n");
        write("ssh_config", "Include HERE/included\nUserKnownHostsFile HERE/known\nRevokedHostKeys HERE/revoked\nIdentityFile HERE/key\n"
                            "CertificateFile HERE/key-cert.pub\n");
        QVERIFY(QFile::setPermissions(path("dynamic"), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    }

    void areNotOneFile_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("words");
        QTest::addColumn<QByteArray>("said");
        for (const Read &read : readers) {
            for (const Written &written : writers) {
                // What a folder or a key is called, or the ending of its variables, is not ours to choose.
                const bool isPartial = QByteArrayView(written.words).contains("STEM");
                QString file = QString::fromLatin1(read.file);
                const QString words = QString::fromLatin1(read.words);
                if (isPartial && !words.contains(u"FILE"))
                    continue;
                const QString stem = file;
                if (isPartial)
                    file += QStringLiteral(".partial");
                QString all = words + u' ' + QLatin1StringView(written.words);
                all.replace(QStringLiteral("FILE"), file).replace(QStringLiteral("STEM"), stem);
                QTest::addRow("%s, %s: %s", written.name, read.words, read.file) << file << all << QByteArray(read.said);
            }
        }
    }
    void areNotOneFile()
    {
        QFETCH(QString, file);
        QFETCH(QString, words);
        QFETCH(QByteArray, said);
        if (file.endsWith(QStringLiteral(".partial")))
            QVERIFY(QFile::rename(path(qPrintable(file.chopped(8))), path(qPrintable(file))));
        const QByteArray before = bytesOf(file);
        if (!words.contains(QStringLiteral("-p ")))
            words += QStringLiteral(" -p ssh-command --command true");
        if (!words.contains(QStringLiteral("--ssh-config")))
            words += QStringLiteral(" --ssh-config none");
        const QByteArray errors = refused(words);
        QVERIFY2(errors.contains(said), errors.constData());
        QCOMPARE(bytesOf(file), before);
        QVERIFY(!QFileInfo::exists(path("a.json")));
    }

    // Nothing is there yet; there would be, for the next run.
    void noneLiesInAnInventory_data()
    {
        QTest::addColumn<QString>("words");
        QTest::addColumn<bool>("isRefused");
        QTest::newRow("-o") << QStringLiteral("-i folder -o folder/new.json") << true;
        QTest::newRow("deep in it") << QStringLiteral("-i folder/ -o folder/deep/new.json") << true;
        QTest::newRow("--log-file") << QStringLiteral("-i folder -o a.json --log-file folder/log") << true;
        QTest::newRow("--summary") << QStringLiteral("-i folder -o a.json --summary folder/../folder/sum") << true;
        QTest::newRow("a name that an inventory passes over")
            << QStringLiteral("-i folder -o a.json --log-file folder/.log --summary folder/sum.cfg") << false;
        QTest::newRow("beside it") << QStringLiteral("-i folder -o folder2/a.json") << false;
        QTest::newRow("an inventory that is no folder") << QStringLiteral("-i folder/hosts -o folder/a.json") << false;
    }
    void noneLiesInAnInventory()
    {
        QFETCH(QString, words);
        QFETCH(bool, isRefused);
        QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("folder/deep")) && QDir(m_folder->path()).mkdir(QStringLiteral("folder2")));
        words += QStringLiteral(" -p ssh-command --command true --ssh-config none");
        if (!isRefused) {
            run(words);
            QCOMPARE(m_status, 0);
            return;
        }
        const QByteArray errors = refused(words);
        QVERIFY2(errors.contains("would be a file of the inventory folder"), errors.constData());
        QCOMPARE(QDir(path("folder")).entryList(QDir::Files), QStringList{QStringLiteral("hosts")});
    }

    void whatIsWrittenHasNamesOfItsOwn_data()
    {
        QTest::addColumn<QString>("words");
        QTest::newRow("-o and what is not whole of another") << QStringLiteral("-o a.json -o a.json.partial -f jsonl");
        QTest::newRow("--summary and what is not whole of -o") << QStringLiteral("-o a.json --summary a.json.partial");
        QTest::newRow("--log-file and the journal") << QStringLiteral("-o a.json --log-file .a.json.journal");
        QTest::newRow("--log-file and --summary") << QStringLiteral("-o a.json --log-file s --summary s");
    }
    void whatIsWrittenHasNamesOfItsOwn()
    {
        QFETCH(QString, words);
        const QByteArray errors = refused(words + QStringLiteral(" -i hosts -p ssh-command --command true --ssh-config none"));
        QVERIFY2(errors.contains("give it a name of its own"), errors.constData());
    }

    // It was made, and empty, by a slip in any other word.
    void aRefusedRunMakesNoLogFile()
    {
        for (const char *words : {"-i hosts --log-file log", "-i hosts -p ping --log-file log --rate x", "-i new -p ping --log-file new",
                                  "-i hosts -p ping -l nobody --log-file log"}) {
            refused(QString::fromLatin1(words));
            QVERIFY2(!QFileInfo::exists(path("log")) && !QFileInfo::exists(path("new")), words);
        }
        QVERIFY(refused(QStringLiteral("-i hosts -p ping --log-file none/log")).contains("--log-file none/log: No such file"));
    }

    void aReportIsNotItsResult()
    {
        for (const char *words :
             {"report r.json -o r.json", "report r.json -o ./folder/../r.json", "report hosts --since r.json -o r.json"}) {
            write("r.json", "{\"host\":\"h\",\"status\":\"failed\"}\n");
            const QByteArray errors = refused(QString::fromLatin1(words));
            QVERIFY2(errors.contains("is the result itself: name another file"), errors.constData());
            QCOMPARE(bytesOf(QStringLiteral("r.json")), QByteArray("{\"host\":\"h\",\"status\":\"failed\"}\n"));
        }
    }

private:
    [[nodiscard]] QString path(const char *name) const { return m_folder->filePath(QLatin1StringView(name)); }
    void write(const char *name, QByteArray text)
    {
        QFile file(path(name));
        QVERIFY(file.open(QFile::WriteOnly) && file.write(text.replace("HERE", m_folder->path().toLocal8Bit())) >= 0);
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    }
    [[nodiscard]] QByteArray bytesOf(const QString &name) const
    {
        QFile file(m_folder->filePath(name));
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray("not there");
    }
    QByteArray run(const QString &words)
    {
        QProcess process;
        process.setWorkingDirectory(m_folder->path());
        process.start(QStringLiteral(BUILD_DIR "/bin/collector"), words.split(u' '));
        if (!process.waitForFinished(30000))
            qFatal("collector hangs");
        m_status = process.exitCode();
        return process.readAllStandardError();
    }
    QByteArray refused(const QString &words)
    {
        QByteArray errors = run(words);
        return m_status == 2 ? errors : QByteArray("not refused: ") + errors;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    int m_status = 0;
};

QTEST_GUILESS_MAIN(TestOutputsAndInputs)
#include "tst_outputsandinputs.moc"
