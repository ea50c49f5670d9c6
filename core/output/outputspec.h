// OutputSpec: one output of a run, as `-o`, `-f` and the ending of its name say. Parsed before anything is opened. Pure functions.

#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace collector {

struct OutputSpec
{
    enum class Format : quint8 { Json, JsonLines, Csv, Table, AnsibleCache };
    enum class Packing : quint8 { None, Gzip, Zstandard };

    QByteArray path; // as in the file system, times filled in; `-` is standard output; a directory (AnsibleCache) ends in `/`
    Format format = Format::JsonLines;
    Packing packing = Packing::None;
    bool isDated = false; // the name as it was given holds a time: on another day it is another

    [[nodiscard]] bool isStandardOutput() const { return path == "-"; }
    // Where it stands when too few hosts were ok: FILE.partial.
    [[nodiscard]] QByteArray partialPath() const { return (path.endsWith('/') ? path.chopped(1) : path) + ".partial"; }
};

// What the end of a file's name says: `a.csv.gz`.
struct FileEnding
{
    std::optional<OutputSpec::Format> format; // Json, JsonLines, Csv; nothing: another ending
    OutputSpec::Packing packing = OutputSpec::Packing::None;
};
[[nodiscard]] FileEnding endingOf(QByteArrayView name);

// The name that an output has once it is whole, of one that may be FILE.partial.
[[nodiscard]] QString wholeName(const QString &file);

[[nodiscard]] QByteArrayView formatName(OutputSpec::Format format);
[[nodiscard]] std::optional<OutputSpec::Format> formatFromName(QByteArrayView name);

// The outputs of a run. `outputs` are the values of -o, `format` that of -f (empty: not given); without -o the one output is
// standard output, a table if it is a terminal, else JSON lines. `%Y-%m-%d` and the like of strftime(3) become the local time
// `nowMs`. Nothing, and why in `error`, where a format is unknown or missing, or two outputs are the same.
[[nodiscard]] std::optional<QList<OutputSpec>> parseOutputs(const QStringList &outputs, const QString &format, bool isTerminal,
                                                            qint64 nowMs, QString *error);

// `-o a-2026-11-28.json -o -`: what names these again, whenever it is typed.
[[nodiscard]] QString asOptions(const QList<OutputSpec> &outputs);

} // namespace collector
