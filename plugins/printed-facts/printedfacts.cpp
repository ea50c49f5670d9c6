#include "printedfacts.h"

#include <collector/joberror.h>

#include <QJsonDocument>

namespace collector {

namespace {

constexpr qsizetype longestKey = 256;

QByteArray unquoted(const QByteArray &value)
{
    const bool isQuoted = value.size() >= 2 && value.front() == value.back() && (value.front() == '"' || value.front() == '\'');
    return isQuoted ? value.mid(1, value.size() - 2) : value;
}

bool isKey(const QByteArray &key)
{
    return !key.isEmpty() && key.size() <= longestKey;
}

QString notUnderstood(qsizetype line, const QByteArray &text)
{
    return QStringLiteral("line %1 of the output is no key=value: %2").arg(line).arg(printable(text, 80));
}

PrintedFacts parseJson(const QByteArray &output)
{
    PrintedFacts printed;
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(output, &error);
    if (document.isNull())
        printed.defect = QStringLiteral("the output is no JSON: %1, at byte %2").arg(error.errorString()).arg(error.offset);
    else if (!document.isObject())
        printed.defect = QStringLiteral("the output is a JSON list; facts are an object: {\"name\": value, …}");
    else
        printed.facts = document.object();
    return printed;
}

PrintedFacts parseKeyValue(const QByteArray &output)
{
    PrintedFacts printed;
    qsizetype number = 0;
    for (const QByteArray &raw : output.split('\n')) {
        ++number;
        const QByteArray line = raw.trimmed();
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        const qsizetype equals = line.indexOf('=');
        const QByteArray key = line.first(std::max<qsizetype>(equals, 0)).trimmed();
        if (isKey(key))
            printed.facts.insert(QString::fromUtf8(key), QString::fromUtf8(unquoted(line.mid(equals + 1).trimmed())));
        else if (printed.defect.isEmpty())
            printed.defect = notUnderstood(number, line);
    }
    return printed;
}

// As Python's configparser takes it: `=` or `:`, comments with # or ;, and lines that are indented go on with the value before.
PrintedFacts parseIni(const QByteArray &output)
{
    PrintedFacts printed;
    QString section, lastKey;
    QJsonObject values;
    qsizetype number = 0;
    const auto endSection = [&] {
        if (!section.isEmpty())
            printed.facts.insert(section, values);
        values = {};
        lastKey.clear();
    };
    for (const QByteArray &raw : output.split('\n')) {
        ++number;
        const QByteArray line = raw.trimmed();
        if (line.isEmpty() || line.startsWith('#') || line.startsWith(';'))
            continue;
        if (line.startsWith('[') && line.endsWith(']')) {
            endSection();
            section = QString::fromUtf8(line.mid(1, line.size() - 2));
            values = printed.facts.value(section).toObject();
            continue;
        }
        if ((raw.startsWith(' ') || raw.startsWith('\t')) && !lastKey.isEmpty()) {
            values[lastKey] = values.value(lastKey).toString() + u'\n' + QString::fromUtf8(line);
            continue;
        }
        qsizetype mark = 0;
        while (mark < line.size() && line[mark] != '=' && line[mark] != ':')
            ++mark;
        const QByteArray key = line.first(mark).trimmed().toLower();
        if (section.isEmpty() || mark == line.size() || !isKey(key)) {
            if (printed.defect.isEmpty())
                printed.defect = notUnderstood(number, line);
            continue;
        }
        lastKey = QString::fromUtf8(key);
        values.insert(lastKey, QString::fromUtf8(line.mid(mark + 1).trimmed()));
    }
    endSection();
    return printed;
}

QByteArray firstOfSubstance(const QByteArray &output)
{
    for (const QByteArray &line : output.split('\n')) {
        const QByteArray trimmed = line.trimmed();
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
    const QByteArray first = firstOfSubstance(output);
    const bool isJson = first.startsWith('{') || (first.startsWith('[') && !first.endsWith(']'));
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
