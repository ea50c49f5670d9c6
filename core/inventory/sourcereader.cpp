#include "inventory/sourcereader.h"

#include "inventory/datanode.h"
#include "inventory/executablesource.h"
#include "inventory/filekind.h"
#include "inventory/groupsreader.h"
#include "inventory/inireader.h"
#include "inventory/pythontext.h"
#include "inventory/variablefiles.h"

#include "model/utf8.h"

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <unistd.h>

namespace collector {

namespace {

constexpr int deepestFolder = 32;
constexpr qsizetype peekedBytes = 16 * 1024;

QByteArray folderOf(const QByteArray &path)
{
    const qsizetype slash = path.lastIndexOf('/');
    return slash < 0 ? QByteArray(".") : (slash == 0 ? QByteArray("/") : path.first(slash));
}

} // namespace

SourceReader::SourceReader(InventoryBuilder &builder, const LoadOptions &options) : m_builder(builder), m_options(options) {}

void SourceReader::read(const QByteArray &source)
{
    ++m_source;
    m_builder.setTyped(true);
    if (source == "-")
        return readStandardInput();
    if (source.contains(',')) {
        m_hash.addData(source);
        m_builder.enterFile("-i");
        m_builder.atLine(1, source);
        return readList(source, 0);
    }
    const QFileInfo info(QFile::decodeName(source));
    if (!info.exists())
        return readRange(source);
    m_builder.setTyped(false);
    if (info.isDir()) {
        m_folders.emplace_back(m_source, source);
        return readFolder(source, {});
    }
    m_folders.emplace_back(m_source, folderOf(source));
    readFile(source);
}

void SourceReader::readVariableFiles()
{
    VariableFiles files(m_builder, m_hash, m_options.largestYamlFile);
    for (const auto &[source, folder] : m_folders)
        files.read(source, folder);
    warnOfOtherFolders();
}

/// Ansible reads those of a playbook too, which mostly is where one stands: a user name in them would be missed without a word.
void SourceReader::warnOfOtherFolders()
{
    for (const QString &name : {QStringLiteral("group_vars"), QStringLiteral("host_vars")}) {
        const QString here = QFileInfo(name).canonicalFilePath();
        const auto isHere = [&](const auto &each) {
            return QFileInfo(QFile::decodeName(each.second) + u'/' + name).canonicalFilePath() == here;
        };
        if (!m_folders.empty() && QFileInfo(here).isDir() && std::none_of(m_folders.begin(), m_folders.end(), isHere))
            m_builder.problems().warning({name.toUtf8()}, "is not read: it lies beside no source of the inventory",
                                         "move or link it to where the inventory lies");
    }
}

/// Words with commas or blanks between them. `at`: where the text stands in its line.
void SourceReader::readList(QByteArrayView text, qsizetype at)
{
    while (!text.isEmpty()) {
        qsizetype end = 0;
        while (end < text.size() && text[end] != ',' && text[end] != ' ' && text[end] != '\t')
            ++end;
        if (const QByteArrayView word = stripped(text.first(end)); !word.isEmpty())
            readHostWord(word, at);
        at += end + 1;
        text = text.sliced(std::min(end + 1, text.size()));
    }
}

/// A host as ssh takes it: with or without user@ and :port.
void SourceReader::readHostWord(QByteArrayView word, qsizetype at)
{
    const qsizetype user = word.lastIndexOf('@');
    QByteArrayView address = user > 0 ? word.sliced(user + 1) : word;
    // As in a URL. To Ansible's files [::1] would be a section, or a range.
    if (address.startsWith('[') && address.endsWith(']') && IpAddress::parse(address.sliced(1).chopped(1)))
        address = address.sliced(1).chopped(1);
    // Whom an earlier source knows stays in its groups, as with Ansible.
    const bool isKnown = m_builder.knows(address);
    if (isKnown && user <= 0)
        return;
    const auto group = isKnown ? std::nullopt : std::optional<GroupIndex>(InventoryTables::ungrouped);
    if (!m_builder.addHosts(address, group, at) || user <= 0)
        return;
    InventoryTables &tables = m_builder.tables();
    const TextId name = tables.texts.intern("ansible_user");
    for (const HostIndex host : m_builder.hosts())
        m_builder.setHostVariable(host, name, {ValueRef::Text, tables.texts.intern(word.first(user))});
}

/// What Windows writes by default: read as UTF-8 each line of it would be the name of a host, with a NUL behind every letter.
bool SourceReader::refusesUtf16(const QByteArray &file, QByteArrayView beginning)
{
    if (!beginning.startsWith("\xff\xfe") && !beginning.startsWith("\xfe\xff"))
        return false;
    m_builder.problems().error({file, 0, 0, {}}, "is written in UTF-16", "save it as UTF-8, or: iconv -f UTF-16 -t UTF-8");
    return true;
}

void SourceReader::readStandardInput()
{
    m_builder.enterFile("stdin");
    QByteArray content = m_options.standardInput ? m_options.standardInput() : QByteArray();
    if (refusesUtf16("stdin", content))
        return;
    content.remove(0, markLength(content));
    if (stripped(content.first(std::min(content.size(), peekedBytes))).startsWith('{')) {
        m_hash.addData(content);
        readData("stdin", content, false);
        return;
    }
    QBuffer buffer(&content);
    buffer.open(QIODevice::ReadOnly);
    LineReader lines(buffer, m_hash);
    QByteArrayView line;
    while (lines.next(line)) {
        m_builder.atLine(lines.lineNumber(), line);
        const qsizetype comment = line.indexOf('#');
        readList(comment < 0 ? line : line.first(comment), 0);
    }
}

void SourceReader::readRange(const QByteArray &source)
{
    m_hash.addData(source);
    m_builder.enterFile("-i");
    m_builder.atLine(1, source);
    const auto parsed = AddressRange::parse(source);
    if (source.isEmpty())
        m_builder.problems().error({"-i", 0, 0, {}}, "'' names no source", "is a variable of the shell's empty?");
    else if (parsed.syntax == AddressRange::Syntax::NotARange)
        m_builder.problems().error({"-i", 0, 0, {}},
                                   "'" + source + "' is neither a file nor a folder, nor a network, nor a range of addresses",
                                   "a single host needs a comma behind it: -i '" + source + ",'");
    else
        m_builder.addHosts(source, InventoryTables::ungrouped);
}

void SourceReader::readFolder(const QByteArray &path, QStringList above)
{
    const QString here = QFileInfo(QFile::decodeName(path)).canonicalFilePath();
    if (above.contains(here))
        return;
    above.append(here);
    if (above.size() > deepestFolder) {
        m_builder.problems().error({path, 0, 0, {}}, "folders are nested too deeply", "at most 32 levels");
        return;
    }
    QByteArrayList names;
    const QDir dir(QFile::decodeName(path));
    if (!dir.isReadable())
        m_builder.problems().error({path, 0, 0, {}}, "the folder cannot be read");
    for (const QString &name : dir.entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot, QDir::Unsorted))
        names.append(QFile::encodeName(name));
    std::sort(names.begin(), names.end());
    for (const QByteArray &name : std::as_const(names)) {
        if (isIgnoredInFolder(name))
            continue;
        const QByteArray full = path + '/' + name;
        if (QFileInfo(QFile::decodeName(full)).isDir())
            readFolder(full, above);
        else
            readFile(full);
    }
}

void SourceReader::readFile(const QByteArray &path)
{
    m_builder.enterFile(path);
    QFile file(QFile::decodeName(path));
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
        m_builder.problems().error({path, 0, 0, {}}, "cannot be read: " + file.errorString().toUtf8());
        return;
    }
    LineReader lines(file, m_hash);
    QByteArrayView beginning = lines.peek(peekedBytes);
    if (refusesUtf16(path, beginning))
        return;
    beginning = beginning.sliced(markLength(beginning));
    if (const char *what = mistakenFor(beginning)) {
        m_builder.problems().error({path, 1, 0, {}}, QByteArray("this is ") + what + ", not an inventory",
                                   "give the file that lists the hosts");
        return;
    }
    const bool program = beginning.startsWith("#!") || beginning.startsWith("\x7f"
                                                                            "ELF");
    if (program && ::access(path.constData(), X_OK) == 0)
        return readExecutable(path);
    const FileKind kind = fileKindOf(path, beginning);
    if (kind == FileKind::Ini && !program)
        return readIni(path, lines);
    QByteArray text;
    if (!lines.readAll(text, m_options.largestYamlFile)) {
        m_builder.problems().error({path, 0, 0, {}}, "is larger than " + QByteArray::number(m_options.largestYamlFile >> 20) + " MiB",
                                   "large inventories are better written as INI");
        return;
    }
    if (program && !isIni(text)) {
        m_builder.problems().error({path, 0, 0, {}}, "looks like a program and is not executable", "chmod +x " + path);
        return;
    }
    if (kind == FileKind::Ini || !readData(path, text, true)) {
        QBuffer buffer(&text);
        buffer.open(QIODevice::ReadOnly);
        QCryptographicHash unused(QCryptographicHash::Md5);
        LineReader again(buffer, unused);
        readIni(path, again);
    }
}

void SourceReader::readIni(const QByteArray &path, LineReader &lines)
{
    m_builder.enterFile(path);
    IniReader(m_builder).read(lines);
}

/// Whether the text could be read as INI without an error: tried on tables of its own.
bool SourceReader::isIni(const QByteArray &text) const
{
    InventoryTables tables;
    Problems problems(2);
    InventoryBuilder builder(tables, problems, m_options.mostSpelledOut);
    QByteArray copy = text;
    QBuffer buffer(&copy);
    buffer.open(QIODevice::ReadOnly);
    QCryptographicHash unused(QCryptographicHash::Md5);
    LineReader lines(buffer, unused);
    IniReader(builder).read(lines);
    return !problems.hasErrors();
}

void SourceReader::reportNotes(const QByteArray &path, const DataDocument &document)
{
    for (const auto &note : document.warnings)
        m_builder.problems().warning({path, note.line, note.column, {}}, note.message, "keep one of them");
}

/// YAML or JSON. False where it is none and Ansible, trying one format after the other, would read it as INI.
bool SourceReader::readData(const QByteArray &path, const QByteArray &text, bool iniToo)
{
    const DataDocument document = readYaml(text, path);
    const bool mapping = document.root && document.root->kind == DataNode::Mapping && !document.root->items.empty();
    if (!mapping && iniToo && isIni(text))
        return false;
    reportNotes(path, document);
    if (!document.root) {
        m_builder.problems().errorInText(path, text, document.line, document.column, document.problem,
                                         "indent with blanks, and put quotes around a value that begins with a sign or holds `: `");
        return true;
    }
    if (!mapping) {
        const bool empty = !document.root->isTrue();
        m_builder.problems().errorInText(path, text, document.root->line, document.root->column,
                                         empty ? QByteArray("the inventory is empty")
                                               : QByteArray("holds ") + document.root->typeName() + " where groups are expected",
                                         "a YAML inventory is a mapping from groups to their hosts, children and vars");
        return true;
    }
    if (const DataNode *plugin = document.root->find("plugin"); plugin && plugin->isTrue()) {
        m_builder.problems().errorInText(path, text, plugin->line, plugin->column,
                                         "this configures Ansible's inventory plugin '" + plugin->keyText() + "', it lists no hosts",
                                         "ansible-inventory -i " + path + " --list > hosts.json makes an inventory of it");
        return true;
    }
    GroupsReader groups(m_builder, text.size());
    if (stripped(QByteArrayView(text).sliced(markLength(text))).startsWith('{') && GroupsReader::isListOutput(*document.root))
        groups.readListOutput(*document.root);
    else
        groups.readInventory(*document.root);
    return true;
}

void SourceReader::readExecutable(const QByteArray &path)
{
    ExecutableSource source(path, m_options);
    const auto failed = [&](const QByteArray &call, const QByteArray &problem) {
        m_builder.problems().error({path, 0, 0, {}}, "`" + path + ' ' + call + "` " + problem, "run it by hand to see more");
    };
    const auto output = source.run({"--list"});
    m_hash.addData(output.text);
    if (!output.problem.isEmpty())
        return failed("--list", output.problem);
    const DataDocument document = readJson(output.text);
    if (!document.root || document.root->kind != DataNode::Mapping || !isUtf8(output.text)) {
        m_builder.problems().errorInText(path, output.text, document.line, document.column,
                                         "--list printed no inventory: " +
                                             (document.root ? QByteArray("it is no JSON object in UTF-8") : document.problem),
                                         "line and column are those of its output");
        return;
    }
    GroupsReader groups(m_builder, m_options.largestDynamicOutput);
    groups.readListOutput(*document.root);
    if (groups.hasMeta())
        return;
    const QByteArrayList hosts = groups.hosts();
    const auto outputs = source.runForHosts(hosts);
    for (qsizetype i = 0; i < outputs.size(); ++i) {
        m_hash.addData(outputs[i].text);
        if (!outputs[i].problem.isEmpty())
            return failed("--host " + hosts[i], outputs[i].problem);
        if (stripped(outputs[i].text).isEmpty())
            continue;
        const DataDocument variables = readYaml(outputs[i].text, path);
        if (variables.root)
            groups.readHostOutput(hosts[i], *variables.root);
        else
            failed("--host " + hosts[i], "printed no variables: " + variables.problem);
    }
}

} // namespace collector
