// Event: something that a coroutine waits for and a callback brings: a signal of Qt's, a library's callback. On the job's thread.
//
//     const std::unique_ptr<Event> done = job.makeEvent();
//     QObject::connect(reply, &QNetworkReply::finished, reply, [&done] { done->set(); });
//     co_await done->wait();
//
// The waiter is resumed at its turn, never from within the callback. Whoever may call set() must not outlive the event.

#pragma once

#include "export.h"
#include "joberror.h"
#include "task.h"

namespace collector {

class COLLECTOR_SDK Event
{
public:
    Event();
    virtual ~Event();
    Event(const Event &) = delete;
    Event &operator=(const Event &) = delete;

    // It has happened. Again is as good as once.
    virtual void set() = 0;

    // Until it has happened: at once, where it has. One waiter at a time: a second one throws JobError (plugin_error).
    virtual Task<> wait() = 0;

protected:
    [[nodiscard]] static JobError waitedForTwice();
};

} // namespace collector
