#include "output/outputspec.h"

#include "output/livefile.h"
#include "output/shellword.h"

#include <QDir>
#include <QFileInfo>

#include <array>
#include <ctime>
#include <map>

namespace collector {

namespace {

using Format = OutputSpec::Format;
using Packing = OutputSpec::Packing;

constexpr std::array<QByteArrayView, 5> formatNames{"json", "jsonl", "csv", "table", "ansible-cache"};

// `%Y-%m-%d` and the like, in local time. Unchanged where there is no percent sign.
QByteArray withTimes(const QByteArray &name, qint64 nowMs)
{
    if (!name.contains('%'))
        return name;
    const time_t seconds = nowMs / 1000;
    tm local{};
    localtime_r(&seconds, &local);
    QByteArray out(name.size() + 1024, '\0');
    const size_t length = std::strftime(out.data(), size_t(out.size()), name.constData(), &local);
    return out.first(qsizetype(length));
}

std::optional<OutputSpec> parseOne(const QString &value, std::optional<Format> asked, bool isTerminal, qint64 nowMs, QString *error)
{
    OutputSpec spec;
    spec.path = withTimes(value.toLocal8Bit(), nowMs);
    spec.isDated = spec.path != value.toLocal8Bit();
    if (spec.path.isEmpty()) {
        *error = QStringLiteral("-o needs the name of a file, or - for standard output");
        return std::nullopt;
    }
    const bool isDirectory = spec.path.endsWith('/') || QFileInfo(QString::fromLocal8Bit(spec.path)).isDir();
    const auto [format, packing] = endingOf(spec.path);
    spec.packing = isDirectory || spec.isStandardOutput() ? spec.packing : packing;
    // An ending says more than -f: folder and table may come of one run.
    if (isDirectory ? asked != Format::AnsibleCache : asked == Format::AnsibleCache && !format) {
        *error = isDirectory ? QStringLiteral("-o %1 is a folder: only -f ansible-cache writes into one").arg(value)
                             : QStringLiteral("-f ansible-cache writes one file for each host: it needs a folder, as in -o facts/");
        return std::nullopt;
    }
    if (isDirectory) {
        spec.format = Format::AnsibleCache;
        if (!spec.path.endsWith('/'))
            spec.path += '/';
        return spec;
    }
    if (spec.isStandardOutput()) {
        spec.format = asked.value_or(isTerminal ? Format::Table : Format::JsonLines);
        return spec;
    }
    if (!format && !asked) {
        *error =
            QStringLiteral("the name %1 does not end in .json, .jsonl or .csv (or one of these and .gz or .zst): say the format with -f")
                .arg(value);
        return std::nullopt;
    }
    spec.format = format ? *format : *asked;
    return spec;
}

// What two outputs may not share. Standard output has several names, and each record would be in it for each of them.
QString placeOf(const OutputSpec &spec)
{
    if (const int descriptor = namedDescriptor(spec.path); descriptor >= 0)
        return QString::number(descriptor);
    return QDir::cleanPath(QFileInfo(QString::fromLocal8Bit(spec.path)).absoluteFilePath());
}

} // namespace

FileEnding endingOf(QByteArrayView name)
{
    FileEnding found;
    for (const auto &[ending, packing] : {std::pair<QByteArrayView, Packing>{".gz", Packing::Gzip}, {".zst", Packing::Zstandard}}) {
        if (name.endsWith(ending)) {
            name.chop(ending.size());
            found.packing = packing;
            break;
        }
    }
    for (const Format format : {Format::Json, Format::JsonLines, Format::Csv}) {
        if (name.endsWith('.' + formatName(format).toByteArray()))
            found.format = format;
    }
    return found;
}

QString wholeName(const QString &file)
{
    static constexpr QLatin1StringView partial(".partial");
    return file.endsWith(partial) ? file.chopped(partial.size()) : file;
}

QByteArrayView formatName(OutputSpec::Format format)
{
    return formatNames[size_t(format)];
}

std::optional<OutputSpec::Format> formatFromName(QByteArrayView name)
{
    for (size_t i = 0; i < formatNames.size(); ++i) {
        if (formatNames[i] == name)
            return Format(i);
    }
    return std::nullopt;
}

std::optional<QList<OutputSpec>> parseOutputs(const QStringList &outputs, const QString &format, bool isTerminal, qint64 nowMs,
                                              QString *error)
{
    std::optional<Format> asked;
    if (!format.isEmpty()) {
        asked = formatFromName(format.toUtf8());
        if (!asked) {
            *error = QStringLiteral("-f %1: the formats are json, jsonl, csv, table and ansible-cache").arg(format);
            return std::nullopt;
        }
    }
    QList<OutputSpec> specs;
    std::map<QString, QString> seen; // each place, and as what it was given
    for (const QString &value : outputs.isEmpty() ? QStringList{QStringLiteral("-")} : outputs) {
        const auto spec = parseOne(value, asked, isTerminal, nowMs, error);
        if (!spec)
            return std::nullopt;
        const auto [former, isNew] = seen.try_emplace(placeOf(*spec), value);
        if (!isNew) {
            *error = former->second == value
                         ? QStringLiteral("-o %1 is given twice").arg(value)
                         : QStringLiteral("-o %1 is -o %2 by another name: it is given twice").arg(value, former->second);
            return std::nullopt;
        }
        specs.append(*spec);
    }
    return specs;
}

QString asOptions(const QList<OutputSpec> &outputs)
{
    QStringList options;
    for (const OutputSpec &spec : outputs)
        options.append(QStringLiteral("-o ") + shellWord(QString::fromLocal8Bit(spec.path)));
    return options.join(u' ');
}

} // namespace collector
