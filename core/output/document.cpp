#include "output/document.h"

#include "output/csvrow.h"
#include "output/table.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace collector {

namespace {

// One record a line, between the run and the summary.
class JsonDocument final : public Document
{
public:
    explicit JsonDocument(Frame frame) : m_frame(std::move(frame)) {}

    bool begin(ByteSink &sink) override
    {
        QByteArray head = "{\"schema\":\"collector/1\",\"run\":" + m_frame.run.chopped(1) + ",\"host_keys_added\":";
        // The number is known at the end: room for it where it can be put in then, else null (and it stands in the summary).
        m_keysAt = head.size();
        head += m_frame.canPatch ? QByteArray(keysRoom, ' ').replace(0, 1, "0") : QByteArray("null");
        head += "},\"hosts\":[";
        return sink.write(head);
    }

    bool add(const Batch &batch, ByteSink &sink) override
    {
        // The newline before each record instead of behind it, and a comma before all but the first.
        m_buffer.resize(batch.lines.size() + qsizetype(batch.entries.size()));
        char *at = m_buffer.data();
        const char *line = batch.lines.constData();
        for (const Batch::Entry &entry : batch.entries) {
            const char *const end = batch.lines.constData() + entry.lineEnd;
            if (!std::exchange(m_isFirst, false))
                *at++ = ',';
            *at++ = '\n';
            at = std::copy(line, end - 1, at);
            line = end;
        }
        return sink.write(QByteArrayView(m_buffer.constData(), at - m_buffer.constData()));
    }

    bool end(const Ending &ending, ByteSink &sink) override
    {
        if (!sink.write("\n],\"summary\":" + ending.summary + "}\n") || !sink.finish())
            return false;
        if (!m_frame.canPatch || ending.hostKeysAdded == 0)
            return true;
        const QByteArray keys = QByteArray::number(ending.hostKeysAdded);
        return keys.size() <= keysRoom && pwrite(sink.descriptor(), keys.constData(), size_t(keys.size()), m_keysAt) == keys.size();
    }

private:
    static constexpr qsizetype keysRoom = 10;

    Frame m_frame;
    qsizetype m_keysAt = 0;
    bool m_isFirst = true;
    QByteArray m_buffer;
};

class LinesDocument final : public Document
{
public:
    bool begin(ByteSink &) override { return true; }
    bool add(const Batch &batch, ByteSink &sink) override { return sink.write(batch.lines); }
    bool end(const Ending &, ByteSink &sink) override { return sink.finish(); }
};

class CsvDocument final : public Document
{
public:
    explicit CsvDocument(Columns columns) : m_columns(std::move(columns)) {}

    bool begin(ByteSink &sink) override
    {
        QByteArray header;
        appendCsvHeader(header, m_columns);
        return sink.write(header);
    }
    bool add(const Batch &batch, ByteSink &sink) override { return sink.write(batch.rows); }
    bool end(const Ending &, ByteSink &sink) override { return sink.finish(); }

private:
    Columns m_columns;
};

class TableDocument final : public Document
{
public:
    explicit TableDocument(Frame frame) : m_table(frame.columns, frame.tableWidth) {}

    bool begin(ByteSink &) override { return true; }
    bool add(const Batch &batch, ByteSink &sink) override { return sink.write(m_table.add(batch.cells)); }
    bool pause(ByteSink &sink) override { return sink.write(m_table.pause()); }
    bool end(const Ending &, ByteSink &sink) override { return sink.write(m_table.release()) && sink.finish(); }

private:
    Table m_table;
};

} // namespace

Document::~Document() = default;

bool Document::pause(ByteSink &)
{
    return true;
}

std::unique_ptr<Document> Document::make(OutputSpec::Format format, Frame frame)
{
    switch (format) {
    case OutputSpec::Format::Json:
        return std::make_unique<JsonDocument>(std::move(frame));
    case OutputSpec::Format::JsonLines:
        return std::make_unique<LinesDocument>();
    case OutputSpec::Format::Csv:
        return std::make_unique<CsvDocument>(std::move(frame.columns));
    case OutputSpec::Format::Table:
        return std::make_unique<TableDocument>(std::move(frame));
    case OutputSpec::Format::AnsibleCache:
        break; // a folder, no document
    }
    return nullptr;
}

} // namespace collector
