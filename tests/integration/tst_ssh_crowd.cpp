// Many hosts behind one real sshd, which drops connections that are not logged in beyond ten (MaxStartups 10:30:100, its default): many
// names of one address, many addresses of one machine, many targets behind one bastion. By the program, with its own defaults.

#include "silentport.h"

#include "fleet/fleetprocess.h"
#include "fleet/sshdprocess.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <map>

using namespace collector;

namespace {

const QByteArray itsDefault = "MaxStartups 10:30:100";

} // namespace

class TestSshCrowd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void manyNamesOfOneAddress();
    void manyNamesOfOneThatTakesFew();
    void manyAddressesOfOneSshd();
    void manyTargetsBehindOneBastion();
    void deadTargetsBehindOneBastionAreTheirOwnFailure();

private:
    using Totals = std::map<QString, int>; // hosts by cause, `ok` among them

    QString write(const char *name, const QByteArray &text) const
    {
        QFile file(m_scratch.filePath(QLatin1String(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write");
        return file.fileName();
    }
    Totals run(const ServerProcess &server, const QStringList &arguments) const;

    QTemporaryDir m_scratch;
};

void TestSshCrowd::initTestCase()
{
    if (!SshdProcess::isInstalled())
        QSKIP("sshd is not installed");
}

TestSshCrowd::Totals TestSshCrowd::run(const ServerProcess &server, const QStringList &arguments) const
{
    QProcess collector;
    collector.start(QStringLiteral(BUILD_DIR "/bin/collector"),
                    arguments + QStringList{QStringLiteral("--user"), ServerProcess::user(), QStringLiteral("--identity"),
                                            server.clientKey(), QStringLiteral("--plugin"), QStringLiteral("ssh-command"),
                                            QStringLiteral("--command"), QStringLiteral("true"), QStringLiteral("--format"),
                                            QStringLiteral("jsonl")});
    if (!collector.waitForFinished(150'000))
        qFatal("collector hangs");
    Totals totals;
    for (const QByteArray &line : collector.readAllStandardOutput().split('\n')) {
        if (line.isEmpty())
            continue;
        const QJsonObject record = QJsonDocument::fromJson(line).object();
        ++totals[record[QStringLiteral("cause")].toString(QStringLiteral("ok"))];
    }
    for (const auto &[cause, count] : totals)
        qInfo("%d %s", count, qPrintable(cause));
    if (collector.exitCode() != 0)
        qWarning("%s", collector.readAllStandardError().right(2000).constData());
    return totals;
}

void TestSshCrowd::manyNamesOfOneAddress()
{
    const SshdProcess sshd({itsDefault});
    QByteArray hosts;
    for (int i = 0; i < 400; ++i)
        hosts += "web" + QByteArray::number(i) + " ansible_host=127.0.0.1\n";
    const Totals totals =
        run(sshd, {QStringLiteral("-i"), write("names.ini", hosts), QStringLiteral("--port"), QString::number(sshd.port()),
                   QStringLiteral("--known-hosts"), sshd.knownHostsFile(), QStringLiteral("--ssh-config"), QStringLiteral("none")});
    QCOMPARE(totals, (Totals{{QStringLiteral("ok"), 400}}));
}

// A hardened sshd, or dropbear with its five of an address: less than we begin with.
void TestSshCrowd::manyNamesOfOneThatTakesFew()
{
    const SshdProcess sshd({"MaxStartups 2:100:2"});
    QByteArray hosts;
    for (int i = 0; i < 60; ++i)
        hosts += "web" + QByteArray::number(i) + " ansible_host=127.0.0.1\n";
    const Totals totals =
        run(sshd, {QStringLiteral("-i"), write("few.ini", hosts), QStringLiteral("--port"), QString::number(sshd.port()),
                   QStringLiteral("--known-hosts"), sshd.knownHostsFile(), QStringLiteral("--ssh-config"), QStringLiteral("none")});
    QCOMPARE(totals, (Totals{{QStringLiteral("ok"), 60}}));
}

// That they are one machine cannot be known: it drops some, says so or just hangs up before its banner, and they are tried again.
void TestSshCrowd::manyAddressesOfOneSshd()
{
    const SshdProcess sshd({itsDefault});
    const Totals totals =
        run(sshd, {QStringLiteral("-i"), QStringLiteral("127.7.1.1-127.7.2.144"), QStringLiteral("--port"), QString::number(sshd.port()),
                   QStringLiteral("--retries"), QStringLiteral("5"), QStringLiteral("--known-hosts"), sshd.knownHostsFile(),
                   QStringLiteral("--ssh-config"), QStringLiteral("none")});
    QCOMPARE(totals, (Totals{{QStringLiteral("ok"), 400}}));
}

void TestSshCrowd::manyTargetsBehindOneBastion()
{
    const SshdProcess bastion({itsDefault});
    const FleetProcess fleet({QStringLiteral("--authorized-key"), bastion.clientKey() + QStringLiteral(".pub")});
    const QString known = write("known_hosts", bastion.hostKeyLine() + '\n' + fleet.hostKeyLine() + '\n');
    QByteArray hosts;
    for (int i = 0; i < 500; ++i)
        hosts += "127.8." + QByteArray::number(i / 250) + '.' + QByteArray::number(i % 250 + 1) +
                 " ansible_port=" + QByteArray::number(fleet.port()) + '\n';
    const QString jump = QStringLiteral("%1@127.0.0.1:%2").arg(ServerProcess::user()).arg(bastion.port());
    const Totals totals = run(bastion, {QStringLiteral("-i"), write("targets.ini", hosts), QStringLiteral("-J"), jump,
                                        QStringLiteral("--known-hosts"), known, QStringLiteral("--ssh-config"), QStringLiteral("none")});
    QCOMPARE(totals, (Totals{{QStringLiteral("ok"), 500}}));
}

// Their neighbours wait for a turn while the bastion tries them, for longer than a host may take; that time is not theirs.
void TestSshCrowd::deadTargetsBehindOneBastionAreTheirOwnFailure()
{
    const SilentPort silent;
    const SshdProcess bastion({itsDefault});
    const FleetProcess fleet({QStringLiteral("--authorized-key"), bastion.clientKey() + QStringLiteral(".pub")});
    const QString known = write("known_hosts", bastion.hostKeyLine() + '\n' + fleet.hostKeyLine() + '\n');
    QByteArray hosts;
    for (int i = 0; i < 140; ++i) {
        const bool isAlive = i >= 80 && i < 100; // in the first session to the bastion, and at its end
        const quint16 port = isAlive ? fleet.port() : silent.port();
        hosts += "127.8.1." + QByteArray::number(i + 1) + " ansible_port=" + QByteArray::number(port) + '\n';
    }
    const QString jump = QStringLiteral("%1@127.0.0.1:%2").arg(ServerProcess::user()).arg(bastion.port());
    const Totals totals =
        run(bastion, {QStringLiteral("-i"), write("targets.ini", hosts), QStringLiteral("-J"), jump, QStringLiteral("--connect-timeout"),
                      QStringLiteral("3"), QStringLiteral("--timeout"), QStringLiteral("8"), QStringLiteral("--retries"),
                      QStringLiteral("0"), QStringLiteral("--known-hosts"), known, QStringLiteral("--ssh-config"), QStringLiteral("none")});
    QCOMPARE(totals, (Totals{{QStringLiteral("connect_timeout"), 120}, {QStringLiteral("ok"), 20}}));
}

QTEST_GUILESS_MAIN(TestSshCrowd)
#include "tst_ssh_crowd.moc"
