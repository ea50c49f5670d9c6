#include "networknamespace.h"

#include "tunpeer.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>

#include <sched.h>
#include <unistd.h>

QString run(const QString &command)
{
    QProcess process;
    process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-ec"), command});
    process.waitForFinished();
    return process.exitCode() == 0 ? QString() : QString::fromLocal8Bit(process.readAllStandardError()) + command;
}

// Root of a user namespace of our own, where we are not root already.
static bool enterNamespace()
{
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    const QByteArray uid = QByteArray::number(getuid()), gid = QByteArray::number(getgid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return false;
    const auto write = [](const char *path, const QByteArray &text) {
        QFile file(QString::fromLatin1(path));
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
    };
    return write("/proc/self/setgroups", "deny") && write("/proc/self/uid_map", "0 " + uid + " 1") &&
           write("/proc/self/gid_map", "0 " + gid + " 1");
}

QString enterTestNetwork()
{
    qputenv("PATH", qgetenv("PATH") + ":/usr/sbin:/sbin");
    for (const char *tool : {"ip", "nft", "nsenter", "unshare", "setpriv", "sysctl"}) {
        if (QStandardPaths::findExecutable(QString::fromLatin1(tool)).isEmpty())
            return QString::fromLatin1(tool);
    }
    if (!enterNamespace())
        return QStringLiteral("network namespaces (unshare)");
    TunPeer peer;
    if (!peer.open("tun-try"))
        return QStringLiteral("/dev/net/tun");
    if (!run(QStringLiteral("ip link add veth-try type veth peer name veth-ty2; ip link del veth-try")).isEmpty())
        return QStringLiteral("veth interfaces");
    if (!run(QStringLiteral("nft add table inet try; nft add chain inet try c; nft add rule inet try c numgen inc mod 10 == 9 drop; nft "
                            "delete table inet try"))
             .isEmpty())
        return QStringLiteral("nftables with numgen");
    return {};
}
