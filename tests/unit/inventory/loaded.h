// What tests of whole inventories share: a folder to load from, and what was made of it.

#pragma once

#include "inventory/inventory.h"
#include "inventory/selection.h"

#include <QDir>
#include <QTemporaryDir>

namespace collector {

// A folder with files, gone at the end.
class Folder final
{
public:
    QByteArray write(const QByteArray &name, const QByteArray &content, bool executable = false)
    {
        const QString path = m_folder.filePath(QFile::decodeName(name));
        QDir().mkpath(path.left(path.lastIndexOf(u'/')));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("a file of the test cannot be written");
        if (executable)
            file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return QFile::encodeName(path);
    }
    QByteArray path() const { return QFile::encodeName(m_folder.path()); }

private:
    QTemporaryDir m_folder;
};

inline QByteArray said(const LoadResult &result)
{
    QByteArray all;
    for (const Diagnostic &diagnostic : result.diagnostics)
        all += diagnostic.toText();
    return all;
}

inline QByteArrayList hostsOf(const LoadResult &loaded)
{
    QByteArrayList names;
    const auto result = Selection::make(loaded.inventory, {});
    for (quint64 i = 0; result.selection && i < result.selection->candidates(); ++i) {
        if (const auto host = result.selection->at(i))
            names.append(host->name());
    }
    return names;
}

inline QJsonValue valueOf(const LoadResult &loaded, QByteArrayView host, QByteArrayView name)
{
    const auto found = loaded.inventory->find(host);
    const auto variable = found ? found->variable(name) : std::nullopt;
    return variable ? variable->value : QJsonValue(QJsonValue::Undefined);
}

} // namespace collector
