#include "ssh/banner.h"

#include <QTest>

#include <sys/socket.h>
#include <unistd.h>

#include <array>

using namespace collector;

class BannerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Between the last look and our own first bytes: the write fails, and only what can still be read says what is there.
    void whatWasSaidBeforeAWriteFailedIsRead_data()
    {
        QTest::addColumn<QByteArray>("said");
        QTest::addColumn<int>("cause");
        QTest::addColumn<QString>("part");
        const auto row = [](const char *name, const char *said, Cause cause, const char *part) {
            QTest::newRow(name) << QByteArray(said) << int(cause) << QString::fromLatin1(part);
        };
        row("nothing", "", Cause::Reset, "resets the connection before its SSH banner");
        row("a web server", "HTTP/1.1 400 Bad Request\r\n\r\n", Cause::NotSsh, "a web server answers at host");
        row("a line", "go away\r\n", Cause::NotSsh, "it says: go away");
        row("lines, the last not ended", "one\ntwo\nthree", Cause::NotSsh, "one");
        row("sshd", "Exceeded MaxStartups\r\n", Cause::RateLimited, "does not take more logins now");
        row("SSH 1", "SSH-1.5-old\n", Cause::Handshake, "protocol 1");
        row("its banner", "SSH-2.0-x\r\n", Cause::Reset, "resets the connection");
    }
    void whatWasSaidBeforeAWriteFailedIsRead()
    {
        QFETCH(QByteArray, said);
        QFETCH(int, cause);
        QFETCH(QString, part);
        for (const bool isGone : {true, false}) { // or it takes nothing more, and stays
            std::array<int, 2> ends{};
            QCOMPARE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
            BannerReader banner(QStringLiteral("host"));
            QVERIFY(banner.read(ends[0]) == BannerReader::Found::Nothing);
            QCOMPARE(write(ends[1], said.constData(), size_t(said.size())), ssize_t(said.size()));
            if (isGone)
                close(ends[1]);
            else
                QCOMPARE(shutdown(ends[1], SHUT_RD), 0);
            QVERIFY(send(ends[0], "SSH-2.0-ours\r\n", 14, MSG_NOSIGNAL) < 0);
            const JobError error = banner.left(ends[0]);
            QVERIFY2(int(error.cause()) == cause, qPrintable(error.message()));
            QVERIFY2(error.message().contains(part), qPrintable(error.message()));
            close(ends[0]);
            if (!isGone)
                close(ends[1]);
        }
    }
};

QTEST_APPLESS_MAIN(BannerTest)
#include "tst_banner.moc"
