// ChangeFold: gathers changes of facts host by host and gives them back by fact, alike ones folded over hosts. What does not fit
// into a fixed amount of memory waits on the disk (RecordStore), so a fleet in which every host has new values of its own
// costs no more than one in which none has. One thread; first add(), then forEachFact().

#pragma once

#include "output/compare/hostnames.h"
#include "output/compare/recorddiff.h"
#include "output/compare/recordstore.h"

#include <QHash>

#include <functional>
#include <vector>

namespace collector {

// A change that one host or more have alike.
struct FoldedChange
{
    FactChange::Kind kind = FactChange::Kind::Value;
    QByteArray before; // JSON, empty: was not there
    QByteArray after;
};

// All changes of one fact.
struct FactChanges
{
    struct Group
    {
        RecordRef entry;
        HostNumbers hosts; // in the order in which they were added
    };

    FactSpec::Class factClass;
    QByteArray path;
    quint64 hostCount = 0;
    std::vector<Group> groups; // the largest first
};

class ChangeFold
{
public:
    void add(HostNumber host, const FactChange &change);

    // Every fact that changed, by class and then by name; `visit` may look into its groups with read(). False on an error().
    [[nodiscard]] bool forEachFact(const std::function<void(const FactChanges &)> &visit);
    [[nodiscard]] FoldedChange read(const FactChanges::Group &group);

    [[nodiscard]] quint64 count(FactSpec::Class factClass) const { return m_counts[size_t(factClass)]; }
    [[nodiscard]] quint64 count() const;
    [[nodiscard]] const QString &error() const { return m_store.error(); }

private:
    struct Fact
    {
        FactSpec::Class factClass;
        QByteArray path;
        std::vector<RecordRef> pieces; // in the store
        QByteArray pending;            // entries that are not there yet
    };

    Fact &factOf(const FactChange &change);
    void flush(Fact &fact);
    [[nodiscard]] FactChanges folded(Fact &fact);

    QHash<QByteArray, quint32> m_numbers;
    std::vector<Fact> m_facts;
    std::array<quint64, 6> m_counts{};
    qsizetype m_pendingBytes = 0;
    RecordStore m_store;
};

} // namespace collector
