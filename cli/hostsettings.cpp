#include "cli/hostsettings.h"

#include "ssh/ssharguments.h"

#include <collector/joberror.h>

#include <QDir>

#include <map>
#include <mutex>
#include <stdexcept>

namespace collector {

namespace {

QString text(const QJsonValue &value)
{
    return value.isDouble() ? QString::number(value.toInteger()) : value.toString();
}

bool isFalse(const QJsonValue &value)
{
    const QString word = value.isBool() ? QString() : text(value).toLower();
    return (value.isBool() && !value.toBool()) || word == u"false" || word == u"no" || word == u"0";
}

// Adds a value that was given as an option; what ssh would refuse is the user's mistake.
void add(SshOverrides &overrides, const CommandLine &line, const char *option, SshWord word)
{
    QString error;
    const auto value = line.value(QLatin1String(option));
    if (value && !overrides.add(word, value->toUtf8(), QByteArray("--") + option, &error))
        throw UsageError(QStringLiteral("--%1: %2").arg(QLatin1String(option), error));
}

SshConfig loaded(const SshConfig::Sources &sources)
{
    SshConfig config = SshConfig::load(sources);
    if (!config.errors().isEmpty())
        throw UsageError(config.errors().join(u'\n'));
    return config;
}

// --become and its companions; the password is asked for elsewhere, once.
Become becomeOf(const RunOptions &options, const Credentials &credentials)
{
    Become become;
    become.isWanted = options.has(QStringLiteral("become"));
    if (const auto user = options.value(QStringLiteral("become-user")))
        become.user = user->toUtf8();
    const auto method =
        options.choice(QStringLiteral("become-method"), {QStringLiteral("sudo"), QStringLiteral("doas"), QStringLiteral("su")});
    if (method)
        become.method = *method == u"doas" ? Become::Method::Doas : *method == u"su" ? Become::Method::Su : Become::Method::Sudo;
    const auto mode = options.choice(QStringLiteral("become-mode"), {QStringLiteral("commands"), QStringLiteral("script")});
    become.isWholeScript = mode && *mode == u"script";
    become.password = credentials.becomePassword();
    return become;
}

} // namespace

std::shared_ptr<const SshConfig> readSshConfig(const RunOptions &options)
{
    SshConfig::Sources sources;
    sources.file = options.value(QStringLiteral("ssh-config"));
    return std::make_shared<const SshConfig>(loaded(sources));
}

struct HostSettings::Common
{
    std::shared_ptr<const SshSettingsSource> source;
    SshSettingsSource::Standing standing;
    SshOverrides ofLine;            // above the inventory
    SshOverrides ofConfig;          // below it
    bool isBecomeUserFixed = false; // by the command line
    bool isBecomeMethodFixed = false;

    std::mutex mutex;
    std::map<QString, std::shared_ptr<const SshSettingsSource>> sources; // by the -F of a host's ansible_ssh_args
    QStringList warnings;
};

// What was asked for one host.
struct HostSettings::Asked
{
    std::shared_ptr<const SshSettingsSource> source;
    QByteArray target;
    SshOverrides overrides;
    std::shared_ptr<const Secret> password; // null: as for all
    SshTransport transport;
    std::optional<Become> become; // nothing: as for all
};

HostSettings::HostSettings(const RunOptions &options, std::shared_ptr<const SshConfig> config, std::shared_ptr<Credentials> credentials)
    : m_common(std::make_shared<Common>())
{
    SshSettingsSource::Standing &standing = m_common->standing;
    SshSettings &base = standing.base;
    base.credentials = credentials;
    for (const auto &[line, overrides] :
         {std::pair(&options.line(), &m_common->ofLine), std::pair(&options.config(), &m_common->ofConfig)}) {
        add(*overrides, *line, "user", SshWord::User);
        add(*overrides, *line, "port", SshWord::Port);
        add(*overrides, *line, "jump", SshWord::ProxyJump);
    }
    // The native transport has them from the credentials; ssh(1), and explain, have to be told.
    const QStringList identities = options.values(QStringLiteral("identity"));
    for (const QString &file : identities) {
        QString error;
        (void)standing.ofJumps.add(SshWord::IdentityFile, file.toUtf8().replace('%', "%%"), "--identity", &error);
    }
    if (QString error; !identities.isEmpty())
        (void)standing.ofJumps.add(SshWord::IdentitiesOnly, "yes", "--identity", &error);
    for (const SshStatement &statement : standing.ofJumps.statements())
        m_common->ofLine.add(statement);
    base.legacy = options.has(QStringLiteral("legacy"));
    if (const auto timeout = options.duration(QStringLiteral("connect-timeout"))) {
        base.timeouts.connect = *timeout;
        standing.isConnectTimeoutFixed = true;
    }
    const auto policy =
        options.choice(QStringLiteral("host-keys"), {QStringLiteral("strict"), QStringLiteral("accept-new"), QStringLiteral("off")});
    if (policy)
        standing.hostKeyPolicy = *policy == u"off"          ? HostKeyPolicy::Off
                                 : *policy == u"accept-new" ? HostKeyPolicy::AcceptNew
                                                            : HostKeyPolicy::Strict;
    standing.knownHosts = options.value(QStringLiteral("known-hosts"));
    const auto transport = options.choice(QStringLiteral("transport"), {QStringLiteral("native"), QStringLiteral("openssh")});
    base.transport = transport && *transport == u"openssh" ? SshTransport::OpenSsh : SshTransport::Native;
    base.openSshConfig = options.value(QStringLiteral("ssh-config")).value_or(QString());
    base.password = credentials->password();
    base.become = becomeOf(options, *credentials);
    m_common->isBecomeUserFixed = options.line().has(QStringLiteral("become-user"));
    m_common->isBecomeMethodFixed = options.line().has(QStringLiteral("become-method"));
    m_common->source = std::make_shared<const SshSettingsSource>(*config, standing);
    try { // read here and now, and what cannot be read is told before anything is contacted
        m_common->source->readKnownHosts();
        (void)m_common->source->settings("localhost", m_common->ofLine);
    } catch (const std::runtime_error &error) {
        throw UsageError(QString::fromUtf8(error.what()));
    } catch (const JobError &) {
        // Said again, with its host, by those whom it concerns.
    }
}

QByteArray HostSettings::target(const InventoryHost &host) const
{
    if (host.selected().hasVariables()) {
        for (const char *name : {"ansible_host", "ansible_ssh_host"}) {
            if (const auto address = host.connectionVariable(name))
                return text(*address).toUtf8();
        }
    }
    return host.name();
}

// ansible_become and its companions over what holds for all; nothing where the host has none of them.
std::optional<Become> HostSettings::become(const InventoryHost &host) const
{
    Become become = m_common->standing.base.become;
    bool isOwn = false;
    if (const auto wanted = host.connectionVariable("ansible_become")) {
        isOwn = true;
        become.isWanted = become.isWanted || !isFalse(*wanted);
    }
    if (const auto user = host.connectionVariable("ansible_become_user"); user && !m_common->isBecomeUserFixed) {
        isOwn = true;
        become.user = text(*user).toUtf8();
    }
    if (const auto method = host.connectionVariable("ansible_become_method"); method && !m_common->isBecomeMethodFixed) {
        isOwn = true;
        const QString word = text(*method).section(u'.', -1);
        if (word != u"sudo" && word != u"doas" && word != u"su")
            throw JobError(Cause::BadVariable,
                           QStringLiteral("ansible_become_method: sudo, doas or su, not \"%1\"").arg(printable(word.toUtf8(), 40)));
        become.method = word == u"doas" ? Become::Method::Doas : word == u"su" ? Become::Method::Su : Become::Method::Sudo;
    }
    for (const char *name : {"ansible_become_password", "ansible_become_pass", "ansible_sudo_pass"}) {
        if (become.password)
            break;
        if (const auto password = host.connectionVariable(name)) {
            isOwn = true;
            QByteArray bytes = text(*password).toUtf8();
            become.password = std::make_shared<const Secret>(std::string_view(bytes.constData(), size_t(bytes.size())));
            wipe(bytes.data(), size_t(bytes.size()));
        }
    }
    return isOwn ? std::optional(std::move(become)) : std::nullopt;
}

// The order is Ansible's: the first that ssh sees, counts.
HostSettings::Asked HostSettings::asked(const InventoryHost &host) const
{
    Asked result{m_common->source, target(host), m_common->ofLine, nullptr, m_common->standing.base.transport, {}};
    QString configFile;
    const auto refuse = [](const char *name, const QString &error) {
        throw JobError(Cause::BadVariable, QStringLiteral("%1: %2").arg(QLatin1String(name), printable(error.toUtf8(), 500)));
    };
    const auto origin = [&](const char *name) {
        const auto found = host.selected().variable(name);
        const QByteArray place =
            found ? found->file + (found->line > 0 ? ':' + QByteArray::number(found->line) : QByteArray()) : QByteArray();
        return name + (" (" + place + ')');
    };
    const auto value = [&](const char *name, SshWord word) {
        const auto found = host.connectionVariable(name);
        QString error;
        if (found && !result.overrides.add(word, text(*found).toUtf8(), origin(name), &error))
            refuse(name, error);
    };
    const auto arguments = [&](const char *name) {
        const auto found = host.connectionVariable(name);
        if (!found || text(*found).isEmpty())
            return;
        QString error;
        const auto parsed = SshArguments::parse(text(*found).toUtf8(), origin(name), result.overrides, &error);
        if (!parsed)
            refuse(name, error);
        if (configFile.isEmpty())
            configFile = parsed->configFile;
        const std::lock_guard guard(m_common->mutex);
        for (const QByteArray &word : parsed->unsupported) {
            const QString warning = QStringLiteral("%1 of ssh has no effect here").arg(QString::fromUtf8(word));
            if (!m_common->warnings.contains(warning) && m_common->warnings.size() < 100)
                m_common->warnings.append(warning);
        }
    };

    if (host.selected().hasVariables()) {
        arguments("ansible_ssh_args");
        if (const auto checking = host.connectionVariable("ansible_ssh_host_key_checking"); checking && isFalse(*checking)) {
            QString error;
            (void)result.overrides.add(SshWord::StrictHostKeyChecking, "off", origin("ansible_ssh_host_key_checking"), &error);
        }
        for (const char *name : {"ansible_port", "ansible_ssh_port"})
            value(name, SshWord::Port);
        for (const char *name : {"ansible_ssh_private_key_file", "ansible_private_key_file"})
            value(name, SshWord::IdentityFile);
        for (const char *name : {"ansible_user", "ansible_ssh_user"})
            value(name, SshWord::User);
        arguments("ansible_ssh_common_args");
        arguments("ansible_ssh_extra_args");
        for (const char *name : {"ansible_ssh_pass", "ansible_ssh_password", "ansible_password"}) {
            if (m_common->standing.base.password || result.password)
                break;
            if (const auto password = host.connectionVariable(name)) {
                QByteArray bytes = text(*password).toUtf8();
                result.password = std::make_shared<const Secret>(std::string_view(bytes.constData(), size_t(bytes.size())));
                wipe(bytes.data(), size_t(bytes.size()));
            }
        }
        result.become = become(host);
        if (const auto transport = host.connectionVariable("collector_transport")) {
            const QString word = text(*transport);
            if (word != u"native" && word != u"openssh")
                refuse("collector_transport", QStringLiteral("native or openssh, not \"%1\"").arg(word));
            result.transport = word == u"openssh" ? SshTransport::OpenSsh : SshTransport::Native;
        }
        if (host.isLocal())
            result.transport = SshTransport::Local;
    }
    for (const SshStatement &statement : m_common->ofConfig.statements())
        result.overrides.add(statement);
    if (!configFile.isEmpty()) {
        const std::lock_guard guard(m_common->mutex);
        auto &source = m_common->sources[configFile];
        if (!source) {
            SshConfig::Sources sources;
            sources.file = configFile.startsWith(u"~/") ? QDir::homePath() + configFile.mid(1) : configFile;
            SshSettingsSource::Standing standing = m_common->standing;
            standing.base.openSshConfig = *sources.file;
            try {
                source = std::make_shared<const SshSettingsSource>(loaded(sources), std::move(standing));
            } catch (const UsageError &error) {
                refuse("-F", error.message());
            }
        }
        result.source = source;
    }
    return result;
}

std::shared_ptr<const SshSettings> HostSettings::settings(const InventoryHost &host, const std::optional<QByteArray> &canonical) const
{
    const Asked ask = asked(host);
    const auto settings =
        canonical ? ask.source->settings(ask.target, ask.overrides, *canonical) : ask.source->settings(ask.target, ask.overrides);
    if (!ask.password && !ask.become && ask.transport == settings->transport)
        return settings;
    auto own = std::make_shared<SshSettings>(*settings);
    own->transport = ask.transport;
    if (ask.transport == SshTransport::Local)
        own->user = SshLocal::ofProcess().user; // no other one logs in here
    if (ask.password)
        own->password = ask.password;
    if (ask.become)
        own->become = *ask.become;
    return own;
}

QList<QByteArray> HostSettings::canonicalNames(const InventoryHost &host, bool *isOneRequired) const
{
    if (!m_common->source->config().mayCanonicalize())
        return {};
    const SshHostConfig config = explained(host);
    *isOneRequired = !config.mayStayUncanonical;
    return config.canonicalCandidates;
}

SshHostConfig HostSettings::explained(const InventoryHost &host) const
{
    const Asked ask = asked(host);
    return ask.source->config().resolve(ask.target, ask.overrides);
}

QStringList HostSettings::warnings() const
{
    const std::lock_guard guard(m_common->mutex);
    QStringList all = m_common->warnings + m_common->source->warnings();
    for (const auto &[path, source] : m_common->sources) {
        if (source)
            all += source->warnings();
    }
    all.removeDuplicates();
    return all;
}

} // namespace collector
