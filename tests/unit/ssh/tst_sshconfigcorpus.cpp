// SshConfig beside what the real `ssh -G` made of files from other projects.

#include "keygen.h"
#include "someone.h"
#include "sshg.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace collector;

class TestSshConfigCorpus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithCorpus_data();
    void agreesWithCorpus();
};

void TestSshConfigCorpus::agreesWithCorpus_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("status");
    QTest::addColumn<QStringList>("set");
    QStringList folders{QStringLiteral(TEST_DATA "/ssh/config")};
    if (const QString more = qEnvironmentVariable("COLLECTOR_REFERENCE_CORPUS"); !more.isEmpty())
        folders.append(more + QStringLiteral("/ssh/config"));
    for (const QString &from : std::as_const(folders)) {
        const QStringList oracles = QDir(from).entryList({QStringLiteral("*.sshG.json")});
        for (const QString &oracle : oracles) {
            const QString name = oracle.chopped(int(qstrlen(".sshG.json")));
            const QJsonObject result = QJsonDocument::fromJson(keygen::contents(from + u'/' + oracle)).object()[u"result"].toObject();
            for (auto it = result.begin(); it != result.end(); ++it) {
                QStringList set;
                const QJsonArray lines = it.value()[u"set"].toArray();
                for (const QJsonValue &line : lines)
                    set.append(line.toString());
                QTest::newRow(qPrintable(name + QStringLiteral(": ") + it.key()))
                    << QString(from + u'/' + name) << it.key() << it.value()[u"rc"].toInt() << set;
            }
        }
    }
}

void TestSshConfigCorpus::agreesWithCorpus()
{
    QFETCH(QString, path);
    QFETCH(QString, host);
    QFETCH(int, status);
    QFETCH(QStringList, set);
    SshLocal collecting = someone(); // the account that asked ssh
    collecting.user = "root";
    const SshConfig ours = SshConfig::fromText(keygen::contents(path), collecting);
    if (status != 0) {
        QVERIFY(!ours.errors().isEmpty() || !ours.resolve(host.toUtf8()).problem.isEmpty());
        return;
    }
    QVERIFY2(ours.errors().isEmpty(), qPrintable(ours.errors().join(u'\n')));
    const Lines standard = dump(SshConfig(collecting).resolve(host.toUtf8()));
    const Lines found = dump(ours.resolve(host.toUtf8()));
    QList<QByteArray> lines;
    for (const QString &line : std::as_const(set))
        lines.append(line.toUtf8().replace("~/", "/home/me/"));
    const Lines expected = parsed(lines);
    const QList<QByteArray> defaults{"id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "id_dsa"};
    for (const QByteArray &word : comparedWords) {
        QList<QByteArray> theirs = expected.contains(word) ? expected[word] : standard[word];
        QList<QByteArray> mine = found[word];
        for (QByteArray &value : mine)
            value.replace("~/", "/home/me/");
        if (word == "identityfile") // the corpus holds only lines that ssh's defaults do not have
            mine.removeIf([&](const QByteArray &file) { return file.startsWith("/home/me/.ssh/") && defaults.contains(file.mid(14)); });
        if (word.endsWith("algorithms") || word == "ciphers" || word == "macs") {
            if (!mine.isEmpty() && QByteArray("+-^").contains(mine.first().front()))
                continue; // a change to ssh's own list
        }
        if (mine != theirs)
            qWarning("%s", word.constData());
        QCOMPARE(mine, theirs);
    }
}

QTEST_GUILESS_MAIN(TestSshConfigCorpus)
#include "tst_sshconfigcorpus.moc"
