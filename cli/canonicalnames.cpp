#include "cli/canonicalnames.h"

namespace collector {

namespace {

constexpr std::chrono::seconds resolveTime(10);

// Empty: none of them exists.
Task<QByteArray> firstThatExists(SshWorker &worker, QList<QByteArray> names)
{
    for (const QByteArray &name : names) {
        const Deadline deadline = worker.reactor.after(resolveTime);
        try {
            // As it is, without the search list of resolv.conf: by that one, a name that does not exist may be another's.
            const auto addresses = co_await worker.run.resolver.resolve(worker.reactor, name + '.', AddressFamily::Any, deadline);
        } catch (const JobError &) {
            continue;
        }
        co_return name;
    }
    co_return QByteArray();
}

} // namespace

Task<std::shared_ptr<const SshSettings>> lookedUpSettings(SshWorker &worker, const HostSettings &settings, const InventoryHost &host)
{
    HostSettings::CanonicalNames known;
    while (const auto lookup = settings.lookup(host, known)) {
        const QByteArray name = co_await firstThatExists(worker, lookup->names);
        if (name.isEmpty() && lookup->isOneRequired)
            throw JobError(lookup->isOfJumpHost ? Cause::JumpFailed : Cause::Dns,
                           QStringLiteral("no canonical name of %1%2 exists (CanonicalDomains of ssh_config)")
                               .arg(lookup->isOfJumpHost ? QStringLiteral("jump host ") : QString(), printable(lookup->host, 255)));
        known.emplace(lookup->names, name);
    }
    co_return settings.settings(host, known);
}

} // namespace collector
