#include "inventory/inireader.h"

#include "inventory/pythonliteral.h"
#include "inventory/pythonnumber.h"
#include "inventory/pythontext.h"

#include "model/utf8.h"

#include <algorithm>

namespace collector {

namespace {

bool isWordText(QByteArrayView text)
{
    for (qsizetype i = 0; i < text.size();) {
        const qsizetype length = utf8Length(text.sliced(i));
        if (length == 0 || !isWordCharacter(firstCharacter(text.sliced(i))))
            return false;
        i += length;
    }
    return !text.isEmpty();
}

/// What stands before the first space, colon or closing bracket.
QByteArrayView groupNameAt(QByteArrayView text)
{
    for (qsizetype i = 0; i < text.size(); i += std::max<qsizetype>(utf8Length(text.sliced(i)), 1)) {
        if (text[i] == ':' || text[i] == ']' || leadingSpace(text.sliced(i)) > 0)
            return text.first(i);
    }
    return text;
}

/// Whether nothing but blanks and a comment follow.
bool isOver(QByteArrayView rest)
{
    while (const qsizetype space = leadingSpace(rest))
        rest = rest.sliced(space);
    return rest.isEmpty() || rest.startsWith('#');
}

} // namespace

void IniReader::read(LineReader &lines)
{
    m_group = m_builder.addGroup("ungrouped");
    QByteArrayView line;
    while (lines.next(line)) {
        m_raw = line;
        m_builder.atLine(lines.lineNumber(), line);
        if (lines.lineNumber() == 1 && markLength(line) > 0 && !readMark(line.sliced(markLength(line))))
            continue;
        readLine(stripped(line));
    }
    if (lines.isTooLong())
        m_builder.problems().error({m_builder.fileName(), lines.lineNumber() + 1, 0, {}}, "a line is longer than 16 MiB",
                                   "is this a text file?");
    reportPending();
    m_builder.problems().sawLines(m_builder.fileName(), lines.lineNumber());
}

void IniReader::error(qsizetype at, QByteArray message, QByteArray remedy)
{
    m_builder.problems().error(m_builder.here(at), std::move(message), std::move(remedy));
}

/// A byte order mark: to Ansible a part of the first name, or an error of the first line that is none. False: refused.
bool IniReader::readMark(QByteArrayView behind)
{
    const QByteArray message = "the file begins with a byte order mark (U+FEFF), here and for Ansible a part of the first name";
    const QByteArray remedy = "save it as UTF-8 without one: sed -i '1s/^\\xef\\xbb\\xbf//' " + m_builder.fileName();
    behind = stripped(behind);
    const bool isHost = !behind.isEmpty() && !QByteArrayView("[#;").contains(behind.front());
    if (isHost)
        m_builder.problems().warning(m_builder.here(0), message, remedy);
    else
        error(0, message, remedy);
    if (behind.startsWith('['))
        readLine(behind);
    return isHost;
}

void IniReader::readLine(QByteArrayView line)
{
    if (line.isEmpty() || line.front() == '#' || line.front() == ';')
        return;
    if (line.front() == '[' && readSection(line))
        return;
    switch (m_section) {
    case Section::Hosts:
        return readHost(line);
    case Section::Variables:
        return readVariable(line);
    case Section::Children:
        return readChild(line);
    case Section::Unknown:
        return; // its header was refused, one error is enough
    }
}

/// "[name]", "[name:vars]". False where the line is none and may be a host whose name begins with a range.
bool IniReader::readSection(QByteArrayView line)
{
    const QByteArrayView inner = line.sliced(1);
    const QByteArrayView name = groupNameAt(inner);
    QByteArrayView rest = inner.sliced(name.size());
    QByteArrayView kind;
    if (rest.startsWith(':')) {
        kind = groupNameAt(rest.sliced(1));
        rest = rest.sliced(1 + kind.size());
        if (!isWordText(kind))
            rest = {};
    }
    if (name.isEmpty() || !rest.startsWith(']') || !isOver(rest.sliced(1))) {
        if (!line.endsWith(']'))
            return false;
        error(offsetOf(line), "this is no section: [" + inner.chopped(1).toByteArray() + "]",
              "a section is [group], [group:vars] or [group:children], without blanks inside; a comment behind it begins with #");
        m_section = Section::Unknown;
        return true;
    }
    if (kind.isEmpty() || kind == "hosts") {
        enterSection(name, Section::Hosts);
    } else if (kind == "vars") {
        enterSection(name, Section::Variables);
    } else if (kind == "children") {
        enterSection(name, Section::Children);
    } else {
        error(offsetOf(kind), "section [" + name.toByteArray() + ":" + kind.toByteArray() + "] has unknown type: " + kind.toByteArray(),
              "the types are hosts, vars and children, in small letters");
        m_section = Section::Unknown;
    }
    return true;
}

void IniReader::enterSection(QByteArrayView name, Section section)
{
    m_groupName = name.toByteArray();
    m_section = section;
    const auto known = m_pending.find(m_groupName);
    if (!m_builder.hasGroup(name) && section == Section::Variables && known == m_pending.end()) {
        m_pending.emplace(m_groupName, Pending{Section::Variables, m_builder.here().line, m_raw.toByteArray(), {}});
        m_pendingOrder.push_back(m_groupName);
    }
    m_group = m_builder.addGroup(name);
    if (section == Section::Variables || known == m_pending.end())
        return;
    if (known->second.as == Section::Children)
        addPendingChild(m_groupName);
    else
        m_pending.erase(known);
}

void IniReader::addPendingChild(const QByteArray &name)
{
    const auto known = m_pending.find(name);
    const std::vector<QByteArray> parents = std::move(known->second.parents);
    m_pending.erase(known);
    for (const QByteArray &parent : parents) {
        m_builder.addChild(m_builder.addGroup(parent), m_builder.addGroup(name));
        if (const auto above = m_pending.find(parent); above != m_pending.end() && above->second.as == Section::Children)
            addPendingChild(parent);
    }
}

void IniReader::readHost(QByteArrayView line)
{
    if (const auto problem = m_words.split(line); problem.message) {
        error(offsetOf(line) + problem.at, problem.message,
              "a host line is read like a line of a shell: put \"\" around a value that has ', blanks or # in it");
        return;
    }
    if (m_words.count() == 0) // cannot be: the line is not empty and begins with no comment
        return;
    const qsizetype start = offsetOf(line);
    bool good = m_builder.addHosts(m_words.word(0), m_group, start);
    for (size_t i = 1; i < m_words.count(); ++i) {
        const QByteArrayView word = m_words.word(i);
        const qsizetype equals = word.indexOf('=');
        if (equals < 0) {
            const bool template_ = line.contains("{{");
            error(start + m_words.position(i), "behind the name of a host belong variables, key=value, without blanks around the =",
                  template_ ? "put quotes around the value: key=\"{{ name }}\""
                            : "one host a line; a value with blanks needs quotes: key=\"a b\"");
            return;
        }
        const auto value = valueOf(word.sliced(equals + 1), start + m_words.position(i));
        if (!good || !value) {
            good = false;
            continue;
        }
        const TextId name = m_builder.tables().texts.intern(word.first(equals));
        for (const HostIndex host : m_builder.hosts())
            m_builder.setHostVariable(host, name, *value);
    }
}

void IniReader::readVariable(QByteArrayView line)
{
    const qsizetype equals = line.indexOf('=');
    if (equals < 0) {
        error(offsetOf(line), "in a :vars section a line is key=value", line.contains(':') ? "write = in place of the colon" : "");
        return;
    }
    const QByteArrayView text = stripped(line.sliced(equals + 1));
    if (const auto value = valueOf(text, offsetOf(line) + equals + 1))
        m_builder.setGroupVariable(*m_group, m_builder.tables().texts.intern(stripped(line.first(equals))), *value);
}

std::optional<ValueRef> IniReader::valueOf(QByteArrayView text, qsizetype at)
{
    if (!mayBePythonLiteral(text))
        return ValueRef(ValueRef::Text, m_builder.tables().texts.intern(text));
    if (const auto integer = plainInteger(text))
        return ValueRef(ValueRef::Integer, static_cast<quint64>(*integer));
    const PythonLiteral literal = PythonLiteral::parse(text);
    if (literal.kind == PythonLiteral::Text)
        return ValueRef(ValueRef::Text, m_builder.tables().texts.intern(text));
    if (literal.kind == PythonLiteral::Literal)
        return m_builder.store(literal.value, at);
    error(at, QByteArray("the value cannot be used: ") + literal.problem, "put the value into quotes to keep it as text");
    return std::nullopt;
}

void IniReader::readChild(QByteArrayView line)
{
    const QByteArrayView name = groupNameAt(line);
    if (name.isEmpty() || !isOver(line.sliced(name.size()))) {
        error(offsetOf(line), "in a :children section a line is the name of one group",
              "one group a line; a comment behind it begins with #");
        return;
    }
    if (m_builder.hasGroup(name)) {
        m_builder.addChild(*m_group, m_builder.addGroup(name));
        return;
    }
    auto [known, added] =
        m_pending.try_emplace(name.toByteArray(), Pending{Section::Children, m_builder.here().line, m_raw.toByteArray(), {}});
    if (added)
        m_pendingOrder.push_back(name.toByteArray());
    known->second.parents.push_back(m_groupName);
}

void IniReader::reportPending()
{
    for (const QByteArray &name : m_pendingOrder) {
        const auto known = m_pending.find(name);
        if (known == m_pending.end())
            continue;
        const Pending &pending = known->second;
        const Problems::Place place{m_builder.fileName(), pending.line, 1, pending.text};
        if (pending.as == Section::Variables)
            m_builder.problems().error(place, "section [" + name + ":vars] speaks of group '" + name + "', which nothing declares",
                                       "add a section [" + name + "], or correct the name");
        else
            m_builder.problems().error(
                place, "section [" + pending.parents.back() + ":children] names group '" + name + "', which nothing declares",
                "add a section [" + name + "], or correct the name");
        m_pending.erase(known);
    }
}

} // namespace collector
