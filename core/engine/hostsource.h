// HostSource: the selected hosts, as the engine sees them: numbered, made one at a time, in any order, by any worker. The
// composition root stands an inventory's selection behind it.

#pragma once

#include <collector/cause.h>
#include <collector/host.h>
#include <collector/options.h>

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <memory>
#include <optional>

namespace collector {

// One host for one attempt: what jobs see of it, and what the engine must know before it starts. Made, used and destroyed on
// one worker's thread.
class PlannedHost : public Host
{
public:
    // ["prod","web"], shared by the hosts of the same groups; valid as long as the source.
    [[nodiscard]] virtual QByteArray groupsJson() const = 0;
    // Why this host is not to be contacted (excluded, unsupported_connection, bad_variable); None: it is.
    [[nodiscard]] virtual Cause refusal(QString *message) const = 0;
    // The options of a job (by its number in the plan) with the host's own variables laid over those of the command line; nothing
    // where it has none. Throws JobError (bad_variable) where one of them is not of the option's type.
    [[nodiscard]] virtual std::optional<Options> ownOptions(int job) const = 0;
    // The variables that --vars asks for.
    [[nodiscard]] virtual QJsonObject recordedVariables() const = 0;
};

class HostSource
{
public:
    virtual ~HostSource() = default;
    // The size of the index space: an upper bound of the hosts.
    [[nodiscard]] virtual quint64 candidates() const = 0;
    // The host of that index; null where the selection leaves it out (limit, shard, resumed). Any thread.
    [[nodiscard]] virtual std::unique_ptr<PlannedHost> at(quint64 index) const = 0;
};

} // namespace collector
