// SSH2_AGENT_IDENTITIES_ANSWER (draft-miller-ssh-agent, 4.4): the keys that an agent holds, and the same the other way round.
//
// Foreign bytes: what does not fit is no answer. Pure functions; any thread.

#pragma once

#include <QByteArray>

#include <optional>
#include <vector>

namespace collector {

// Blobs, without their comments, at most 2,048. Nothing where these bytes are no such answer.
[[nodiscard]] std::optional<std::vector<QByteArray>> keysInAnswer(const QByteArray &answer);
[[nodiscard]] QByteArray answerWithKeys(const std::vector<QByteArray> &keys);

} // namespace collector
