// CrashNotes: tells the next run which plugin, on which host, ended this one. When the process gets a signal that ends it
// (SEGV, BUS, ILL, FPE, ABRT) while a thread carries out a job (model/runningjob.h), a note with those names is appended to
// the journal and told on stderr, and the signal takes its course. A kill from outside leaves none: nobody is to blame. To call exit()
// while a run goes ends it the same way, as if it had been abort().
//
// One object a process, on the main thread, made once the writer is open and destroyed before it.

#pragma once

#include <array>
#include <csignal>
#include <memory>

namespace collector {

class CrashNotes
{
public:
    // `journal`: a descriptor opened with O_APPEND; -1: told, and not noted.
    explicit CrashNotes(int journal);
    ~CrashNotes();
    CrashNotes(const CrashNotes &) = delete;
    CrashNotes &operator=(const CrashNotes &) = delete;

    // On a worker's thread, for its life: a stack for the signal, so that a stack that ran over is noted as well.
    class Thread
    {
    public:
        Thread();
        ~Thread();
        Thread(const Thread &) = delete;
        Thread &operator=(const Thread &) = delete;

    private:
        std::unique_ptr<char[]> m_stack;
        stack_t m_before{};
    };

    static constexpr std::array signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
};

} // namespace collector
