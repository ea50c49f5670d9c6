#include "output/compare/jsonjoin.h"

#include "model/json.h"

namespace collector {

namespace {

bool isOnOneLine(QByteArrayView json)
{
    return std::none_of(json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; });
}

} // namespace

std::vector<QByteArrayView> itemsOf(QByteArrayView list)
{
    std::vector<QByteArrayView> items;
    for (JsonItems walk(list); walk.next();)
        items.push_back(walk.value());
    return items;
}

std::vector<Member> membersOf(QByteArrayView object)
{
    std::vector<Member> members;
    for (JsonMembers walk(object); walk.next();)
        members.push_back({walk.key().toByteArray(), walk.value()});
    return members;
}

QByteArray listOf(const std::vector<QByteArrayView> &items)
{
    QByteArray text = "[";
    for (const QByteArrayView item : items) {
        if (text.size() > 1)
            text += ',';
        text += item;
    }
    return text += ']';
}

void appendCompact(QByteArray &out, QByteArrayView json)
{
    if (isOnOneLine(json)) {
        out += json;
        return;
    }
    bool isInString = false;
    for (qsizetype i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (isInString && c == '\\' && i + 1 < json.size()) {
            out += c;
            out += json[++i];
            continue;
        }
        if (c == '"')
            isInString = !isInString;
        if (isInString || (c != ' ' && c != '\t' && c != '\n' && c != '\r'))
            out += c;
    }
}

QByteArrayView compactJson(QByteArrayView json, QByteArray &storage)
{
    if (isOnOneLine(json))
        return json;
    storage.resize(0);
    appendCompact(storage, json);
    return storage;
}

void appendNormalJson(QByteArray &out, QByteArrayView json)
{
    char before = 0; // nothing before the first
    const auto separate = [&] {
        if (before)
            out += before;
        before = ',';
    };
    if (isJsonString(json)) {
        appendJsonString(out, QByteArrayView(jsonText(json)));
    } else if (isJsonArray(json)) {
        out += '[';
        for (JsonItems walk(json); walk.next();) {
            separate();
            appendNormalJson(out, walk.value());
        }
        out += ']';
    } else if (isJsonObject(json)) {
        std::vector<Member> members = membersOf(json);
        std::stable_sort(members.begin(), members.end(), [](const Member &a, const Member &b) { return a.key < b.key; });
        out += '{';
        for (const Member &member : members) {
            separate();
            appendJsonString(out, QByteArrayView(member.key));
            out += ':';
            appendNormalJson(out, member.value);
        }
        out += '}';
    } else if (const double number = json.toDouble(); json.contains('.') || json.contains('e') || json.contains('E')) {
        appendJsonNumber(out, number);
    } else {
        out += json; // digits as they stand, also beyond 53 bits
    }
}

} // namespace collector
