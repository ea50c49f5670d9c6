// LiveFile: a regular file that appears whole under its name or not at all. It is written beside its place, as `.NAME.live`,
// with the owner, mode and access list of the file that it will replace; then synced, and renamed. No symbolic link is followed. Whoever
// makes one holds the lock of its place (outputlocks.h): two would write into one `.NAME.live`. Destroyed before it has its name, it leaves
// nothing.

#pragma once

#include "output/filehandle.h"

#include <QByteArray>
#include <QString>

#include <sys/stat.h>
#include <sys/types.h>

namespace collector {

// What stands at the place of an output.
enum class PlaceKind : quint8 { Nothing, RegularFile, Stream, SymbolicLink, Other };
[[nodiscard]] PlaceKind placeKind(const QByteArray &path);

// The descriptor that a name such as /dev/stdout or /dev/fd/3 means; -1: it means none.
[[nodiscard]] int namedDescriptor(const QByteArray &path);

// `.NAME` + suffix beside `path`; a slash at the end of a folder's name is ignored.
[[nodiscard]] QByteArray pathBeside(const QByteArray &path, QByteArrayView suffix);

// Syncs the folder that a file lies in, so that its name is there after a power cut.
bool syncFolderOf(const QByteArray &path);

// Gives a new file the owner, mode and access list of the one at `path` that it will replace; null: there is none, and it gets
// `newFileMode`. Set-id bits stay behind, as they do where somebody else writes into a file. False, and why in `error`, where it may not be
// given away.
[[nodiscard]] bool takeAfter(int descriptor, const struct stat *replaced, mode_t newFileMode, const QByteArray &path, QString *error);

class LiveFile
{
public:
    explicit LiveFile(QByteArray path) : m_path(std::move(path)), m_livePath(pathBeside(m_path, ".live")) {}
    ~LiveFile();
    LiveFile(const LiveFile &) = delete;
    LiveFile &operator=(const LiveFile &) = delete;

    // Makes it, empty, and gives a descriptor to write to. Not open, and why in `error`, where it cannot be had.
    [[nodiscard]] FileHandle create(mode_t newFileMode, QString *error);
    // The bytes are written: gives them the name `path`. The folder is for the caller to sync, once for all its files.
    [[nodiscard]] bool name(const QByteArray &path, QString *error);

    [[nodiscard]] const QByteArray &path() const { return m_path; }

private:
    QByteArray m_path;
    QByteArray m_livePath;
    bool m_isThere = false;
};

} // namespace collector
