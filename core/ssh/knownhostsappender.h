// KnownHostsAppender: accept-new. Decides, for all workers alike, whether a new host's key is believed, and writes it down.
//
// accept() is thread-safe and never waits: the first session that shows a key for a name settles it for the run, the file is written by one
// thread of this object's own. Each line is one write to a file opened for appending, under flock(2), after a look at what another
// collector (or ssh) has added meanwhile; nothing is written twice. finish() waits for the last line and reports what could not be kept.

#pragma once

#include "ssh/knownhostsfile.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace collector {

class KnownHostsAppender
{
public:
    enum class Verdict {
        Added,     // nobody had it; it will be written
        Known,     // this run accepted the same key for this name before
        Different, // this run accepted another key for this name: refuse this one
        BadName,   // a name that cannot stand in such a file
    };

    KnownHostsAppender();
    ~KnownHostsAppender(); // as finish()
    KnownHostsAppender(const KnownHostsAppender &) = delete;
    KnownHostsAppender &operator=(const KnownHostsAppender &) = delete;

    // `name` as knownHostsName() gives it, of which lookup() knew no key (HostKeyVerdict::Unknown). `isHashed`: HashKnownHosts. A file that
    // is no regular one, as /dev/null, is believed to have been written. Without a file (UserKnownHostsFile none) the run alone remembers.
    [[nodiscard]] Verdict accept(const QString &file, const QByteArray &name, const QByteArray &blob, bool isHashed);

    // To be called once, when no session is left. For a person: files that could not be written, names for which another process wrote
    // another key meanwhile.
    [[nodiscard]] QStringList finish();

    [[nodiscard]] int added() const; // lines written: `run.host_keys_added`

    static constexpr std::chrono::seconds longestWaitForLock{10};

private:
    struct Entry
    {
        QByteArray name;
        QByteArray blob;
        bool isHashed;
    };

    // What is known of a file, on the writing thread alone.
    struct File
    {
        std::vector<std::unique_ptr<KnownHostsFile>> seen; // its text when first opened, then what others added
        quint64 inode = 0;
        qint64 size = 0;
        bool endsInMidLine = false;
    };

    void work();
    void write(const QString &path, const std::vector<Entry> &entries);
    [[nodiscard]] bool catchUp(int fd, const QString &path, File &file);
    void append(int fd, const QString &path, File &file, const Entry &entry);
    void complain(const QString &path, const QString &what);

    mutable std::mutex m_mutex;
    std::condition_variable m_wakeUp;
    std::map<std::pair<QString, QByteArray>, QByteArray> m_accepted; // file and name → key
    std::map<QString, std::vector<Entry>> m_waiting;
    QStringList m_problems;
    int m_added = 0;
    bool m_isOver = false;

    std::map<QString, File> m_files;
    std::thread m_thread;
};

} // namespace collector
