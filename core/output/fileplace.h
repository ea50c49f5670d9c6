// FilePlace: where a file lies or would lie, whatever its name and the links on the way to it. To be asked whether two names are one file,
// before one of them is written. A plain value.

#pragma once

#include <QByteArray>
#include <QString>

namespace collector {

struct FilePlace
{
    QString path; // links resolved; empty: it is a stream, or its folder is not there
    quint64 device = 0;
    quint64 node = 0; // 0: it is not there yet

    [[nodiscard]] static FilePlace of(const QByteArray &path);
    [[nodiscard]] bool isSame(const FilePlace &other) const;
};

} // namespace collector
