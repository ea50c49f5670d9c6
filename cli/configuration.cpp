#include "cli/configuration.h"

#include "cli/optiontable.h"

#include <QDir>
#include <QFile>
#include <QStringDecoder>

#include <algorithm>

namespace collector {

namespace {

constexpr qint64 largest = 1 << 20;
constexpr qsizetype longestName = 128; // a plugin's and an option's, each of at most 64 letters

// The last line of its name counts, lists are added: what it makes of the values so far. Throws the reason alone.
class Values
{
public:
    void take(const QString &name, const std::optional<QString> &text);
    [[nodiscard]] const QHash<QString, QStringList> &all() const { return m_all; }

private:
    void takeFlag(const QString &name, const QString &word);

    QHash<QString, QStringList> m_all;
};

bool isText(QByteArrayView line)
{
    return line.isValidUtf8() && std::all_of(line.begin(), line.end(), [](char c) { return uchar(c) >= 0x20 || c == '\t'; });
}

// All of it: QString::fromUtf8() would leave out a byte order mark in front, and that is for the file's first line alone.
QString textOf(const QByteArray &bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::ConvertInitialBom);
    return decoder.decode(bytes.trimmed());
}

bool isName(const QString &name)
{
    const auto isLetter = [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-'; };
    return !name.isEmpty() && name.size() <= longestName + 1 && name.count(u'.') <= 1 && !name.startsWith(u'.') && !name.endsWith(u'.') &&
           std::all_of(name.begin(), name.end(), [&](QChar c) { return isLetter(c) || c == u'.'; });
}

bool isFile(const CoreOption &option)
{
    const QStringList files{QStringLiteral("FILE"), QStringLiteral("DIR"), QStringLiteral("SOURCE"), QStringLiteral("RESULT")};
    return files.contains(option.argument);
}

void Values::take(const QString &name, const std::optional<QString> &text)
{
    std::optional<QString> value = text;
    if (!isName(name))
        throw UsageError(QStringLiteral("this is no line of `name = value`, where name is a long option, or plugin.option for a plugin's"));
    const CoreOption *option = findCoreOption(name);
    const bool isPlugins = name.contains(u'.'), isNever = name == u"never";
    if (!option && !isPlugins && !isNever)
        throw UsageError(unknownOption(QStringLiteral("--") + name, {}) + QStringLiteral(" (plugins' options are written plugin.option)"));
    if (name == u"config" || name == u"help" || name == u"version")
        throw UsageError(QStringLiteral("%1 has no place in a configuration").arg(name));
    if (option && option->argument.isEmpty())
        return takeFlag(name, value.value_or(QString()).toLower());
    if (!value)
        throw UsageError(QStringLiteral("%1 needs a value: %1 = %2").arg(name, option ? option->argument : QStringLiteral("VALUE")));
    if (isNever && value->isEmpty())
        throw UsageError(QStringLiteral("never forbids nobody here: name hosts, addresses or networks in the same line, or leave it out"));
    if (option && isFile(*option))
        value = withHome(*value);
    if (isPlugins)
        m_all[QStringLiteral("O")].append(name + u'=' + *value);
    else if (isNever || option->isRepeatable)
        m_all[name].append(*value);
    else if (option->isList && !m_all.value(name, {QString()}).first().isEmpty())
        m_all[name].first() += value->isEmpty() ? QString() : u',' + *value;
    else
        m_all[name] = {*value};
}

void Values::takeFlag(const QString &name, const QString &word)
{
    if (word == u"no" || word == u"false" || word == u"off" || word == u"0")
        m_all.remove(name);
    else if (word.isEmpty() || word == u"yes" || word == u"true" || word == u"on" || word == u"1")
        m_all[name].append(QString());
    else
        throw UsageError(QStringLiteral("%1 takes yes or no").arg(name));
}

} // namespace

QString withHome(const QString &path)
{
    return path.startsWith(u"~/") ? QDir::homePath() + path.mid(1) : path;
}

CommandLine parseConfiguration(const QString &path, const QByteArray &text)
{
    Values values;
    int number = 0;
    const QByteArray withoutMark = text.startsWith("\xef\xbb\xbf") ? text.mid(3) : text;
    for (const QByteArray &raw : withoutMark.split('\n')) {
        ++number;
        const QByteArray line = raw.trimmed();
        if (line.isEmpty() || line.startsWith('#') || line.startsWith(';') || line.startsWith('['))
            continue;
        try {
            if (!isText(line))
                throw UsageError(QStringLiteral("this line is no text in UTF-8"));
            const qsizetype equals = line.indexOf('=');
            const auto value = equals < 0 ? std::nullopt : std::optional(textOf(line.mid(equals + 1)));
            values.take(textOf(line.first(equals < 0 ? line.size() : equals)), value);
        } catch (const UsageError &reason) {
            throw UsageError(QStringLiteral("%1:%2: %3").arg(path).arg(number).arg(reason.message()));
        }
    }
    CommandLine config;
    for (auto it = values.all().cbegin(); it != values.all().cend(); ++it)
        config.addDefault(it.key(), it.value());
    return config;
}

CommandLine readConfiguration(const QString &path)
{
    QFile file(path);
    const QByteArray text = file.open(QIODevice::ReadOnly) ? file.read(largest + 1) : QByteArray();
    if (file.error() != QFileDevice::NoError)
        throw UsageError(QStringLiteral("the configuration %1 cannot be read: %2").arg(path, file.errorString()));
    if (text.size() > largest)
        throw UsageError(QStringLiteral("%1: more than 1 MiB is no configuration").arg(path));
    return parseConfiguration(path, text);
}

} // namespace collector
