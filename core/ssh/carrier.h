// Carrier: what carries a connection's bytes where its socket does not lead to the host: a channel of a jump host, or a process.
// Destroyed after the session over it. On the worker's thread.

#pragma once

#include <QString>

#include <optional>

namespace collector {

class Carrier
{
public:
    Carrier() = default;
    virtual ~Carrier() = default;
    Carrier(const Carrier &) = delete;
    Carrier &operator=(const Carrier &) = delete;

    // For a person: why it carries nothing any more; none while it does.
    [[nodiscard]] virtual std::optional<QString> loss() const = 0;
};

} // namespace collector
