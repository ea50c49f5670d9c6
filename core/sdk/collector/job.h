// Job: what a plugin does to one host, and JobContext, all that it is given to do it with.
//
// One Job object serves all hosts of a run: run() is called once for each, many of them at the same time, on several
// threads. State of a host lives in the coroutine, not in the Job. A job is cancelled by destroying its coroutine, at any
// co_await: destructors are all the clean-up there is.
//
// Every Task that run() makes it awaits, or destroys before it ends: one that is kept elsewhere is never resumed, and costs the job
// (plugin_error). Nothing of a JobContext may be used after run().

#pragma once

#include "event.h"
#include "facts.h"
#include "host.h"
#include "joberror.h"
#include "localprogram.h"
#include "options.h"
#include "pinger.h"
#include "remoteshell.h"
#include "task.h"
#include "tcpstream.h"

#include <QtPlugin>

#include <functional>
#include <memory>
#include <type_traits>

namespace collector {

class COLLECTOR_SDK JobContext
{
public:
    JobContext();
    virtual ~JobContext();
    JobContext(const JobContext &) = delete;
    JobContext &operator=(const JobContext &) = delete;

    [[nodiscard]] virtual const Host &host() const = 0;
    [[nodiscard]] virtual const Options &options() const = 0;
    [[nodiscard]] virtual Facts &facts() = 0;
    // The facts of a job that came before on this host (`"after"` in the manifest); null where it did not run.
    [[nodiscard]] virtual const Facts *factsOf(QByteArrayView plugin) const = 0;

    [[nodiscard]] virtual RemoteShell &shell() = 0; // needs "shell" in the manifest's `uses`
    [[nodiscard]] virtual Pinger &pinger() = 0;     // needs "ping"
    // A connection to a port of the host (needs "tcp"). Throws JobError: dns, no_route, refused, connect_timeout, …
    virtual Task<std::unique_ptr<TcpStream>> connectTcp(quint16 port, std::chrono::milliseconds timeout) = 0;

    // The host's address as a literal, as connectTcp() would use it (needs "tcp"): for libraries that connect by themselves. Throws
    // JobError: dns, excluded.
    virtual Task<QByteArray> resolve() = 0;

    // Runs a program of this machine (needs "program"), so many at once as the run allows. Throws JobError: local_limit where it cannot
    // be started, exec_timeout; a status other than 0, a signal and cut output are part of the reply.
    virtual Task<ShellReply> runLocally(LocalProgram program) = 0;

    virtual Task<> sleep(std::chrono::milliseconds duration) = 0;

    // For libraries that call back (event.h).
    [[nodiscard]] virtual std::unique_ptr<Event> makeEvent() = 0;
    // An object of this thread that lives as long as its worker: the parent of what a plugin keeps there.
    [[nodiscard]] virtual QObject *worker() = 0;
    // A permit to have one socket of Qt's open, given back when the last copy goes: at most 64 a worker, for Qt polls all of them on every
    // turn. qtnetwork.h asks for it.
    virtual Task<std::shared_ptr<void>> qtSocket() = 0;

    // Runs `function` on a pool thread and gives its result. What it uses it must own (copies, shared pointers): when the
    // job is cancelled meanwhile, it still runs to its end over there, and its result is dropped.
    template<typename Function>
    Task<std::invoke_result_t<Function>> blocking(Function function);

    // Marks the job `partial` with a cause, and goes on: facts were had, but not all of them.
    virtual void setPartial(Cause cause, const QString &message) = 0;

protected:
    virtual Task<> runBlocking(std::function<void()> function) = 0;
};

class COLLECTOR_SDK Job
{
public:
    Job();
    virtual ~Job();
    Job(const Job &) = delete;
    Job &operator=(const Job &) = delete;

    // Once, on the main thread, before the first host: `options` as on the command line; null where variables of hosts alone give one.
    // Throw JobError(BadVariable, …) to refuse them: the run ends with status 2 and that message.
    virtual void prepare(const Options &options);

    // One of the manifest's documents, as it is to be printed. Main thread. `script` is also asked for once after prepare(): where a
    // plugin sends a script to the hosts, its SHA-256 stands in the run.
    [[nodiscard]] virtual QByteArray document(QByteArrayView name);

    // On a worker's thread, once for each host. Throws JobError where it cannot go on.
    virtual Task<> run(JobContext &job) = 0;
};

template<typename Function>
Task<std::invoke_result_t<Function>> JobContext::blocking(Function function)
{
    using Result = std::invoke_result_t<Function>;
    if constexpr (std::is_void_v<Result>) {
        co_await runBlocking(std::move(function));
    } else {
        auto result = std::make_shared<std::optional<Result>>();
        std::function<void()> call = [result, work = std::move(function)]() mutable { result->emplace(work()); };
        co_await runBlocking(std::move(call));
        co_return std::move(**result);
    }
}

} // namespace collector

// The interface's version: it changes when a plugin built before would no longer work (core/sdk/README.md).
#define CollectorJob_iid "org.collector.Job/2"
Q_DECLARE_INTERFACE(collector::Job, CollectorJob_iid)
