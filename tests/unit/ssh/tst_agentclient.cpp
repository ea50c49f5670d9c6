// AgentClient with the real ssh-agent, against the real sshd (one that talks over a socket pair, so there is no port).

#include "ssh/agentclient.h"
#include "ssh/keyfile.h"

#include "keygen.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

using namespace collector;

namespace {

using OwnedSession = std::unique_ptr<ssh_session_struct, void (*)(ssh_session)>;

QByteArray userName()
{
    const passwd *const entry = getpwuid(getuid());
    return entry ? QByteArray(entry->pw_name) : QByteArray();
}

pid_t spawn(std::vector<std::string> arguments, int standardStreams = -1)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int fd = 0; standardStreams >= 0 && fd < 2; ++fd)
        posix_spawn_file_actions_adddup2(&actions, standardStreams, fd);
    std::vector<char *> argv;
    for (std::string &argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t pid = -1;
    if (posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ) != 0)
        qFatal("cannot start %s", argv[0]);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

// The socket is there before the agent listens on it.
bool accepts(const QString &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const QByteArray name = path.toLocal8Bit();
    std::copy_n(name.constData(), std::min(size_t(name.size()), sizeof address.sun_path - 1), address.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int status = ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address);
    close(fd);
    return status == 0;
}

struct Process
{
    explicit Process(pid_t id) : pid(id) {}
    Process(const Process &) = delete;
    ~Process()
    {
        kill(pid, SIGCONT);
        kill(pid, SIGTERM);
        waitpid(pid, nullptr, 0);
    }
    const pid_t pid;
};

} // namespace

class TestAgentClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void listsKeys();
    void offersAtMostFive();
    void certificateCountsAsItsKey();
    void logsInWithTheOfferedKeyOnly();
    void manySessionsShareOneAgent();
    void stoppedAgentEndsInTime();
    void restartedAgentIsFoundAgain();
    void absentAgent();
    void destroyedWhileAgentIsStopped();
    void liarIsNotBelieved_data();
    void liarIsNotBelieved();

private:
    QString in(const char *name) const { return m_scratch.filePath(QLatin1String(name)); }
    QString socket() const { return in("agent"); }
    QByteArray publicKey(int number) const { return readPublicLine(m_scratch.filePath(QStringLiteral("k%1.pub").arg(number))); }
    void startAgent();
    OwnedSession connect();
    static void step(AgentClient &agent, ssh_session session, AgentLogin &login);
    AgentLogin login(AgentClient &agent, ssh_session session, const std::vector<QByteArray> &offered);

    QTemporaryDir m_scratch;
    std::unique_ptr<Process> m_agent;
    std::vector<std::unique_ptr<Process>> m_servers;
};

void TestAgentClient::initTestCase()
{
    std::signal(SIGPIPE, SIG_IGN); // as the collector does
    for (const char *program : {"/usr/sbin/sshd", "/usr/bin/ssh-agent", "/usr/bin/ssh-add"}) {
        if (!QFile::exists(QLatin1String(program)))
            QSKIP("OpenSSH's server and agent are not installed");
    }
    // sshd, when root's, insists on this folder; a system starts it from where it is made.
    if (QFileInfo(QStringLiteral("/run")).isWritable())
        QDir().mkpath(QStringLiteral("/run/sshd"));
    keygen::make(in("hostkey"), "ed25519");
    keygen::make(in("ca"), "ed25519");
    for (int i = 0; i < 8; ++i)
        keygen::make(m_scratch.filePath(QStringLiteral("k%1").arg(i)), i == 6 ? "rsa" : "ed25519");
    keygen::write(in("authorized"), keygen::contents(in("k6.pub")) + keygen::contents(in("k7.pub")));
    keygen::write(in("sshd_config"), "HostKey " + in("hostkey").toUtf8() + "\nAuthorizedKeysFile " + in("authorized").toUtf8() +
                                         "\nStrictModes no\nUsePAM no\nPidFile none\nMaxAuthTries 2\nPasswordAuthentication no\n"
                                         "KbdInteractiveAuthentication no\nLogLevel QUIET\n");
}

void TestAgentClient::startAgent()
{
    m_agent.reset();
    QFile::remove(socket());
    m_agent = std::make_unique<Process>(
        spawn({"/usr/bin/ssh-agent", "-D", "-a", socket().toStdString()}, open("/dev/null", O_RDWR | O_CLOEXEC))); // it prints its address
    while (!accepts(socket()))
        std::this_thread::yield();
    qputenv("SSH_AUTH_SOCK", socket().toUtf8());
    QStringList keys{QStringLiteral("-q")};
    for (int i = 0; i < 8; ++i)
        keys.append(m_scratch.filePath(QStringLiteral("k%1").arg(i)));
    keygen::run(QStringLiteral("ssh-add"), keys);
    qunsetenv("SSH_AUTH_SOCK"); // so that libssh cannot find it by itself
}

void TestAgentClient::init()
{
    startAgent();
}

void TestAgentClient::cleanup()
{
    m_servers.clear();
    m_agent.reset();
}

OwnedSession TestAgentClient::connect()
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        qFatal("no socket pair");
    m_servers.push_back(
        std::make_unique<Process>(spawn({"/usr/sbin/sshd", "-i", "-f", in("sshd_config").toStdString(), "-E", "/dev/null"}, ends[1])));
    close(ends[1]);
    OwnedSession session(ssh_new(), ssh_free);
    const bool processConfig = false;
    ssh_options_set(session.get(), SSH_OPTIONS_PROCESS_CONFIG, &processConfig);
    ssh_options_set(session.get(), SSH_OPTIONS_FD, &ends[0]);
    ssh_options_set(session.get(), SSH_OPTIONS_USER, "collector");
    ssh_options_set(session.get(), SSH_OPTIONS_SSH_DIR, "/nonexistent");
    ssh_set_blocking(session.get(), 0);
    const auto finish = [&](auto call, int again) {
        int result = call();
        while (result == again) {
            pollfd waiting = {ends[0], POLLIN, 0};
            poll(&waiting, 1, 1000);
            result = call();
        }
        return result;
    };
    if (finish([&] { return ssh_connect(session.get()); }, SSH_AGAIN) != SSH_OK)
        qFatal("no connection: %s", ssh_get_error(session.get()));
    finish([&] { return ssh_userauth_none(session.get(), userName().constData()); }, SSH_AUTH_AGAIN);
    return session;
}

void TestAgentClient::step(AgentClient &agent, ssh_session session, AgentLogin &login)
{
    std::promise<void> done;
    agent.thread().run([&] {
        agent.step(session, userName(), login);
        done.set_value();
    });
    done.get_future().wait();
}

AgentLogin TestAgentClient::login(AgentClient &agent, ssh_session session, const std::vector<QByteArray> &offered)
{
    AgentLogin login;
    login.offered = offered;
    while (true) {
        step(agent, session, login);
        if (login.result != SSH_AUTH_AGAIN)
            return login;
        pollfd waiting = {ssh_get_fd(session), POLLIN, 0};
        poll(&waiting, 1, 1000);
    }
}

void TestAgentClient::listsKeys()
{
    AgentClient agent(socket());
    QString problem;
    const std::vector<QByteArray> keys = agent.load(&problem);
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    QCOMPARE(keys.size(), size_t(8));
    for (int i = 0; i < 8; ++i)
        QCOMPARE(keys[size_t(i)], publicKey(i));
}

void TestAgentClient::offersAtMostFive()
{
    AgentClient agent(socket());
    QString problem;
    QCOMPARE(agent.load(&problem).size(), size_t(8));
    using Keys = std::vector<QByteArray>;
    QCOMPARE(agent.offer({}, {}, true), (Keys{publicKey(0), publicKey(1), publicKey(2), publicKey(3), publicKey(4)}));
    QCOMPARE(agent.offer(publicKey(7), {}, true), (Keys{publicKey(7), publicKey(0), publicKey(1), publicKey(2), publicKey(3)}));
    QCOMPARE(agent.offer({}, {publicKey(6), publicKey(2)}, false), (Keys{publicKey(6), publicKey(2)}));
    QCOMPARE(agent.offer(publicKey(2), {publicKey(6), publicKey(2)}, false), (Keys{publicKey(2), publicKey(6)}));
    QCOMPARE(agent.offer(publicKey(7), {publicKey(6)}, false), Keys{publicKey(6)}); // proven elsewhere, but not for this host's files
    QCOMPARE(agent.offer({}, {"another"}, false), Keys{});
}

void TestAgentClient::certificateCountsAsItsKey()
{
    keygen::make(in("signed"), "ed25519");
    keygen::certify(in("ca"), in("signed"), QStringLiteral("-1h:+1h"));
    qputenv("SSH_AUTH_SOCK", socket().toUtf8());
    keygen::run(QStringLiteral("ssh-add"), {QStringLiteral("-q"), in("signed")});
    qunsetenv("SSH_AUTH_SOCK");
    AgentClient agent(socket());
    QString problem;
    QCOMPARE(agent.load(&problem).size(), size_t(10));
    QCOMPARE(agent.offer({}, {readPublicLine(in("signed.pub"))}, false).size(), size_t(2));
}

void TestAgentClient::logsInWithTheOfferedKeyOnly()
{
    AgentClient agent(socket());
    QString problem;
    QCOMPARE(agent.load(&problem).size(), size_t(8));
    for (const int number : {7, 6}) { // ed25519, RSA
        const OwnedSession session = connect();
        const AgentLogin step = login(agent, session.get(), agent.offer(publicKey(number), {}, true));
        QCOMPARE(step.result, int(SSH_AUTH_SUCCESS)); // though the server allows two attempts, and six keys stand before it
        QCOMPARE(step.key, publicKey(number));
        QVERIFY2(step.problem.isEmpty(), qPrintable(step.problem));
    }
    const OwnedSession session = connect();
    const AgentLogin refused = login(agent, session.get(), {publicKey(0)});
    QCOMPARE(refused.result, int(SSH_AUTH_DENIED));
    QVERIFY(refused.key.isEmpty());
    QCOMPARE(login(agent, connect().get(), {}).result, int(SSH_AUTH_DENIED));
}

void TestAgentClient::manySessionsShareOneAgent()
{
    AgentClient agent(socket());
    QString problem;
    QCOMPARE(agent.load(&problem).size(), size_t(8));
    std::vector<OwnedSession> sessions;
    std::vector<bool> isIn(6, false);
    std::vector<AgentLogin> logins(isIn.size());
    for (size_t i = 0; i < isIn.size(); ++i) {
        sessions.push_back(connect());
        logins[i].offered = {publicKey(i % 2 == 0 ? 7 : 6)};
    }
    // Step by step in turn, each with keys of its own.
    for (size_t left = isIn.size(); left > 0;) {
        for (size_t i = 0; i < isIn.size(); ++i) {
            if (isIn[i])
                continue;
            step(agent, sessions[i].get(), logins[i]);
            if (logins[i].result == SSH_AUTH_AGAIN)
                continue;
            QCOMPARE(logins[i].result, int(SSH_AUTH_SUCCESS));
            QCOMPARE(logins[i].key, logins[i].offered.front());
            isIn[i] = true;
            --left;
        }
    }
}

void TestAgentClient::stoppedAgentEndsInTime()
{
    AgentClient agent(socket(), {std::chrono::seconds(1), std::chrono::seconds(1), std::chrono::hours(1)});
    QString problem;
    QCOMPARE(agent.load(&problem).size(), size_t(8));
    kill(m_agent->pid, SIGSTOP);
    const OwnedSession first = connect();
    const AgentLogin step = login(agent, first.get(), {publicKey(7)});
    QVERIFY(step.result != SSH_AUTH_SUCCESS);
    QVERIFY2(step.problem.contains(QStringLiteral("does not answer")), qPrintable(step.problem));
    const OwnedSession second = connect();
    const AgentLogin next = login(agent, second.get(), {publicKey(7)});
    QVERIFY(next.result != SSH_AUTH_SUCCESS);
    QVERIFY2(next.problem.contains(QStringLiteral("did not answer a moment ago")), qPrintable(next.problem));
    AgentClient other(socket(), {std::chrono::seconds(1), std::chrono::seconds(1), std::chrono::hours(1)});
    QVERIFY(other.load(&problem).empty());
    QVERIFY(problem.contains(QStringLiteral("does not answer")));
}

void TestAgentClient::restartedAgentIsFoundAgain()
{
    AgentClient agent(socket());
    QString problem;
    QCOMPARE(agent.load(&problem).size(), size_t(8));
    startAgent();
    QCOMPARE(login(agent, connect().get(), {publicKey(7)}).result, int(SSH_AUTH_SUCCESS));
}

void TestAgentClient::absentAgent()
{
    for (const QString &path : {in("nowhere"), QString(), QString(200, u'x')}) {
        AgentClient agent(path);
        QString problem;
        QVERIFY(agent.load(&problem).empty());
        QVERIFY(!problem.isEmpty());
    }
}

void TestAgentClient::destroyedWhileAgentIsStopped()
{
    auto agent = std::make_unique<AgentClient>(socket());
    QString problem;
    QCOMPARE(agent->load(&problem).size(), size_t(8));
    const OwnedSession session = connect();
    kill(m_agent->pid, SIGSTOP);
    std::promise<void> isWaiting;
    AgentLogin login;
    login.offered = {publicKey(7)};
    agent->thread().run([&, client = agent.get()] {
        isWaiting.set_value();
        for (; login.result == SSH_AUTH_AGAIN; client->step(session.get(), userName(), login)) {
            pollfd waiting = {ssh_get_fd(session.get()), POLLIN, 0};
            poll(&waiting, 1, 1000);
        }
    });
    isWaiting.get_future().wait();
    QElapsedTimer clock;
    clock.start();
    agent.reset();
    QVERIFY(clock.elapsed() < 20'000); // not the 45 s that a signature may take
}

void TestAgentClient::liarIsNotBelieved_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("hangs up") << QByteArray();
    QTest::newRow("failure") << QByteArray("\0\0\0\1\5", 5);
    QTest::newRow("no length") << QByteArray("\0\0\0\0", 4);
    QTest::newRow("length of 4 GiB") << QByteArray("\377\377\377\377\14", 5);
    QTest::newRow("more keys than bytes") << QByteArray("\0\0\0\5\14\377\377\377\377", 9);
    QTest::newRow("key longer than the answer") << QByteArray("\0\0\0\11\14\0\0\0\1\0\0\377\377", 13);
}

void TestAgentClient::liarIsNotBelieved()
{
    QFETCH(QByteArray, answer);
    const QString path = in("liar");
    QFile::remove(path);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const QByteArray name = path.toUtf8();
    std::copy(name.begin(), name.end(), address.sun_path);
    QCOMPARE(bind(listener, reinterpret_cast<const sockaddr *>(&address), sizeof(address)), 0);
    QCOMPARE(listen(listener, 5), 0);
    std::thread liar([&] {
        const int fd = accept(listener, nullptr, nullptr);
        char question[64];
        [[maybe_unused]] const auto count = read(fd, question, sizeof(question));
        [[maybe_unused]] const auto written = write(fd, answer.constData(), size_t(answer.size()));
        close(fd);
    });
    AgentClient agent(path);
    QString problem;
    QVERIFY(agent.load(&problem).empty());
    QVERIFY(!problem.isEmpty());
    liar.join();
    close(listener);
}

QTEST_GUILESS_MAIN(TestAgentClient)
#include "tst_agentclient.moc"
