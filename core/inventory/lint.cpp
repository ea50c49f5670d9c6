#include "inventory/lint.h"

#include "inventory/hostview.h"
#include "inventory/inventorytables.h"

#include "model/utf8.h"

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr qsizetype mostFindings = 1000;

constexpr std::array connectionNames{"ansible_host",
                                     "ansible_port",
                                     "ansible_user",
                                     "ansible_ssh_host",
                                     "ansible_ssh_port",
                                     "ansible_ssh_user",
                                     "ansible_ssh_private_key_file",
                                     "ansible_connection",
                                     "ansible_become",
                                     "ansible_become_user"};

class Lint final
{
public:
    explicit Lint(const Inventory &inventory) : m_inventory(inventory), m_tables(inventory.tables()) {}

    QList<Diagnostic> run()
    {
        checkGroups();
        checkHosts();
        checkVariables();
        return std::move(m_findings);
    }

private:
    void add(quint32 file, quint32 line, QByteArray message, QByteArray remedy)
    {
        if (m_findings.size() < mostFindings)
            m_findings.append(
                {Diagnostic::Warning, m_tables.files[file], static_cast<int>(line), 0, {}, std::move(message), std::move(remedy)});
    }
    QByteArray text(TextId id) const { return m_tables.texts.text(id).toByteArray(); }

    void checkGroups()
    {
        for (GroupIndex group = 2; group < m_tables.groups.size(); ++group) {
            const GroupEntry &entry = m_tables.groups[group];
            if (entry.hosts.empty() && entry.children.empty())
                add(entry.file, entry.line, "group '" + text(entry.name) + "' is empty", "take it out, or add hosts");
        }
    }

    void checkHosts()
    {
        std::vector<bool> reachable(m_tables.hosts.size());
        for (const HostIndex host : m_tables.membersOf(InventoryTables::all))
            reachable[host] = true;
        for (HostIndex host = 0; host < m_tables.hosts.size() && m_findings.size() < mostFindings; ++host) {
            const HostEntry &entry = m_tables.hosts[host];
            const QByteArray name = text(entry.name);
            if (!reachable[host])
                add(entry.file, entry.line, "host '" + name + "' is lost: Ansible takes it out of `ungrouped`, and no other group has it",
                    "put it into a group of its own");
            if (!isUtf8(name))
                add(entry.file, entry.line, "the name of this host is not UTF-8", "save the file as UTF-8");
            if (name.contains(',') || name.endsWith(';'))
                add(entry.file, entry.line, "host '" + name + "' has a comma or semicolon in its name", "one host a line, without commas");
            const bool digits = std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
            if (entry.range == noIndex && digits && name.contains('.') && !IpAddress::parse(name))
                add(entry.file, entry.line, "host '" + name + "' looks like an address and is none", "four numbers from 0 to 255");
            checkConnection(host);
        }
    }

    /// Connection variables that cannot be used: the host would end as bad_variable.
    void checkConnection(HostIndex host)
    {
        const SelectedHost selected = m_inventory.hostAt(host, 0);
        if (!selected.hasVariables())
            return;
        for (const char *name : connectionNames) {
            const auto variable = selected.variable(name);
            if (variable && variable->state != Variable::Ready)
                m_findings.append({Diagnostic::Warning,
                                   variable->file,
                                   variable->line,
                                   0,
                                   {},
                                   QByteArray(name) + " of host '" + selected.name() + "' cannot be used: " + variable->problem,
                                   "the host would end as bad_variable"});
        }
    }

    /// One assignment that a later one on the same host hides, with another value.
    void checkVariables()
    {
        for (HostIndex host = 0; host < m_tables.hosts.size() && m_findings.size() < mostFindings; ++host) {
            const HostEntry &entry = m_tables.hosts[host];
            for (VariableIndex later = entry.variables; later != 0; later = m_tables.variables[later].next) {
                const VariableEntry &wins = m_tables.variables[later];
                const VariableIndex hidden = m_tables.findVariable(wins.next, wins.name);
                if (hidden == 0 || m_tables.variables[hidden].line == wins.line)
                    continue;
                add(wins.file, wins.line,
                    "'" + text(wins.name) + "' of host '" + text(entry.name) + "' is set in line " +
                        QByteArray::number(m_tables.variables[hidden].line) + " too, and this one counts",
                    "keep one of them");
            }
        }
    }

    const Inventory &m_inventory;
    const InventoryTables &m_tables;
    QList<Diagnostic> m_findings;
};

} // namespace

QList<Diagnostic> lintInventory(const Inventory &inventory)
{
    return Lint(inventory).run();
}

} // namespace collector
