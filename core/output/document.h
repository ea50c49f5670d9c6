// Document: what a format puts before, around and after the records. Takes batches as the workers encoded them; on the
// writer's thread. False from any of these: the sink failed, and says why.

#pragma once

#include "output/batch.h"
#include "output/bytesink.h"
#include "output/columns.h"

#include <memory>

namespace collector {

class Document
{
public:
    // What a document says of the run, at its beginning and at its end.
    struct Frame
    {
        QByteArray run; // the object, as JSON, without `host_keys_added`
        Columns columns;
        bool canPatch = false; // the sink is a plain file: bytes at its beginning may be written again at the end
        int tableWidth = 0;
    };
    struct Ending
    {
        QByteArray summary; // the object, as JSON
        quint64 hostKeysAdded = 0;
    };

    [[nodiscard]] static std::unique_ptr<Document> make(OutputSpec::Format format, Frame frame);
    virtual ~Document();
    Document(const Document &) = delete;
    Document &operator=(const Document &) = delete;

    virtual bool begin(ByteSink &sink) = 0;
    virtual bool add(const Batch &batch, ByteSink &sink) = 0;
    // What is held back for the eye's sake may go out now: nothing came for a while.
    virtual bool pause(ByteSink &sink);
    virtual bool end(const Ending &ending, ByteSink &sink) = 0;

protected:
    Document() = default;
};

} // namespace collector
