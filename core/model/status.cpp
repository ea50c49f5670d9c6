#include "model/status.h"

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr std::array<QByteArrayView, statusCount> names{"ok", "unreachable", "partial", "failed", "cancelled", "skipped"};

} // namespace

QByteArrayView statusName(Status status)
{
    return names[size_t(status)];
}

std::optional<Status> statusFromName(QByteArrayView name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        return std::nullopt;
    return Status(found - names.begin());
}

} // namespace collector
