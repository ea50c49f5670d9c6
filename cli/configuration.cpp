#include "cli/configuration.h"

#include "cli/optiontable.h"

#include <QFile>

namespace collector {

namespace {

constexpr qint64 largest = 1 << 20;

} // namespace

CommandLine parseConfiguration(const QString &path, const QByteArray &text)
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
        } else {
            values[name] = {value};
        }
    }
    for (auto it = values.cbegin(); it != values.cend(); ++it)
        config.addDefault(it.key(), it.value());
    return config;
}

CommandLine readConfiguration(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw UsageError(QStringLiteral("%1: %2").arg(path, file.errorString()));
    return parseConfiguration(path, file.read(largest));
}

} // namespace collector
