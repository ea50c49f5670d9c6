#include "printedfacts.h"

#include "foreignjson.h"

#include <collector/joberror.h>

#include <map>

namespace collector {

namespace {

constexpr qsizetype longestKey = 256;

// Gathered here first: a QJsonObject moves half of its members for each that is inserted, and keeps the bytes of each value that is
// replaced.
using Values = std::map<QString, QByteArray>;

// `exact` takes the bytes of what is no UTF-8.
QJsonObject objectOf(const Values &values, std::map<QString, QByteArray> *exact)
{
    QJsonObject object;
    for (const auto &[key, value] : values) {
        object.insert(key, QString::fromUtf8(value));
        if (!value.isValidUtf8())
            (*exact)[key] = value;
    }
    return object;
}

QByteArrayView takeLine(QByteArrayView &text)
{
    const qsizetype end = text.indexOf('\n');
    const QByteArrayView line = end < 0 ? text : text.first(end);
    text = end < 0 ? QByteArrayView() : text.sliced(end + 1);
    return line;
}

QByteArrayView unquoted(QByteArrayView value)
{
    const bool isQuoted = value.size() >= 2 && value.front() == value.back() && (value.front() == '"' || value.front() == '\'');
    return isQuoted ? value.sliced(1, value.size() - 2) : value;
}

bool isKey(QByteArrayView key)
{
    return !key.isEmpty() && key.size() <= longestKey;
}

QString notUnderstood(qsizetype line, QByteArrayView text)
{
    return QStringLiteral("line %1 of the output is no key=value: %2").arg(line).arg(printable(text, 80));
}

PrintedFacts parseJson(const QByteArray &output)
{
    PrintedFacts printed;
    ForeignJson json = ForeignJson::parse(output);
    if (json.value.isUndefined())
        printed.defect = QStringLiteral("the output is no JSON: %1, at byte %2").arg(json.error.errorString()).arg(json.error.offset);
    else if (!json.value.isObject())
        printed.defect = QStringLiteral("the output is a JSON list; facts are an object: {\"name\": value, …}");
    printed.facts = json.value.toObject();
    printed.exact = std::move(json.exact);
    return printed;
}

PrintedFacts parseKeyValue(QByteArrayView output)
{
    PrintedFacts printed;
    Values values;
    for (qsizetype number = 1; !output.isEmpty(); ++number) {
        const QByteArrayView line = takeLine(output).trimmed();
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        const qsizetype equals = line.indexOf('=');
        const QByteArrayView key = line.first(std::max<qsizetype>(equals, 0)).trimmed();
        if (isKey(key))
            values[QString::fromUtf8(key)] = unquoted(line.sliced(equals + 1).trimmed()).toByteArray();
        else if (printed.defect.isEmpty())
            printed.defect = notUnderstood(number, line);
    }
    printed.facts = objectOf(values, &printed.exact);
    return printed;
}

// As Python's configparser takes it: `=` or `:`, comments with # or ;, and lines that are indented go on with the value before.
PrintedFacts parseIni(QByteArrayView output)
{
    PrintedFacts printed;
    std::map<QString, Values> sections;
    Values *section = nullptr;
    QByteArray *lastValue = nullptr;
    for (qsizetype number = 1; !output.isEmpty(); ++number) {
        const QByteArrayView raw = takeLine(output);
        const QByteArrayView line = raw.trimmed();
        if (line.isEmpty() || line.startsWith('#') || line.startsWith(';'))
            continue;
        if (line.startsWith('[') && line.endsWith(']')) {
            const QString name = QString::fromUtf8(line.sliced(1, line.size() - 2));
            section = name.isEmpty() ? nullptr : &sections[name];
            lastValue = nullptr;
            continue;
        }
        if ((raw.startsWith(' ') || raw.startsWith('\t')) && lastValue) {
            *lastValue += '\n';
            *lastValue += line;
            continue;
        }
        qsizetype mark = 0;
        while (mark < line.size() && line[mark] != '=' && line[mark] != ':')
            ++mark;
        const QByteArray key = line.first(mark).trimmed().toByteArray().toLower();
        if (!section || mark == line.size() || !isKey(key)) {
            if (printed.defect.isEmpty())
                printed.defect = notUnderstood(number, line);
            continue;
        }
        lastValue = &(*section)[QString::fromUtf8(key)];
        *lastValue = line.sliced(mark + 1).trimmed().toByteArray();
    }
    for (const auto &[name, values] : sections) {
        std::map<QString, QByteArray> exact;
        QJsonObject object = objectOf(values, &exact);
        for (const auto &[key, bytes] : exact)
            object.insert(key + QStringLiteral("_base64"), QString::fromLatin1(bytes.toBase64()));
        printed.facts.insert(name, object);
    }
    return printed;
}

bool isList(const QByteArray &output)
{
    return ForeignJson::parse(output).value.isArray();
}

QByteArrayView firstOfSubstance(QByteArrayView output)
{
    while (!output.isEmpty()) {
        const QByteArrayView trimmed = takeLine(output).trimmed();
        if (!trimmed.isEmpty() && !trimmed.startsWith('#') && !trimmed.startsWith(';'))
            return trimmed;
    }
    return {};
}

} // namespace

PrintedFacts::Format PrintedFacts::format(const QString &word)
{
    return word == u"json" ? Format::Json : word == u"key-value" ? Format::KeyValue : word == u"facts.d" ? Format::FactsD : Format::Auto;
}

PrintedFacts PrintedFacts::parse(const QByteArray &output, Format format)
{
    const QByteArrayView first = firstOfSubstance(output);
    // `[1]` may be a section or a list.
    const bool isJson = first.startsWith('{') || (first.startsWith('[') && (!first.endsWith(']') || isList(output)));
    if (format == Format::Json)
        return parseJson(output);
    if (first.isEmpty())
        return {};
    if (format == Format::KeyValue)
        return parseKeyValue(output);
    if (isJson)
        return parseJson(output);
    return format == Format::FactsD || first.startsWith('[') ? parseIni(output) : parseKeyValue(output);
}

} // namespace collector
