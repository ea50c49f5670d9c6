// Resolves host patterns against an inventory as `ansible --list-hosts` does, in its order. Beyond Ansible's: an address, CIDR or
// range as pattern, and a pattern that matches nothing is a mistake which names what comes nearest. One thread.
#pragma once

#include "inventory/hostaddress.h"
#include "inventory/hostset.h"
#include "inventory/inventory.h"

#include <QByteArrayList>

#include <optional>

namespace collector {

class PatternEvaluator final
{
public:
    enum class Unmatched { Refuse, Warn, Ignore };

    explicit PatternEvaluator(const Inventory &inventory) : m_inventory(inventory), m_tables(inventory.tables()) {}

    /// Texts of -l or -x, cut into single patterns; "@file" read. Nothing where a file cannot be read.
    struct Single
    {
        QByteArray text;
        bool fromFile = false; // a retry file may name hosts that are gone
    };
    [[nodiscard]] std::optional<std::vector<Single>> split(const QList<QByteArray> &texts);

    /// Hosts, each once. Nothing on error.
    [[nodiscard]] std::optional<HostSet> evaluate(const std::vector<Single> &patterns, Unmatched unmatched);

    [[nodiscard]] const QByteArray &error() const { return m_error; }
    [[nodiscard]] const QByteArrayList &warnings() const { return m_warnings; }

private:
    [[nodiscard]] std::optional<HostSet> evaluateOne(const Single &pattern, Unmatched unmatched);
    [[nodiscard]] HostSet byName(const class NamePattern &pattern, bool &groupMatched) const;
    [[nodiscard]] HostSet byAddress(const AddressRange &range) const;
    [[nodiscard]] QByteArray nearest(QByteArrayView name) const;

    const Inventory &m_inventory;
    const InventoryTables &m_tables;
    const HostAddressGrammar m_grammar;
    QByteArray m_error;
    QByteArrayList m_warnings;
};

} // namespace collector
