#include "local.h"

#include "foreignjson.h"
#include "text.h"

#include <QJsonArray>

namespace collector::facts {

namespace {

// Qt's parser is recursive and guards itself at 1024 levels; the record allows 32.
bool isTooDeep(QByteArrayView json)
{
    int depth = 0;
    bool isText = false;
    for (qsizetype i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (isText) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                isText = false;
        } else if (c == '"') {
            isText = true;
        } else if (c == '{' || c == '[') {
            if (++depth > 28)
                return true;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

std::optional<QJsonValue> parseJson(QByteArrayView text)
{
    // A document must be an object or a list for Qt; Ansible takes a bare number too.
    const QJsonArray list = ForeignJson::parse('[' + text.trimmed().toByteArray() + ']').value.toArray();
    if (list.size() != 1)
        return {};
    return list.at(0);
}

} // namespace

std::optional<QJsonObject> parseIni(QByteArrayView text)
{
    QMap<QString, QMap<QString, QString>> sections;
    QMap<QString, QString> *section = nullptr;
    QString *value = nullptr; // which an indented line goes on with
    for (const QByteArrayView line : linesOf(text)) {
        const QByteArrayView bare = line.trimmed();
        if (bare.isEmpty() || bare.front() == '#' || bare.front() == ';')
            continue;
        if (bare.front() == '[' && bare.contains(']')) {
            section = &sections[toText(bare.sliced(1, bare.indexOf(']') - 1))];
            value = nullptr;
            continue;
        }
        if (!section)
            return {};
        if (value && (line.front() == ' ' || line.front() == '\t')) {
            value->append(u'\n' + toText(bare));
            continue;
        }
        qsizetype at = bare.indexOf('=');
        const qsizetype colon = bare.indexOf(':');
        if (at < 0 || (colon >= 0 && colon < at))
            at = colon;
        if (at <= 0 || section->size() >= mostEntries)
            return {};
        value = &(*section)[toText(bare.first(at).trimmed()).toLower()];
        *value = toText(bare.sliced(at + 1).trimmed());
    }
    QJsonObject all;
    for (auto one = sections.begin(); one != sections.end(); ++one)
        all.insert(one.key(), objectOf(one.value()));
    return all;
}

void parseLocal(const Section &in, Findings &out)
{
    QJsonObject local;
    for (const Block &block : in.blocks) {
        QString name = toText(baseName(block.label));
        name.remove(QStringLiteral(".fact"));
        const QString path = QStringLiteral("local.") + name;
        if (block.kind == Block::Kind::Missing) {
            out.miss(path, block.reason == "denied" ? Absence::Denied : Absence::ToolMissing);
        } else if (block.isTimedOut()) {
            out.miss(path, Absence::Timeout);
        } else if (block.bytes.size() > 256 * 1024 || isTooDeep(block.bytes)) {
            out.miss(path, Absence::Limit);
        } else if (block.kind == Block::Kind::Output && block.status.value_or(1) != 0) {
            local.insert(
                name, QStringLiteral("Failure executing fact script (%1), rc: %2").arg(toText(block.label)).arg(block.status.value_or(-1)));
        } else if (const auto json = parseJson(block.bytes)) {
            local.insert(name, *json);
        } else if (const auto ini = parseIni(block.bytes)) {
            local.insert(name, *ini);
        } else {
            local.insert(name, QStringLiteral("error loading facts as JSON or ini - please check content: %1").arg(toText(block.label)));
        }
    }
    out.set(u"local", local);
}

void parseLvm(const Section &in, Findings &out)
{
    if (in.blocks.isEmpty())
        return; // not Linux
    for (const QByteArrayView reason : {in.missing("lvm"), in.missing("vgs")}) {
        if (!reason.isEmpty()) {
            out.miss(u"lvm", reason == "tool_missing" ? Absence::ToolMissing : Absence::Denied);
            return;
        }
    }
    const Block *groups = in.find("vgs");
    if (!groups || groups->status != 0) {
        out.miss(u"lvm", groups && groups->isTimedOut() ? Absence::Timeout : Absence::Unsupported);
        return;
    }
    const auto rows = [&](QByteArrayView label, int width) {
        QList<QList<QByteArrayView>> all;
        for (const QByteArrayView line : linesOf(in.bytes(label))) {
            const QList<QByteArrayView> cells = split(line.trimmed(), ',');
            if (cells.size() == width && all.size() < mostEntries)
                all.append(cells);
        }
        return all;
    };
    QJsonObject vgs, lvs, pvs;
    for (const auto &cells : rows("vgs", 5))
        vgs.insert(toText(cells[0]), QJsonObject{{QStringLiteral("num_pvs"), toText(cells[1])},
                                                 {QStringLiteral("num_lvs"), toText(cells[2])},
                                                 {QStringLiteral("size_g"), toText(cells[3])},
                                                 {QStringLiteral("free_g"), toText(cells[4])}});
    for (const auto &cells : rows("lvs", 3))
        lvs.insert(toText(cells[0]), QJsonObject{{QStringLiteral("vg"), toText(cells[1])}, {QStringLiteral("size_g"), toText(cells[2])}});
    for (const auto &cells : rows("pvs", 4))
        pvs.insert(toText(cells[0]), QJsonObject{{QStringLiteral("vg"), toText(cells[1])},
                                                 {QStringLiteral("size_g"), toText(cells[2])},
                                                 {QStringLiteral("free_g"), toText(cells[3])}});
    out.set(u"lvm", QJsonObject{{QStringLiteral("vgs"), vgs}, {QStringLiteral("lvs"), lvs}, {QStringLiteral("pvs"), pvs}});
}

} // namespace collector::facts
