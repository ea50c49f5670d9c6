#include "ssh/knownhosts.h"

#include "ssh/namepattern.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <stdexcept>

namespace collector {

namespace {

std::string_view view(const QByteArray &bytes)
{
    return {bytes.constData(), size_t(bytes.size())};
}

bool hasPlainKey(const std::vector<KnownKey> &keys)
{
    return std::any_of(keys.begin(), keys.end(), [](const KnownKey &key) { return key.marker == KnownKey::Marker::None; });
}

std::runtime_error unreadable(const QString &path, const QString &why)
{
    return std::runtime_error((path + QStringLiteral(": cannot read known hosts: ") + why).toStdString());
}

} // namespace

QByteArray knownHostsName(const QByteArray &host, quint16 port, const QByteArray &alias)
{
    if (!alias.isEmpty())
        return QByteArray::fromStdString(asciiLower(view(alias)));
    const QByteArray name = QByteArray::fromStdString(asciiLower(view(host)));
    return port == 22 ? name : '[' + name + "]:" + QByteArray::number(port);
}

std::vector<KnownKey> KnownHosts::plainKeysOf(std::string_view name) const
{
    std::vector<KnownKey> keys;
    for (const auto &file : m_files)
        file->collect(name, KnownHostsFile::Hashed::Skip, keys);
    return keys;
}

std::vector<KnownKey> KnownHosts::keysOf(std::string_view name) const
{
    std::vector<KnownKey> keys = plainKeysOf(name);
    if (!hasPlainKey(keys)) {
        keys.clear();
        for (const auto &file : m_files)
            file->collect(name, KnownHostsFile::Hashed::Probe, keys);
    }
    for (const auto &file : m_files)
        file->collectHashedMarked(name, keys);
    return keys;
}

HostKeys KnownHosts::lookup(const QByteArray &host, quint16 port, const QByteArray &alias) const
{
    std::vector<KnownKey> keys = keysOf(view(knownHostsName(host, port, alias)));
    if (port != 22 && alias.isEmpty() && !hasPlainKey(keys)) {
        for (KnownKey &key : keysOf(view(knownHostsName(host, 22)))) {
            key.isWithoutPort = true;
            keys.push_back(std::move(key));
        }
    }
    return HostKeys(std::move(keys));
}

bool KnownHosts::needsHashing(const QByteArray &host, quint16 port, const QByteArray &alias) const
{
    if (std::any_of(m_files.begin(), m_files.end(), [](const auto &file) { return file->hasHashedMarkedNames(); }))
        return true;
    return std::any_of(m_files.begin(), m_files.end(), [](const auto &file) { return file->hasHashedNames(); }) &&
           !hasPlainKey(plainKeysOf(view(knownHostsName(host, port, alias))));
}

std::shared_ptr<const KnownHosts> KnownHostsFiles::open(const QStringList &paths)
{
    const std::lock_guard lock(m_mutex);
    auto &opened = m_opened[paths];
    if (!opened) {
        std::vector<std::shared_ptr<const KnownHostsFile>> files;
        for (const QString &path : paths)
            files.push_back(read(path));
        opened = std::make_shared<const KnownHosts>(std::move(files));
    }
    return opened;
}

std::shared_ptr<const KnownHostsFile> KnownHostsFiles::read(const QString &path)
{
    auto &entry = m_files[path];
    if (entry)
        return entry;
    QByteArray text;
    if (const QFileInfo info(path); info.isFile()) { // never a FIFO, which would wait for a writer
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
            throw unreadable(path, file.errorString());
        if (file.size() > largest)
            throw unreadable(path, QStringLiteral("it is larger than %1 MiB").arg(largest >> 20));
        text = file.readAll();
        if (file.error() != QFileDevice::NoError)
            throw unreadable(path, file.errorString());
    }
    entry = std::make_shared<const KnownHostsFile>(path, std::move(text));
    return entry;
}

} // namespace collector
