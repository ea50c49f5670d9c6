// RunPreparation: from the user's words to a run that could begin: plugins loaded, inventory read, hosts selected, secrets
// asked for. Nothing is contacted. Each step throws UsageError, and then the run ends with status 2. Main thread.

#pragma once

#include "cli/deadlinetime.h"
#include "cli/hostsettings.h"
#include "cli/inventorysource.h"
#include "cli/runoptions.h"
#include "cli/selectedplugins.h"
#include "engine/plan.h"
#include "inventory/selection.h"
#include "model/runinfo.h"
#include "output/outputspec.h"
#include "ssh/agentclient.h"
#include "ssh/secret.h"

#include <QTextStream>

#include <functional>
#include <memory>

namespace collector {

class RunPreparation
{
public:
    explicit RunPreparation(const RunOptions &options);

    const RunOptions &options;
    SelectedPlugins selected;
    QByteArray inventorySha256;
    std::shared_ptr<const Selection> selection;
    QByteArray shardText; // K/N; empty: no --shard
    std::shared_ptr<const SshConfig> sshConfig;
    std::shared_ptr<Credentials> credentials;
    std::shared_ptr<AgentClient> agent; // null: there is none, or it holds no key
    std::shared_ptr<const HostSettings> settings;
    QList<OutputSpec> outputs;
    bool sparesFiles = false;            // --rerun found nobody: what is there stays, and outputs are streams alone
    QList<QByteArray> recordedVariables; // --vars
    RunLimits limits;
    double pingRate = 0; // packets a second
    std::optional<DeadlineTime> deadline;

    [[nodiscard]] bool isSelected(QByteArrayView plugin) const;
    [[nodiscard]] bool usesShell() const;
    // Gives the names of all selected hosts, where these may be others than those of an interrupted run whose options are the same; else
    // empty.
    [[nodiscard]] std::function<void(const std::function<void(QByteArrayView)> &)> eachSelectedOnResume() const;
    // The object `run`: id, start, plugins, options.
    [[nodiscard]] RunInfo describe(qint64 nowMs) const;

private:
    void selectPlugins();
    void guardInputs();
    void guardFilesOf(const LoadResult &inventory) const;
    void readInventory();
    void checkRerun(const SelectionOptions &select, bool isEmpty) const;
    void guardResult(const QString &result, bool hasHosts);
    void readSshConfigs();
    void gatherCredentials();
    void parseOutputs();
    void decideLimits();

    std::optional<Secret> m_environmentPassword; // until gatherCredentials()
};

} // namespace collector
