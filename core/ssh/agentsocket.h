// AgentSocket: one conversation with an ssh-agent (draft-miller-ssh-agent), question by question, each with a deadline.
//
// Blocks; so only on the threads of AgentClient. One thread at a time. Answers are bounded and are hostile bytes.

#pragma once

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>

namespace collector {

class AgentSocket
{
public:
    explicit AgentSocket(QString path);
    ~AgentSocket();
    AgentSocket(const AgentSocket &) = delete;
    AgentSocket &operator=(const AgentSocket &) = delete;

    // The answer's type and content, without the length. Nothing, with `problem`, if the agent cannot be reached or does not
    // answer in time; then the next question begins with a new connection.
    [[nodiscard]] std::optional<QByteArray> ask(const QByteArray &question, std::chrono::milliseconds patience, QString *problem);

    // From any thread: the question under way, and all later ones, end without an answer.
    void cancel();

    static constexpr quint32 largestMessage = 256 * 1024;

private:
    bool connect(QString *problem);
    void disconnect();

    const QString m_path;
    int m_fd = -1;
    const int m_cancel; // an eventfd
};

// Reads and writes whole messages: a length of four bytes, then so many. False at the end, at an error, when `deadline` has passed, when
// `cancel` (a descriptor, or -1) becomes readable.
[[nodiscard]] bool readMessage(int fd, QByteArray *message, std::chrono::steady_clock::time_point deadline, int cancel = -1);
[[nodiscard]] bool writeMessage(int fd, const QByteArray &message, std::chrono::steady_clock::time_point deadline, int cancel = -1);

} // namespace collector
