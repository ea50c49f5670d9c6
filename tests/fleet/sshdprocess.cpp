#include "sshdprocess.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace collector {

namespace {

const QString sshd = QStringLiteral("/usr/sbin/sshd");

} // namespace

bool SshdProcess::isInstalled()
{
    return QFileInfo(sshd).isExecutable();
}

SshdProcess::SshdProcess(const QList<QByteArray> &configuration)
{
    // sshd, when root's, insists on this folder; a system starts it from where it is made.
    if (QFileInfo(QStringLiteral("/run")).isWritable())
        QDir().mkpath(QStringLiteral("/run/sshd"));
    const QString hostKey = file(QStringLiteral("hostkey"));
    generateKey(hostKey);
    QFile::copy(clientKey() + QStringLiteral(".pub"), file(QStringLiteral("authorized_keys")));
    reservePort();
    writeKnownHosts(hostKey + QStringLiteral(".pub"));

    // What our own shell reads at its start is nobody's business, and may take it long. sshd heeds the first such line alone.
    QByteArray config, environment = "SetEnv HOME=" + directory().toLocal8Bit();
    for (const QByteArray &line : configuration) {
        if (line.startsWith("SetEnv "))
            environment += line.sliced(6);
        else
            config += line + '\n';
    }
    config += "Port " + QByteArray::number(port()) +
              "\nListenAddress 0.0.0.0"
              "\nAllowUsers *@127.0.0.0/8"
              "\nHostKey " +
              hostKey.toLocal8Bit() + "\nPidFile none\nAuthorizedKeysFile " + file(QStringLiteral("authorized_keys")).toLocal8Bit() +
              "\nPermitRootLogin yes"
              "\nStrictModes no"
              "\nUsePAM no"
              "\nUseDNS no"
              "\nPrintMotd no"
              "\nMaxStartups 1000"
              "\nMaxSessions 1000"
              "\nPermitUserEnvironment no\n" +
              environment + '\n';
    write(QStringLiteral("sshd_config"), config);
    start(sshd, {QStringLiteral("-D"), QStringLiteral("-e"), QStringLiteral("-f"), file(QStringLiteral("sshd_config"))});
    waitUntilAccepting();
}

} // namespace collector
