// Output: one output of a run, from the first record to its name: a document in a file that appears whole or not at all, one
// in a stream, or a folder for Ansible. Opened on the main thread, then used by the writer's alone. After an error it takes
// nothing more; destroyed without name(), it leaves nothing.

#pragma once

#include "output/document.h"
#include "output/outputspec.h"

#include <sys/types.h>

#include <functional>
#include <memory>

namespace collector {

class Output
{
public:
    struct Setup
    {
        Document::Frame frame;
        mode_t newFileMode = 0600;
        QList<QByteArray> otherFactKeys;                               // of `facts`, that hold the facts of one plugin: not for Ansible
        std::function<void(const std::function<void()> &)> onTerminal; // wraps what is written to a terminal
        bool goesOn = false;                                           // with --resume
    };

    // Nothing, and why in `error`, where it cannot be written.
    [[nodiscard]] static std::unique_ptr<Output> open(const OutputSpec &spec, const Setup &setup, QString *error);
    virtual ~Output();
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    virtual bool begin() = 0;
    virtual bool add(const Batch &batch) = 0;
    virtual bool pause() = 0;                             // nothing came for a while: what is for eyes and pipes goes out
    virtual bool end(const Document::Ending &ending) = 0; // closed and synced
    virtual bool name(bool isPartial) = 0;                // takes its name, or that with `.partial`

    [[nodiscard]] const QByteArray &path() const { return m_path; } // its own, or the one that name() gave it
    [[nodiscard]] const QString &error() const { return m_error; }  // says which output
    // Whether name() does anything: false for streams.
    [[nodiscard]] virtual bool hasName() const { return true; }
    [[nodiscard]] const QStringList &notes() const { return m_notes; } // a few, of what was left out

protected:
    explicit Output(QByteArray path) : m_path(std::move(path)) {}
    bool fail(const QString &reason);
    void note(const QString &text);

    QByteArray m_path;
    QString m_error;
    QStringList m_notes;
};

} // namespace collector
