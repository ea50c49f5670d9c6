// CanonicalizeHostname, wherever ssh heeds it: what is looked up, seen from outside.

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

namespace {

// A name server that knows what the search list makes of a name that does not exist, and a jump host.
constexpr auto nameServer = R"(
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('127.0.0.1', 53))
print('ready', flush=True)
while True:
    query, peer = server.recvfrom(512)
    end, labels = 12, []
    while query[end]:
        labels.append(query[end + 1:end + 1 + query[end]].decode().lower())
        end += 1 + query[end]
    question = query[12:end + 5]
    isKnown = '.'.join(labels) in ('web.a.test.search.test', 'gate.b.test')
    isAddress = isKnown and question[-3] == 1
    reply = query[:2] + (b'\x81\x80' if isKnown else b'\x81\x83') + b'\0\1\0' + bytes([isAddress]) + b'\0\0\0\0' + question
    if isAddress:
        reply += b'\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1'
    server.sendto(reply, peer)
)";

// Within a namespace of its own: resolv.conf, server, what is to run.
constexpr auto alone = R"(
ip link set lo up && mount --bind "$1" /etc/resolv.conf || exit 77
python3 "$2" > "$2.out" &
server=$!
until test -s "$2.out"; do kill -0 $server || exit 77; sleep 0.05; done
shift 2
"$@"
status=$?
kill $server
exit $status
)";

} // namespace

class TestCanonicalNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_scratch = std::make_unique<QTemporaryDir>(); }

    void areLookedUpWhereverItIsSaid_data()
    {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QByteArray>("config");
        QTest::newRow("in ssh_config") << QString() << canonical;
        QTest::newRow("in ansible_ssh_common_args")
            << QStringLiteral("-o CanonicalizeHostname=yes -o CanonicalDomains=a.test -o CanonicalizeFallbackLocal=no") << QByteArray("");
        QTest::newRow("in a file that is named there")
            << QStringLiteral("-F %1/theirs") << QByteArray(); // --ssh-config would stand above it
    }
    void areLookedUpWhereverItIsSaid()
    {
        QFETCH(QString, arguments);
        QFETCH(QByteArray, config);
        write("theirs", canonical);
        const QString said =
            QStringLiteral("web ansible_ssh_common_args=\"%1\"\n").arg(arguments.replace(QStringLiteral("%1"), m_scratch->path()));
        const QStringList command = collector(write("hosts.ini", said.toUtf8()), config.isNull() ? QString() : write("ssh_config", config));
        const QJsonObject record = run(command.first(), command.sliced(1));
        QCOMPARE(record.value(u"cause").toString(), QStringLiteral("dns"));
        QVERIFY2(message(record).contains(QStringLiteral("no canonical name of web exists")), qPrintable(message(record)));
    }

    void theSearchListMakesNone()
    {
        if (geteuid() != 0)
            QSKIP("only root makes a namespace with a name server of its own");
        const QJsonObject record = runAlone(collector(write("hosts.ini", "web\n"), write("ssh_config", canonical)));
        if (m_status == 77)
            QSKIP("no namespace can be made here");
        QVERIFY2(message(record).contains(QStringLiteral("no canonical name of web exists")), qPrintable(message(record)));
    }

    void ofAJumpHostMustExist()
    {
        const QByteArray config = canonical + "Host web.full.test\nProxyJump gate\n";
        const QStringList command = collector(write("hosts.ini", "web.full.test\n"), write("ssh_config", config));
        const QJsonObject record = run(command.first(), command.sliced(1));
        QCOMPARE(record.value(u"cause").toString(), QStringLiteral("jump_failed"));
        QVERIFY2(message(record).contains(QStringLiteral("no canonical name of jump host gate exists")), qPrintable(message(record)));
    }

    void ofAJumpHostIsConnectedTo()
    {
        if (geteuid() != 0)
            QSKIP("only root makes a namespace with a name server of its own");
        const QByteArray config = "CanonicalizeHostname yes\nCanonicalDomains a.test b.test\nHost gate.b.test\nPort 2\nUser jump\n"
                                  "Host web.full.test\nProxyJump gate\n";
        const QStringList command = collector(write("hosts.ini", "web.full.test\n"), write("ssh_config", config));
        const QJsonObject record = runAlone(command);
        if (m_status == 77)
            QSKIP("no namespace can be made here");
        QCOMPARE(record.value(u"connection").toObject().value(u"via").toString(), QStringLiteral("jump@gate.b.test:2"));
        QVERIFY2(message(record).contains(QStringLiteral("refuses connections")), qPrintable(message(record)));
    }

private:
    static inline const QByteArray canonical = "CanonicalizeHostname yes\nCanonicalDomains a.test\nCanonicalizeFallbackLocal no\n";

    QString write(const char *name, const QByteArray &text)
    {
        QFile file(m_scratch->filePath(QLatin1StringView(name)));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write");
        file.write(text);
        return file.fileName();
    }
    static QStringList collector(const QString &inventory, const QString &config)
    {
        QStringList command{QStringLiteral(BUILD_DIR "/bin/collector")};
        command << QStringLiteral("-i") << inventory << QStringLiteral("-p") << QStringLiteral("ssh-command") << QStringLiteral("--command")
                << QStringLiteral("true") << QStringLiteral("--retries") << QStringLiteral("0") << QStringLiteral("-f")
                << QStringLiteral("jsonl");
        if (!config.isEmpty())
            command << QStringLiteral("--ssh-config") << config;
        return command;
    }
    QJsonObject run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        process.start(program, arguments);
        if (!process.waitForFinished(60000))
            qFatal("collector hangs");
        m_status = process.exitCode();
        const QByteArray output = process.readAllStandardOutput();
        if (output.isEmpty() && m_status != 77)
            qWarning("%s", process.readAllStandardError().constData());
        return QJsonDocument::fromJson(output).object();
    }
    // Where the name server is the only one.
    QJsonObject runAlone(const QStringList &command)
    {
        const QString resolv = write("resolv.conf", "nameserver 127.0.0.1\nsearch search.test\noptions ndots:5 timeout:1 attempts:1\n");
        return run(QStringLiteral("unshare"),
                   QStringList{QStringLiteral("-nm"), QStringLiteral("sh"), QStringLiteral("-c"), QLatin1StringView(alone),
                               QStringLiteral("sh"), resolv, write("server.py", nameServer)} +
                       command);
    }
    static QString message(const QJsonObject &record) { return record.value(u"message").toString(); }

    std::unique_ptr<QTemporaryDir> m_scratch;
    int m_status = 0;
};

QTEST_GUILESS_MAIN(TestCanonicalNames)
#include "tst_canonicalnames.moc"
