// collector/plugin.h: the one header that a plugin includes.
//
//     class Uptime : public QObject, public collector::Job
//     {
//         Q_OBJECT
//         Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "uptime.json")
//         Q_INTERFACES(collector::Job)
//
//     public:
//         collector::Task<> run(collector::JobContext &job) override
//         {
//             const collector::ShellReply reply = co_await job.shell().run("cat /proc/uptime");
//             job.facts().set("seconds", reply.output.split(' ').first().toDouble());
//         }
//     };

#pragma once

#include "job.h"
#include "join.h"

#include <QObject>
