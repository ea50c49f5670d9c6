#include "output/fileplace.h"

#include "output/livefile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <sys/stat.h>

namespace collector {

FilePlace FilePlace::of(const QByteArray &path)
{
    FilePlace place;
    if (path.isEmpty() || namedDescriptor(path) >= 0)
        return place;
    struct stat info
    {
    };
    const QFileInfo file(QFile::decodeName(path.endsWith('/') && path.size() > 1 ? path.chopped(1) : path));
    if (stat(path.constData(), &info) == 0) {
        if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
            return place;
        return {file.canonicalFilePath(), info.st_dev, info.st_ino};
    }
    const QString folder = QFileInfo(file.absolutePath()).canonicalFilePath();
    if (!folder.isEmpty())
        place.path = QDir(folder).filePath(file.fileName());
    return place;
}

bool FilePlace::isSame(const FilePlace &other) const
{
    return !path.isEmpty() && (path == other.path || (node != 0 && node == other.node && device == other.device));
}

} // namespace collector
