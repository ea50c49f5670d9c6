// CrashNotes: tells the next run which plugin, on which host, ended this one. A worker says what it is about to resume; when
// the process gets a signal that ends it (SEGV, BUS, ILL, FPE, ABRT), a note with those names is appended to the journal,
// and the signal takes its course. An ordinary kill leaves none: then nobody is to blame.
//
// One object a process, made after the writer is open, destroyed before it. Costs two stores for each resumption.

#pragma once

#include <QByteArrayView>

#include <memory>

namespace collector {

class CrashNotes
{
public:
    explicit CrashNotes(int journalDescriptor);
    ~CrashNotes();
    CrashNotes(const CrashNotes &) = delete;
    CrashNotes &operator=(const CrashNotes &) = delete;

    // Once on each worker's thread, for its life: a signal stack of its own, so that a stack that ran over can be noted.
    class Thread
    {
    public:
        Thread();
        ~Thread();
        Thread(const Thread &) = delete;
        Thread &operator=(const Thread &) = delete;

    private:
        std::unique_ptr<char[]> m_stack;
    };

    // What this thread runs from now on: the bytes must outlive it, or the next call. Empty: nothing of a plugin.
    static void running(QByteArrayView host, QByteArrayView plugin) noexcept;
    static void idle() noexcept { running({}, {}); }
};

} // namespace collector
