// Credentials: which keys are offered, in which order, and when a passphrase is asked for.

#include "ssh/credentials.h"
#include "ssh/keyfile.h"

#include "keygen.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <stdexcept>

using namespace collector;

class TestCredentials : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void defaultsInOrderOfCost();
    void explicitIdentityExcludesAllElse();
    void identityOfAConfigurationExcludesNothing();
    void missingExplicitIdentityStopsTheRun();
    void lockedExplicitIdentityIsAskedFor();
    void lockedExplicitIdentityWithoutTerminalStopsTheRun();
    void lockedExplicitIdentityInAgent();
    void lockedDefaultIsNotAskedForWhileAnotherWayExists();
    void lockedDefaultIsAskedForWhenThereIsNothingElse();
    void passphraseFileOpensDefault();
    void aPassphraseThatDoesNotOpenIsNamed();
    void certificateComesFirst();
    void filesOfHost();
    void certificatesForAnAgent();
    void certificateBesideKeyAndNamedIsOfferedOnce();
    void sameFilesShareOneOffer();

private:
    QString in(const char *name) const { return m_home->filePath(QStringLiteral(".ssh/") + QLatin1String(name)); }
    Credentials::Sources sources() const
    {
        Credentials::Sources result;
        result.home = m_home->path();
        return result;
    }
    KeyFiles::Question answer(const char *passphrase)
    {
        return [this, passphrase](const QString &path) {
            m_asked.append(QFileInfo(path).fileName());
            return std::optional(Secret(passphrase));
        };
    }
    static QStringList names(const Credentials::Offers &offers)
    {
        QStringList result;
        for (const SharedIdentity &identity : offers.identities)
            result.append(QFileInfo(identity->path()).fileName());
        return result;
    }

    std::unique_ptr<QTemporaryDir> m_home;
    QStringList m_asked;
};

void TestCredentials::init()
{
    if (!keygen::isInstalled())
        QSKIP("ssh-keygen is not installed");
    m_home = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir(m_home->path()).mkdir(QStringLiteral(".ssh")));
    m_asked.clear();
}

void TestCredentials::defaultsInOrderOfCost()
{
    keygen::make(in("id_rsa"), "rsa", {}, {QStringLiteral("-b"), QStringLiteral("2048")});
    keygen::make(in("id_ed25519"), "ed25519");
    keygen::make(in("id_ecdsa"), "ecdsa");
    const auto offers = Credentials::gather(sources())->offers({}, {}, false);
    QCOMPARE(names(*offers), (QStringList{QStringLiteral("id_ed25519"), QStringLiteral("id_ecdsa"), QStringLiteral("id_rsa")}));
    QVERIFY(offers->anyAgentKey);
}

void TestCredentials::explicitIdentityExcludesAllElse()
{
    keygen::make(in("id_ed25519"), "ed25519");
    keygen::make(in("mine"), "ed25519");
    auto from = sources();
    from.identities = {in("mine")};
    const auto offers = Credentials::gather(from)->offers({in("id_ed25519")}, {}, false);
    QCOMPARE(names(*offers), QStringList{QStringLiteral("mine")});
    QVERIFY(!offers->anyAgentKey);
}

// A configuration's: a host's own key is offered instead, to whom its settings name it.
void TestCredentials::identityOfAConfigurationExcludesNothing()
{
    keygen::make(in("own"), "ed25519");
    keygen::make(in("common"), "ed25519");
    auto from = sources();
    from.identities = {in("common")};
    from.areIdentitiesFixed = false;
    const auto credentials = Credentials::gather(from);
    const auto own = credentials->offers({in("own")}, {}, false);
    QCOMPARE(names(*own), QStringList{QStringLiteral("own")});
    QVERIFY(own->anyAgentKey);
    QCOMPARE(names(*credentials->offers({in("common")}, {}, true)), QStringList{QStringLiteral("common")});
    from.identities = {in("none")};
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)Credentials::gather(from));
}

void TestCredentials::missingExplicitIdentityStopsTheRun()
{
    auto from = sources();
    from.identities = {in("none")};
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)Credentials::gather(from));
}

void TestCredentials::lockedExplicitIdentityIsAskedFor()
{
    keygen::make(in("mine"), "ed25519", QStringLiteral("open sesame"));
    auto from = sources();
    from.identities = {in("mine")};
    from.question = answer("open sesame");
    QCOMPARE(names(*Credentials::gather(from)->offers({}, {}, false)), QStringList{QStringLiteral("mine")});
    QCOMPARE(m_asked, QStringList{QStringLiteral("mine")});
    from.question = answer("wrong");
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)Credentials::gather(from));
}

void TestCredentials::lockedExplicitIdentityWithoutTerminalStopsTheRun()
{
    keygen::make(in("mine"), "ed25519", QStringLiteral("open sesame"));
    auto from = sources();
    from.identities = {in("mine")};
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)Credentials::gather(from));
}

void TestCredentials::lockedExplicitIdentityInAgent()
{
    keygen::make(in("mine"), "ed25519", QStringLiteral("open sesame"));
    auto from = sources();
    from.identities = {in("mine")};
    from.agentKeys = {readPublicLine(in("mine.pub"))};
    from.question = answer("open sesame");
    const auto offers = Credentials::gather(from)->offers({}, {}, false);
    QCOMPARE(m_asked, QStringList());
    QVERIFY(offers->identities.empty());
    QCOMPARE(offers->agentOnly, from.agentKeys);
}

void TestCredentials::lockedDefaultIsNotAskedForWhileAnotherWayExists()
{
    keygen::make(in("id_rsa"), "rsa", QStringLiteral("open sesame"), {QStringLiteral("-b"), QStringLiteral("2048")});
    auto from = sources();
    from.question = answer("open sesame");
    from.hasOtherWay = true;
    const auto credentials = Credentials::gather(from);
    QCOMPARE(m_asked, QStringList());
    QCOMPARE(credentials->warnings().size(), 1);
    QVERIFY(credentials->warnings().first().contains(QStringLiteral("id_rsa: is encrypted")));
}

void TestCredentials::aPassphraseThatDoesNotOpenIsNamed()
{
    keygen::make(in("id_ed25519"), "ed25519", QStringLiteral("open sesame"));
    auto from = sources();
    keygen::write(in("passphrase"), "open barley\n");
    from.passphraseFile = in("passphrase");
    const QStringList warnings = Credentials::gather(from)->warnings();
    QCOMPARE(warnings.size(), 1);
    QVERIFY2(warnings.first().contains(QStringLiteral("no passphrase that was given opens it")), qPrintable(warnings.first()));
}

void TestCredentials::lockedDefaultIsAskedForWhenThereIsNothingElse()
{
    keygen::make(in("id_ed25519"), "ed25519", QStringLiteral("open sesame"));
    auto from = sources();
    from.question = answer("open sesame");
    QCOMPARE(names(*Credentials::gather(from)->offers({}, {}, false)), QStringList{QStringLiteral("id_ed25519")});
    QCOMPARE(m_asked, QStringList{QStringLiteral("id_ed25519")});
}

void TestCredentials::passphraseFileOpensDefault()
{
    keygen::make(in("id_ed25519"), "ed25519", QStringLiteral("open sesame"));
    keygen::write(in("passphrase"), "open sesame\n");
    auto from = sources();
    from.passphraseFile = in("passphrase");
    QCOMPARE(names(*Credentials::gather(from)->offers({}, {}, false)), QStringList{QStringLiteral("id_ed25519")});
}

void TestCredentials::certificateComesFirst()
{
    keygen::make(in("ca"), "ed25519");
    keygen::make(in("id_ed25519"), "ed25519");
    keygen::make(in("id_ecdsa"), "ecdsa");
    keygen::certify(in("ca"), in("id_ecdsa"), QStringLiteral("-1h:+1h"));
    QCOMPARE(names(*Credentials::gather(sources())->offers({}, {}, false)),
             (QStringList{QStringLiteral("id_ecdsa-cert.pub"), QStringLiteral("id_ed25519"), QStringLiteral("id_ecdsa")}));
}

void TestCredentials::filesOfHost()
{
    keygen::make(in("ca"), "ed25519");
    keygen::make(in("id_ed25519"), "ed25519");
    keygen::make(in("site"), "ed25519");
    keygen::make(in("locked"), "ed25519", QStringLiteral("open sesame"));
    keygen::certify(in("ca"), in("site"), QStringLiteral("-1h:+1h"));
    QVERIFY(QFile::rename(in("site-cert.pub"), in("far-cert.pub")));
    const auto credentials = Credentials::gather(sources());
    QVERIFY(credentials->offers({}, {}, false, false)->identities.empty()); // IdentityFile none
    QCOMPARE(names(*credentials->offers({}, {}, false)), QStringList{QStringLiteral("id_ed25519")});
    const auto offers = credentials->offers({in("site"), in("locked"), in("none")}, {in("far-cert.pub")}, true);
    QCOMPARE(names(*offers), (QStringList{QStringLiteral("far-cert.pub"), QStringLiteral("site")}));
    QCOMPARE(offers->agentOnly, std::vector<QByteArray>{readPublicLine(in("locked.pub"))});
    QCOMPARE(offers->problems.size(), size_t(2)); // a file that somebody named, and that is not there, is one
    QVERIFY2(offers->problems[1].text.contains(in("none")), qPrintable(offers->problems[1].text));
    QVERIFY(credentials->offers({}, {}, false)->problems.empty()); // a default one that is not there is none
    QVERIFY(!offers->anyAgentKey);
}

// Whose key no file here holds.
void TestCredentials::certificatesForAnAgent()
{
    for (const char *name : {"ca", "site", "good", "old"})
        keygen::make(in(name), "ed25519");
    keygen::certify(in("ca"), in("good"), QStringLiteral("-1h:+1h"));
    keygen::certify(in("ca"), in("old"), QStringLiteral("-2h:-1h"));
    const auto offers = Credentials::gather(sources())->offers(
        {in("site")}, {in("good-cert.pub"), in("good-cert.pub"), in("old-cert.pub"), in("none")}, true);
    QCOMPARE(offers->agentCertificates.size(), size_t(1));
    QCOMPARE(offers->agentCertificates[0].blob, readPublicLine(in("good-cert.pub")));
    QCOMPARE(offers->problems.size(), size_t(2));
    QVERIFY2(offers->problems[0].text.contains(QStringLiteral("expired")), qPrintable(offers->problems[0].text));
    QVERIFY2(offers->problems[1].text.contains(in("none")), qPrintable(offers->problems[1].text));
}

void TestCredentials::certificateBesideKeyAndNamedIsOfferedOnce()
{
    keygen::make(in("ca"), "ed25519");
    keygen::make(in("site"), "ed25519");
    keygen::certify(in("ca"), in("site"), QStringLiteral("-1h:+1h"));
    const auto offers = Credentials::gather(sources())->offers({in("site")}, {in("site-cert.pub")}, true);
    QCOMPARE(names(*offers), (QStringList{QStringLiteral("site-cert.pub"), QStringLiteral("site")}));
    QVERIFY(offers->identities[0]->publicHalf() != offers->identities[0]->key());
    QVERIFY(ssh_key_type(offers->identities[0]->publicHalf()) == SSH_KEYTYPE_ED25519_CERT01);
    QCOMPARE(offers->identities[1]->publicHalf(), offers->identities[1]->key());
}

void TestCredentials::sameFilesShareOneOffer()
{
    keygen::make(in("site"), "ed25519");
    const auto credentials = Credentials::gather(sources());
    QCOMPARE(credentials->offers({in("site")}, {}, true), credentials->offers({in("site")}, {}, true));
    QVERIFY(credentials->offers({in("site")}, {}, true) != credentials->offers({in("site")}, {}, false));
}

QTEST_GUILESS_MAIN(TestCredentials)
#include "tst_credentials.moc"
