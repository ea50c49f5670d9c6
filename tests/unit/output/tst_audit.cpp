// What the system's log is told: who ran what, on one line that cannot be forged.

#include "samples.h"

#include "output/audit.h"

#include <QTest>

#include <unistd.h>

using namespace collector;
using namespace collector::samples;

class TestAudit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theStart()
    {
        const auto info = run();
        info->scriptSha256 = "5c71";
        info->options.insert(QStringLiteral("become-password-file"), QStringLiteral("***"));
        const QByteArray line = auditStart(*info, "user=ops uid=1000 tty=-");
        QVERIFY2(line.startsWith("start run=20261122T020000Z-4f1c user=ops uid=1000 tty=- hosts=3 "), line.constData());
        for (const char *field : {" inventory_sha256=cafe ", " script_sha256=5c71 ", " plugin=ping:aa ", " plugin=ssh-facts:bb ",
                                  "\"become-password-file\":\"***\"", "\"plugin\":\"ping\""})
            QVERIFY2(line.contains(field), line.constData());
    }

    void theEnd()
    {
        const auto info = run();
        RunCounts counts;
        counts.add(Status::Ok, Cause::None);
        counts.add(Status::Ok, Cause::None);
        counts.add(Status::Unreachable, Cause::Refused);
        QCOMPARE(auditEnd(*info, counts, 3, 1234),
                 QByteArray("end run=20261122T020000Z-4f1c exit_status=3 elapsed_ms=1234 hosts=3 ok=2 unreachable=1 partial=0 failed=0 "
                            "cancelled=0 skipped=0"));
    }

    void nothingBreaksTheLine()
    {
        const auto info = run();
        info->options.insert(QStringLiteral("command"), QStringLiteral("x\nstart run=forged user=root\x1b[2J\u0085"));
        const QByteArray line = auditStart(*info, "user=a\nb uid=0");
        for (const char byte : line)
            QVERIFY2(uchar(byte) >= 0x20 && byte != 0x7f, line.constData());
        QVERIFY(!QString::fromUtf8(line).contains(QChar(0x85)));
    }

    void itIsBounded()
    {
        const auto info = run();
        info->options.insert(QStringLiteral("limit"), QString(100'000, QChar(0x65e5)));
        const QByteArray line = auditStart(*info, "user=ops");
        QVERIFY(line.size() <= 2000);
        // What tells the run apart is not what is cut off.
        for (const char *field : {" hosts=3 ", " inventory_sha256=cafe ", " plugin=ssh-facts:bb "})
            QVERIFY2(line.contains(field), line.constData());
    }

    void who()
    {
        qputenv("SUDO_USER", "mallory tty=/dev/null\nx");
        const QByteArray who = auditWho();
        qunsetenv("SUDO_USER");
        QVERIFY2(who.contains("uid=" + QByteArray::number(getuid()) + ' '), who.constData());
        QVERIFY2(who.startsWith("user="), who.constData());
        QVERIFY2(who.contains(" sudo_user=mallory"), who.constData());
        // A value has no blanks: nobody adds fields of his own.
        QVERIFY2(!who.contains(" tty=/dev/null"), who.constData());
        QVERIFY2(!auditWho().contains("sudo_user"), "gone with the variable");
    }
};

QTEST_APPLESS_MAIN(TestAudit)
#include "tst_audit.moc"
