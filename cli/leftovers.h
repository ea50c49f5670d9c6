// Leftovers: what lies beside the outputs of a verb while it writes them: locks, and files and folders that have no name yet. INT and TERM
// end such a verb at once, for there is nothing that could be ended in good order; while this lives, what it was told of goes with them.
//
// Made and destroyed on the thread that those signals come to, before the locks that it was told of are released.

#pragma once

#include "output/filehandle.h"
#include "output/outputlocks.h"

#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

namespace collector {

class Leftovers
{
public:
    Leftovers();
    ~Leftovers();
    Leftovers(const Leftovers &) = delete;
    Leftovers &operator=(const Leftovers &) = delete;

    // The files of these locks, and what is written under them.
    void add(const OutputLocks &locks);
    // A folder that was made for files of ours: it goes where nothing else is in it.
    void addFolder(const QByteArray &path);
    // The outputs are about to get their names: nothing is left over any more, and a signal waits until this is destroyed.
    void forget();

private:
    void watch();

    sigset_t m_maskBefore{};
    FileHandle m_signals;
    FileHandle m_end;
    std::mutex m_mutex;
    std::vector<QByteArray> m_paths;
    std::vector<QByteArray> m_folders;
    std::thread m_thread; // last: it uses all of the above
};

} // namespace collector
