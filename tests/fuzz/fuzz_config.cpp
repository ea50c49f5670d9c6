// A configuration, whatever it holds. What it refuses it refuses with the line; nothing that forbids is overlooked, of what may stand once
// the last counts, and what was understood, written down and read again is the same.

#include "cli/configuration.h"
#include "cli/optiontable.h"

#include "memoryfile.h"
#include "require.h"

using namespace collector;

namespace {

constexpr qsizetype largest = 1 << 20;

std::optional<CommandLine> readBytes(const QByteArray &bytes)
{
    const MemoryFile file(bytes);
    const QString path = QString::fromLatin1(file.path());
    try {
        return readConfiguration(path);
    } catch (const UsageError &error) {
        if (bytes.size() > largest)
            return std::nullopt; // that has no line
        const QString place = error.message().mid(path.size() + 1).section(u':', 0, 0);
        require(error.message().startsWith(path + u':') && error.message().size() < bytes.size() + 300);
        require(place.toInt() >= 1 && place.toInt() <= bytes.count('\n') + 1);
        for (const QChar c : error.message())
            require(c.category() != QChar::Other_Control);
        return std::nullopt;
    }
}

bool isBlank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// What stands for a name in lines of `name` or `name = value`, by a plainer reading than the program's.
QByteArrayList linesOf(const QByteArray &bytes, const QByteArray &name)
{
    QByteArrayList found;
    const QByteArray text = bytes.startsWith("\xef\xbb\xbf") ? bytes.mid(3) : bytes; // as Windows' editors begin a file
    for (const QByteArray &raw : text.split('\n')) {
        const QByteArray line = raw.trimmed();
        qsizetype at = name.size();
        while (at < line.size() && isBlank(line[at]))
            ++at;
        if (line.startsWith(name) && (at > name.size() || at == line.size() || line[at] == '='))
            found.append(line.mid(at));
    }
    return found;
}

QByteArrayList bytesOf(const QStringList &texts)
{
    QByteArrayList all;
    for (const QString &text : texts)
        all.append(text.toUtf8());
    return all;
}

void requireAsWritten(const CommandLine &config, const QByteArray &bytes)
{
    QByteArrayList never;
    for (const QByteArray &line : linesOf(bytes, "never")) {
        require(line.startsWith('=') && !line.mid(1).trimmed().isEmpty());
        never.append(line.mid(1).trimmed());
    }
    require(bytesOf(config.values(QStringLiteral("never"))) == never);
    for (const CoreOption &option : coreOptions()) {
        const QByteArrayList lines = linesOf(bytes, option.name.toUtf8());
        if (option.name.isEmpty() || lines.isEmpty()) {
            require(option.name.isEmpty() || !config.has(option.name));
        } else if (option.argument.isEmpty()) {
            const QByteArray word = lines.last().mid(1).trimmed().toLower();
            require(config.has(option.name) == !(word == "no" || word == "false" || word == "off" || word == "0"));
        } else {
            QByteArrayList words;
            for (const QByteArray &line : lines) {
                if (const QByteArray value = line.mid(1).trimmed(); !value.isEmpty())
                    words.append(value);
            }
            if (option.isList) {
                require(bytesOf(config.values(option.name)) == QByteArrayList{words.join(',')});
                continue;
            }
            require(config.count(option.name) == (option.isRepeatable ? int(lines.size()) : 1));
            require(bytesOf(config.values(option.name)).last() == lines.last().mid(1).trimmed());
        }
    }
}

QByteArray written(const CommandLine &config)
{
    QByteArray text;
    const auto append = [&](const QString &name, const QString &key, const QString &otherwise = {}) {
        for (const QString &value : config.values(key))
            text += (name.isEmpty() ? value : name + u'=' + (value.isEmpty() ? otherwise : value)).toUtf8() + '\n';
    };
    append(QStringLiteral("never"), QStringLiteral("never"));
    append({}, QStringLiteral("O"));
    for (const CoreOption &option : coreOptions()) {
        if (!option.name.isEmpty())
            append(option.name, option.name, option.argument.isEmpty() ? QStringLiteral("yes") : QString());
    }
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const auto config = readBytes(bytes);
    if (!config)
        return 0;
    require(config->foreign().isEmpty());
    requireAsWritten(*config, bytes);
    const QByteArray text = written(*config);
    require(text.size() <= 2 * bytes.size() + 4);
    const auto again = readBytes(text);
    require(again && written(*again) == text);
    return 0;
}
