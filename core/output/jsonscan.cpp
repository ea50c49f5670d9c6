#include "output/jsonscan.h"

#include "output/timestamp.h"

#include "model/json.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <array>
#include <bitset>

namespace collector {

namespace {

qsizetype skipSpace(QByteArrayView text, qsizetype at)
{
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r'))
        ++at;
    return at;
}

// Where the string that opens at `at` ends, past its closing quote; -1 if it does not.
qsizetype stringEnd(QByteArrayView text, qsizetype at)
{
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return -1;
}

// Where the value that begins at `at` ends; -1 if it does not.
qsizetype valueEnd(QByteArrayView text, qsizetype at)
{
    if (at >= text.size())
        return -1;
    if (text[at] == '"')
        return stringEnd(text, at);
    if (text[at] != '{' && text[at] != '[') {
        const qsizetype from = at;
        while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && uchar(text[at]) > ' ')
            ++at;
        return at > from ? at : -1;
    }
    int depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
        case '"':
            at = stringEnd(text, at);
            if (at < 0)
                return -1;
            continue;
        case '{':
        case '[':
            ++depth;
            break;
        case '}':
        case ']':
            if (--depth == 0)
                return at + 1;
            break;
        default:
            break;
        }
        ++at;
    }
    return -1;
}

// U+FFFD: some of it may not have been UTF-8.
bool hasReplacement(QByteArrayView text)
{
    return text.contains(QByteArrayView("\xef\xbf\xbd"));
}

} // namespace

bool forEachMember(QByteArrayView object, const std::function<bool(QByteArrayView, QByteArrayView)> &member)
{
    qsizetype at = skipSpace(object, 0);
    if (at >= object.size() || object[at] != '{')
        return false;
    at = skipSpace(object, at + 1);
    if (at < object.size() && object[at] == '}')
        return true;
    while (at < object.size() && object[at] == '"') {
        const qsizetype keyEnd = stringEnd(object, at);
        if (keyEnd < 0)
            return false;
        const QByteArrayView key = object.sliced(at + 1, keyEnd - at - 2);
        at = skipSpace(object, keyEnd);
        if (at >= object.size() || object[at] != ':')
            return false;
        const qsizetype from = skipSpace(object, at + 1);
        const qsizetype end = valueEnd(object, from);
        if (end < 0)
            return false;
        if (!member(key, object.sliced(from, end - from)))
            return true;
        at = skipSpace(object, end);
        if (at < object.size() && object[at] == '}')
            return true;
        if (at >= object.size() || object[at] != ',')
            return false;
        at = skipSpace(object, at + 1);
    }
    return false;
}

std::optional<QByteArray> decodeJsonString(QByteArrayView text)
{
    if (text.size() < 2 || text.front() != '"' || text.back() != '"')
        return std::nullopt;
    if (!text.contains('\\'))
        return text.sliced(1, text.size() - 2).toByteArray();
    QByteArray wrapped;
    wrapped += '[';
    wrapped += text;
    wrapped += ']';
    const QJsonArray array = QJsonDocument::fromJson(wrapped).array();
    if (array.size() != 1 || !array.first().isString())
        return std::nullopt;
    return array.first().toString().toUtf8();
}

QByteArray hostBytes(const QByteArray &host, QByteArrayView base64)
{
    const auto encoded = hasReplacement(host) ? decodeJsonString(base64) : std::nullopt;
    const auto decoded =
        encoded ? QByteArray::fromBase64Encoding(*encoded, QByteArray::AbortOnBase64DecodingErrors) : QByteArray::FromBase64Result();
    if (!encoded || !decoded)
        return host;
    QByteArray written, expected;
    const bool isText = appendJsonString(written, QByteArrayView(*decoded));
    appendJsonString(expected, QByteArrayView(host));
    return !isText && written == expected ? *decoded : host;
}

bool isWholeObject(QByteArrayView text)
{
    return text.startsWith('{') && valueEnd(text, 0) == text.size();
}

std::optional<RecordHead> readRecordHead(QByteArrayView record)
{
    static constexpr std::array<QByteArrayView, 8> fields{"host_base64", "host",       "status",  "cause",
                                                          "started",     "elapsed_ms", "address", "attempts"};
    RecordHead head;
    QByteArrayView exactHost;
    bool hasHost = false;
    bool mayHaveBytes = false; // beside its host
    bool hasStatus = false;
    std::bitset<fields.size()> seen;
    bool isTwice = false;
    const bool isObject = forEachMember(record, [&](QByteArrayView key, QByteArrayView value) {
        const auto field = size_t(std::find(fields.begin(), fields.end(), key) - fields.begin());
        if (field == fields.size())
            return true;
        isTwice = seen.test(field);
        seen.set(field);
        if (key == "host") {
            const auto host = decodeJsonString(value);
            hasHost = host.has_value();
            head.host = host.value_or(QByteArray());
            mayHaveBytes = hasReplacement(head.host);
        } else if (key == "host_base64") {
            exactHost = value;
        } else if (key == "status") {
            const auto status = statusFromName(decodeJsonString(value).value_or(QByteArray()));
            hasStatus = status.has_value();
            head.status = status.value_or(Status::Failed);
        } else if (key == "cause") {
            head.cause = causeFromName(decodeJsonString(value).value_or(QByteArray())).value_or(Cause::None);
        } else if (key == "started") {
            head.startedMs = parseTimestamp(decodeJsonString(value).value_or(QByteArray())).value_or(-1);
        } else if (key == "elapsed_ms") {
            const double ms = value.toByteArray().toDouble();
            head.elapsedMs = ms >= 0 && ms < 1e15 ? qint64(ms) : 0;
        } else if (key == "address") {
            head.address = decodeJsonString(value).value_or(QByteArray());
        } else {
            head.attempts = value.toByteArray().toInt();
        }
        return !isTwice && (mayHaveBytes ? !seen.all() : (seen >> 1).count() < fields.size() - 1);
    });
    if (!isObject || isTwice || !hasHost || !hasStatus)
        return std::nullopt;
    if (mayHaveBytes)
        head.host = hostBytes(head.host, exactHost);
    return head;
}

bool hasInterruptedJob(QByteArrayView record)
{
    bool isInterrupted = false;
    (void)forEachMember(record, [&isInterrupted](QByteArrayView key, QByteArrayView jobs) {
        if (key != "jobs")
            return true;
        (void)forEachMember(jobs, [&isInterrupted](QByteArrayView, QByteArrayView job) {
            (void)forEachMember(job, [&isInterrupted](QByteArrayView name, QByteArrayView value) {
                isInterrupted = isInterrupted || (name == "cause" && value == "\"interrupted\"");
                return name != "cause";
            });
            return !isInterrupted;
        });
        return false;
    });
    return isInterrupted;
}

} // namespace collector
