// Host keys: what the known_hosts files of one setting (UserKnownHostsFile and GlobalKnownHostsFile together) say of a host.
//
// Each file is read once for a run, by KnownHostsFiles; afterwards nothing changes, and lookup() is const and may be called from any
// thread. libssh's own known_hosts are not used: they scan each file twice a session, know no @revoked, and are spoilt by one line
// with a key type that they do not know; each of these has a row in the tests.
//
// Costs: a lookup of a name that plain lines know takes a microsecond however long the files are. Hashed lines are probed only for a
// name without a plain line, and where they have markers, at 0.1 µs a line: call lookup() on the offload pool where needsHashing()
// says so.

#pragma once

#include "ssh/hostkeys.h"
#include "ssh/knownhostsfile.h"

#include <QStringList>

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace collector {

// The name under which a host's key is kept: the alias as it is (HostKeyAlias), else `host`, with a port other than 22 `[host]:port`.
[[nodiscard]] QByteArray knownHostsName(const QByteArray &host, quint16 port, const QByteArray &alias = {});

class KnownHosts
{
public:
    explicit KnownHosts(std::vector<std::shared_ptr<const KnownHostsFile>> files) : m_files(std::move(files)) {}

    // `host` is the name or address that is connected to, after HostName of ssh_config. Without an alias, a line for the bare name may
    // vouch for another port, as in OpenSSH; it never makes a key `Changed`.
    [[nodiscard]] HostKeys lookup(const QByteArray &host, quint16 port, const QByteArray &alias = {}) const;

    // Whether lookup() would probe hashed lines: where no plain line decides, and always those that may revoke.
    [[nodiscard]] bool needsHashing(const QByteArray &host, quint16 port, const QByteArray &alias = {}) const;

private:
    [[nodiscard]] std::vector<KnownKey> keysOf(std::string_view name) const;
    [[nodiscard]] std::vector<KnownKey> plainKeysOf(std::string_view name) const;

    std::vector<std::shared_ptr<const KnownHostsFile>> m_files;
};

// The files of a run, each read when it is first asked for and never again. Any thread; may read a file, so not on a worker
// unless the paths were asked for before.
class KnownHostsFiles
{
public:
    // A missing file is empty, as is one that is no regular file (/dev/null). Throws std::runtime_error with a message for a person
    // where one cannot be read or is larger than `largest`.
    [[nodiscard]] std::shared_ptr<const KnownHosts> open(const QStringList &paths);

    static constexpr qint64 largest = 512 * 1024 * 1024;

private:
    [[nodiscard]] std::shared_ptr<const KnownHostsFile> read(const QString &path);

    std::mutex m_mutex;
    std::map<QString, std::shared_ptr<const KnownHostsFile>> m_files;
    std::map<QStringList, std::shared_ptr<const KnownHosts>> m_opened;
};

} // namespace collector
