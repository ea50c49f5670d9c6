// An executable inventory, run as Ansible runs it: --list, and where that tells nothing of the hosts, --host for each. Blocks until
// it is done, at most for the given time; kills what it started, children included. One thread, without an event loop.
#pragma once

#include "inventory/inventory.h"

#include <QProcess>

namespace collector {

class ExecutableSource final
{
public:
    ExecutableSource(QByteArray path, const LoadOptions &options) : m_path(std::move(path)), m_options(options) {}

    struct Output
    {
        QByteArray text;
        QByteArray problem; // empty when all went well
    };
    /// What `path arguments…` prints.
    [[nodiscard]] Output run(const QByteArrayList &arguments);
    /// What `path --host NAME` prints for each name, several at once; in their order. Ends at the first failure.
    [[nodiscard]] QList<Output> runForHosts(const QByteArrayList &names);

private:
    std::unique_ptr<QProcess> start(const QByteArrayList &arguments) const;
    Output finish(QProcess &process, std::chrono::milliseconds timeout) const;
    static void kill(QProcess &process);

    QByteArray m_path;
    const LoadOptions &m_options;
};

} // namespace collector
