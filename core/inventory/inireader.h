// Reads one INI inventory by the rules of ansible-inventory 2.14 and reports all that is wrong in it. One thread, one file.
#pragma once

#include "inventory/inventorybuilder.h"
#include "inventory/linereader.h"
#include "inventory/shellwords.h"

#include <map>

namespace collector {

class IniReader final
{
public:
    explicit IniReader(InventoryBuilder &builder) : m_builder(builder) {}

    void read(LineReader &lines);

private:
    enum class Section { Hosts, Variables, Children, Unknown };

    /// A group that is spoken of before it is declared.
    struct Pending
    {
        Section as = Section::Variables;
        int line = 0;
        QByteArray text;
        std::vector<QByteArray> parents;
    };

    bool readMark(QByteArrayView behind);
    void readLine(QByteArrayView line);
    bool readSection(QByteArrayView line);
    void enterSection(QByteArrayView name, Section section);
    void addPendingChild(const QByteArray &name);
    void readHost(QByteArrayView line);
    void readVariable(QByteArrayView line);
    void readChild(QByteArrayView line);
    std::optional<ValueRef> valueOf(QByteArrayView text, qsizetype at);
    void reportPending();
    [[nodiscard]] qsizetype offsetOf(QByteArrayView part) const { return part.data() - m_raw.data(); }
    void error(qsizetype at, QByteArray message, QByteArray remedy);

    InventoryBuilder &m_builder;
    ShellWords m_words;
    QByteArrayView m_raw; // the line as it stands
    QByteArray m_groupName = "ungrouped";
    std::optional<GroupIndex> m_group;
    Section m_section = Section::Hosts;
    std::map<QByteArray, Pending> m_pending;
    std::vector<QByteArray> m_pendingOrder;
};

} // namespace collector
