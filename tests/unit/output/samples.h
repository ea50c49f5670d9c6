// What the tests of the output room share: manifests, a run, records.

#pragma once

#include "model/record.h"
#include "model/runinfo.h"

#include <QJsonDocument>
#include <QTest>

namespace collector::samples {

inline std::shared_ptr<const Manifest> manifest(const QByteArray &json)
{
    QStringList errors;
    auto parsed = Manifest::parse(QJsonDocument::fromJson(json).object(), &errors);
    if (!parsed)
        qFatal("%s", qPrintable(errors.join(u'\n')));
    return parsed;
}

inline std::shared_ptr<const Manifest> pingManifest()
{
    return manifest(R"({"name":"ping","summary":"s","uses":["ping"],"facts":[
        {"name":"alive","type":"boolean","headline":true,"help":"h"},{"name":"method","type":"text","help":"h"},
        {"name":"rtt_avg_ms","type":"number","headline":true,"help":"h"}]})");
}

inline std::shared_ptr<const Manifest> factsManifest()
{
    return manifest(R"({"name":"ssh-facts","summary":"s","uses":["shell"],"facts_at_root":true,"facts":[
        {"name":"distribution","type":"text","headline":true,"help":"h"},{"name":"product_serial","type":"text","help":"h"},
        {"name":"all_ipv4_addresses","type":"list","headline":true,"help":"h"},{"name":"mounts","type":"list","help":"h"},
        {"name":"processes","type":"any","help":"h"},{"name":"devices","type":"object","help":"h"},{"name":"*","type":"object","help":"h"}]})");
}

inline std::shared_ptr<RunInfo> run()
{
    auto info = std::make_shared<RunInfo>();
    info->id = "20261122T020000Z-4f1c";
    info->startedMs = 1'795'312'800'000;
    info->plugins = {{pingManifest(), "aa"}, {factsManifest(), "bb"}};
    info->options = QJsonObject{{QStringLiteral("plugin"), QStringLiteral("ping")}};
    info->inventorySha256 = "cafe";
    info->hosts = 3;
    return info;
}

inline JobResult job(const RunInfo &run, size_t index)
{
    return {Facts(run.plugins[index].manifest), Status::Ok, Cause::None, {}, 3};
}

// A host on which both jobs went well.
inline Record goodRecord(const RunInfo &run, const QByteArray &host)
{
    Record record;
    record.host = host;
    record.address = "10.0.0.11";
    record.groupsJson = R"(["prod","web"])";
    record.startedMs = 1'795'312'800'123;
    record.elapsedMs = 412;
    record.attempts = 1;
    record.jobs.push_back(job(run, 0));
    record.jobs.push_back(job(run, 1));
    record.jobs[0].facts.set("alive", true);
    record.jobs[0].facts.set("rtt_avg_ms", 0.25);
    record.jobs[1].facts.set("distribution", "Debian");
    concludeFromJobs(record);
    return record;
}

// A host of which nothing was heard.
inline Record silentRecord(const RunInfo &run, const QByteArray &host, Cause cause = Cause::ConnectTimeout)
{
    Record record;
    record.host = host;
    record.address = "10.4.0.9";
    record.startedMs = 1'795'312'801'000;
    record.attempts = 2;
    for (size_t i = 0; i < run.plugins.size(); ++i) {
        record.jobs.push_back(job(run, i));
        record.jobs.back().status = Status::Unreachable;
        record.jobs.back().cause = cause;
        record.jobs.back().message = QStringLiteral("nothing was heard within 10 s");
    }
    concludeFromJobs(record);
    return record;
}

} // namespace collector::samples
