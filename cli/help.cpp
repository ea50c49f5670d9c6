#include "cli/help.h"

#include "cli/helppage.h"
#include "cli/optiontable.h"
#include "cli/pluginoption.h"

#include <QString>

#include <libssh/libssh.h>

namespace collector {

namespace {

constexpr int helpColumn = 32;

QString row(const CoreOption &option, int width)
{
    QString left = option.shortName.isNull() ? QStringLiteral("      ") : QStringLiteral("  -%1, ").arg(option.shortName);
    if (option.name.isEmpty())
        left = QStringLiteral("  -%1 %2").arg(QString(option.shortName), option.argument);
    else
        left += QStringLiteral("--%1%2").arg(option.name, option.argument.isEmpty() ? QString() : u' ' + option.argument);
    return helpRow(left, option.help, helpColumn, width);
}

} // namespace

QByteArray helpText(const std::vector<const PluginFile *> &plugins)
{
    const int width = helpWidth();
    QString text = helpParagraphs(
        QStringLiteral("collector: logs in to all hosts of an inventory at once, asks what they are, writes a record for each.\n"
                       "\n"
                       "  collector -i hosts.ini -p ssh-facts -o assets.json -o assets.csv\n"
                       "  collector -i 10.0.0.0/16 -p ping -o alive.csv\n"
                       "  collector -i hosts.ini -l 'web:!db' -p ssh-command --command uptime -f jsonl\n"
                       "\n"
                       "Verbs, each with --help: inventory, plugins, explain, diff, merge, report, schema.\n"
                       "\n"
                       "Durations are 10, 500ms, 2m, 1h30m: seconds where no unit stands. Of an option that is given twice the last\n"
                       "value counts; lists with commas are added, and what is repeatable."),
        width);
    QString section;
    for (const CoreOption &option : coreOptions()) {
        if (option.section != section) {
            section = option.section;
            text += u'\n' + section + QStringLiteral(":\n");
        }
        text += row(option, width);
    }
    for (const PluginFile *plugin : plugins) {
        if (!plugin->manifest->options.isEmpty())
            text += QStringLiteral("\nOf the plugin %1:\n").arg(QString::fromUtf8(plugin->manifest->name));
        for (const OptionSpec &option : plugin->manifest->options)
            text += helpRow(QStringLiteral("      ") + shownOption(option), option.help + shownDefault(option), helpColumn, width);
    }
    text += helpParagraphs(
        QStringLiteral(
            "\n"
            "Precedence: command line, host variable, group variable, --config, ssh_config, default. COLLECTOR_PASSWORD counts as\n"
            "given on the command line. `collector explain HOST` shows where each setting is from.\n"
            "\n"
            "Exit status: 0 all ok · 1 internal error, or an output could not be written · 2 usage, configuration, inventory or\n"
            "plugin error, nothing was contacted · 3 some hosts are not ok · 4 none is · 5 the deadline came first · 6 fewer than\n"
            "--min-ok · 130, 143 interrupted."),
        width);
    return text.toUtf8();
}

QByteArray versionText()
{
    return QStringLiteral("collector %1 (libssh %2, Qt %3)\n")
        .arg(QStringLiteral(COLLECTOR_VERSION), QString::fromLatin1(ssh_version(0)), QString::fromLatin1(qVersion()))
        .toUtf8();
}

} // namespace collector
