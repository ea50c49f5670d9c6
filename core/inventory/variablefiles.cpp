#include "inventory/variablefiles.h"

#include "inventory/datanode.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr std::array<QByteArrayView, 4> endings{"", ".yml", ".yaml", ".json"};
constexpr int deepestFolder = 32;

QByteArrayList entriesOf(const QByteArray &folder)
{
    QByteArrayList names;
    const QDir dir(QFile::decodeName(folder));
    for (const QString &name : dir.entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDir::Unsorted))
        names.append(QFile::encodeName(name));
    std::sort(names.begin(), names.end());
    return names;
}

/// os.path.splitext: a dot at the front begins no ending.
QByteArrayView endingOf(QByteArrayView name)
{
    const qsizetype dot = name.lastIndexOf('.');
    for (qsizetype i = 0; i < dot; ++i) {
        if (name[i] != '.')
            return name.sliced(dot);
    }
    return {};
}

} // namespace

VariableFiles::VariableFiles(InventoryBuilder &builder, QCryptographicHash &hash, qint64 largestFile)
    : m_builder(builder),
      m_hash(hash),
      m_largestFile(largestFile)
{
}

QHash<QByteArray, VariableFiles::Found> VariableFiles::namesIn(const QByteArray &folder) const
{
    QHash<QByteArray, Found> names;
    for (const QByteArray &entry : entriesOf(folder)) {
        for (size_t rank = 0; rank < endings.size(); ++rank) {
            if (!entry.endsWith(endings[rank]) || entry.size() == endings[rank].size())
                continue;
            const QByteArray name = entry.chopped(endings[rank].size());
            const auto known = names.constFind(name);
            if (known != names.constEnd() && known->rank <= static_cast<int>(rank))
                continue;
            if (QFileInfo::exists(QFile::decodeName(folder + '/' + entry))) // a link that leads nowhere hides no other ending
                names.insert(name, {static_cast<int>(rank), entry});
        }
    }
    return names;
}

void VariableFiles::read(quint32 source, const QByteArray &folder)
{
    InventoryTables &tables = m_builder.tables();
    const std::vector<bool> inhabited = tables.inhabitedGroups();
    for (const char *kind : {"group_vars", "host_vars"}) {
        const QByteArray path = folder == "." ? QByteArray(kind) : folder + '/' + kind;
        const QFileInfo info(QFile::decodeName(path));
        if (!info.exists())
            continue;
        if (!info.isDir()) {
            m_builder.problems().warning({path, 0, 0, {}}, "Found " + QByteArray(kind) + " that is not a directory, skipping: " + path);
            continue;
        }
        const auto names = namesIn(path);
        QByteArrayList sorted = names.keys();
        std::sort(sorted.begin(), sorted.end());
        for (const QByteArray &name : std::as_const(sorted)) {
            const bool forGroups = qstrcmp(kind, "group_vars") == 0;
            const auto group = forGroups ? tables.findGroup(name) : std::nullopt;
            // Of a group that no host is in, Ansible never opens the file.
            if (forGroups ? !group || !inhabited[*group] : !m_builder.hasHost(name))
                continue;
            const VariableIndex list = readEntry(path + '/' + names[name].entry);
            if (list == 0)
                continue;
            if (group)
                tables.groups[*group].fileVariables.push_back({source, list});
            else
                m_builder.addFileVariables(name, list);
        }
    }
}

VariableIndex VariableFiles::readEntry(const QByteArray &path)
{
    const auto known = m_read.constFind(path);
    if (known != m_read.constEnd())
        return *known;
    VariableIndex list = 0;
    if (QFileInfo(QFile::decodeName(path)).isDir())
        readFolder(path, {}, list);
    else
        readFile(path, list);
    m_read.insert(path, list);
    return list;
}

void VariableFiles::readFolder(const QByteArray &path, QStringList above, VariableIndex &list)
{
    const QString here = QFileInfo(QFile::decodeName(path)).canonicalFilePath();
    if (above.contains(here) || above.size() > deepestFolder)
        return;
    above.append(here);
    for (const QByteArray &name : entriesOf(path)) {
        if (name.startsWith('.') || name.endsWith('~'))
            continue;
        const QByteArrayView ending = endingOf(name);
        const QByteArray full = path + '/' + name;
        const QFileInfo info(QFile::decodeName(full));
        if (info.isDir() && ending.isEmpty())
            readFolder(full, above, list);
        else if (info.isFile() && std::find(endings.begin(), endings.end(), ending) != endings.end())
            readFile(full, list);
    }
}

void VariableFiles::readFile(const QByteArray &path, VariableIndex &list)
{
    m_builder.enterFile(path);
    QFile file(QFile::decodeName(path));
    if (!file.open(QIODevice::ReadOnly)) {
        m_builder.problems().error({path, 0, 0, {}}, "cannot be read: " + file.errorString().toUtf8());
        return;
    }
    // A pipe or a device has no size, and maybe no end.
    const QByteArray text = file.size() > 0 && file.size() <= m_largestFile ? file.readAll() : file.read(m_largestFile + 1);
    if (text.size() > m_largestFile) {
        m_builder.problems().error({path, 0, 0, {}}, "is larger than " + QByteArray::number(m_largestFile >> 20) + " MiB");
        return;
    }
    m_hash.addData(text);
    if (text.startsWith("$ANSIBLE_VAULT;")) {
        m_builder.problems().warning(
            {path, 0, 0, {}}, path + " is encrypted with ansible-vault and is left out",
            "what refers to its variables ends as bad_variable; keep the connection's variables in a plain file, and give "
            "passwords by --password-file, --become-password-file");
        return;
    }
    const DataDocument document = readYaml(text, path);
    for (const auto &note : document.warnings)
        m_builder.problems().warning({path, note.line, note.column, {}}, note.message);
    if (!document.root) {
        m_builder.problems().errorInText(path, text, document.line, document.column, document.problem,
                                         "variables are written as `key: value`");
        return;
    }
    if (!document.root->isTrue())
        return;
    if (document.root->kind != DataNode::Mapping) {
        m_builder.problems().errorInText(path, text, document.root->line, document.root->column,
                                         QByteArray("holds ") + document.root->typeName() + " where variables are expected",
                                         "write `key: value`, one a line");
        return;
    }
    // No document has more values than bytes, but aliases can multiply them.
    qint64 budget = text.size() * 10 + 100'000;
    for (size_t i = 0; i + 1 < document.root->items.size(); i += 2) {
        const auto value = document.root->items[i + 1]->toValue(budget);
        if (!value) {
            m_builder.problems().error({path, document.root->items[i]->line, 0, {}}, "the aliases of this document multiply beyond reason");
            return;
        }
        m_builder.atLine(document.root->items[i]->line, {});
        list = m_builder.addVariable(list, m_builder.tables().texts.intern(document.root->items[i]->keyText()), m_builder.store(*value));
    }
}

} // namespace collector
