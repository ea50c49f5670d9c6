// Finds out what each source of -i is, in the order of the manual, and has it read. One thread; runs executable sources and waits.
#pragma once

#include "inventory/inventory.h"
#include "inventory/inventorybuilder.h"

#include <QCryptographicHash>

namespace collector {

class SourceReader final
{
public:
    SourceReader(InventoryBuilder &builder, const LoadOptions &options);

    void read(const QByteArray &source);
    [[nodiscard]] QByteArray sha256() const { return m_hash.result().toHex(); }

private:
    void readStandardInput();
    void readList(const QByteArray &text);
    void readHostWord(QByteArrayView word);
    void readRange(const QByteArray &source);
    void readPath(const QByteArray &path);
    void readFile(const QByteArray &path);

    InventoryBuilder &m_builder;
    const LoadOptions &m_options;
    QCryptographicHash m_hash{QCryptographicHash::Sha256};
};

} // namespace collector
