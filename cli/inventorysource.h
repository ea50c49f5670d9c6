// InventorySource: an inventory's selection, as the engine's source of hosts. Any thread; outlives the engine.

#pragma once

#include "cli/joboptions.h"
#include "engine/hostsource.h"
#include "inventory/selection.h"

#include <QHash>

#include <functional>
#include <memory>

namespace collector {

class InventorySource final : public HostSource
{
public:
    struct Setup
    {
        std::shared_ptr<const Selection> selection;
        std::shared_ptr<const JobOptions> jobs;
        QList<QByteArray> recordedVariables;            // --vars
        std::function<bool(const QByteArray &)> isDone; // a host that an interrupted run is done with; empty: none
        QHash<QByteArray, QString> crashed;             // hosts on which a plugin ended the interrupted run, and what to say of it
        bool needsConnection = false;                   // a job uses the shell
    };
    explicit InventorySource(Setup setup) : m_setup(std::move(setup)) {}

    [[nodiscard]] quint64 candidates() const override { return m_setup.selection->candidates(); }
    [[nodiscard]] std::unique_ptr<PlannedHost> at(quint64 index) const override;

private:
    friend class InventoryHost;
    const Setup m_setup;
};

// One host out of it. Transports find the inventory's handle here.
class InventoryHost final : public PlannedHost
{
public:
    InventoryHost(const InventorySource &source, SelectedHost host)
        : m_source(source),
          m_host(host),
          m_name(m_host.name()),
          m_hasVariables(m_host.hasVariables())
    {
    }

    QByteArray name() const override { return m_name; }
    QByteArray address() const override;
    QList<QByteArray> groups() const override { return m_host.groups(); }
    QJsonValue variable(QByteArrayView name) const override;
    QByteArray groupsJson() const override;
    Cause refusal(QString *message) const override;
    std::optional<Options> ownOptions(int job) const override;
    QJsonObject recordedVariables() const override;

    [[nodiscard]] const SelectedHost &selected() const { return m_host; }
    [[nodiscard]] bool hasVariables() const { return m_hasVariables; }
    // A variable that decides how the host is connected to; one without a value is none, as with Ansible. Throws JobError (bad_variable)
    // where it cannot be used as it stands.
    [[nodiscard]] std::optional<QJsonValue> connectionVariable(QByteArrayView name) const;
    // The same as text, as Ansible would hand it to ssh.
    [[nodiscard]] std::optional<QByteArray> connectionText(QByteArrayView name) const;
    [[nodiscard]] bool isLocal() const;

private:
    [[nodiscard]] std::optional<Variable> usable(QByteArrayView name) const;

    const InventorySource &m_source;
    const SelectedHost m_host;
    const QByteArray m_name;
    const bool m_hasVariables;
};

} // namespace collector
