// An agent's list of keys: whoever has put a socket there may say anything.

#include "ssh/agentanswer.h"

#include <cstdlib>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const auto keys = keysInAnswer(bytes);
    qsizetype total = 0;
    for (const QByteArray &key : keys.value_or(std::vector<QByteArray>()))
        total += key.size();
    if (total > bytes.size())
        std::abort();
    if (keys && keysInAnswer(answerWithKeys(*keys)) != keys)
        std::abort();
    return 0;
}
