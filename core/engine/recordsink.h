// RecordSink: where a worker's records go. One for each worker, used on its thread; only when a worker hangs, the engine
// calls put() and flush() in its place, never while the worker does. The composition root stands the output's writer
// behind it.

#pragma once

#include "model/record.h"

#include <functional>
#include <memory>

namespace collector {

class RecordSink
{
public:
    virtual ~RecordSink() = default;
    // Whether a further host may be taken: false while the disk is slower than we are.
    [[nodiscard]] virtual bool hasRoom() = 0;
    virtual void put(Record &&record) = 0;
    // Nothing more is to be expected in this turn: what has gathered goes to the writer.
    virtual void flush() = 0;
};

class RecordSinkFactory
{
public:
    virtual ~RecordSinkFactory() = default;
    // Main thread. `wake` is called, from any thread, when there is room again after hasRoom() said no.
    [[nodiscard]] virtual std::unique_ptr<RecordSink> make(std::function<void()> wake) = 0;
};

} // namespace collector
