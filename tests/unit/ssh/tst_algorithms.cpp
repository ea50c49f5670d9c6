#include "ssh/algorithms.h"
#include "ssh/proposal.h"

#include <QTest>
#include <QtEndian>

using namespace collector;

namespace {

QByteArray sshString(const QByteArray &text)
{
    QByteArray size(4, Qt::Uninitialized);
    qToBigEndian(quint32(text.size()), size.data());
    return size + text;
}

QByteArray kexInit(const QList<QByteArray> &lists)
{
    QByteArray payload = QByteArray(1, char(20)) + QByteArray(16, 'c');
    for (const QByteArray &list : lists)
        payload += sshString(list);
    payload += QByteArray(5, '\0');
    const QByteArray packet = QByteArray(1, char(8)) + payload + QByteArray(8, '\0');
    QByteArray size(4, Qt::Uninitialized);
    qToBigEndian(quint32(packet.size()), size.data());
    return size + packet;
}

const SshAlgorithms ours{"k1,k2", "h1", "chacha20-poly1305@openssh.com,c1", "m1", ""};

} // namespace

class Algorithms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gcmOnlyWhereItsTagIsChecked_data()
    {
        QTest::addColumn<QByteArray>("version");
        QTest::addColumn<bool>("isSound");
        QTest::newRow("Debian 12") << QByteArray("0.10.6/openssl/zlib") << false;
        QTest::newRow("0.11.4") << QByteArray("0.11.4/openssl/zlib") << false;
        QTest::newRow("0.11.5") << QByteArray("0.11.5/openssl/zlib") << true;
        QTest::newRow("0.12.0") << QByteArray("0.12.0/openssl/zlib") << false;
        QTest::newRow("0.12.1") << QByteArray("0.12.1/openssl/zlib") << true;
        QTest::newRow("0.13.0") << QByteArray("0.13.0/openssl/zlib") << true;
        QTest::newRow("1.0.0") << QByteArray("1.0.0/openssl") << true;
        QTest::newRow("nonsense") << QByteArray("nonsense") << false;
    }
    void gcmOnlyWhereItsTagIsChecked()
    {
        QFETCH(QByteArray, version);
        QFETCH(bool, isSound);
        QCOMPARE(isGcmSound(version), isSound);
    }

    void gcmIsNotProposedHere()
    {
        if (isGcmSound(ssh_version(0)))
            QSKIP("this libssh checks the tag");
        SshAlgorithms wanted;
        QVERIFY(!proposedAlgorithms(wanted, true).ciphers.contains("gcm"));
        wanted.ciphers = "aes256-gcm@openssh.com,aes256-ctr";
        QCOMPARE(proposedAlgorithms(wanted, false).ciphers, "aes256-ctr");
    }

    void whatIsBrokenNeedsLegacy()
    {
        const SshAlgorithms modern = proposedAlgorithms({}, false);
        for (const char *broken : {"sha1", "cbc", "group1-", "group18", "ssh-dss"}) {
            for (const QByteArray &list : {modern.kex, modern.ciphers, modern.macs})
                QVERIFY2(!list.contains(broken), broken);
        }
        QVERIFY(!modern.hostKeys.split(',').contains("ssh-rsa"));
        const SshAlgorithms legacy = proposedAlgorithms({}, true);
        QVERIFY(legacy.kex.contains("diffie-hellman-group1-sha1"));
        QVERIFY(legacy.hostKeys.split(',').contains("ssh-rsa"));
        QVERIFY(legacy.kex.startsWith(modern.kex));
    }

    void aMismatchIsNamed_data()
    {
        QTest::addColumn<QList<QByteArray>>("theirs");
        QTest::addColumn<QByteArray>("kind");
        const auto row = [](const char *name, const QList<QByteArray> &theirs, const char *kind) {
            QTest::newRow(name) << theirs << QByteArray(kind);
        };
        row("none", {"k2", "h1", "c1", "c1", "m1", "m1"}, "");
        row("key exchange", {"k3", "h1", "c1", "c1", "m1", "m1"}, "key exchange");
        row("host key", {"k1", "h2,h3", "c1", "c1", "m1", "m1"}, "host key");
        row("cipher", {"k1", "h1", "c1", "c9", "m1", "m1"}, "cipher");
        row("MAC", {"k1", "h1", "c1", "c1", "m1", "m9"}, "MAC");
        row("MAC of a cipher that needs none", {"k1", "h1", "chacha20-poly1305@openssh.com", "chacha20-poly1305@openssh.com", "m9", "m9"},
            "");
    }
    void aMismatchIsNamed()
    {
        QFETCH(QList<QByteArray>, theirs);
        QFETCH(QByteArray, kind);
        for (const QByteArray &start : {QByteArray(), QByteArray("SSH-2.0-Test\r\n")}) {
            const auto proposal = Proposal::fromBytes(start + kexInit(theirs) + "more");
            QVERIFY(proposal);
            const auto mismatch = proposal->mismatch(ours);
            QCOMPARE(mismatch ? QByteArray(mismatch->kind) : QByteArray(), kind);
        }
    }

    void aProposalIsReadWholeOrNotAtAll()
    {
        const QByteArray whole = kexInit({"k1", "h1", "c1", "c1", "m1", "m1"});
        for (qsizetype size = 0; size < whole.size(); ++size) {
            QVERIFY(!Proposal::fromBytes(whole.first(size)));
            QVERIFY(!Proposal::isWhole(whole.first(size)));
        }
        QVERIFY(Proposal::isWhole(whole));
        QByteArray lying = whole;
        qToBigEndian(quint32(0xfffffff0), lying.data() + 22); // the first list's size
        QVERIFY(!Proposal::fromBytes(lying));
        QVERIFY(!Proposal::fromBytes(QByteArray("SSH-2.0-without an end")));
    }
};

QTEST_APPLESS_MAIN(Algorithms)
#include "tst_algorithms.moc"
