// KeyFiles and certificates on keys that the real ssh-keygen made.

#include "ssh/keyblob.h"
#include "ssh/keyfile.h"
#include "ssh/keyfiles.h"
#include "ssh/wirereader.h"

#include "keygen.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace collector;
using State = LoadedKey::State;

class TestKeyFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void loads_data();
    void loads();
    void knownPassphraseOpens();
    void questionIsAskedThreeTimesAtMost();
    void answerServesOtherKeys();
    void sealedAsksNobody();
    void publicKeyOfLockedFileIsKnown();
    void publicFileAlone();
    void certificateBesideKey();
    void certificateFields();
    void certificatesThatCannotBeUsed_data();
    void certificatesThatCannotBeUsed();
    void certificateFromElsewhere();
    void refused_data();
    void refused();
    void isReadOnce();
    void bitsOfRsaKeys();

private:
    QString in(const char *name) const { return m_scratch.filePath(QLatin1String(name)); }

    QTemporaryDir m_scratch;
};

void TestKeyFiles::initTestCase()
{
    if (!keygen::isInstalled())
        QSKIP("ssh-keygen is not installed");
    keygen::make(in("ca"), "ed25519");
    keygen::make(in("plain"), "ed25519");
    keygen::make(in("locked"), "ed25519", QStringLiteral("open sesame"));
}

void TestKeyFiles::loads_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QStringList>("options");
    const QString m = QStringLiteral("-m"), b = QStringLiteral("-b");
    QTest::newRow("ed25519") << QByteArray("ed25519") << QStringList();
    QTest::newRow("ecdsa 256") << QByteArray("ecdsa") << QStringList{b, QStringLiteral("256")};
    QTest::newRow("ecdsa 521") << QByteArray("ecdsa") << QStringList{b, QStringLiteral("521")};
    QTest::newRow("rsa") << QByteArray("rsa") << QStringList{b, QStringLiteral("2048")};
    QTest::newRow("rsa, PEM") << QByteArray("rsa") << QStringList{b, QStringLiteral("2048"), m, QStringLiteral("PEM")};
    QTest::newRow("rsa, PKCS8") << QByteArray("rsa") << QStringList{b, QStringLiteral("2048"), m, QStringLiteral("PKCS8")};
    QTest::newRow("ecdsa, PEM") << QByteArray("ecdsa") << QStringList{m, QStringLiteral("PEM")};
}

void TestKeyFiles::loads()
{
    QFETCH(QByteArray, type);
    QFETCH(QStringList, options);
    for (const QString &passphrase : {QString(), QStringLiteral("open sesame")}) {
        const QString path = m_scratch.filePath(QLatin1String(QTest::currentDataTag()) + (passphrase.isEmpty() ? u'p' : u'l'));
        keygen::make(path, type.constData(), passphrase, options);
        KeyFiles keys;
        if (!passphrase.isEmpty()) {
            QCOMPARE(keys.load(path).state, State::Locked);
            keys.addPassphrase(Secret("open sesame"));
            QCOMPARE(keys.unlock(path).state, State::Ready);
        }
        const LoadedKey loaded = keys.load(path);
        QCOMPARE(loaded.state, State::Ready);
        QVERIFY(ssh_key_is_private(loaded.key->key()));
        QCOMPARE(loaded.key->fingerprint(), keygen::fingerprint(path + QStringLiteral(".pub")));
        QCOMPARE(loaded.publicKey, readPublicLine(path + QStringLiteral(".pub")));
        QVERIFY(isWellFormedKey(loaded.publicKey));
        QVERIFY(!loaded.certificate);
        QVERIFY2(loaded.problem.isEmpty(), qPrintable(loaded.problem));
    }
}

void TestKeyFiles::knownPassphraseOpens()
{
    KeyFiles keys;
    keys.addPassphrase(Secret("wrong"));
    keys.addPassphrase(Secret("open sesame"));
    QCOMPARE(keys.load(in("locked")).state, State::Ready);
}

void TestKeyFiles::questionIsAskedThreeTimesAtMost()
{
    int asked = 0;
    KeyFiles keys;
    keys.setQuestion([&](const QString &path) {
        ++asked;
        return path == in("locked") ? std::optional(Secret("wrong")) : std::nullopt;
    });
    QCOMPARE(keys.unlock(in("locked")).state, State::Locked);
    QCOMPARE(asked, 3);
    keys.setQuestion([&](const QString &) -> std::optional<Secret> {
        ++asked;
        return {};
    });
    QCOMPARE(keys.unlock(in("locked")).state, State::Locked);
    QCOMPARE(asked, 4);
}

void TestKeyFiles::answerServesOtherKeys()
{
    keygen::make(in("locked2"), "ed25519", QStringLiteral("open sesame"));
    int asked = 0;
    KeyFiles keys;
    keys.setQuestion([&](const QString &) {
        ++asked;
        return std::optional(Secret("open sesame"));
    });
    QCOMPARE(keys.unlock(in("locked")).state, State::Ready);
    QCOMPARE(keys.unlock(in("locked2")).state, State::Ready);
    QCOMPARE(asked, 1);
}

void TestKeyFiles::sealedAsksNobody()
{
    bool wasAsked = false;
    KeyFiles keys;
    keys.setQuestion([&](const QString &) {
        wasAsked = true;
        return std::optional(Secret("open sesame"));
    });
    keys.seal();
    QCOMPARE(keys.load(in("locked")).state, State::Locked);
    QVERIFY(!wasAsked);
    QVERIFY(keys.load(in("locked")).problem.contains(QStringLiteral("ssh-add")));
}

void TestKeyFiles::publicKeyOfLockedFileIsKnown()
{
    keygen::make(in("alone"), "ed25519", QStringLiteral("open sesame"));
    const QByteArray expected = readPublicLine(in("alone.pub"));
    QVERIFY(QFile::remove(in("alone.pub")));
    KeyFiles keys;
    QCOMPARE(keys.load(in("alone")).publicKey, expected);
    QCOMPARE(keys.load(in("alone")).state, State::Locked);
}

void TestKeyFiles::publicFileAlone()
{
    QVERIFY(QFile::copy(in("plain.pub"), in("elsewhere.pub")));
    KeyFiles keys;
    for (const char *name : {"elsewhere", "elsewhere.pub"}) {
        const LoadedKey loaded = keys.load(in(name));
        QCOMPARE(loaded.state, State::Public);
        QCOMPARE(loaded.publicKey, readPublicLine(in("plain.pub")));
    }
    QCOMPARE(keys.load(in("nothing")).state, State::Missing);
}

void TestKeyFiles::certificateBesideKey()
{
    keygen::make(in("signed"), "ed25519");
    keygen::certify(in("ca"), in("signed"), QStringLiteral("-1h:+1h"));
    KeyFiles keys;
    const LoadedKey loaded = keys.load(in("signed"));
    QCOMPARE(loaded.state, State::Ready);
    QVERIFY2(loaded.certificate != nullptr, qPrintable(loaded.problem));
    QVERIFY(loaded.certificate->isCertificate());
    QVERIFY(!loaded.key->isCertificate());
    QCOMPARE(loaded.certificate->publicKey(), loaded.key->publicKey());
    QVERIFY(loaded.certificate->key() != loaded.key->key());
    QVERIFY(ssh_key_is_private(loaded.certificate->key()));
}

void TestKeyFiles::certificateFields()
{
    for (const char *type : {"ed25519", "ecdsa", "rsa"}) {
        const QString path = m_scratch.filePath(QStringLiteral("fields-") + QLatin1String(type));
        keygen::make(path, type);
        keygen::certify(in("ca"), path, QStringLiteral("20200101000000Z:20300101000000Z"));
        const auto certificate = Certificate::fromLine(keygen::contents(path + QStringLiteral("-cert.pub")));
        QVERIFY(certificate);
        QCOMPARE(certificate->serial, quint64(7));
        QCOMPARE(certificate->keyId, QByteArray("id"));
        QCOMPARE(certificate->principals, (std::vector<QByteArray>{"ops", "root"}));
        QVERIFY(certificate->isForUsers);
        QCOMPARE(certificate->publicKey, readPublicLine(path + QStringLiteral(".pub")));
        const auto at = [](const char *time) { return QDateTime::fromString(QLatin1String(time), Qt::ISODate); };
        QCOMPARE(certificate->objection(at("2025-01-01T00:00:00Z")), QString());
        QVERIFY(certificate->objection(at("2031-01-01T00:00:00Z")).contains(QStringLiteral("expired at 2030-01-01")));
        QVERIFY(certificate->objection(at("2019-01-01T00:00:00Z")).contains(QStringLiteral("not valid before 2020-01-01")));
        // Every cut of it is refused, not read past its end.
        for (qsizetype size = 0; size < certificate->blob.size(); ++size)
            QVERIFY(!Certificate::fromBlob(certificate->blob.first(size)));
    }
}

void TestKeyFiles::certificatesThatCannotBeUsed_data()
{
    QTest::addColumn<QString>("validity");
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("problem");
    QTest::newRow("expired") << QStringLiteral("-2h:-1h") << QStringList() << QStringLiteral("expired");
    QTest::newRow("not yet") << QStringLiteral("+1h:+2h") << QStringList() << QStringLiteral("not valid before");
    QTest::newRow("host") << QStringLiteral("-1h:+1h") << QStringList{QStringLiteral("-h")} << QStringLiteral("host's certificate");
}

void TestKeyFiles::certificatesThatCannotBeUsed()
{
    QFETCH(QString, validity);
    QFETCH(QStringList, options);
    QFETCH(QString, problem);
    const QString path = in(QTest::currentDataTag());
    keygen::make(path, "ed25519");
    keygen::certify(in("ca"), path, validity, options);
    KeyFiles keys;
    const LoadedKey loaded = keys.load(path);
    QCOMPARE(loaded.state, State::Ready);
    QVERIFY(!loaded.certificate);
    QVERIFY2(loaded.problem.contains(problem), qPrintable(loaded.problem));
}

void TestKeyFiles::certificateFromElsewhere()
{
    keygen::make(in("k1"), "ed25519");
    keygen::make(in("k2"), "ed25519");
    keygen::certify(in("ca"), in("k2"), QStringLiteral("-1h:+1h"));
    QVERIFY(QFile::rename(in("k2-cert.pub"), in("far-cert.pub")));
    KeyFiles keys;
    const std::vector<SharedIdentity> both{keys.load(in("k1")).key, keys.load(in("k2")).key};
    QString problem;
    const SharedIdentity certificate = keys.certify(in("far-cert.pub"), both, &problem);
    QVERIFY(certificate);
    QCOMPARE(certificate->publicKey(), both[1]->publicKey());
    QVERIFY(!keys.certify(in("far-cert.pub"), {both[0]}, &problem));
    QVERIFY2(problem.contains(QStringLiteral("certifies another key")), qPrintable(problem));
    QVERIFY(!keys.certify(in("k1.pub"), both, &problem));
}

void TestKeyFiles::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("mode");
    QTest::addColumn<QString>("problem");
    QTest::newRow("empty") << QByteArray() << 0600 << QStringLiteral("no private key");
    QTest::newRow("text") << QByteArray("hello world\n") << 0600 << QStringLiteral("no private key");
    QTest::newRow("readable by others") << QByteArray() << 0644 << QStringLiteral("chmod 600");
    QTest::newRow("damaged") << QByteArray("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n") << 0600
                             << QStringLiteral("cannot read");
    QTest::newRow("cut") << QByteArray("-----BEGIN RSA PRIVATE KEY-----") << 0600 << QStringLiteral("cannot read");
    QTest::newRow("too large") << QByteArray("-----BEGIN RSA PRIVATE KEY-----\n") + QByteArray(100000, 'A') << 0600
                               << QStringLiteral("larger");
}

void TestKeyFiles::refused()
{
    QFETCH(QByteArray, text);
    QFETCH(int, mode);
    QFETCH(QString, problem);
    const QString path = in("refused");
    QFile::remove(path);
    keygen::write(path, mode == 0644 ? keygen::contents(in("plain")) : text);
    QCOMPARE(chmod(qPrintable(path), mode_t(mode)), 0);
    KeyFiles keys;
    const LoadedKey loaded = keys.load(path);
    QCOMPARE(loaded.state, State::Refused);
    QVERIFY2(loaded.problem.contains(problem), qPrintable(loaded.problem));
    QVERIFY(loaded.problem.startsWith(path));
}

void TestKeyFiles::isReadOnce()
{
    keygen::make(in("once"), "ed25519");
    KeyFiles keys;
    const LoadedKey first = keys.load(in("once"));
    QVERIFY(QFile::remove(in("once")));
    QCOMPARE(keys.load(in("once")).key, first.key);
}

void TestKeyFiles::bitsOfRsaKeys()
{
    QTemporaryDir scratch;
    const QString key = scratch.filePath(QStringLiteral("key"));
    for (const int bits : {1024, 1025, 2047, 3072}) {
        keygen::make(key, "rsa", {}, {QStringLiteral("-b"), QString::number(bits)});
        keygen::certify(key, key, QStringLiteral("-1h:+1h"));
        QCOMPARE(rsaBits(readPublicLine(key + QStringLiteral(".pub"))), bits);
        QCOMPARE(rsaBits(readPublicLine(key + QStringLiteral("-cert.pub"))), bits);
        QFile::remove(key);
        QFile::remove(key + QStringLiteral("-cert.pub"));
        QFile::remove(key + QStringLiteral(".pub"));
    }
    keygen::make(key, "ecdsa");
    QCOMPARE(rsaBits(readPublicLine(key + QStringLiteral(".pub"))), 0);
    QCOMPARE(rsaBits(WireReader::asString("ssh-rsa")), 0);
    QCOMPARE(rsaBits(QByteArray()), 0);
}

QTEST_GUILESS_MAIN(TestKeyFiles)
#include "tst_keyfiles.moc"
