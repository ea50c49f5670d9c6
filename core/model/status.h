// Status: how a host, or a job on it, ended. The words are those of the record.

#pragma once

#include <QByteArrayView>

#include <optional>

namespace collector {

enum class Status : quint8 { Ok, Unreachable, Partial, Failed, Cancelled, Skipped };

inline constexpr int statusCount = int(Status::Skipped) + 1;

// The contract's word, such as "unreachable". Static storage.
[[nodiscard]] QByteArrayView statusName(Status status);
[[nodiscard]] std::optional<Status> statusFromName(QByteArrayView name);

} // namespace collector
