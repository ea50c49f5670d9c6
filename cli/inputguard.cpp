#include "cli/inputguard.h"

#include "output/livefile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <sys/stat.h>

namespace collector {

namespace {

// The files that patterns of hosts are read from: `@file`, alone or among others.
QList<QByteArray> patternFiles(const QList<QByteArray> &patterns)
{
    QList<QByteArray> files;
    for (QByteArray text : patterns) {
        for (QByteArray &word : text.replace(':', ',').split(',')) {
            word = word.trimmed();
            if (word.startsWith('!') || word.startsWith('&'))
                word.remove(0, 1);
            if (word.startsWith('@'))
                files.append(word.sliced(1));
        }
    }
    return files;
}

} // namespace

InputGuard::Place InputGuard::Place::of(const QByteArray &path)
{
    Place place;
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

bool InputGuard::Place::isSame(const Place &other) const
{
    return !path.isEmpty() && (path == other.path || (node != 0 && node == other.node && device == other.device));
}

InputGuard::InputGuard(const RunOptions &options, const QList<OutputSpec> &outputs)
{
    for (const OutputSpec &output : outputs)
        add(QStringLiteral("-o"), output.path, true);
    for (const char *name : {"summary", "log-file"}) {
        if (const auto path = options.value(QString::fromLatin1(name)))
            add(QStringLiteral("--") + QLatin1String(name), QFile::encodeName(*path), false);
    }
}

// By name alone: each of two hard links is replaced under its own.
void InputGuard::add(const QString &option, const QByteArray &path, bool isOutput)
{
    Written written{option + u' ' + QFile::decodeName(path), Place::of(path), isOutput};
    for (const Written &other : m_written) {
        if (!written.place.path.isEmpty() && written.place.path == other.place.path)
            throw UsageError(QStringLiteral("%1 is an output too, %2: give it a name of its own").arg(written.name, other.name));
    }
    m_written.push_back(std::move(written));
}

void InputGuard::refuse(const QString &what, const QByteArray &path, bool isResult) const
{
    const Place place = Place::of(path);
    for (const Written &written : m_written) {
        if (!(isResult && written.isOutput) && written.place.isSame(place))
            throw UsageError(QStringLiteral("%1 is %2 itself: name another file").arg(written.name, what));
    }
}

void InputGuard::check(const QString &what, const QByteArray &path) const
{
    refuse(what, path, false);
}

void InputGuard::checkResult(const QString &what, const QByteArray &path) const
{
    refuse(what, path, true);
}

void InputGuard::checkOptions(const RunOptions &options) const
{
    // Whoever reads it second would find it empty: no host, or none that is to be tried again.
    QStringList readers;
    if (options.values(QStringLiteral("inventory")).contains(u"-"))
        readers.append(QStringLiteral("-i"));
    for (const char *name : {"rerun", "since"}) {
        if (options.value(QString::fromLatin1(name)) == u"-")
            readers.append(QStringLiteral("--") + QLatin1String(name));
    }
    if (readers.size() > 1)
        throw UsageError(QStringLiteral("standard input can be that of %1, not of several").arg(readers.join(QStringLiteral(" or "))));
    for (const QByteArray &source : options.bytes(QStringLiteral("inventory"))) {
        if (!source.contains(','))
            check(QStringLiteral("the inventory"), source);
    }
    for (const char *name : {"limit", "exclude"}) {
        for (const QByteArray &file : patternFiles(options.bytes(QString::fromLatin1(name))))
            check(QStringLiteral("the file that --%1 reads").arg(QLatin1String(name)), file);
    }
    for (const char *name : {"identity", "password-file", "passphrase-file", "become-password-file", "known-hosts", "ssh-config"}) {
        for (const QByteArray &file : options.bytes(QString::fromLatin1(name)))
            check(QStringLiteral("the file of --%1").arg(QLatin1String(name)), file);
    }
    check(QStringLiteral("the configuration"), QFile::encodeName(options.configPath()));
    for (const char *name : {"rerun", "since"}) {
        if (const auto result = options.value(QString::fromLatin1(name)))
            checkResult(QStringLiteral("the result of --%1").arg(QLatin1String(name)), QFile::encodeName(*result));
    }
}

} // namespace collector
