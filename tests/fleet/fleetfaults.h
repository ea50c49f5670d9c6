// The faults of the simulated fleet, as it lists them itself: for tests that go through all of them.

#pragma once

#include <QByteArray>
#include <QList>
#include <QProcess>

namespace collector {

struct Fault
{
    QByteArray name;
    QList<QByteArray> causes;
};

// name, causes, description: as the fleet lists them.
inline QList<Fault> allFaults()
{
    QProcess fleet;
    fleet.start(QStringLiteral(BUILD_DIR "/tests/fleet"), {QStringLiteral("--list-faults")});
    fleet.waitForFinished();
    QList<Fault> faults;
    for (const QByteArray &line : fleet.readAllStandardOutput().split('\n')) {
        const QList<QByteArray> words = line.simplified().split(' ');
        if (words.size() >= 2)
            faults.append({words[0], words[1].split('|')});
    }
    return faults;
}

} // namespace collector
