#include "inventory/filekind.h"

#include "inventory/pythontext.h"

#include <QByteArray>
#include <QList>

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr std::array<QByteArrayView, 13> ignoredEndings{".pyc", ".pyo", ".swp",  ".bak", "~",    ".rpm",  ".md",
                                                        ".txt", ".rst", ".orig", ".ini", ".cfg", ".retry"};

/// Whether the first line that says something can begin a mapping of YAML. Most INI files are told apart here, unparsed.
bool mayBeMapping(QByteArrayView text)
{
    while (!text.isEmpty()) {
        const qsizetype newline = text.indexOf('\n');
        const QByteArrayView line = stripped(newline < 0 ? text : text.first(newline));
        text = newline < 0 ? QByteArrayView() : text.sliced(newline + 1);
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        if (line.startsWith('[') || line.startsWith(';'))
            return false;
        const bool key = line.endsWith(':') || line.contains(": ") || line.contains(":\t");
        return key || QByteArrayView("{%?!&\"'").contains(line.front()) || line.startsWith("---");
    }
    return false;
}

/// Whether under [defaults] stand settings: hosts of a group of that name would have no = in their first word.
bool isConfiguration(const QByteArray &text)
{
    constexpr QByteArrayView header = "\n[defaults]";
    const qsizetype section = text.indexOf(header);
    if (section < 0)
        return false;
    for (const QByteArray &line : text.mid(section + header.size()).split('\n')) {
        const QByteArrayView setting = stripped(line);
        if (setting.isEmpty() || setting.startsWith('#') || setting.startsWith(';'))
            continue;
        const qsizetype equals = setting.indexOf('=');
        return equals > 0 && stripped(setting.first(equals)).indexOf(' ') < 0;
    }
    return false;
}

} // namespace

FileKind fileKindOf(QByteArrayView path, QByteArrayView beginning)
{
    const QByteArrayView name = path.sliced(path.lastIndexOf('/') + 1);
    const qsizetype dot = name.lastIndexOf('.');
    const QByteArrayView ending = dot > 0 ? name.sliced(dot) : QByteArrayView();
    if (stripped(beginning).startsWith('{') || ending == ".yml" || ending == ".yaml" || ending == ".json")
        return FileKind::Data;
    return ending.isEmpty() && mayBeMapping(beginning) ? FileKind::Data : FileKind::Ini;
}

bool isIgnoredInFolder(QByteArrayView name)
{
    return name.startsWith('.') || name == "group_vars" || name == "host_vars" || name == "vars_plugins" ||
           std::any_of(ignoredEndings.begin(), ignoredEndings.end(), [name](QByteArrayView ending) { return name.endsWith(ending); });
}

const char *mistakenFor(QByteArrayView beginning)
{
    const QByteArrayView start = stripped(beginning);
    if (start.startsWith("-----BEGIN ") || start.startsWith("ssh-rsa ") || start.startsWith("ssh-ed25519 ") ||
        start.startsWith("ecdsa-sha2-"))
        return "a key";
    if (start.startsWith("$ANSIBLE_VAULT;"))
        return "a file encrypted with ansible-vault";
    const QByteArray text = '\n' + start.toByteArray();
    if (isConfiguration(text))
        return "an ansible.cfg";
    if (text.contains("\n- hosts:") || text.contains("\n- import_playbook:") || (text.contains("\n- name:") && text.contains("\n  hosts:")))
        return "a playbook";
    return nullptr;
}

} // namespace collector
