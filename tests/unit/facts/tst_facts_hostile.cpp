// What a host may print instead of what it was asked for: banners, half frames, wrong nonces, floods, NUL bytes, and any
// mutation of a real answer. Nothing of it throws, hangs or sets a fact that the manifest does not declare with that type.

#include "localrun.h"
#include "parse/masking.h"

#include <QRandomGenerator>
#include <QtTest>

#include <sys/resource.h>

using namespace collector;
using namespace collector::facts;

class FactsHostile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framesAreTakenApart();
    void chatterBeforeTheFirstFrameIsNoFact();
    void aWrongNonceIsNoFrame();
    void aPayloadMayHoldAnything();
    void whatIsCutIsMissingInTime();
    void tenMegabytesOfFewLinesCostLittle();
    void aCommandLineIsMaskedInLinearTime_data();
    void aCommandLineIsMaskedInLinearTime();
    void deepFactsAreRefused();
    void bytesThatAreNotUtf8AreKept();
    void anInterfaceWithoutANameIsNone();
    void mutationsOfARealAnswer();
};

namespace {

constexpr QByteArrayView nonce = "00112233445566778899aabbccddeeff";

QByteArray frame(const QByteArray &words, const QByteArray &payload = {})
{
    return '\n' + nonce.toByteArray() + ' ' + words + '\n' + payload;
}

// Everything that the parsers make of an answer goes into real Facts, which check names and types.
void storeAll(const QByteArray &answer, const QList<const SectionSpec *> &sections)
{
    static const std::shared_ptr<const Manifest> manifest = builtManifest();
    const Findings found = parseAnswer(answer, nonce, sections, *manifest);
    Facts facts(manifest);
    const QJsonObject all = found.facts();
    for (auto fact = all.begin(); fact != all.end(); ++fact) {
        if (!fact.key().endsWith(u"_base64"))
            facts.set(fact.key().toUtf8(), fact.value());
    }
    for (const Findings::Missing &missing : found.missing())
        facts.setAbsent(missing.path.toUtf8(), missing.reason);
}

Findings parsed(const QByteArray &answer, const QList<QByteArray> &words)
{
    static const std::shared_ptr<const Manifest> manifest = builtManifest();
    return parseAnswer(answer, nonce, selectSections(words, nullptr), *manifest);
}

const QList<QByteArray> dnsAlone{"!all", "!min", "dns"};

} // namespace

void FactsHostile::framesAreTakenApart()
{
    const QByteArray answer = frame("B x") + frame("F /a", "one\ntwo\n") + frame("C cmd", "no newline") + frame("X 3 cmd") +
                              frame("M denied /secret") + frame("E x") + frame("Z");
    const Frames frames = parseFrames(answer, nonce);
    QVERIFY(frames.isComplete);
    QCOMPARE(frames.sections.size(), 1);
    const Section &section = frames.sections.constFirst();
    QVERIFY(section.isEnded);
    QCOMPARE(section.bytes("/a"), QByteArrayView("one\ntwo\n"));
    QCOMPARE(section.bytes("cmd"), QByteArrayView("no newline"));
    QCOMPARE(section.find("cmd")->status, 3);
    QCOMPARE(section.missing("/secret"), QByteArrayView("denied"));
    QVERIFY(!section.has("/secret"));
}

void FactsHostile::chatterBeforeTheFirstFrameIsNoFact()
{
    const QByteArray chatter = "\x1b[31mWelcome\x1b[0m to B x\n" + QByteArray(1 << 20, 'w');
    const QByteArray answer =
        chatter + frame("B dns") + frame("F /etc/resolv.conf", "nameserver 192.0.2.1\n") + frame("E dns") + frame("Z");
    QCOMPARE(parsed(answer, dnsAlone).value(u"dns")[u"nameservers"][0].toString(), QStringLiteral("192.0.2.1"));
}

void FactsHostile::aWrongNonceIsNoFrame()
{
    QByteArray answer = frame("B dns") + frame("F /etc/resolv.conf", "nameserver 192.0.2.1\n") + frame("E dns");
    answer.replace("001122", "ff1122");
    QVERIFY(parseFrames(answer, nonce).sections.isEmpty());
    QVERIFY(parseFrames(answer, {}).sections.isEmpty());
}

void FactsHostile::aPayloadMayHoldAnything()
{
    QByteArray all(256, '\0');
    for (int i = 0; i < 256; ++i)
        all[i] = char(i);
    const QByteArray payload = all + " x" + nonce.toByteArray() + " E x\n" + all;
    const QByteArray answer = frame("B x") + frame("C any", payload) + frame("E x"); // frames are views of it
    const Frames frames = parseFrames(answer, nonce);
    QCOMPARE(frames.sections.constFirst().bytes("any"), QByteArrayView(payload));
}

void FactsHostile::whatIsCutIsMissingInTime()
{
    const QByteArray answer = frame("B dns") + frame("F /etc/resolv.conf", "names");
    const Findings found = parsed(answer, {"!all", "!min", "dns", "fips"});
    QVERIFY(!found.has(u"fips"));
    const auto reason = std::find_if(found.missing().begin(), found.missing().end(), [](const auto &one) { return one.path == u"fips"; });
    QVERIFY(reason != found.missing().end());
    QCOMPARE(reason->reason, Absence::Timeout);
}

// In time of our own: others, and a kernel that has to find the pages first, do not count. The square of it would take hours.
void FactsHostile::tenMegabytesOfFewLinesCostLittle()
{
    const auto spent = [] {
        rusage usage{};
        getrusage(RUSAGE_THREAD, &usage);
        return usage.ru_utime.tv_sec;
    };
    const auto before = spent();
    for (const SectionSpec &section : allSections()) {
        QByteArray answer = frame(QByteArray("B ") + section.name);
        for (const char *label : {"F /etc/os-release", "C net", "C block", "C cpuinfo", "F /etc/resolv.conf", "C mountinfo", "C addr"})
            answer += frame(label, QByteArray(700'000, ' ') + QByteArray(700'000, '=') + '\n');
        answer += frame(QByteArray("E ") + section.name);
        storeAll(answer, {&section});
    }
    QVERIFY2(spent() - before < 30, qPrintable(QString::number(spent() - before)));
}

void FactsHostile::aCommandLineIsMaskedInLinearTime_data()
{
    QTest::addColumn<QByteArray>("piece");
    for (const char *piece : {"-", "pass", "token ", "a:", "://a", "://a:", "--password ", "-u ", "-u a:", "mysql -p ", "mysql ",
                              "authorization:", "authorization: ", "basic ", "\\\"", "\":", "=", "@", "ldap -w "})
        QTest::newRow(piece) << QByteArray(piece);
}

// The square of it would take hours.
void FactsHostile::aCommandLineIsMaskedInLinearTime()
{
    QFETCH(QByteArray, piece);
    const auto spent = [] {
        rusage usage{};
        getrusage(RUSAGE_THREAD, &usage);
        return usage.ru_utime.tv_sec;
    };
    const auto before = spent();
    (void)masked(piece.repeated(2'000'000 / piece.size()));
    QVERIFY2(spent() - before < 10, qPrintable(QString::number(spent() - before)));
}

void FactsHostile::deepFactsAreRefused()
{
    const QByteArray deep = QByteArray(100'000, '[') + QByteArray(100'000, ']');
    const QByteArray answer = frame("B local") + frame("F /etc/ansible/facts.d/deep.fact", deep) +
                              frame("F /etc/ansible/facts.d/good.fact", "{\"a\": [1, {\"b\": null}]}") + frame("E local") + frame("Z");
    const Findings found = parsed(answer, {"!all", "!min", "local"});
    QCOMPARE(found.value(u"local")[u"good"][u"a"][0].toInt(), 1);
    QVERIFY(found.isMissing(u"local.deep"));
}

void FactsHostile::bytesThatAreNotUtf8AreKept()
{
    const QByteArray serial = "S\xff\xfe-1";
    const QByteArray answer = frame("B dmi") + frame("C dmi", "product_serial=" + serial + "\n") + frame("E dmi") + frame("Z");
    const Findings found = parsed(answer, {"!all", "!min", "dmi"});
    QCOMPARE(found.text(u"product_serial"), QStringLiteral("S\ufffd\ufffd-1"));
    QCOMPARE(QByteArray::fromBase64(found.text(u"product_serial_base64").toLatin1()), serial);
}

// Each interface is a fact of its name: one of none would be a fact that no manifest can declare, and cost all others.
void FactsHostile::anInterfaceWithoutANameIsNone()
{
    const QByteArray ifconfig = "lo0: flags=8049<UP,LOOPBACK> mtu 32768\n\tinet 127.0.0.1 netmask 0xff000000\n"
                                ": flags=8843<UP> mtu 1500\n\tinet 192.0.2.7 netmask 0xffffff00\n";
    const Findings found =
        parsed(frame("B network") + frame("C ifconfig", ifconfig) + frame("E network") + frame("Z"), {"!all", "!min", "network"});
    QCOMPARE(found.value(u"interfaces").toArray(), QJsonArray{QStringLiteral("lo0")});
    QVERIFY(!found.has(u""));
}

void FactsHostile::mutationsOfARealAnswer()
{
    LocalRun run;
    run.words = {"everything", "!packages", "!updates", "!java"};
    run.run();
    const QList<const SectionSpec *> sections = selectSections(run.words, nullptr);
    QVERIFY(parseFrames(run.output, nonce).isComplete);
    QRandomGenerator random(4711); // the same mutations every time
    for (int round = 0; round < 150; ++round) {
        QByteArray answer = run.output;
        const int edits = random.bounded(1, 60);
        for (int edit = 0; edit < edits; ++edit) {
            const qsizetype at = random.bounded(answer.size());
            switch (random.bounded(6)) {
            case 0:
                answer[at] = char(random.bounded(256));
                break;
            case 1:
                answer.remove(at, random.bounded(40));
                break;
            case 2:
                answer.insert(at, QByteArray(random.bounded(1, 30), char(random.bounded(256))));
                break;
            case 3:
                answer.insert(at, answer.mid(random.bounded(answer.size()), 200));
                break;
            case 4:
                answer.insert(at, random.bounded(2) ? "99999999999999999999" : "-1");
                break;
            default:
                if (random.bounded(20) == 0)
                    answer.truncate(at + 1);
            }
        }
        storeAll(answer, sections);
    }
}

QTEST_GUILESS_MAIN(FactsHostile)
#include "tst_facts_hostile.moc"
