// Finds out what each source of -i is, in the order of the manual, and has it read. One thread; runs executable sources and waits.
#pragma once

#include "inventory/inventory.h"
#include "inventory/inventorybuilder.h"

#include <QCryptographicHash>
#include <QStringList>

class QIODevice;

namespace collector {

class GroupsReader;
class LineReader;
struct DataDocument;

class SourceReader final
{
public:
    SourceReader(InventoryBuilder &builder, const LoadOptions &options);

    void read(const QByteArray &source);
    /// After the last source: group_vars/ and host_vars/ beside each.
    void readVariableFiles();
    [[nodiscard]] QByteArray sha256() const { return m_hash.result().toHex(); }

private:
    void warnOfOtherFolders();
    bool refusesUtf16(const QByteArray &file, QByteArrayView beginning);
    void readStandardInput();
    void readList(QByteArrayView text, qsizetype at);
    void readHostWord(QByteArrayView word, qsizetype at);
    void readRange(const QByteArray &source);
    /// `above`: the folders that it lies in. A link to one of those is passed over.
    void readFolder(const QByteArray &path, QStringList above);
    void readFile(const QByteArray &path);
    void readIni(const QByteArray &path, LineReader &lines);
    void readExecutable(const QByteArray &path);
    void readHostsOf(const QByteArray &path, GroupsReader &groups);
    bool readData(const QByteArray &path, const QByteArray &text, bool iniToo);
    [[nodiscard]] bool isIni(const QByteArray &text) const;
    void reportNotes(const QByteArray &path, const DataDocument &document);

    InventoryBuilder &m_builder;
    const LoadOptions &m_options;
    QCryptographicHash m_hash{QCryptographicHash::Sha256};
    quint32 m_source = 0;
    std::vector<std::pair<quint32, QByteArray>> m_folders;
};

} // namespace collector
