#include "output/recordhead.h"

#include "output/jsonspan.h"
#include "output/timestamp.h"

#include "model/json.h"
#include "model/utf8.h"

#include <algorithm>
#include <array>
#include <bitset>

namespace collector {

namespace {

// U+FFFD: some of it may not have been UTF-8.
bool hasReplacement(QByteArrayView text)
{
    return text.contains(QByteArrayView("\xef\xbf\xbd"));
}

} // namespace

QByteArray hostBytes(const QByteArray &host, QByteArrayView base64)
{
    if (!hasReplacement(host) || !isJsonString(base64))
        return host;
    const auto decoded = QByteArray::fromBase64Encoding(jsonText(base64), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return host;
    QByteArray written, expected;
    const bool isText = appendJsonString(written, QByteArrayView(*decoded));
    appendJsonString(expected, QByteArrayView(host));
    return !isText && written == expected ? *decoded : host;
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
    JsonMembers member(record);
    while (member.next()) {
        const QByteArrayView key = member.key(), value = member.value();
        const auto field = size_t(std::find(fields.begin(), fields.end(), key) - fields.begin());
        if (field == fields.size())
            continue;
        if (seen.test(field))
            return std::nullopt;
        seen.set(field);
        if (key == "host") {
            head.host = jsonText(value);
            hasHost = isJsonString(value) && isUtf8(head.host);
            mayHaveBytes = hasReplacement(head.host);
        } else if (key == "host_base64") {
            exactHost = value;
        } else if (key == "status") {
            const auto status = statusFromName(jsonText(value));
            hasStatus = status.has_value();
            head.status = status.value_or(Status::Failed);
        } else if (key == "cause") {
            head.cause = causeFromName(jsonText(value)).value_or(Cause::None);
        } else if (key == "started") {
            head.startedMs = parseTimestamp(jsonText(value)).value_or(-1);
        } else if (key == "elapsed_ms") {
            const double ms = value.toByteArray().toDouble();
            head.elapsedMs = ms >= 0 && ms < 1e15 ? qint64(ms) : 0;
        } else if (key == "address") {
            head.address = jsonText(value);
        } else {
            head.attempts = value.toByteArray().toInt();
        }
        if (mayHaveBytes ? seen.all() : (seen >> 1).count() == fields.size() - 1)
            break;
    }
    if (!member.isValid() || !hasHost || !hasStatus)
        return std::nullopt;
    if (mayHaveBytes)
        head.host = hostBytes(head.host, exactHost);
    return head;
}

bool hasInterruptedJob(QByteArrayView record)
{
    for (JsonMembers job(jsonMember(record, "jobs")); job.next();) {
        if (jsonText(jsonMember(job.value(), "cause")) == causeName(Cause::Interrupted))
            return true;
    }
    return false;
}

} // namespace collector
