// Which hosts of an inventory a run goes through, and in which order: -l, -x, never=, --shard, --rerun. Made once, then constant;
// every const method may be called from any thread. Nothing is spelled out: a /8 costs as much as one host, and what the filters
// leave out of a range shows only when its index is asked for.
#pragma once

#include "inventory/inventory.h"

#include <QSet>

#include <memory>
#include <optional>
#include <vector>

namespace collector {

struct Shard
{
    quint32 number = 1; // from 1
    quint32 of = 1;

    /// "K/N", or "auto": from SLURM_ARRAY_TASK_ID and _COUNT (and _MIN), else JOB_COMPLETION_INDEX and JOB_COMPLETIONS. On failure
    /// nothing, and why in `problem`.
    [[nodiscard]] static std::optional<Shard> parse(QByteArrayView text, QByteArray *problem);
    /// By SipHash-2-4 with a fixed key, so that it is the same everywhere and for ever.
    [[nodiscard]] bool holds(QByteArrayView hostName) const;
};

struct SelectionOptions
{
    /// As after -l, each may hold several patterns. Empty: all.
    QList<QByteArray> limit;
    /// As after -x.
    QList<QByteArray> exclude;
    /// never= of the system configuration: as exclude; a pattern that matches nothing is no mistake there.
    QList<QByteArray> never;
    Shard shard;
    /// --rerun, --retry-failed: only these names.
    std::optional<QSet<QByteArray>> only;
};

class Selection final
{
public:
    struct Result
    {
        std::shared_ptr<const Selection> selection; // null on error
        QByteArray error;                           // for a person: which pattern, and what comes nearest
        QByteArrayList warnings;
    };
    [[nodiscard]] static Result make(std::shared_ptr<const Inventory> inventory, const SelectionOptions &options);
    ~Selection();
    Selection(const Selection &) = delete;
    Selection &operator=(const Selection &) = delete;

    /// How many indexes there are, 2^24 and more; every selected host has exactly one, not every index has a host.
    [[nodiscard]] quint64 candidates() const { return m_candidates; }
    /// The host at `index`, in Ansible's order; nothing where a filter leaves it out.
    [[nodiscard]] std::optional<SelectedHost> at(quint64 index) const;
    /// Whether -x or never= forbid to send anything there: for each resolved address, jump hosts' too.
    [[nodiscard]] bool isExcludedAddress(const IpAddress &address) const;
    [[nodiscard]] bool isExcludedAddress(const QHostAddress &address) const;
    [[nodiscard]] const Inventory &inventory() const { return *m_inventory; }

private:
    Selection();
    struct Parts;

    std::shared_ptr<const Inventory> m_inventory;
    std::unique_ptr<Parts> m_parts;
    quint64 m_candidates = 0;
};

} // namespace collector
