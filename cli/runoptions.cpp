#include "cli/runoptions.h"

#include "cli/optiontable.h"

#include <collector/options.h>

#include <QFile>

#include <sys/auxv.h>

#include <cmath>

namespace collector {

namespace {

constexpr auto systemConfig = "/etc/collector/collector.conf";
constexpr qint64 largestConfig = 1 << 20;

// `name = value` lines, `#` and `;` comments, sections for the eye only; a name may stand again where its option may.
CommandLine parseConfig(const QString &path, const QByteArray &text)
{
    CommandLine config;
    int number = 0;
    QHash<QString, QStringList> values;
    for (const QByteArray &raw : text.split('\n')) {
        ++number;
        const QByteArray line = raw.trimmed();
        if (line.isEmpty() || line.startsWith('#') || line.startsWith(';') || line.startsWith('['))
            continue;
        const qsizetype equals = line.indexOf('=');
        const QString name = QString::fromUtf8(line.first(equals < 0 ? line.size() : equals).trimmed());
        const QString value = equals < 0 ? QString() : QString::fromUtf8(line.mid(equals + 1).trimmed());
        const auto refuse = [&](const QString &why) { return UsageError(QStringLiteral("%1:%2: %3").arg(path).arg(number).arg(why)); };
        if (name == u"never") {
            values[name].append(value);
            continue;
        }
        const CoreOption *option = findCoreOption(name);
        if (!option) {
            if (name.contains(u'.'))
                values[QStringLiteral("O")].append(name + u'=' + value);
            else
                throw refuse(unknownOption(QStringLiteral("--") + name, {}) +
                             QStringLiteral(" (plugins' options are written plugin.option)"));
            continue;
        }
        if (name == u"config" || name == u"help" || name == u"version")
            throw refuse(QStringLiteral("%1 has no place in a configuration").arg(name));
        if (option->argument.isEmpty()) {
            const QString word = value.toLower();
            if (word == u"no" || word == u"false" || word == u"off" || word == u"0")
                continue;
            if (!(word.isEmpty() || word == u"yes" || word == u"true" || word == u"on" || word == u"1"))
                throw refuse(QStringLiteral("%1 takes yes or no").arg(name));
            values[name].append(QString());
        } else if (option->isRepeatable) {
            values[name].append(value);
        } else if (option->isList && values.contains(name)) {
            values[name].first() += u',' + value;
        } else {
            values[name] = {value};
        }
    }
    for (auto it = values.cbegin(); it != values.cend(); ++it)
        config.addDefault(it.key(), it.value());
    return config;
}

} // namespace

RunOptions::RunOptions(CommandLine line) : m_line(std::move(line))
{
    readConfig();
}

void RunOptions::readConfig()
{
    const bool isElevated = getauxval(AT_SECURE) != 0;
    const std::optional<QString> named = isElevated ? std::nullopt : m_line.value(QStringLiteral("config"));
    const QString path = named.value_or(QString::fromUtf8(systemConfig));
    QFile file(path);
    if (!named && !file.exists())
        return;
    if (!file.open(QIODevice::ReadOnly))
        throw UsageError(QStringLiteral("%1: %2").arg(path, file.errorString()));
    m_configPath = path;
    m_config = parseConfig(path, file.read(largestConfig));
    m_never = m_config.values(QStringLiteral("never"));
    // What the system forbids holds whatever else is read.
    QFile system(QString::fromUtf8(systemConfig));
    if (named && system.exists()) {
        if (!system.open(QIODevice::ReadOnly))
            throw UsageError(QStringLiteral("%1: %2").arg(system.fileName(), system.errorString()));
        m_never += parseConfig(system.fileName(), system.read(largestConfig)).values(QStringLiteral("never"));
    }
}

QString RunOptions::shown(const QString &name) const
{
    return m_line.has(name) ? QStringLiteral("--") + name : QStringLiteral("%1: %2").arg(m_configPath, name);
}

std::optional<QString> RunOptions::value(const QString &name) const
{
    const std::optional<QString> own = m_line.value(name);
    return own ? own : m_config.value(name);
}

QStringList RunOptions::values(const QString &name) const
{
    return m_line.has(name) ? m_line.values(name) : m_config.values(name);
}

QList<QByteArray> RunOptions::bytes(const QString &name) const
{
    QList<QByteArray> all;
    for (const QString &text : values(name))
        all.append(QFile::encodeName(text));
    return all;
}

std::optional<qint64> RunOptions::integer(const QString &name, qint64 least, qint64 most) const
{
    const std::optional<QString> text = value(name);
    if (!text)
        return std::nullopt;
    bool isNumber = false;
    const qint64 number = text->toLongLong(&isNumber);
    if (!isNumber || number < least || number > most)
        throw UsageError(
            QStringLiteral("%1 takes a whole number from %2 to %3, not \"%4\"").arg(shown(name)).arg(least).arg(most).arg(*text));
    return number;
}

std::optional<double> RunOptions::number(const QString &name, double least, double most) const
{
    std::optional<QString> text = value(name);
    if (!text)
        return std::nullopt;
    if (text->endsWith(u'%'))
        text->chop(1);
    bool isNumber = false;
    const double number = text->toDouble(&isNumber);
    if (!isNumber || !std::isfinite(number) || number < least || number > most)
        throw UsageError(QStringLiteral("%1 takes a number from %2 to %3, not \"%4\"")
                             .arg(shown(name))
                             .arg(least, 0, 'f', 0)
                             .arg(most, 0, 'f', 0)
                             .arg(*text));
    return number;
}

std::optional<std::chrono::milliseconds> RunOptions::duration(const QString &name) const
{
    const std::optional<QString> text = value(name);
    if (!text)
        return std::nullopt;
    const auto duration = parseDuration(text->toUtf8());
    if (!duration || duration->count() <= 0)
        throw UsageError(QStringLiteral("%1 takes a duration above 0, such as 10, 500ms, 2m or 1h30m, not \"%2\"").arg(shown(name), *text));
    return duration;
}

std::optional<QString> RunOptions::choice(const QString &name, const QStringList &words) const
{
    const std::optional<QString> text = value(name);
    if (text && !words.contains(*text))
        throw UsageError(QStringLiteral("%1 takes one of %2, not \"%3\"").arg(shown(name), words.join(QStringLiteral(", ")), *text));
    return text;
}

} // namespace collector
