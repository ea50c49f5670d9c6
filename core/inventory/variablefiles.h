// group_vars/ and host_vars/ beside an inventory, found and read as Ansible's host_group_vars does: NAME, NAME.yml, NAME.yaml,
// NAME.json, or a folder NAME with such files. Read when all sources are, for only then it is known who there is. One thread.
#pragma once

#include "inventory/inventorybuilder.h"

#include <QCryptographicHash>
#include <QHash>
#include <QStringList>

namespace collector {

class VariableFiles final
{
public:
    VariableFiles(InventoryBuilder &builder, QCryptographicHash &hash, qint64 largestFile);

    /// What lies beside source number `source`; `folder` is it, or the one it lies in.
    void read(quint32 source, const QByteArray &folder);

private:
    struct Found
    {
        int rank = 0; // 0: the bare name, then .yml, .yaml, .json
        QByteArray entry;
    };
    [[nodiscard]] QHash<QByteArray, Found> namesIn(const QByteArray &folder) const;
    [[nodiscard]] VariableIndex readEntry(const QByteArray &path);
    /// `above`: the folders that it lies in. A link to one of those is passed over.
    void readFolder(const QByteArray &path, QStringList above, VariableIndex &list);
    void readFile(const QByteArray &path, VariableIndex &list);

    InventoryBuilder &m_builder;
    QCryptographicHash &m_hash;
    qint64 m_largestFile;
    QHash<QByteArray, VariableIndex> m_read; // entries that were read for an earlier source
};

} // namespace collector
