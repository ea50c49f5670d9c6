#include "ssh/revokedkeys.h"

#include "ssh/keyblob.h"

#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace collector {

namespace {

constexpr QByteArrayView revocationListMagic("SSHKRL\n\0", 8);

// A host shows none with the native transport; it is no mistake in the file.
bool isCertificate(const QByteArray &type)
{
    return type.endsWith("-cert-v01@openssh.com");
}

// Never waits: neither for a FIFO's writer nor for the end of a device.
std::optional<QByteArray> contents(const QString &path, QString *problem)
{
    const int descriptor = open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0) {
        *problem = QString::fromLocal8Bit(std::strerror(errno));
        return {};
    }
    QFile file;
    struct stat status = {};
    if (!file.open(descriptor, QIODevice::ReadOnly | QIODevice::Unbuffered, QFile::AutoCloseHandle) || fstat(descriptor, &status) != 0 ||
        (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))) {
        *problem = QStringLiteral("it is no file");
        return {};
    }
    const QByteArray text = file.read(RevokedKeys::largest + 1);
    if (file.error() != QFileDevice::NoError)
        *problem = file.errorString();
    else if (text.size() > RevokedKeys::largest)
        *problem = QStringLiteral("it is larger than %1 MiB").arg(RevokedKeys::largest >> 20);
    return problem->isEmpty() ? std::optional(text) : std::nullopt;
}

} // namespace

RevokedKeys::RevokedKeys(QString path) : m_path(std::move(path))
{
    QString why;
    if (const auto text = contents(m_path, &why))
        take(*text);
    else
        m_problem = QStringLiteral("RevokedHostKeys %1 cannot be read (%2); without it no host is believed, as with ssh").arg(m_path, why);
}

RevokedKeys::RevokedKeys(QString path, const QByteArray &text) : m_path(std::move(path))
{
    take(text);
}

void RevokedKeys::take(const QByteArray &text)
{
    m_isRevocationList = text.startsWith(revocationListMagic);
    if (m_isRevocationList) {
        m_problem =
            QStringLiteral("RevokedHostKeys %1 is a key revocation list (KRL), which only ssh(1) can read: use --transport openssh, "
                           "or list the public keys themselves")
                .arg(m_path);
        return;
    }
    int number = 0;
    for (const QByteArray &line : text.split('\n'))
        take(line, ++number);
}

void RevokedKeys::take(const QByteArray &line, int number)
{
    const QByteArray trimmed = line.trimmed();
    if (trimmed.isEmpty() || trimmed.startsWith('#'))
        return;
    const QList<QByteArray> words = trimmed.simplified().split(' ');
    const auto blob = QByteArray::fromBase64Encoding(words.value(1), QByteArray::AbortOnBase64DecodingErrors);
    const bool isKey = blob.decodingStatus == QByteArray::Base64DecodingStatus::Ok && keyType(blob.decoded) == words.first() &&
                       (isWellFormedKey(blob.decoded) || isCertificate(words.first()));
    if (isKey)
        m_keys.emplace(blob.decoded, m_keys.value(blob.decoded, number)); // the first
    else if (m_problem.isEmpty())
        m_problem = QStringLiteral("RevokedHostKeys %1, line %2, is no public key (`ssh-ed25519 AAAA…`); until it is mended, no host is "
                                   "believed, as with ssh")
                        .arg(m_path)
                        .arg(number);
}

std::optional<int> RevokedKeys::lineOf(const QByteArray &blob) const
{
    const auto found = m_keys.find(blob);
    return found == m_keys.end() ? std::nullopt : std::optional(*found);
}

QByteArray RevokedKeys::lines() const
{
    QByteArray result;
    for (auto key = m_keys.begin(); key != m_keys.end(); ++key)
        result += keyType(key.key()) + ' ' + key.key().toBase64() + '\n';
    return result;
}

std::shared_ptr<const RevokedKeys> RevokedKeyFiles::open(const QString &path)
{
    if (path.isEmpty())
        return nullptr;
    const std::lock_guard guard(m_mutex);
    auto &file = m_files[path];
    if (!file)
        file = std::make_shared<const RevokedKeys>(path);
    return file;
}

} // namespace collector
