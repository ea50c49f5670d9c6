// JobOptions: the options of the selected plugins, from the command line (`--x V`, `-O plugin.x=V`) and the configuration, and
// for each host its variables `<plugin>_<option>` between the two. Immutable once made; any thread.

#pragma once

#include "cli/runoptions.h"

#include <collector/joberror.h>
#include <collector/options.h>

#include <QJsonObject>
#include <QJsonValue>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace collector {

class JobOptions
{
public:
    // Throws UsageError: an option that no selected plugin declares, one that two declare, a value that is none.
    JobOptions(const RunOptions &options, const std::vector<std::shared_ptr<const Manifest>> &plugins);

    // Of the job of that number, as far as command line and configuration say.
    [[nodiscard]] const Options &common(int job) const { return m_jobs[size_t(job)].common; }
    // The same, for Job::prepare(): null where there is a variable for it, but nothing that holds for all hosts.
    [[nodiscard]] Options forPreparation(int job, const std::function<bool(const QByteArray &)> &isHostVariable) const;
    // With a host's own variables. `variable` gives the value of one, undefined where there is none. Throws JobError
    // (bad_variable).
    [[nodiscard]] Options forHost(int job, const std::function<QJsonValue(const QByteArray &)> &variable) const;

    // What was given, for the record of the run: `plugin.option` → value; of secrets `***`.
    [[nodiscard]] QJsonObject given() const;
    // These alone, as given.
    [[nodiscard]] QJsonObject secrets() const;
    // The files that options name for all hosts: the option as typed → the path.
    [[nodiscard]] std::vector<std::pair<QString, QByteArray>> files() const;
    // plugin.rate= of -O, where it was given.
    [[nodiscard]] std::optional<double> rate(int job) const { return m_jobs[size_t(job)].rate; }

private:
    struct Job
    {
        std::shared_ptr<const Manifest> manifest;
        Options common;
        QList<QJsonValue> values;          // by option; undefined: not given
        std::vector<char> isFromLine;      // by option: the host's variable does not count
        std::vector<QByteArray> variables; // by option: the name of the host's variable
        std::optional<double> rate;
    };
    void give(Job &job, const QString &option, const QString &value, bool isFromLine, const QString &place);
    void giveFull(const QString &text, bool isFromLine, const QString &place);
    template<typename Use>
    void forEachGiven(const Use &use) const;
    void giveForeign(const CommandLine::Foreign &foreign);

    std::vector<Job> m_jobs;
};

} // namespace collector
