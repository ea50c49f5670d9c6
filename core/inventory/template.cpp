#include "inventory/template.h"

#include "inventory/pythontext.h"

namespace collector {

namespace {

constexpr int deepestTemplate = 20;
constexpr qsizetype longestText = 64 * 1024;

bool isName(QByteArrayView text)
{
    if (text.isEmpty() || (text.front() >= '0' && text.front() <= '9'))
        return false;
    for (const char c : text) {
        if (!isWordCharacter(static_cast<uchar>(c)) || static_cast<uchar>(c) >= 0x80)
            return false;
    }
    return true;
}

bool isTemplate(const QByteArray &text)
{
    return text.contains("{{") || text.contains("{%") || text.contains("{#");
}

QByteArray shortName(const QByteArray &name)
{
    if (IpAddress::parse(name))
        return name;
    const qsizetype dot = name.indexOf('.');
    return dot < 0 ? name : name.first(dot);
}

} // namespace

TemplateResolver::Result TemplateResolver::resolve(const Value &value, int depth)
{
    if (depth > deepestTemplate)
        return {value, Variable::Template, "templates refer to one another without end"};
    if (const auto *text = value.as<QByteArray>())
        return resolveText(*text, depth);
    if (value.as<Value::Vault>())
        return {value, Variable::Vault, "the value is encrypted with ansible-vault"};
    if (const auto *list = value.as<Value::List>()) {
        Value::List resolved;
        for (const Value &item : *list) {
            Result result = resolve(item, depth + 1);
            if (result.state != Variable::Ready)
                return {value, result.state, result.problem};
            resolved.push_back(std::move(result.value));
        }
        return {Value(std::move(resolved)), Variable::Ready, {}};
    }
    if (const auto *map = value.as<Value::Map>()) {
        Value::Map resolved;
        for (const auto &[key, item] : *map) {
            Result result = resolve(item, depth + 1);
            if (result.state != Variable::Ready)
                return {value, result.state, result.problem};
            resolved.emplace_back(key, std::move(result.value));
        }
        return {Value(std::move(resolved)), Variable::Ready, {}};
    }
    return {value, Variable::Ready, {}};
}

TemplateResolver::Result TemplateResolver::resolveText(const QByteArray &text, int depth)
{
    if (text.startsWith("$ANSIBLE_VAULT;"))
        return {Value(text), Variable::Vault, "the value is encrypted with ansible-vault"};
    if (!isTemplate(text))
        return {Value(text), Variable::Ready, {}};
    QByteArray out;
    qsizetype at = 0;
    while (at < text.size()) {
        const qsizetype open = text.indexOf("{{", at);
        const QByteArrayView plain = QByteArrayView(text).sliced(at, (open < 0 ? text.size() : open) - at);
        if (plain.contains("{%") || plain.contains("{#"))
            return {Value(text), Variable::Template, "only {{ name }} of another variable is resolved here, not statements of Jinja"};
        out += plain;
        if (open < 0)
            break;
        const qsizetype close = text.indexOf("}}", open + 2);
        if (close < 0)
            return {Value(text), Variable::Template, "{{ is opened and never closed"};
        const QByteArray name = stripped(QByteArrayView(text).sliced(open + 2, close - open - 2)).toByteArray();
        if (!isName(name))
            return {Value(text), Variable::Template, "only {{ name }} of another variable is resolved here, not {{ " + name + " }}"};
        Result result = resolveName(name, depth + 1);
        if (result.state != Variable::Ready)
            return {Value(text), result.state, result.problem};
        at = close + 2;
        if (open == 0 && at == text.size())
            return result; // nothing around it: the value keeps its type
        const QByteArray piece = result.value.toText();
        m_produced += piece.size();
        if (m_produced > longestText)
            return {Value(text), Variable::Template, "the template makes more than 64 KiB of text"};
        out += piece;
    }
    return {Value(out), Variable::Ready, {}};
}

TemplateResolver::Result TemplateResolver::resolveName(const QByteArray &name, int depth)
{
    const InventoryTables &tables = m_host.tables();
    if (name == "inventory_hostname")
        return {Value(m_host.name()), Variable::Ready, {}};
    if (name == "inventory_hostname_short")
        return {Value(shortName(m_host.name())), Variable::Ready, {}};
    if (name == "group_names") {
        Value::List names;
        for (const QByteArray &group : m_host.groups().names)
            names.emplace_back(group);
        return {Value(std::move(names)), Variable::Ready, {}};
    }
    const auto text = tables.texts.find(name);
    const VariableIndex found = text ? m_host.find(*text) : 0;
    if (found != 0)
        return resolve(tables.load(tables.variables[found].value), depth);
    const QByteArray file = tables.files[m_host.entry().file];
    if (name == "inventory_file")
        return {Value(file), Variable::Ready, {}};
    if (name == "inventory_dir")
        return {Value(file.contains('/') ? file.first(file.lastIndexOf('/')) : QByteArray(".")), Variable::Ready, {}};
    return {{}, Variable::Template, "the inventory has no variable '" + name + "' for this host"};
}

} // namespace collector
