// What tests of whole runs share: the program, a fleet to run it on, and what stands in the folder afterwards.
// 127.9.0.0/24 answers, 127.9.1.0/24 refuses at once, 127.9.2.0/24 never answers the login.

#pragma once

#include "fleet/fleetprocess.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <unistd.h>

namespace collector {

class EndingsFixture : public QObject
{
protected:
    static constexpr auto program = BUILD_DIR "/bin/collector";
    static inline const QByteArray good = "-i 127.9.0.1-127.9.0.8 ";
    static inline const QByteArray bad = "-i 127.9.1.1-127.9.1.8 ";
    static inline const QByteArray silent = "-i 127.9.2.1-127.9.2.8 ";

    void begin();
    void end() { m_fleet.reset(); }
    // For tests with a folder each: to be called before each.
    void enterFolder() { m_dir = std::make_unique<QTemporaryDir>(); }
    [[nodiscard]] QString path(const char *name) const { return m_dir->filePath(QLatin1String(name)); }
    void write(const char *name, const QByteArray &content) const;

    [[nodiscard]] QStringList command(const QByteArray &words) const;
    int run(QProcess &process, const QStringList &arguments, int signal = 0) const;
    static QStringList filesIn(const QString &folder);

    std::unique_ptr<FleetProcess> m_fleet;
    std::unique_ptr<QTemporaryDir> m_dir;
};

inline void EndingsFixture::begin()
{
    QTemporaryDir dir;
    QFile map(dir.filePath(QStringLiteral("map")));
    QVERIFY(map.open(QFile::WriteOnly));
    map.write("127.9.1.0/24 close-before-banner\n127.9.2.0/24 stall-auth\n");
    map.close();
    m_fleet = std::make_unique<FleetProcess>(QStringList{QStringLiteral("--fault-map"), map.fileName()});
}

inline void EndingsFixture::write(const char *name, const QByteArray &content) const
{
    QFile file(path(name));
    QVERIFY(file.open(QFile::WriteOnly) && file.write(content) == content.size());
}

inline QStringList EndingsFixture::command(const QByteArray &words) const
{
    QStringList arguments{QStringLiteral("-u"),
                          QStringLiteral("tester"),
                          QStringLiteral("--port"),
                          QString::number(m_fleet->port()),
                          QStringLiteral("--identity"),
                          m_fleet->clientKey(),
                          QStringLiteral("--ssh-config"),
                          QStringLiteral("none"),
                          QStringLiteral("--plugin"),
                          QStringLiteral("ssh-command"),
                          QStringLiteral("--command"),
                          QStringLiteral("uptime"),
                          QStringLiteral("--retries"),
                          QStringLiteral("0"),
                          QStringLiteral("--rate"),
                          QStringLiteral("0"),
                          QStringLiteral("--known-hosts"),
                          m_fleet->knownHostsFile()};
    for (const QByteArray &word : words.simplified().split(' '))
        arguments.append(QString::fromUtf8(word));
    return arguments;
}

// With `signal`, sends it once all good and bad hosts have their records, and all silent ones are in flight.
inline int EndingsFixture::run(QProcess &process, const QStringList &arguments, int signal) const
{
    const int contacts = m_fleet->count(FleetEvent::Connect);
    process.start(QString::fromLatin1(program), arguments);
    if (!process.waitForStarted())
        qFatal("cannot start");
    if (signal != 0) {
        const int hosts = int(arguments.count(QStringLiteral("-i"))) * 8;
        const int ends = arguments.contains(QString::fromLatin1(silent).section(u' ', 1, 1)) ? hosts - 8 : hosts;
        QFile journal(process.workingDirectory() + QStringLiteral("/.a.json.journal"));
        const auto isTime = [&] {
            if (m_fleet->count(FleetEvent::Connect) - contacts < hosts || !journal.open(QFile::ReadOnly))
                return false;
            const int records = int(journal.readAll().count("\"attempts\":"));
            journal.close();
            return records >= ends;
        };
        if (!QTest::qWaitFor(isTime, 20'000))
            qFatal("the hosts are not asked");
        ::kill(pid_t(process.processId()), signal);
    }
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(60'000) && process.state() != QProcess::NotRunning)
        qFatal("does not end");
    return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
}

inline QStringList EndingsFixture::filesIn(const QString &folder)
{
    return QDir(folder).entryList(QDir::Files | QDir::Hidden, QDir::Name);
}

} // namespace collector
