#include "peerserver.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace collector {

namespace {

QString script(const QString &name)
{
    return QStringLiteral(SERVERS "/") + name;
}

} // namespace

bool PeerServer::isUsable(const QString &name)
{
    QProcess check;
    check.setStandardErrorFile(QProcess::nullDevice());
    check.start(script(name), {QStringLiteral("--check")});
    return check.waitForFinished(30'000) && check.exitStatus() == QProcess::NormalExit && check.exitCode() == 0;
}

PeerServer::PeerServer(const QString &name, const QList<File> &files)
{
    // Not libssh's: AsyncSSH does not read the keys that it writes.
    QProcess::execute(QStringLiteral("ssh-keygen"),
                      {QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("ed25519"), QStringLiteral("-N"), QString(),
                       QStringLiteral("-f"), file(QStringLiteral("hostkey"))});
    QFile::copy(clientKey() + QStringLiteral(".pub"), file(QStringLiteral("authorized_keys")));
    for (const File &given : files) {
        QDir().mkpath(QFileInfo(file(given.first)).path());
        write(given.first, given.second);
    }
    reservePort();
    start(script(name), {QString::number(port()), directory()});
    waitUntilAccepting();
    writeKnownHosts(file(QStringLiteral("hostkey.pub"))); // tinysshd has made another one
}

} // namespace collector
