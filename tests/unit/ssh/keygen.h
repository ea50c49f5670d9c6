// Keys and certificates of a test, made by the real ssh-keygen.

#pragma once

#include <QByteArray>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QString>
#include <QStringList>

namespace keygen {

inline bool isInstalled()
{
    return !QStandardPaths::findExecutable(QStringLiteral("ssh-keygen")).isEmpty();
}

inline QByteArray run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60000) || process.exitCode() != 0)
        qFatal("%s: %s", qPrintable(program), process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

// A key at `path`, with `more` ssh-keygen options (-m PEM, -b 2048 …).
inline void make(const QString &path, const char *type, const QString &passphrase = {}, const QStringList &more = {})
{
    run(QStringLiteral("ssh-keygen"), QStringList{QStringLiteral("-q"), QStringLiteral("-t"), QLatin1String(type), QStringLiteral("-N"),
                                                  passphrase, QStringLiteral("-C"), QStringLiteral("test"), QStringLiteral("-f"), path} +
                                          more);
}

// PATH-cert.pub beside `path`, signed by `authority`; `validity` as for ssh-keygen -V.
inline void certify(const QString &authority, const QString &path, const QString &validity, const QStringList &more = {})
{
    run(QStringLiteral("ssh-keygen"),
        QStringList{QStringLiteral("-q"), QStringLiteral("-s"), authority, QStringLiteral("-I"), QStringLiteral("id"), QStringLiteral("-n"),
                    QStringLiteral("ops,root"), QStringLiteral("-z"), QStringLiteral("7"), QStringLiteral("-V"), validity} +
            more + QStringList{path + QStringLiteral(".pub")});
}

// "SHA256:…" as ssh-keygen says.
inline QByteArray fingerprint(const QString &path)
{
    return run(QStringLiteral("ssh-keygen"), {QStringLiteral("-lf"), path}).split(' ').at(1);
}

inline QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline void write(const QString &path, const QByteArray &text, QFile::Permissions mode = QFile::ReadOwner | QFile::WriteOwner)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("cannot write %s", qPrintable(path));
    file.write(text);
    file.setPermissions(mode);
}

} // namespace keygen
