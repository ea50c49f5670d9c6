// SipHash-2-4 (Aumasson and Bernstein, 2012; reference: github.com/veorq/SipHash): for --shard, where the same name must hash to the
// same number on every machine and in every version; Qt's qHash promises neither. Pure, any thread.
#pragma once

#include <QByteArrayView>

#include <array>

namespace collector {

[[nodiscard]] quint64 sipHash24(QByteArrayView text, const std::array<quint64, 2> &key);

} // namespace collector
