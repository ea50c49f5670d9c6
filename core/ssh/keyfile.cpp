#include "ssh/keyfile.h"

#include "ssh/keyblob.h"
#include "ssh/secretsource.h"
#include "ssh/wirereader.h"

#include <QFile>
#include <QFileInfo>

#include <stdexcept>

namespace collector {

namespace {

constexpr size_t largestFile = 64 * 1024;

std::runtime_error problem(const QString &path, const char *what)
{
    return std::runtime_error((path + QStringLiteral(": ") + QString::fromUtf8(what)).toStdString());
}

// The public key in OpenSSH's private form stands before what is encrypted (PROTOCOL.key).
QByteArray publicPart(std::string_view text)
{
    constexpr std::string_view begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
    constexpr std::string_view end = "-----END OPENSSH PRIVATE KEY-----";
    const size_t from = text.find(begin);
    const size_t to = text.find(end);
    if (from == std::string_view::npos || to == std::string_view::npos || to < from)
        return {};
    // Only the head is decoded: the rest may be a private key in clear, which should not lie about in unlocked memory.
    QByteArray head;
    for (const char c : text.substr(from + begin.size(), std::min<size_t>(to - from - begin.size(), 4096))) {
        if (c != '\n' && c != '\r' && head.size() < 2048)
            head.append(c);
    }
    QByteArray bytes = QByteArray::fromBase64(head);
    wipe(head.data(), size_t(head.size()));
    WireReader reader(bytes);
    QByteArray result;
    if (reader.take(15) == QByteArrayView("openssh-key-v1\0", 15)) {
        for (int i = 0; i < 3; ++i) // cipher, key derivation, its options
            (void)reader.string();
        (void)reader.uint32(); // how many keys
        result = reader.string().toByteArray();
    }
    wipe(bytes.data(), size_t(bytes.size()));
    return isWellFormedKey(result) ? result : QByteArray();
}

// Called by libssh when the key turns out to be encrypted and no passphrase was given.
int noteEncryption(const char *, char *, size_t, int, int, void *isEncrypted)
{
    *static_cast<bool *>(isEncrypted) = true;
    return -1;
}

} // namespace

QByteArray readPublicLine(const QString &path)
{
    if (!QFileInfo(path).isFile())
        return {};
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QList<QByteArray> words = file.read(qint64(largestFile)).split('\n').first().simplified().split(' ');
    return words.size() < 2 ? QByteArray() : QByteArray::fromBase64(words[1]);
}

KeyFile::KeyFile(QString path) : m_path(std::move(path))
{
    const QFileInfo info(m_path);
    if (info.exists()) {
        QFile file(m_path);
        if (!info.isFile())
            throw problem(m_path, "is no file");
        if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) // no buffer that would keep the key
            throw problem(m_path, qPrintable(file.errorString()));
        if (file.read(64).contains("PRIVATE KEY-----"))
            readPrivate();
        else if (m_publicKey = readPublicLine(m_path); !isWellFormedKey(m_publicKey))
            throw problem(m_path,
                          "is no private key that we can read (OpenSSH or PEM); ssh-keygen -p -f FILE rewrites one in OpenSSH's form");
    }
    if (m_publicKey.isEmpty()) {
        if (const QByteArray beside = readPublicLine(m_path + QStringLiteral(".pub")); isWellFormedKey(beside))
            m_publicKey = beside;
    }
}

void KeyFile::readPrivate()
{
    m_text = readPrivateFile(m_path, largestFile);
    m_publicKey = publicPart(m_text.bytes());
    ssh_key key = nullptr;
    if (ssh_pki_import_privkey_base64(m_text.cString(), nullptr, noteEncryption, &m_isEncrypted, &key) == SSH_OK)
        ssh_key_free(key);
    else if (!m_isEncrypted)
        throw problem(m_path, "is a private key that this libssh cannot read: damaged, or of a type that it does not know");
}

OwnedKey KeyFile::import(const Secret *passphrase) const
{
    bool wasAsked = false;
    ssh_key key = nullptr;
    (void)ssh_pki_import_privkey_base64(m_text.cString(), passphrase ? passphrase->cString() : nullptr, noteEncryption, &wasAsked, &key);
    return OwnedKey(key);
}

} // namespace collector
