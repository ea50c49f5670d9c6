#include "dropbearprocess.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <pwd.h>
#include <unistd.h>

namespace collector {

namespace {

const QString dropbear = QStringLiteral("/usr/sbin/dropbear");
const QString converter = QStringLiteral("/usr/lib/dropbear/dropbearconvert");

QString accountHome()
{
    const passwd *entry = getpwuid(geteuid());
    return entry ? QString::fromLocal8Bit(entry->pw_dir) : QDir::homePath();
}

// Not in a plain chroot, say, whose root is no mount point.
bool canMountForItself()
{
    return QProcess::execute(QStringLiteral("unshare"), {QStringLiteral("--mount"), QStringLiteral("--propagation"),
                                                         QStringLiteral("private"), QStringLiteral("true")}) == 0;
}

} // namespace

bool DropbearProcess::isUsable()
{
    return geteuid() == 0 && QFileInfo(dropbear).isExecutable() && QFileInfo(converter).isExecutable() && canMountForItself();
}

DropbearProcess::DropbearProcess(const QStringList &options)
{
    const QString opensshKey = file(QStringLiteral("hostkey"));
    const QString hostKey = file(QStringLiteral("hostkey.dropbear"));
    generateKey(opensshKey);
    QProcess conversion;
    conversion.start(converter, {QStringLiteral("openssh"), QStringLiteral("dropbear"), opensshKey, hostKey});
    if (!conversion.waitForFinished() || conversion.exitCode() != 0)
        fail(QStringLiteral("dropbearconvert refuses the host key"));
    const QString keys = file(QStringLiteral("home/.ssh"));
    QDir().mkpath(keys);
    QFile::copy(clientKey() + QStringLiteral(".pub"), keys + QStringLiteral("/authorized_keys"));
    reservePort();
    writeKnownHosts(opensshKey + QStringLiteral(".pub"));

    // $0 is the account's home, $1 what stands for it; the rest is dropbear's.
    const QString script = QStringLiteral("mount --bind \"$1\" \"$0\" && shift && exec \"$@\"");
    const QStringList command{QStringLiteral("--mount"),
                              QStringLiteral("--propagation"),
                              QStringLiteral("private"),
                              QStringLiteral("/bin/sh"),
                              QStringLiteral("-c"),
                              script,
                              accountHome(),
                              file(QStringLiteral("home")),
                              dropbear,
                              QStringLiteral("-F"),
                              QStringLiteral("-E"),
                              QStringLiteral("-s"),
                              QStringLiteral("-p"),
                              QStringLiteral("127.0.0.1:") + QString::number(port()),
                              QStringLiteral("-r"),
                              hostKey,
                              QStringLiteral("-P"),
                              file(QStringLiteral("pid"))};
    start(QStringLiteral("unshare"), command + options);
    waitUntilAccepting();
}

} // namespace collector
