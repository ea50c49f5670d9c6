// RunSinks: the writer, as the engine's workers see it: each gathers its records in a batch of its own.

#pragma once

#include "engine/recordsink.h"
#include "output/writer.h"

#include <functional>
#include <mutex>
#include <vector>

namespace collector {

class RunSinks final : public RecordSinkFactory
{
public:
    // `seen` is told of every record before it is encoded, on the worker's thread; may be empty.
    RunSinks(Writer &writer, std::function<void(const Record &)> seen) : m_writer(writer), m_seen(std::move(seen)) {}

    [[nodiscard]] std::unique_ptr<RecordSink> make(std::function<void()> wake) override;
    // The writer has room again: wakes every worker. Any thread.
    void wakeAll();

private:
    class Sink;
    Writer &m_writer;
    std::function<void(const Record &)> m_seen;
    std::mutex m_mutex;
    std::vector<std::function<void()>> m_wakes;
};

} // namespace collector
