// The tools that a host has, some of them replaced.

#pragma once

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

namespace collector::facts {

// A folder of links to all tools, with some replaced by scripts of ours.
class Tools
{
public:
    Tools()
    {
        for (const char *folder : {"/usr/bin", "/usr/sbin", "/bin", "/sbin"}) {
            const QDir from(QString::fromLatin1(folder));
            for (const QString &name : from.entryList(QDir::Files | QDir::Executable))
                QFile::link(from.filePath(name), m_folder.filePath(name));
        }
    }

    void replace(const char *name, const QByteArray &script)
    {
        const QString path = m_folder.filePath(QString::fromLatin1(name));
        QFile::remove(path);
        QFile file(path);
        file.open(QIODevice::WriteOnly);
        file.write("#!/bin/sh\n" + script + '\n');
        file.close();
        file.setPermissions(QFile::Permissions(0x7755));
    }

    [[nodiscard]] QByteArray path() const { return m_folder.path().toLocal8Bit(); }
    [[nodiscard]] QString file(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }

private:
    QTemporaryDir m_folder;
};

// A folder with tools of ours, before those that the host has.
class Stubs
{
public:
    Stubs() { QFile::setPermissions(m_folder.path(), QFile::Permissions(0x7777)); }

    void add(const char *name, const QByteArray &script)
    {
        QFile file(m_folder.filePath(QString::fromLatin1(name)));
        file.open(QIODevice::WriteOnly);
        file.write("#!/bin/sh\n" + script + '\n');
        file.close();
        file.setPermissions(QFile::Permissions(0x7755));
    }

    // What the tools have written there.
    [[nodiscard]] QByteArray log() const { return m_folder.filePath(QStringLiteral("log")).toLocal8Bit(); }

    [[nodiscard]] QByteArray takeLog()
    {
        QFile file(QString::fromLocal8Bit(log()));
        const QByteArray text = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        file.remove();
        return text;
    }

    [[nodiscard]] QByteArray file(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)).toLocal8Bit(); }
    [[nodiscard]] QByteArray path() const { return m_folder.path().toLocal8Bit() + ":/usr/sbin:/usr/bin:/sbin:/bin"; }

private:
    QTemporaryDir m_folder;
};

inline QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace collector::facts
