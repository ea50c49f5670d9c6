// The provider beside OpenSSL's own: the same keys, signatures and secrets, and the vectors of the RFCs.

#include "ssh/curve25519provider.h"

#include <QByteArray>
#include <QTest>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace collector;

namespace {

constexpr auto opensslsOwn = "provider=default";

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char *bytes(const QByteArray &text)
{
    return reinterpret_cast<const unsigned char *>(text.constData());
}

unsigned char *bytes(QByteArray &text)
{
    return reinterpret_cast<unsigned char *>(text.data());
}

Key privateKey(const char *type, const QByteArray &raw, const char *properties = nullptr)
{
    return {EVP_PKEY_new_raw_private_key_ex(nullptr, type, properties, bytes(raw), size_t(raw.size())), EVP_PKEY_free};
}

Key publicKey(const char *type, const QByteArray &raw, const char *properties = nullptr)
{
    return {EVP_PKEY_new_raw_public_key_ex(nullptr, type, properties, bytes(raw), size_t(raw.size())), EVP_PKEY_free};
}

QByteArray publicHalf(const Key &key)
{
    QByteArray raw(32, 0);
    size_t size = 32;
    return EVP_PKEY_get_raw_public_key(key.get(), bytes(raw), &size) == 1 ? raw : QByteArray();
}

QByteArray privateHalf(const Key &key)
{
    QByteArray raw(32, 0);
    size_t size = 32;
    return EVP_PKEY_get_raw_private_key(key.get(), bytes(raw), &size) == 1 ? raw : QByteArray();
}

QByteArray signature(const Key &key, const QByteArray &text, const char *properties = nullptr)
{
    const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    size_t size = 0;
    if (EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, properties, key.get(), nullptr) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes(text), size_t(text.size())) != 1)
        return {};
    QByteArray result(qsizetype(size), 0);
    return EVP_DigestSign(context.get(), bytes(result), &size, bytes(text), size_t(text.size())) == 1 ? result : QByteArray();
}

bool isSignature(const Key &key, const QByteArray &text, const QByteArray &signature, const char *properties = nullptr)
{
    const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    return EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, properties, key.get(), nullptr) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), size_t(signature.size()), bytes(text), size_t(text.size())) == 1;
}

// As libssh asks for it.
QByteArray secret(const Key &own, const Key &peer)
{
    const KeyContext context(EVP_PKEY_CTX_new(own.get(), nullptr), EVP_PKEY_CTX_free);
    QByteArray result(32, 0);
    size_t size = 32;
    return EVP_PKEY_derive_init(context.get()) == 1 && EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
                   EVP_PKEY_derive(context.get(), bytes(result), &size) == 1
               ? result
               : QByteArray();
}

Key generated(const char *type, const char *properties = nullptr)
{
    return {EVP_PKEY_Q_keygen(nullptr, properties, type), EVP_PKEY_free};
}

bool isOurs(const Key &key)
{
    return key && QByteArray(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(key.get()))) == "collector";
}

} // namespace

class tst_Curve25519Provider : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void servesWhoAsksForNone_data();
    void servesWhoAsksForNone();
    void signsAsRfc8032_data();
    void signsAsRfc8032();
    void exchangesAsRfc7748();
    void pointsOfScalarsAreOpenssls_data();
    void pointsOfScalarsAreOpenssls();
    void agreesWithOpenssl();
    void refuses_data();
    void refuses();
    void pointsOfSmallOrderGiveNoSecret();
    void keysOfOtherFormsAreRead();
    void tlsFillsInItsPeersKey();
    void oneKeyServesManyThreads();
};

void tst_Curve25519Provider::initTestCase()
{
    QVERIFY(installCurve25519Provider());
}

void tst_Curve25519Provider::servesWhoAsksForNone_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<bool>("isServedByUs");
    QTest::newRow("Ed25519") << QByteArray("ED25519") << true;
    QTest::newRow("X25519") << QByteArray("X25519") << true;
    QTest::newRow("another curve is OpenSSL's") << QByteArray("X448") << false;
}

void tst_Curve25519Provider::servesWhoAsksForNone()
{
    QFETCH(QByteArray, type);
    QFETCH(bool, isServedByUs);
    const Key key = generated(type.constData());
    QVERIFY(key);
    QCOMPARE(isOurs(key), isServedByUs);
}

void tst_Curve25519Provider::signsAsRfc8032_data()
{
    QTest::addColumn<QByteArray>("seed");
    QTest::addColumn<QByteArray>("point");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    const auto hex = &QByteArray::fromHex;
    QTest::newRow("7.1, test 1")
        << hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        << hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a") << QByteArray()
        << hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f05"
               "95bbe24655141438e7a100b");
    QTest::newRow("7.1, test 2")
        << hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        << hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c") << hex("72")
        << hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb"
               "4302aeeb00d291612bb0c00");
}

void tst_Curve25519Provider::signsAsRfc8032()
{
    QFETCH(QByteArray, seed);
    QFETCH(QByteArray, point);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    for (int i = 0; i < 2; ++i) { // the second time the public half is remembered
        const Key key = privateKey("ED25519", seed);
        QVERIFY(isOurs(key));
        QCOMPARE(publicHalf(key), point);
        QCOMPARE(privateHalf(key), seed);
        QCOMPARE(signature(key, text), expected);
    }
    QVERIFY(isSignature(publicKey("ED25519", point), text, expected));
}

// 6.1
void tst_Curve25519Provider::exchangesAsRfc7748()
{
    const auto hex = &QByteArray::fromHex;
    const QByteArray alicesPoint = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    const QByteArray bobsPoint = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    const QByteArray shared = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    const Key alice = privateKey("X25519", hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
    const Key bob = privateKey("X25519", hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    QVERIFY(isOurs(alice));
    QCOMPARE(publicHalf(alice), alicesPoint);
    QCOMPARE(publicHalf(bob), bobsPoint);
    QCOMPARE(secret(alice, publicKey("X25519", bobsPoint)), shared);
    QCOMPARE(secret(bob, publicKey("X25519", alicesPoint)), shared);
}

void tst_Curve25519Provider::pointsOfScalarsAreOpenssls_data()
{
    QTest::addColumn<QByteArray>("scalar");
    QTest::newRow("zeros") << QByteArray(32, '\0');
    QTest::newRow("ones") << QByteArray(32, '\xff');
    QTest::newRow("only bits that are clamped") << QByteArray(1, '\x07') + QByteArray(30, '\0') + QByteArray(1, '\xc0');
    QTest::newRow("the order of the base point") << QByteArray::fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
}

void tst_Curve25519Provider::pointsOfScalarsAreOpenssls()
{
    QFETCH(QByteArray, scalar);
    bool isShort = false; // points with leading zeros: one of 256
    for (int i = 0; i < 1000; ++i) {
        const QByteArray expected = publicHalf(privateKey("X25519", scalar, opensslsOwn));
        QCOMPARE(expected.size(), 32);
        QCOMPARE(publicHalf(privateKey("X25519", scalar)), expected);
        isShort = isShort || expected.back() == 0;
        scalar = expected; // the next one
    }
    QVERIFY(isShort);
}

void tst_Curve25519Provider::agreesWithOpenssl()
{
    for (int i = 0; i < 100; ++i) {
        const QByteArray text(i, char(i));
        const Key signer = generated("ED25519");
        const QByteArray point = publicHalf(signer);
        const Key theirs = privateKey("ED25519", privateHalf(signer), opensslsOwn);
        QCOMPARE(publicHalf(theirs), point);
        const QByteArray signed_ = signature(signer, text);
        QCOMPARE(signed_.size(), 64);
        QCOMPARE(signature(theirs, text, opensslsOwn), signed_);
        QVERIFY(isSignature(publicKey("ED25519", point, opensslsOwn), text, signed_, opensslsOwn));
        QVERIFY(isSignature(publicKey("ED25519", point), text, signed_));

        const Key own = generated("X25519"), other = generated("X25519", opensslsOwn);
        QVERIFY(!isOurs(other));
        const QByteArray here = secret(own, publicKey("X25519", publicHalf(other)));
        const QByteArray there = secret(other, publicKey("X25519", publicHalf(own), opensslsOwn));
        QVERIFY(!here.isEmpty());
        QCOMPARE(here, there);
    }
}

void tst_Curve25519Provider::refuses_data()
{
    QTest::addColumn<int>("changedByte"); // of the signature; -1: none
    QTest::addColumn<QByteArray>("point");
    QTest::addColumn<QByteArray>("text");
    const QByteArray point = publicHalf(privateKey("ED25519", QByteArray(32, 'k')));
    QTest::newRow("another text") << -1 << point << QByteArray("another");
    QTest::newRow("another key") << -1 << publicHalf(privateKey("ED25519", QByteArray(32, 'o'))) << QByteArray("text");
    QTest::newRow("another point in the signature") << 0 << point << QByteArray("text");
    QTest::newRow("another scalar") << 40 << point << QByteArray("text");
    QTest::newRow("a scalar that is too large") << 63 << point << QByteArray("text");
    QTest::newRow("a point that is none") << -1 << QByteArray(32, '\xff') << QByteArray("text");
    QTest::newRow("a point of small order") << -1 << QByteArray(32, '\0') << QByteArray("text");
}

void tst_Curve25519Provider::refuses()
{
    QFETCH(int, changedByte);
    QFETCH(QByteArray, point);
    QFETCH(QByteArray, text);
    const Key signer = privateKey("ED25519", QByteArray(32, 'k'));
    QByteArray made = signature(signer, "text");
    QVERIFY(isSignature(signer, "text", made));
    if (changedByte >= 0)
        made[changedByte] = char(made.at(changedByte) ^ 0x80);
    QVERIFY(!isSignature(publicKey("ED25519", point), text, made));
    QVERIFY(!isSignature(signer, "text", made.first(63)));
}

// RFC 8731, 3: the exchange ends there.
void tst_Curve25519Provider::pointsOfSmallOrderGiveNoSecret()
{
    QByteArray one(32, '\0');
    one[0] = 1;
    for (const QByteArray &point : {QByteArray(32, '\0'), one})
        QCOMPARE(secret(generated("X25519"), publicKey("X25519", point)), QByteArray());
}

// As ssh-keygen -m PKCS8 and openssl write them.
void tst_Curve25519Provider::keysOfOtherFormsAreRead()
{
    const Key written = generated("ED25519");
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new(BIO_s_mem()), BIO_free);
    QCOMPARE(PEM_write_bio_PKCS8PrivateKey(file.get(), written.get(), nullptr, nullptr, 0, nullptr, nullptr), 1);
    const Key read(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    QVERIFY(read);
    QCOMPARE(EVP_PKEY_get_id(read.get()), EVP_PKEY_ED25519);
    QCOMPARE(EVP_PKEY_eq(read.get(), written.get()), 1);
    QCOMPARE(privateHalf(read), privateHalf(written));
    QVERIFY(isSignature(written, "text", signature(read, "text")));
    const Key copy(EVP_PKEY_dup(read.get()), EVP_PKEY_free);
    QVERIFY(isSignature(written, "text", signature(copy, "text")));
    QCOMPARE(EVP_PKEY_eq(read.get(), generated("ED25519").get()), 0);
}

void tst_Curve25519Provider::tlsFillsInItsPeersKey()
{
    const Key own = generated("X25519");
    const Key other = generated("X25519");
    unsigned char *encoded = nullptr;
    QCOMPARE(EVP_PKEY_get1_encoded_public_key(other.get(), &encoded), size_t(32));
    const Key peer(EVP_PKEY_new(), EVP_PKEY_free);
    QCOMPARE(EVP_PKEY_copy_parameters(peer.get(), own.get()), 1);
    QCOMPARE(EVP_PKEY_set1_encoded_public_key(peer.get(), encoded, 32), 1);
    OPENSSL_free(encoded);
    QCOMPARE(publicHalf(peer), publicHalf(other));
    QCOMPARE(secret(own, peer), secret(other, own));
    QVERIFY(!secret(own, peer).isEmpty());
}

void tst_Curve25519Provider::oneKeyServesManyThreads()
{
    const Key key = privateKey("ED25519", QByteArray(32, 'k'));
    const QByteArray expected = signature(key, "text");
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 200; ++n)
                good += signature(key, "text") == expected && isSignature(key, "text", expected);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(good.load(), 800);
}

QTEST_GUILESS_MAIN(tst_Curve25519Provider)
#include "tst_curve25519provider.moc"
