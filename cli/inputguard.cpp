#include "cli/inputguard.h"

#include "inventory/filekind.h"
#include "output/journal.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

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

bool isPrivateKey(const QByteArray &path)
{
    QFile file(QFile::decodeName(path));
    return QFileInfo(file).isFile() && file.open(QFile::ReadOnly) && file.read(64).contains(" PRIVATE KEY-----");
}

bool isPassedOver(const QString &pathInFolder)
{
    const QList<QByteArray> names = QFile::encodeName(pathInFolder).split('/');
    return std::any_of(names.begin(), names.end(), [](const QByteArray &name) { return isIgnoredInFolder(name); });
}

} // namespace

InputGuard::InputGuard(const RunOptions &options, const QList<OutputSpec> &outputs)
{
    for (const OutputSpec &output : outputs)
        add(QStringLiteral("-o ") + QFile::decodeName(output.path), output.path, Kind::Output);
    for (const char *name : {"summary", "log-file"}) {
        if (const auto path = options.value(QString::fromLatin1(name)))
            add(QStringLiteral("--%1 %2").arg(QLatin1String(name), *path), QFile::encodeName(*path), Kind::Other);
    }
    for (const OutputSpec &output : outputs) {
        if (FilePlace::of(output.path).path.isEmpty())
            continue;
        const QByteArray partial = output.partialPath();
        add(QStringLiteral("%1 (where -o %2 is not whole)").arg(QFile::decodeName(partial), QFile::decodeName(output.path)), partial,
            Kind::Leftover);
    }
    if (const QByteArray journal = journalPath(outputs); !journal.isEmpty())
        add(QStringLiteral("%1 (the run's journal)").arg(QFile::decodeName(journal)), journal, Kind::Leftover);
}

// By name alone: each of two hard links is replaced under its own.
void InputGuard::add(const QString &name, const QByteArray &path, Kind kind)
{
    Written written{name, FilePlace::of(path), kind};
    for (const Written &other : m_written) {
        if (!written.place.path.isEmpty() && written.place.path == other.place.path)
            throw UsageError(QStringLiteral("%1 is an output too, %2: give it a name of its own").arg(written.name, other.name));
    }
    // A host's own, or one of ssh's: who names it is seen only when that host is connected to.
    if (written.place.node != 0 && isPrivateKey(path))
        throw UsageError(QStringLiteral("%1 is a private key: name another file").arg(written.name));
    m_written.push_back(std::move(written));
}

void InputGuard::refuse(const QString &what, const QByteArray &path, bool isResult) const
{
    const FilePlace place = FilePlace::of(path);
    for (const Written &written : m_written) {
        if (!(isResult && written.kind != Kind::Other) && written.place.isSame(place))
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

void InputGuard::checkFolder(const QByteArray &path) const
{
    const FilePlace place = FilePlace::of(path);
    if (place.path.isEmpty() || !QFileInfo(place.path).isDir())
        return;
    for (const Written &written : m_written) {
        if (written.kind != Kind::Leftover && written.place.node == 0 && written.place.path.startsWith(place.path + u'/') &&
            !isPassedOver(written.place.path.sliced(place.path.size() + 1)))
            throw UsageError(QStringLiteral("%1 would be a file of the inventory %2, and the next run would read it: name another file")
                                 .arg(written.name, QFile::decodeName(path)));
    }
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
        if (source.contains(','))
            continue;
        check(QStringLiteral("the inventory"), source);
        checkFolder(source);
    }
    for (const char *name : {"limit", "exclude"}) {
        for (const QByteArray &file : patternFiles(options.bytes(QString::fromLatin1(name))))
            check(QStringLiteral("the file that --%1 reads").arg(QLatin1String(name)), file);
    }
    for (const char *name : {"identity", "password-file", "passphrase-file", "become-password-file", "known-hosts", "ssh-config"}) {
        for (const QByteArray &file : options.bytes(QString::fromLatin1(name)))
            check(QStringLiteral("the file of --%1").arg(QLatin1String(name)), file);
    }
    for (const QByteArray &file : options.bytes(QStringLiteral("identity"))) {
        for (const char *ending : {".pub", "-cert.pub"})
            check(QStringLiteral("the public half of --identity"), file + ending);
    }
    check(QStringLiteral("the configuration"), QFile::encodeName(options.configPath()));
    for (const char *name : {"rerun", "since"}) {
        if (const auto result = options.value(QString::fromLatin1(name)))
            checkResult(QStringLiteral("the result of --%1").arg(QLatin1String(name)), QFile::encodeName(*result));
    }
}

void InputGuard::checkSshConfig(const SshConfig &config) const
{
    for (const QString &file : config.files())
        check(QStringLiteral("a file of ssh_config"), QFile::encodeName(file));
    for (const SshWord word : {SshWord::UserKnownHostsFile, SshWord::GlobalKnownHostsFile, SshWord::RevokedHostKeys, SshWord::IdentityFile,
                               SshWord::CertificateFile}) {
        for (const QString &file : config.fixedFiles({word}))
            check(QStringLiteral("the %1 of ssh_config").arg(QString::fromLatin1(sshWordName(word))), QFile::encodeName(file));
    }
}

} // namespace collector
