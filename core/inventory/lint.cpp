#include "inventory/lint.h"

#include "inventory/connectionvariables.h"
#include "inventory/hostview.h"
#include "inventory/inventorytables.h"
#include "inventory/repeatedfindings.h"

#include "model/utf8.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace collector {

namespace {

constexpr qsizetype mostFindings = 1000;
constexpr size_t mostMisspelt = 100; // names, each looked for at every host

bool isLikeAddress(QByteArrayView text)
{
    return text.contains('.') && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

/// A number that is none of a port. Other texts may be names of services.
bool isNoPort(const QString &text)
{
    bool isNumber = false;
    const double number = text.toDouble(&isNumber);
    return isNumber && (number < 1 || number > 65535 || number != std::floor(number));
}

class Lint final
{
public:
    explicit Lint(const Inventory &inventory) : m_inventory(inventory), m_tables(inventory.tables()) {}

    QList<Diagnostic> run()
    {
        checkGroups();
        checkHosts();
        checkVariables();
        checkNames();
        return m_findings + m_repeated.toDiagnostics();
    }

private:
    void add(quint32 file, quint32 line, QByteArray message, QByteArray remedy)
    {
        if (m_findings.size() < mostFindings)
            m_findings.append(
                {Diagnostic::Warning, m_tables.files[file], static_cast<int>(line), 0, {}, std::move(message), std::move(remedy)});
    }
    QByteArray text(TextId id) const { return m_tables.texts.text(id).toByteArray(); }
    /// Those that have an entry of their own are not the range's.
    quint64 hostsOf(HostIndex host) const
    {
        return m_tables.isLone(host) ? 1 : m_tables.hostCount(host) - m_tables.ranges[m_tables.hosts[host].range].singled.size();
    }

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
            if (entry.range == noIndex && isLikeAddress(name) && !IpAddress::parse(name))
                add(entry.file, entry.line, "host '" + name + "' looks like an address and is none", "four numbers from 0 to 255");
            checkConnection(host);
        }
    }

    /// Variables that a run cannot use, where it would look at them.
    void checkConnection(HostIndex host)
    {
        const SelectedHost selected = m_inventory.hostAt(host, 0);
        if (!selected.hasVariables())
            return;
        const auto skip = selected.variable("collector_skip");
        if (skip && skip->state == Variable::Ready && isTruthy(skip->value)) // left out on purpose
            return;
        const auto connection = selected.variable("ansible_connection");
        if (connection && connection->state == Variable::Ready && !connection->value.isNull() &&
            !isCollectedConnection(textOf(*connection))) {
            found(host, *connection,
                  "ansible_connection is " + Diagnostic::presentable(textOf(*connection).toUtf8()) +
                      ", which is not collected over SSH: skipped in a run",
                  "collector_skip=true says that it is meant");
            return;
        }
        for (const QByteArrayView name : connectionVariables()) {
            const auto variable = selected.variable(name);
            if (variable && variable->state == Variable::Ready)
                checkValue(host, name, *variable);
            else if (variable && name != "collector_skip") // which leaves out nobody then
                found(host, *variable, name.toByteArray() + " cannot be used: " + variable->problem,
                      remedyOfVariable(name) + "; as it is, the host ends as bad_variable" +
                          (isOfBecoming(name) ? " where it is to become another user" : ""));
        }
    }

    void checkValue(HostIndex host, QByteArrayView name, const Variable &variable)
    {
        const QString value = textOf(variable);
        const QByteArray shown = name.toByteArray() + " '" + Diagnostic::presentable(value.toUtf8()) + '\'';
        if (name.endsWith("_host") && isLikeAddress(value.toUtf8()) && !IpAddress::parse(value.toUtf8()))
            found(host, variable, shown + " looks like an address and is none", "four numbers from 0 to 255");
        else if (name.endsWith("_port") && isNoPort(value))
            found(host, variable, shown + " is no port", "a number from 1 to 65535");
    }

    static QString textOf(const Variable &variable)
    {
        return variable.text.isEmpty() ? variable.value.toString() : QString::fromUtf8(variable.text);
    }

    /// Where many hosts have the value, once.
    void found(HostIndex host, const Variable &variable, const QByteArray &message, const QByteArray &remedy)
    {
        m_repeated.add(variable.file, variable.line, message, remedy, hostsOf(host));
    }

    /// Names that mean nothing, each a letter away from one that decides how the host is reached.
    void checkNames()
    {
        std::vector<bool> isLookedAt(m_tables.texts.size());
        std::unordered_map<TextId, QByteArray> meant;
        for (VariableIndex i = 1; i < m_tables.variables.size(); ++i) {
            const VariableEntry &entry = m_tables.variables[i];
            if (!isLookedAt[entry.name] && meant.size() < mostMisspelt) {
                if (QByteArray known = meantVariable(m_tables.texts.text(entry.name)); !known.isEmpty())
                    meant.emplace(entry.name, std::move(known));
            }
            isLookedAt[entry.name] = true;
            if (meant.count(entry.name) != 0)
                addMisspelt(entry, meant, 0);
        }
        for (HostIndex host = 0; !meant.empty() && host < m_tables.hosts.size(); ++host) {
            const HostView view(m_inventory, host, 0);
            for (const auto &[name, known] : meant) {
                if (const VariableIndex found = view.find(name); found != 0)
                    addMisspelt(m_tables.variables[found], meant, hostsOf(host));
            }
        }
    }

    void addMisspelt(const VariableEntry &entry, const std::unordered_map<TextId, QByteArray> &meant, quint64 hosts)
    {
        const Value value = m_tables.load(entry.value);
        if (value.as<Value::List>() || value.as<Value::Map>()) // of no use to a connection: a list "ansible_users" is somebody's own
            return;
        m_repeated.add(m_tables.files[entry.file], static_cast<int>(entry.line),
                       "'" + text(entry.name) + "' is no variable that has an effect", "did you mean " + meant.at(entry.name) + '?', hosts);
    }

    /// One assignment that a later one of the same file hides, with another value. What a further source sets again is meant.
    void checkVariables()
    {
        std::vector<VariableIndex> own;
        const auto nameOf = [this](VariableIndex variable) { return m_tables.variables[variable].name; };
        for (HostIndex host = 0; host < m_tables.hosts.size() && m_findings.size() < mostFindings; ++host) {
            own.clear();
            for (VariableIndex each = m_tables.hosts[host].variables; each != 0; each = m_tables.variables[each].next)
                own.push_back(each);
            // The later ones stand first in the list, and so they do within their name.
            std::stable_sort(own.begin(), own.end(), [&](VariableIndex a, VariableIndex b) { return nameOf(a) < nameOf(b); });
            for (size_t i = 1; i < own.size(); ++i) {
                const VariableEntry &wins = m_tables.variables[own[i - 1]];
                const VariableEntry &hidden = m_tables.variables[own[i]];
                if (hidden.name != wins.name || hidden.file != wins.file || hidden.line == wins.line ||
                    m_tables.load(hidden.value).equals(m_tables.load(wins.value)))
                    continue;
                add(wins.file, wins.line,
                    "'" + text(wins.name) + "' of host '" + text(m_tables.hosts[host].name) + "' is set in line " +
                        QByteArray::number(hidden.line) + " too, and this one counts",
                    "keep one of them");
            }
        }
    }

    const Inventory &m_inventory;
    const InventoryTables &m_tables;
    QList<Diagnostic> m_findings;
    RepeatedFindings m_repeated{mostFindings};
};

} // namespace

QList<Diagnostic> lintInventory(const Inventory &inventory)
{
    return Lint(inventory).run();
}

} // namespace collector
