#include "ssh/jumpchain.h"

namespace collector {

namespace {

// Each value with its length before it: none can be taken for the end of another.
class Key
{
public:
    void add(const QByteArray &value) { m_bytes += QByteArray::number(value.size()) + ':' + value; }
    void add(const QString &value) { add(value.toUtf8()); }
    void add(qint64 value) { m_bytes += QByteArray::number(value) + ','; }
    void add(const QStringList &values)
    {
        add(values.size());
        for (const QString &value : values)
            add(value);
    }
    void add(const std::vector<QByteArray> &values)
    {
        add(qint64(values.size()));
        for (const QByteArray &value : values)
            add(value);
    }
    void add(const void *object) { add(qint64(quintptr(object))); }

    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
};

void addWay(Key &key, const SshSettings &jump)
{
    key.add(jump.host);
    key.add(qint64(jump.port));
    key.add(qint64(jump.family));
    key.add(jump.bindAddress);
    key.add(jump.proxyCommand);
}

void addHostKeys(Key &key, const SshSettings &jump)
{
    key.add(jump.hostKeyAlias);
    key.add(jump.userKnownHostsFiles);
    key.add(jump.globalKnownHostsFiles);
    key.add(qint64(jump.hostKeyPolicy));
    key.add(jump.knownHostsFile);
    key.add(qint64(jump.hashKnownHosts));
    key.add(qint64(jump.requiredRsaSize));
    key.add(static_cast<const void *>(jump.revokedKeys.get()));
}

void addLogin(Key &key, const SshSettings &jump)
{
    key.add(jump.user);
    key.add(static_cast<const void *>(jump.credentials.get()));
    key.add(jump.identityFiles);
    key.add(jump.certificateFiles);
    key.add(qint64(jump.mayUseDefaultKeys));
    key.add(qint64(jump.identitiesOnly));
    key.add(static_cast<const void *>(jump.password.get()));
    key.add(qint64(jump.mayUseAgent));
    key.add(jump.agentSocket);
    key.add(jump.preferredAuthentications);
}

void addProtocol(Key &key, const SshSettings &jump)
{
    for (const QByteArray &list :
         {jump.algorithms.kex, jump.algorithms.hostKeys, jump.algorithms.ciphers, jump.algorithms.macs, jump.algorithms.publicKeys})
        key.add(list);
    key.add(qint64(jump.mayOrderHostKeys));
    key.add(qint64(jump.legacy));
    key.add(qint64(jump.serverAliveInterval.count()));
    key.add(qint64(jump.serverAliveCountMax));
}

} // namespace

QByteArray chainKey(const SshSettings &target)
{
    Key key;
    for (const auto &jump : target.jumps) {
        addWay(key, *jump);
        addHostKeys(key, *jump);
        addLogin(key, *jump);
        addProtocol(key, *jump);
    }
    return key.bytes();
}

QByteArray jumpName(const SshSettings &jump)
{
    return jump.user + '@' + jump.host + ':' + QByteArray::number(jump.port);
}

} // namespace collector
