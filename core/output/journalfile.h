// JournalFile: the journal as it is written: appended to, synced, removed. A line is whole in it or not there, also when the
// disk is full. The writer's thread; opened on the main one.

#pragma once

#include "output/filehandle.h"
#include "output/journal.h"

#include <QByteArray>
#include <QString>

namespace collector {

class JournalFile
{
public:
    JournalFile() = default;

    // A new one at `path`, which must not exist, with its header synced. Not open, and why in `error`, where it cannot be had.
    [[nodiscard]] static JournalFile create(const QByteArray &path, const JournalHeader &header, QString *error);
    // Goes on behind the first `wholeBytes` of one that exists; the rest is cut off.
    [[nodiscard]] static JournalFile reopen(const QByteArray &path, qint64 wholeBytes, QString *error);

    [[nodiscard]] bool isOpen() const { return m_file.isOpen(); }
    [[nodiscard]] int descriptor() const { return m_file.get(); }
    [[nodiscard]] const QByteArray &path() const { return m_path; }

    bool append(QByteArrayView lines);
    bool sync();
    // It becomes `path`, in place of what is there.
    bool moveTo(const QByteArray &path);
    void remove();
    [[nodiscard]] const QString &error() const { return m_error; }

private:
    JournalFile(QByteArray path, FileHandle file) : m_path(std::move(path)), m_file(std::move(file)) {}
    bool fail();

    QByteArray m_path;
    FileHandle m_file;
    bool m_isDirty = false;
    QString m_error;
};

} // namespace collector
