// Every way in which a simulated host misbehaves ends in the cause that befits it, in time, and in little memory.

#include "sshbench.h"

#include "fleet/fleetfaults.h"
#include "fleet/fleetprocess.h"

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTest>

#include <dirent.h>

using namespace collector;

namespace {

constexpr int hostsOfEach = 4;
constexpr auto hostTimeout = std::chrono::seconds(10);

int openDescriptors()
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;
    while (readdir(directory))
        ++count;
    closedir(directory);
    return count;
}

qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').at(1).toLongLong() * 4096;
}

QByteArray addressOf(int fault, int host)
{
    return "127.5." + QByteArray::number(fault) + '.' + QByteArray::number(host + 1);
}

// More input than a host that never opens its window takes.
ShellCommand commandFor(const Fault &fault)
{
    ShellCommand command;
    command.command = "uptime";
    command.outputLimit = command.errorLimit = 1 << 20; // as ssh-command has it
    if (fault.name == "input-unread") {
        command.command = RemoteShell::scriptCommand();
        command.input = "# " + QByteArray(100'000, 'x') + '\n';
    }
    return command;
}

} // namespace

class SshFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_faults = allFaults();
        QVERIFY(m_faults.size() >= 20);
        QByteArray map;
        for (int i = 0; i < m_faults.size(); ++i)
            map += "127.5." + QByteArray::number(i) + ".0/24 " + m_faults[i].name + '\n';
        QFile file(m_directory.filePath(QStringLiteral("faults")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(map);
        file.close();
        m_fleet = std::make_unique<FleetProcess>(QStringList{QStringLiteral("--fault-map"), file.fileName()});
    }

    void eachFaultHasItsCause()
    {
        const int descriptors = openDescriptors();
        {
            SshBench bench;
            bench.timeout = hostTimeout;
            const SshSettings common = bench.settingsFor(*m_fleet);
            const qint64 memory = residentBytes();
            QElapsedTimer timer;
            timer.start();
            std::vector<std::vector<const SshOutcome *>> outcomes(size_t(m_faults.size()));
            for (int host = 0; host < hostsOfEach; ++host) {
                for (int fault = 0; fault < m_faults.size(); ++fault) {
                    SshSettings settings = common;
                    settings.host = addressOf(fault, host);
                    outcomes[size_t(fault)].push_back(&bench.start(settings, {commandFor(m_faults[fault])}));
                }
            }
            bench.wait();
            const qint64 elapsed = timer.elapsed();
            const qint64 more = residentBytes() - memory;
            qInfo("%d hosts in %lld ms, %lld MB more", int(m_faults.size()) * hostsOfEach, elapsed, more >> 20);
            QStringList wrong;
            for (size_t fault = 0; fault < outcomes.size(); ++fault) {
                const Fault &expected = m_faults[qsizetype(fault)];
                int others = 0;
                QString example;
                for (const SshOutcome *outcome : outcomes[fault]) {
                    const Cause cause = outcome->commandCause();
                    const QByteArray name = cause == Cause::None ? QByteArray("ok") : causeName(cause).toByteArray();
                    const bool isTold = !outcome->message.contains(u"SSH_MSG") && !outcome->message.contains(u"Socket error");
                    if (expected.causes.contains(name) && isTold) // in words for a person, not libssh's
                        continue;
                    ++others;
                    example = QString::fromLatin1(name) + QStringLiteral(": ") + outcome->message;
                }
                if (others)
                    wrong.append(QStringLiteral("%1: %2 of %3 are not %4 but %5")
                                     .arg(QString::fromLatin1(expected.name))
                                     .arg(others)
                                     .arg(hostsOfEach)
                                     .arg(QString::fromLatin1(expected.causes.join('|')), example));
            }
            for (const QString &line : std::as_const(wrong))
                qWarning("%s", qPrintable(line));
            QVERIFY(wrong.isEmpty());
            QVERIFY2(elapsed < 25'000, qPrintable(QString::number(elapsed))); // nobody beyond its 10 s, and twice that for a busy machine
            QVERIFY(more < 200 << 20);
        }
        QTRY_VERIFY(openDescriptors() <= descriptors);
    }

    // An interrupt at any moment: whatever phase the hosts are in, nothing is left.
    void destroyedInMidFlight_data()
    {
        QTest::addColumn<int>("after");
        for (const int after : {1, 5, 15, 40, 100, 300, 1000, 2500})
            QTest::addRow("after %d ms", after) << after;
    }
    void destroyedInMidFlight()
    {
        QFETCH(int, after);
        const int descriptors = openDescriptors();
        {
            SshBench bench;
            const SshSettings common = bench.settingsFor(*m_fleet);
            for (int fault = 0; fault < m_faults.size(); ++fault) {
                for (int host = 0; host < 3; ++host) {
                    SshSettings settings = common;
                    settings.host = addressOf(fault, host);
                    bench.start(settings, {commandFor(m_faults[fault])});
                }
            }
            bench.spinFor(std::chrono::milliseconds(after));
            bench.destroyAll();
            bench.spinFor(std::chrono::milliseconds(20));
        }
        QTRY_VERIFY(openDescriptors() <= descriptors);
    }

private:
    QTemporaryDir m_directory;
    QList<Fault> m_faults;
    std::unique_ptr<FleetProcess> m_fleet;
};

QTEST_GUILESS_MAIN(SshFaults)
#include "tst_ssh_faults.moc"
