#include "cli/runsinks.h"

namespace collector {

class RunSinks::Sink final : public RecordSink
{
public:
    explicit Sink(RunSinks &owner) : m_owner(owner), m_batch(owner.m_writer.takeBatch()) {}

    bool hasRoom() override { return m_owner.m_writer.hasRoom(); }
    void put(Record &&record) override
    {
        if (m_owner.m_seen)
            m_owner.m_seen(record);
        m_owner.m_writer.encoder().encode(record, m_batch);
        if (m_batch.bytes() >= Batch::handOver)
            handOver();
    }
    void flush() override
    {
        if (!m_batch.isEmpty())
            handOver();
    }

private:
    void handOver()
    {
        m_owner.m_writer.submit(std::move(m_batch));
        m_batch = m_owner.m_writer.takeBatch();
    }

    RunSinks &m_owner;
    Batch m_batch;
};

std::unique_ptr<RecordSink> RunSinks::make(std::function<void()> wake)
{
    const std::lock_guard lock(m_mutex);
    m_wakes.push_back(std::move(wake));
    return std::make_unique<Sink>(*this);
}

void RunSinks::wakeAll()
{
    const std::lock_guard lock(m_mutex);
    for (const auto &wake : m_wakes)
        wake();
}

} // namespace collector
