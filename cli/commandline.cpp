#include "cli/commandline.h"

#include "cli/optiontable.h"
#include "model/nearest.h"

namespace collector {

namespace {

struct Translation
{
    const char *foreign;
    const char *ours;
};

// What people type who come from ssh or Ansible.
constexpr Translation translations[] = {
    {"--inventory-file", "--inventory"},
    {"--private-key", "--identity FILE"},
    {"--key-file", "--identity FILE"},
    {"--forks", "--concurrency N"},
    {"--ask-sudo-pass", "--ask-become-pass"},
    {"--ask-su-pass", "--ask-become-pass"},
    {"--sudo", "--become"},
    {"--become-pass-file", "--become-password-file FILE"},
    {"--connection-password-file", "--password-file FILE"},
    {"--conn-pass-file", "--password-file FILE"},
    {"--module-name", "--plugin NAME"},
    {"--module-path", "--plugin-dir DIR"},
    {"--args", "--command TEXT, with -p ssh-command"},
    {"--list-hosts", "`collector inventory --hosts`"},
    {"--ssh-common-args", "--ssh-config FILE, or ansible_ssh_common_args in the inventory"},
    {"--ssh-extra-args", "--ssh-config FILE, or ansible_ssh_extra_args in the inventory"},
    {"--remote-user", "--user NAME"},
    {"--tree", "--output DIR/ with --format ansible-cache"},
    {"--one-line", "--format jsonl"},
    {"--extra-vars", "inventory variables: there is no such option"},
    {"--connection", "ansible_connection in the inventory; ssh is what all use"},
    {"--poll", "nothing: every host is waited for until --timeout T"},
    {"--background", "--timeout T"},
    {"--task-timeout", "--timeout T"},
    {"--check", "nothing: nothing is changed on hosts"},
    {"--diff", "`collector diff OLD NEW`"},
    {"--ask-vault-pass", "nothing: vault values are not decrypted; ansible-inventory --list > hosts.json does"},
    {"--ask-vault-password", "nothing: vault values are not decrypted; ansible-inventory --list > hosts.json does"},
    {"--vault-password-file", "nothing: vault values are not decrypted; ansible-inventory --list > hosts.json does"},
    {"--vault-pass-file", "nothing: vault values are not decrypted; ansible-inventory --list > hosts.json does"},
    {"--vault-id", "nothing: vault values are not decrypted; ansible-inventory --list > hosts.json does"},
    {"--sftp-extra-args", "nothing: no files are copied"},
    {"--scp-extra-args", "nothing: no files are copied"},
    {"--playbook-dir", "nothing: group_vars and host_vars lie beside the inventory"},
    {"--flush-cache", "nothing: no facts are cached"},
    {"--syntax-check", "`collector inventory --lint`"},
    {"--graph", "`collector inventory --graph`"},
    {"--list", "`collector inventory --list`"},
    {"--host", "--inventory HOST,"},
    {"--hosts", "--inventory FILE, and --limit PATTERN"},
    {"-a", "--command TEXT, with -p ssh-command"},
    {"-e", "inventory variables: there is no such option"},
    {"-F", "--ssh-config FILE"},
    {"-m", "--plugin NAME"},
    {"-n", "--concurrency N"},
    {"-s", "--become"},
    {"-S", "nothing: a host's connection is shared by all its jobs anyway"},
    {"-t", "--timeout T"},
    {"-T", "--timeout T"},
    {"-w", "--inventory HOST,HOST,"},
    {"-A", "nothing: the agent is never forwarded"},
    {"-X", "nothing: X11 is never forwarded"},
    {"-Y", "nothing: X11 is never forwarded"},
    {"-L", "nothing: ports are not forwarded"},
    {"-R", "nothing: ports are not forwarded"},
    {"-W", "nothing: ports are not forwarded; a jump host is -J HOST"},
    {"-D", "nothing: ports are not forwarded"},
    {"-C", "nothing: compression is off"},
    {"-P", "--port N"},
    {"-4", "AddressFamily inet in ssh_config, or -4 in ansible_ssh_common_args"},
    {"-6", "AddressFamily inet6 in ssh_config, or -6 in ansible_ssh_common_args"},
    {"-B", "BindAddress in ssh_config"},
    {"-E", "--log-file FILE"},
    {"-G", "`collector explain HOST`"},
    {"-M", "nothing: a host's connection is shared by all its jobs anyway"},
    {"-N", "nothing: a job says what is run"},
    {"-V", "--version"},
    {"-U", "--become-user NAME"},
};

QString display(const QString &name)
{
    return QStringLiteral("--") + name;
}

// Hosts stand here as often as verbs do: only a verb that all but stands there is offered.
QString neitherOptionNorVerb(const QString &word)
{
    constexpr int slips = 2;
    static const QStringList verbs = QStringLiteral("inventory plugins explain diff merge report schema").split(u' ');
    const QString near = nearest(word, verbs, slips);
    return QStringLiteral("\"%1\" is neither an option nor a verb%2; hosts are given with -i, verbs are %3")
        .arg(word, near.isEmpty() ? QString() : QStringLiteral(": did you mean %1?").arg(near), verbs.join(QStringLiteral(", ")));
}

} // namespace

CommandLine CommandLine::parse(const QStringList &words)
{
    CommandLine line;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString &word = words[i];
        const bool isNextValue = i + 1 < words.size() && (!words[i + 1].startsWith(u'-') || words[i + 1] == u"-");
        if (word.startsWith(u"--")) {
            const qsizetype equals = word.indexOf(u'=');
            const QString name = word.mid(2, equals < 0 ? -1 : equals - 2);
            const std::optional<QString> value = equals < 0 ? std::nullopt : std::optional(word.mid(equals + 1));
            const CoreOption *option = findCoreOption(name);
            if (!option) {
                Foreign foreign{name, value, false};
                if (!value && isNextValue) {
                    foreign.value = words[++i];
                    foreign.isValueNextWord = true;
                }
                line.m_foreign.append(foreign);
            } else if (option->argument.isEmpty()) {
                if (value)
                    throw UsageError(QStringLiteral("%1 takes no value").arg(display(name)));
                line.addCore(name, {});
            } else if (value) {
                line.addCore(name, *value);
            } else if (i + 1 < words.size()) {
                line.addCore(name, words[++i]);
            } else {
                throw UsageError(QStringLiteral("%1 needs a value: %1 %2").arg(display(name), option->argument));
            }
            continue;
        }
        if (!word.startsWith(u'-') || word == u"-") {
            throw UsageError(neitherOptionNorVerb(word));
        }
        // Short ones: `-vv`, `-qk`, `-c 5`, `-c5`.
        for (qsizetype at = 1; at < word.size(); ++at) {
            const CoreOption *option = findCoreOption(word[at]);
            if (!option)
                throw UsageError(unknownOption(QStringLiteral("-") + word[at], {}));
            const QString name = option->name.isEmpty() ? QString(option->shortName) : option->name;
            if (option->argument.isEmpty()) {
                line.addCore(name, {});
                continue;
            }
            if (at + 1 < word.size())
                line.addCore(name, word.mid(at + 1));
            else if (i + 1 < words.size())
                line.addCore(name, words[++i]);
            else
                throw UsageError(QStringLiteral("-%1 needs a value: -%1 %2").arg(QString(option->shortName), option->argument));
            break;
        }
    }
    return line;
}

void CommandLine::addCore(const QString &name, const QString &value)
{
    const CoreOption *option = findCoreOption(name);
    QStringList &values = m_values[name];
    if (option && option->isList && !values.isEmpty())
        values = {values.first() + u',' + value};
    else if (option && !option->isRepeatable && !option->argument.isEmpty())
        values = {value}; // the last one counts
    else
        values.append(value);
}

std::optional<QString> CommandLine::value(const QString &name) const
{
    const QStringList values = m_values.value(name);
    return values.isEmpty() ? std::nullopt : std::optional(values.last());
}

void CommandLine::addDefault(const QString &name, const QStringList &values)
{
    if (!m_values.contains(name))
        m_values.insert(name, values);
}

void CommandLine::addForeignDefault(const QString &name, const QString &value)
{
    for (const Foreign &foreign : std::as_const(m_foreign)) {
        if (foreign.name == name)
            return;
    }
    m_foreign.append({name, value, false});
}

QStringList listed(const QStringList &values)
{
    QStringList words;
    for (const QString &word : values.join(u',').split(u',')) {
        if (const QString name = word.trimmed(); !name.isEmpty())
            words.append(name);
    }
    return words;
}

QString unknownOption(const QString &option, const QStringList &pluginOptions)
{
    for (const Translation &translation : translations) {
        if (option == QLatin1String(translation.foreign))
            return QStringLiteral("unknown option %1: here it is %2").arg(option, QString::fromUtf8(translation.ours));
    }
    if (!option.startsWith(u"--"))
        return QStringLiteral("unknown option %1; `collector --help` lists them").arg(option);
    const QString near = meant(option.mid(2), coreOptionNames() + pluginOptions);
    if (!near.isEmpty())
        return QStringLiteral("unknown option %1; did you mean --%2?").arg(option, near);
    return QStringLiteral(
               "unknown option %1; `collector --help` lists those of all runs, `collector plugins NAME` those of a plugin, which -p has "
               "to name")
        .arg(option);
}

} // namespace collector
