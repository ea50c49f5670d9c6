#include "foreignjson.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace collector {

namespace {

constexpr char hexDigits[] = "0123456789abcdef";
constexpr char16_t firstByte = 0xdc80, lastByte = 0xdcff; // a lone low surrogate that stands for a byte, as in Python (surrogateescape)

// Of the character that begins there, in bytes; 0: it is no UTF-8.
qsizetype lengthOfCharacter(QByteArrayView bytes)
{
    for (qsizetype length = 1; length <= std::min<qsizetype>(bytes.size(), 4); ++length) {
        if (bytes.first(length).isValidUtf8())
            return length;
    }
    return 0;
}

bool isNumberPart(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool isLongInteger(QByteArrayView number)
{
    constexpr qsizetype digitsThatFit = 18;
    const QByteArrayView digits = number.startsWith('-') ? number.sliced(1) : number;
    const bool isInteger = !digits.isEmpty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    bool fits = false;
    return isInteger && digits.size() > digitsThatFit && digits.front() != '0' && ((void)number.toByteArray().toLongLong(&fits), !fits);
}

// What Qt's parser would refuse, or round, as what it takes.
QByteArray acceptable(const QByteArray &json)
{
    QByteArray text;
    qsizetype copied = 0; // up to there json stands in text
    const auto replace = [&](qsizetype from, qsizetype to, const QByteArray &by) {
        text += QByteArrayView(json).sliced(copied, from - copied);
        text += by;
        copied = to;
    };
    bool isText = false;
    for (qsizetype at = 0; at < json.size();) {
        const char c = json[at];
        if (isText) {
            const qsizetype length = lengthOfCharacter(QByteArrayView(json).sliced(at));
            if (length == 0)
                replace(at, at + 1, QByteArray("\\udc") + hexDigits[quint8(c) >> 4] + hexDigits[quint8(c) & 15]);
            isText = c != '"';
            at += c == '\\' ? 2 : std::max<qsizetype>(length, 1);
        } else if (isNumberPart(c)) {
            qsizetype end = at + 1;
            while (end < json.size() && isNumberPart(json[end]))
                ++end;
            const QByteArrayView number = QByteArrayView(json).sliced(at, end - at);
            if (isLongInteger(number))
                replace(at, end, '"' + number.toByteArray() + '"');
            at = end;
        } else {
            isText = c == '"';
            ++at;
        }
    }
    if (copied == 0)
        return json;
    text += QByteArrayView(json).sliced(copied);
    return text;
}

// U+FFFD for each surrogate that has no other; the bytes, where all of those stand for some.
QString shown(const QString &text, QByteArray *exact)
{
    QString plain = text;
    QByteArray bytes;
    bool isExact = true;
    qsizetype copied = 0;
    for (qsizetype at = 0; at < text.size(); ++at) {
        const QChar c = text[at];
        if (!c.isSurrogate())
            continue;
        if (c.isHighSurrogate() && at + 1 < text.size() && text[at + 1].isLowSurrogate()) {
            ++at;
            continue;
        }
        plain[at] = QChar::ReplacementCharacter;
        bytes += QStringView(text).sliced(copied, at - copied).toUtf8();
        copied = at + 1;
        if (c >= QChar(firstByte) && c <= QChar(lastByte))
            bytes += char(c.unicode() & 0xff);
        else
            isExact = false;
    }
    if (copied > 0 && isExact && exact)
        *exact = bytes + QStringView(text).sliced(copied).toUtf8();
    return plain;
}

QJsonValue shown(const QJsonValue &value);

// `exact` takes the bytes of what is no UTF-8; null: they stand beside it, as NAME_base64.
QJsonObject shown(const QJsonObject &object, std::map<QString, QByteArray> *exact)
{
    std::map<QString, QJsonValue> members; // a QJsonObject moves half of its members for each that is inserted
    for (auto one = object.begin(); one != object.end(); ++one) {
        const QString key = shown(one.key(), nullptr);
        QByteArray bytes;
        members[key] = one->isString() ? QJsonValue(shown(one->toString(), &bytes)) : shown(one.value());
        if (bytes.isEmpty())
            continue;
        if (exact)
            (*exact)[key] = bytes;
        else
            members[key + QStringLiteral("_base64")] = QString::fromLatin1(bytes.toBase64());
    }
    QJsonObject all;
    for (const auto &[key, member] : members)
        all.insert(key, member);
    return all;
}

QJsonValue shown(const QJsonValue &value)
{
    if (value.isString())
        return shown(value.toString(), nullptr);
    if (value.isObject())
        return shown(value.toObject(), nullptr);
    if (!value.isArray())
        return value;
    QJsonArray list;
    for (const QJsonValue one : value.toArray())
        list.append(shown(one));
    return list;
}

} // namespace

ForeignJson ForeignJson::parse(const QByteArray &json)
{
    ForeignJson foreign{QJsonValue(QJsonValue::Undefined), {}, {}};
    const QByteArray text = acceptable(json);
    const QJsonDocument document = QJsonDocument::fromJson(text, &foreign.error);
    if (document.isNull())
        return foreign;
    foreign.value = document.isObject() ? QJsonValue(document.object()) : QJsonValue(document.array());
    // Without such an escape there is no surrogate that has no other.
    if (text.contains("\\ud") || text.contains("\\uD"))
        foreign.value = document.isObject() ? QJsonValue(shown(document.object(), &foreign.exact)) : shown(foreign.value);
    return foreign;
}

} // namespace collector
