#include "inventory/selection.h"
#include "model/siphash.h"

namespace collector {

namespace {

// Fixed for ever: a change would move hosts between shards that run on different versions.
constexpr SipKey key{0x636f6c6c6563746fULL, 0x7273686172643031ULL};

constexpr quint32 mostShards = 1'000'000;

std::optional<quint32> parseNumber(const QByteArray &text)
{
    bool valid = false;
    const quint32 value = text.toUInt(&valid);
    return valid && !text.startsWith('+') ? std::optional(value) : std::nullopt;
}

/// Zero-based index and count, from the array job that this runs in.
std::optional<std::pair<qint64, qint64>> fromEnvironment()
{
    if (qEnvironmentVariableIsSet("SLURM_ARRAY_TASK_ID")) {
        const auto id = parseNumber(qgetenv("SLURM_ARRAY_TASK_ID"));
        const auto count = parseNumber(qgetenv("SLURM_ARRAY_TASK_COUNT"));
        // Slurm counts from what --array says, Kubernetes from 0.
        const auto lowest =
            qEnvironmentVariableIsSet("SLURM_ARRAY_TASK_MIN") ? parseNumber(qgetenv("SLURM_ARRAY_TASK_MIN")) : std::optional(1U);
        if (id && count && lowest)
            return std::pair(qint64(*id) - qint64(*lowest), qint64(*count));
        return std::nullopt;
    }
    const auto index = parseNumber(qgetenv("JOB_COMPLETION_INDEX"));
    const auto count = parseNumber(qgetenv("JOB_COMPLETIONS"));
    return index && count ? std::optional(std::pair(qint64(*index), qint64(*count))) : std::nullopt;
}

} // namespace

std::optional<Shard> Shard::parse(QByteArrayView text, QByteArray *problem)
{
    std::optional<std::pair<qint64, qint64>> share;
    if (text == "auto") {
        share = fromEnvironment();
        *problem = "--shard auto needs SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT, or JOB_COMPLETION_INDEX and JOB_COMPLETIONS, in the "
                   "environment";
    } else {
        *problem = "--shard takes K/N with K from 1 to N, as in 2/10, or auto, not \"" + text.toByteArray() + '"';
        const QByteArrayList fields = text.toByteArray().split('/');
        const auto k = parseNumber(fields.first());
        const auto n = parseNumber(fields.last());
        if (fields.size() == 2 && k && n)
            share = std::pair(qint64(*k) - 1, qint64(*n));
    }
    if (!share)
        return std::nullopt;
    if (share->first < 0 || share->first >= share->second || share->second > mostShards) {
        *problem = "--shard: " + QByteArray::number(share->first + 1) + " of " + QByteArray::number(share->second) +
                   ": K goes from 1 to N, N to a million";
        return std::nullopt;
    }
    problem->clear();
    return Shard{static_cast<quint32>(share->first) + 1, static_cast<quint32>(share->second)};
}

bool Shard::holds(QByteArrayView hostName) const
{
    return of <= 1 || sipHash(key, hostName.data(), static_cast<size_t>(hostName.size())) % of == number - 1;
}

} // namespace collector
