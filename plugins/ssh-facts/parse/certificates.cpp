// Just enough of X.509 (RFC 5280) for an inventory: names and dates. Every length is checked against what is there.

#include "software.h"
#include "text.h"

#include <QCryptographicHash>
#include <QDateTime>

#include <algorithm>

namespace collector::facts {

namespace {

struct Element
{
    uchar tag = 0;
    QByteArrayView content;
};

// The next element of `rest`, which is moved behind it.
std::optional<Element> take(QByteArrayView &rest)
{
    if (rest.size() < 2)
        return {};
    const uchar tag = uchar(rest[0]);
    qsizetype length = uchar(rest[1]), head = 2;
    if (length & 0x80) {
        const qsizetype bytes = length & 0x7f;
        if (bytes == 0 || bytes > 4 || rest.size() < 2 + bytes)
            return {};
        length = 0;
        for (qsizetype i = 0; i < bytes; ++i)
            length = length << 8 | uchar(rest[2 + i]);
        head += bytes;
    }
    if (length > rest.size() - head)
        return {};
    const Element element{tag, rest.sliced(head, length)};
    rest = rest.sliced(head + length);
    return element;
}

// CN of a Name; else O.
QString nameOf(QByteArrayView name)
{
    QString organisation;
    while (auto set = take(name)) {
        QByteArrayView attributes = set->content;
        while (auto attribute = take(attributes)) {
            QByteArrayView pair = attribute->content;
            const auto type = take(pair);
            const auto value = take(pair);
            if (!type || !value || type->tag != 0x06)
                continue;
            if (type->content == QByteArrayView("\x55\x04\x03", 3))
                return toText(value->content);
            if (type->content == QByteArrayView("\x55\x04\x0a", 3))
                organisation = toText(value->content);
        }
    }
    return organisation;
}

QDateTime timeOf(const Element &element)
{
    QString text = toText(element.content);
    if (element.tag == 0x17 && text.size() == 13) // UTCTime: two digits of the year, from 1950 on
        text.prepend(text.first(2).toInt() < 50 ? QStringLiteral("20") : QStringLiteral("19"));
    QDateTime time = QDateTime::fromString(text.chopped(text.endsWith(u'Z') ? 1 : 0), QStringLiteral("yyyyMMddHHmmss"));
    time.setTimeSpec(Qt::UTC);
    return time;
}

QByteArray derOf(QByteArrayView pem)
{
    QByteArray base64;
    bool isInside = false;
    for (const QByteArrayView line : linesOf(pem)) {
        if (line.contains("BEGIN CERTIFICATE"))
            isInside = true;
        else if (line.contains("END CERTIFICATE"))
            break;
        else if (isInside)
            base64 += line.trimmed().toByteArray();
    }
    return QByteArray::fromBase64(base64);
}

} // namespace

std::optional<QJsonObject> certificateOf(const QByteArray &der)
{
    QByteArrayView rest(der);
    const auto certificate = take(rest);
    if (!certificate || certificate->tag != 0x30)
        return {};
    QByteArrayView outer = certificate->content;
    const auto body = take(outer);
    if (!body || body->tag != 0x30)
        return {};
    QByteArrayView fields = body->content;
    auto field = take(fields);
    if (field && field->tag == 0xa0) // the version; where it is not, the serial comes first
        field = take(fields);
    const auto serial = field;
    const auto algorithm = take(fields), issuer = take(fields), validity = take(fields), subject = take(fields);
    if (!serial || serial->tag != 0x02 || !algorithm || !issuer || !validity || !subject)
        return {};
    QByteArrayView dates = validity->content;
    const auto from = take(dates), until = take(dates);
    if (!from || !until)
        return {};
    const QDateTime notBefore = timeOf(*from), notAfter = timeOf(*until);
    if (!notBefore.isValid() || !notAfter.isValid())
        return {};
    return QJsonObject{{QStringLiteral("subject"), nameOf(subject->content)},
                       {QStringLiteral("issuer"), nameOf(issuer->content)},
                       {QStringLiteral("serial"),
                        QString::fromLatin1(serial->content.first(std::min<qsizetype>(serial->content.size(), 40)).toByteArray().toHex())},
                       {QStringLiteral("not_before"), notBefore.toString(Qt::ISODate)},
                       {QStringLiteral("not_after"), notAfter.toString(Qt::ISODate)},
                       {QStringLiteral("sha256"), QString::fromLatin1(QCryptographicHash::hash(der, QCryptographicHash::Sha256).toHex())}};
}

void parseCertificates(const Section &in, Findings &out)
{
    QJsonArray certificates;
    for (const Block &block : in.blocks) {
        if (block.kind == Block::Kind::Missing && block.label.startsWith('/'))
            out.miss(QString(QStringLiteral("certificates.") + toText(block.label)), Absence::Denied);
        if (block.kind != Block::Kind::Output || !block.label.startsWith('/') || certificates.size() >= 1000)
            continue;
        auto certificate = certificateOf(derOf(block.bytes));
        if (!certificate)
            continue;
        putText(*certificate, u"path", block.label);
        certificates.append(*certificate);
    }
    if (!in.isTimedOut())
        out.set(u"certificates", certificates);
}

} // namespace collector::facts
