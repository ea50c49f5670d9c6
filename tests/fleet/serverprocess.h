// ServerProcess: a server that a test starts in a folder of its own and that ends with it. Base of the fleet's, sshd's and dropbear's.
//
// Constructors start the server and return once it accepts connections; they throw std::runtime_error with its last words when
// it does not. The destructor ends it. Keys are new for each object. One thread; it must outlive the object, since the server
// is told to die with it.

#pragma once

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace collector {

class ServerProcess
{
public:
    virtual ~ServerProcess();
    ServerProcess(const ServerProcess &) = delete;
    ServerProcess &operator=(const ServerProcess &) = delete;

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }
    [[nodiscard]] QString directory() const { return m_directory.path(); }
    [[nodiscard]] QString file(const QString &name) const { return m_directory.filePath(name); }
    [[nodiscard]] QByteArray hostKeyLine() const { return m_hostKeyLine; } // as in known_hosts, without a line end
    [[nodiscard]] QString knownHostsFile() const { return file(QStringLiteral("known_hosts")); }
    [[nodiscard]] QString clientKey() const { return file(QStringLiteral("id")); } // may log in; the public one is `.pub`
    [[nodiscard]] QByteArray standardError() const;
    [[nodiscard]] static QString user(); // ours: the only one whom a server that is not root's lets in

    // Options that make OpenSSH's ssh(1) use only what belongs to this server, and never ask.
    [[nodiscard]] QStringList sshOptions() const;

    // TERM, then KILL; returns the exit status, -1 where there is none. The destructor does it too.
    int stop();

protected:
    ServerProcess();

    void start(const QString &program, const QStringList &arguments);
    void waitUntilAccepting(); // where the server does not say when it is ready
    [[noreturn]] void fail(const QString &what);
    void setPort(quint16 port) { m_port = port; }
    void setHostKeyLine(const QByteArray &line) { m_hostKeyLine = line; }
    void writeKnownHosts(const QString &publicKeyFile); // of the host key; needs the port
    void write(const QString &name, const QByteArray &content) const;
    // A port for the server that nobody else on this machine is given, while this lives.
    void reservePort();
    [[nodiscard]] QProcess &process() { return m_process; }

    static void generateKey(const QString &file); // ed25519, OpenSSH's format, and `.pub`

private:
    QTemporaryDir m_directory;
    QProcess m_process;
    quint16 m_port = 0;
    int m_reservation = -1;
    QByteArray m_hostKeyLine;
};

} // namespace collector
