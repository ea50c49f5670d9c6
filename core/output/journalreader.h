// JournalReader: what a journal holds, up to the first line that is not whole: that one was being written when the run ended.
// Foreign bytes, as after a power cut. One thread.

#pragma once

#include "output/journal.h"

namespace collector {

class JournalReader
{
public:
    // Nothing, and why in `error`, where there is none that can be read, or its header is none. Nothing, and no error, where not one
    // line of it is whole: no run has begun with it, and it counts as none.
    [[nodiscard]] static std::unique_ptr<JournalReader> open(const QByteArray &path, QString *error);

    [[nodiscard]] const JournalHeader &header() const { return m_header; }

    struct Entry
    {
        QByteArrayView line; // without its newline; valid until the next call
        std::optional<RecordHead> record;
        std::optional<CrashNote> crash; // or else this
    };
    // False at the end of what is whole, and where error() is set.
    [[nodiscard]] bool next(Entry &entry);
    [[nodiscard]] const QString &error() const { return m_error; }

    // How many bytes are whole, as far as was read.
    [[nodiscard]] qint64 wholeBytes() const { return m_wholeBytes; }

private:
    JournalReader(QByteArray path, std::unique_ptr<ByteSource> source) : m_path(std::move(path)), m_source(std::move(source)) {}
    [[nodiscard]] bool nextLine(QByteArrayView &line);

    QByteArray m_path;
    std::unique_ptr<ByteSource> m_source;
    QByteArray m_buffer;
    qsizetype m_at = 0;
    qint64 m_wholeBytes = 0;
    JournalHeader m_header;
    QString m_error;
};

} // namespace collector
