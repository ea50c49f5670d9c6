#include "ssh/agentanswer.h"

#include "ssh/wirereader.h"

#include <algorithm>

namespace collector {

namespace {

constexpr char identitiesAnswer = 12;
constexpr quint32 mostKeys = 2048;

} // namespace

std::optional<std::vector<QByteArray>> keysInAnswer(const QByteArray &answer)
{
    WireReader reader(answer);
    if (reader.byte() != identitiesAnswer)
        return std::nullopt;
    const quint32 count = reader.uint32();
    std::vector<QByteArray> keys;
    for (quint32 i = 0; i < std::min(count, mostKeys) && reader.isGood(); ++i) {
        keys.push_back(reader.string().toByteArray());
        (void)reader.string(); // its comment
    }
    return reader.isGood() ? std::optional(std::move(keys)) : std::nullopt;
}

QByteArray answerWithKeys(const std::vector<QByteArray> &keys)
{
    QByteArray result = identitiesAnswer + WireReader::asUint32(quint32(keys.size()));
    for (const QByteArray &key : keys)
        result += WireReader::asString(key) + WireReader::asString("");
    return result;
}

} // namespace collector
