#include "cli/runoptions.h"

#include "cli/configuration.h"

#include <collector/options.h>

#include <QFile>
#include <QFileInfo>

#include <sys/auxv.h>

#include <cmath>

namespace collector {

namespace {

constexpr double leastRate = 0.0001; // below, times between two starts are no numbers any more
constexpr double mostRate = 10'000'000;

} // namespace

bool isRate(double rate)
{
    return rate == 0 || (rate >= leastRate && rate <= mostRate); // not a number is neither
}

RunOptions::RunOptions(CommandLine line, const QString &systemPath) : m_line(std::move(line))
{
    readConfig(systemPath);
}

void RunOptions::readConfig(const QString &system)
{
    const bool isElevated = getauxval(AT_SECURE) != 0;
    const std::optional<QString> named = isElevated ? std::nullopt : m_line.value(QStringLiteral("config"));
    const QString path = named.value_or(system);
    if (!named && !QFile::exists(path))
        return;
    m_configPath = path;
    m_isConfigOfSystem = !named || QFileInfo(path).canonicalFilePath() == QFileInfo(system).canonicalFilePath();
    m_config = readConfiguration(path);
    m_never = m_config.values(QStringLiteral("never"));
    // What the system forbids holds whatever else is read.
    if (named && QFile::exists(system))
        m_never += readConfiguration(system).values(QStringLiteral("never"));
}

QString RunOptions::place(const QString &name, bool isOfLine) const
{
    return isOfLine ? QStringLiteral("--") + name : QStringLiteral("%1: %2").arg(m_configPath, name);
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

std::optional<double> RunOptions::rate(const QString &name) const
{
    const std::optional<double> rate = number(name, 0, mostRate);
    const bool isShare = value(name).value_or(QString()).endsWith(u'%'); // which a number may be, and a rate is of nothing
    if (rate && (isShare || !isRate(*rate)))
        throw UsageError(QStringLiteral("%1 takes 0 for no limit, or a number from %2 on, not \"%3\"")
                             .arg(shown(name))
                             .arg(leastRate)
                             .arg(value(name).value_or(QString())));
    return rate;
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
