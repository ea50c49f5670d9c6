// RunOptions: what the user asks of a run, from the command line and, below it, a configuration; each value checked. What
// depends on the host (user, port, …) is kept in both layers, for the inventory stands between them.

#pragma once

#include "cli/commandline.h"

#include <QByteArray>
#include <QList>

#include <chrono>
#include <optional>

namespace collector {

// Whether it is one of starts a second: 0 (no limit), or one in some hours up to ten million.
[[nodiscard]] bool isRate(double rate);

class RunOptions
{
public:
    static constexpr auto systemConfig = "/etc/collector/collector.conf";

    // Reads --config too. Throws UsageError. Tests have a system's configuration of their own.
    explicit RunOptions(CommandLine line, const QString &systemPath = QString::fromLatin1(systemConfig));

    [[nodiscard]] const CommandLine &line() const { return m_line; }
    [[nodiscard]] const CommandLine &config() const { return m_config; }

    [[nodiscard]] const QString &configPath() const { return m_configPath; }
    // Whether that is the system's own: what an administrator alone may say, is said there or on the command line.
    [[nodiscard]] bool isConfigOfSystem() const { return m_isConfigOfSystem; }

    // The command line's, else the configuration's.
    [[nodiscard]] bool has(const QString &name) const { return m_line.has(name) || m_config.has(name); }
    [[nodiscard]] std::optional<QString> value(const QString &name) const;
    [[nodiscard]] QStringList values(const QString &name) const;
    [[nodiscard]] QList<QByteArray> bytes(const QString &name) const;

    // never= of the configurations: what must not be contacted, whatever the command line says.
    [[nodiscard]] const QStringList &never() const { return m_never; }

    // As a message names it: `--name`, or the configuration that it is from.
    [[nodiscard]] QString shown(const QString &name) const { return place(name, m_line.has(name)); }
    [[nodiscard]] QString place(const QString &name, bool isOfLine) const;

    // Checked values; throw UsageError that names the option, and the configuration where it is from there. Nothing where it is not given.
    [[nodiscard]] std::optional<qint64> integer(const QString &name, qint64 least, qint64 most) const;
    [[nodiscard]] std::optional<double> number(const QString &name, double least, double most) const;
    [[nodiscard]] std::optional<double> rate(const QString &name) const; // isRate()
    [[nodiscard]] std::optional<std::chrono::milliseconds> duration(const QString &name) const;
    [[nodiscard]] std::optional<QString> choice(const QString &name, const QStringList &words) const;

private:
    void readConfig(const QString &system);

    CommandLine m_line;
    CommandLine m_config;
    QString m_configPath;
    bool m_isConfigOfSystem = false;
    QStringList m_never;
};

} // namespace collector
