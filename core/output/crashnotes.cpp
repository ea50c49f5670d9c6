#include "output/crashnotes.h"

#include "model/runningjob.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace collector {

namespace {

constexpr size_t stackSize = 64 * 1024;

// A signal handler has no other way to know these.
std::atomic<int> journalDescriptor{-1};
std::atomic<pid_t> runningProcess{0}; // 0: no run goes; a child that a plugin forked is none of ours
std::array<struct sigaction, CrashNotes::signals.size()> actionsBefore;

static_assert(std::atomic<int>::is_always_lock_free && std::atomic<pid_t>::is_always_lock_free);

// Text put together without memory of the heap. What does not fit is left out.
class NoteText
{
public:
    void append(const char *text)
    {
        while (*text != '\0')
            append(*text++);
    }
    void append(char c)
    {
        if (m_size < m_bytes.size())
            m_bytes[m_size++] = c;
    }
    // As the inside of a JSON string; bytes that are not ASCII are passed on as they are.
    void appendEscaped(const QByteArray &text)
    {
        static constexpr char digits[] = "0123456789abcdef";
        const qsizetype length = text.size() < 400 ? text.size() : 400;
        for (qsizetype i = 0; i < length; ++i) {
            const auto c = static_cast<unsigned char>(text.constData()[i]);
            if (c == '"' || c == '\\') {
                append('\\');
                append(char(c));
            } else if (c < 0x20) {
                append("\\u00");
                append(digits[c >> 4]);
                append(digits[c & 15]);
            } else {
                append(char(c));
            }
        }
    }
    void appendNumber(int number)
    {
        if (number >= 10)
            appendNumber(number / 10);
        append(char('0' + number % 10));
    }
    void writeTo(int descriptor) const { (void)!::write(descriptor, m_bytes.data(), m_size); }

private:
    std::array<char, 6000> m_bytes;
    size_t m_size = 0;
};

void note(int signal, const RunningJob &job, int descriptor)
{
    NoteText text;
    text.append("\n{\"crashed\":{\"host\":\""); // a line of its own, whatever stands before it
    text.appendEscaped(job.host);
    text.append("\",\"plugin\":\"");
    text.appendEscaped(job.plugin);
    text.append("\",\"signal\":");
    text.appendNumber(signal);
    text.append("}}\n");
    text.writeTo(descriptor);
}

// Whoever watches would else see no more than the shell's "Segmentation fault".
void tell(int signal, const RunningJob &job, bool hasJournal)
{
    NoteText text;
    text.append(isatty(STDERR_FILENO) ? "\ncollector: the plugin " : "collector: the plugin "); // behind the progress
    text.appendEscaped(job.plugin);
    text.append(" ended the run on host ");
    text.appendEscaped(job.host);
    text.append(" (signal ");
    text.appendNumber(signal);
    text.append(hasJournal ? "); the same command with --resume goes on, and passes that host over\n" : ")\n");
    text.writeTo(STDERR_FILENO);
}

// A slot of Qt's that a plugin left behind, say.
void tellOfNobody(int signal, bool hasJournal)
{
    NoteText text;
    text.append(isatty(STDERR_FILENO) ? "\ncollector: " : "collector: ");
    text.append("the run was ended (signal ");
    text.appendNumber(signal);
    text.append(") outside of every job's coroutine: by a slot or a thread of a plugin's, or a defect of collector's own");
    text.append(hasJournal ? "; the same command with --resume goes on\n" : "\n");
    text.writeTo(STDERR_FILENO);
}

void handle(int signal, siginfo_t *info, void *)
{
    const int problem = errno;
    const int descriptor = journalDescriptor.exchange(-1); // the first thread to crash is the one
    const bool isFromOutside = info->si_code == SI_USER;
    const bool isOurs = runningProcess.exchange(0) == getpid();
    if (isOurs && !isFromOutside && !runningJob)
        tellOfNobody(signal, descriptor >= 0);
    if (isOurs && !isFromOutside && runningJob) {
        if (descriptor >= 0)
            note(signal, *runningJob, descriptor);
        tell(signal, *runningJob, descriptor >= 0);
    }
    for (size_t i = 0; i < CrashNotes::signals.size(); ++i) {
        if (CrashNotes::signals[i] == signal)
            sigaction(signal, &actionsBefore[i], nullptr);
    }
    // A fault happens again on return; what was sent has to be sent again.
    if (info->si_code <= 0 && signal != SIGABRT)
        raise(signal);
    errno = problem;
}

// The run would end here with the status of whoever calls exit(), most often 0, and without a record: a crash it is.
void exited()
{
    if (runningProcess.load() != getpid())
        return;
    NoteText text;
    text.append("collector: exit() was called in the middle of the run, by a plugin or by a library that it uses\n");
    text.writeTo(STDERR_FILENO);
    abort();
}

} // namespace

CrashNotes::CrashNotes(int journal)
{
    static const bool isRegistered = std::atexit(exited) == 0;
    (void)isRegistered;
    journalDescriptor.store(journal);
    runningProcess.store(getpid());
    struct sigaction action
    {
    };
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < signals.size(); ++i)
        sigaction(signals[i], &action, &actionsBefore[i]);
}

CrashNotes::~CrashNotes()
{
    for (size_t i = 0; i < signals.size(); ++i)
        sigaction(signals[i], &actionsBefore[i], nullptr);
    runningProcess.store(0);
    journalDescriptor.store(-1);
}

CrashNotes::Thread::Thread() : m_stack(std::make_unique<char[]>(stackSize))
{
    stack_t stack{};
    stack.ss_sp = m_stack.get();
    stack.ss_size = stackSize;
    sigaltstack(&stack, &m_before);
}

CrashNotes::Thread::~Thread()
{
    sigaltstack(&m_before, nullptr);
}

} // namespace collector
