#include "cli/hostsettings.h"

#include "ssh/ssharguments.h"

#include <collector/joberror.h>

#include <QSet>

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>

namespace collector {

namespace {

// The words that Ansible takes so.
bool isFalse(const QByteArray &text)
{
    static const QSet<QString> words{QStringLiteral("false"), QStringLiteral("f"), QStringLiteral("no"), QStringLiteral("n"),
                                     QStringLiteral("off"),   QStringLiteral("0"), QStringLiteral("0.0")};
    return words.contains(QString::fromUtf8(text).toLower());
}

SshConfig loaded(const SshConfig::Sources &sources)
{
    SshConfig config = SshConfig::load(sources);
    if (!config.errors().isEmpty())
        throw UsageError(config.errors().join(u'\n'));
    return config;
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
    explicit Common(StandingOptions given) : options(std::move(given)) {}

    const StandingOptions options;
    std::shared_ptr<const SshSettingsSource> source;

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

namespace {

// A variable that Ansible passes over where it is empty.
std::optional<QByteArray> filled(const InventoryHost &host, const char *name)
{
    auto text = host.connectionText(name);
    return text && text->isEmpty() ? std::nullopt : text;
}

// The first of these variables that a host has.
std::shared_ptr<const Secret> ownSecret(const InventoryHost &host, std::initializer_list<const char *> names, const char **found)
{
    for (const char *name : names) {
        if (auto value = filled(host, name)) {
            QByteArray &bytes = *value;
            auto secret = std::make_shared<const Secret>(std::string_view(bytes.constData(), size_t(bytes.size())));
            wipe(bytes.data(), size_t(bytes.size()));
            *found = name;
            return secret;
        }
    }
    return nullptr;
}

QByteArray originOf(const InventoryHost &host, const char *name)
{
    const auto found = host.selected().variable(name);
    const QByteArray place = found ? found->file + (found->line > 0 ? ':' + QByteArray::number(found->line) : QByteArray()) : QByteArray();
    return name + (" (" + place + ')');
}

// The user of a container may have no name, in passwd or in USER. A host refuses an empty one, and nobody would know why.
void refuseNobody(const SshSettings &settings)
{
    const auto isOfNobody = [](const auto &hop) { return hop->user.isEmpty(); };
    if (settings.user.isEmpty() || std::any_of(settings.jumps.begin(), settings.jumps.end(), isOfNobody))
        throw JobError(Cause::BadVariable, QStringLiteral("there is no user to log in as, for whoever runs this has no name here: give "
                                                          "--user, or ansible_user; for a jump host, user@host"));
}

} // namespace

HostSettings::HostSettings(const RunOptions &options, std::shared_ptr<const SshConfig> config, std::shared_ptr<Credentials> credentials)
    : m_common(std::make_shared<Common>(StandingOptions(options, std::move(credentials))))
{
    m_common->source = std::make_shared<const SshSettingsSource>(*config, m_common->options.standing);
    try { // read here and now, and what cannot be read is told before anything is contacted
        m_common->source->readKnownHosts();
        (void)m_common->source->settings("localhost", m_common->options.ofLine);
    } catch (const std::runtime_error &error) {
        throw UsageError(QString::fromUtf8(error.what()));
    } catch (const JobError &) {
        // Said again, with its host, by those whom it concerns.
    }
}

QByteArray HostSettings::target(const InventoryHost &host) const
{
    if (host.selected().hasVariables()) {
        for (const char *name : {"ansible_ssh_host", "ansible_host"}) {
            if (const auto address = host.connectionText(name))
                return *address;
        }
    }
    return host.name();
}

// ansible_become and its companions over what holds for all; nothing where the host has none of them.
std::optional<Become> HostSettings::become(const InventoryHost &host, ConnectionPlaces *places) const
{
    const ConnectionPlaces &given = m_common->options.places;
    Become become = m_common->options.standing.base.become;
    bool isOwn = false;
    const auto takes = [&](const char *name, SettingPlace ConnectionPlaces::*what) {
        isOwn = true;
        if (places)
            (places->*what).origin = originOf(host, name);
    };
    if (const auto wanted = host.connectionText("ansible_become"); wanted && !given.become.isFixed) {
        takes("ansible_become", &ConnectionPlaces::become);
        become.isWanted = !wanted->isEmpty() && !isFalse(*wanted);
    }
    if (!become.isWanted) // the others may be a vault's, or mean nothing here: of no concern to a host that is asked as who logs in
        return isOwn ? std::optional(std::move(become)) : std::nullopt;
    if (const auto user = filled(host, "ansible_become_user"); user && !given.becomeUser.isFixed) {
        takes("ansible_become_user", &ConnectionPlaces::becomeUser);
        become.user = *user;
    }
    if (const auto method = filled(host, "ansible_become_method"); method && !given.becomeMethod.isFixed) {
        takes("ansible_become_method", &ConnectionPlaces::becomeMethod);
        const QString word = QString::fromUtf8(*method).section(u'.', -1);
        if (word != u"sudo" && word != u"doas" && word != u"su")
            throw JobError(Cause::BadVariable,
                           QStringLiteral("ansible_become_method: sudo, doas or su, not \"%1\"").arg(printable(word.toUtf8(), 40)));
        become.method = word == u"doas" ? Become::Method::Doas : word == u"su" ? Become::Method::Su : Become::Method::Sudo;
    }
    if (!given.becomePassword.isFixed) {
        const char *name = nullptr;
        if (auto own = ownSecret(host, {"ansible_sudo_pass", "ansible_become_pass", "ansible_become_password"}, &name)) {
            takes(name, &ConnectionPlaces::becomePassword);
            become.password = std::move(own);
        }
    }
    return isOwn ? std::optional(std::move(become)) : std::nullopt;
}

// The order is Ansible's: the first that ssh sees, counts. Of two names of one thing, that with `ssh` in it.
HostSettings::Asked HostSettings::asked(const InventoryHost &host, ConnectionPlaces *places) const
{
    const StandingOptions &options = m_common->options;
    Asked result{m_common->source, target(host), options.ofLine, nullptr, options.standing.base.transport, {}};
    QString configFile;
    const auto refuse = [](const char *name, const QString &error) {
        throw JobError(Cause::BadVariable, QStringLiteral("%1: %2").arg(QLatin1String(name), printable(error.toUtf8(), 500)));
    };
    const auto origin = [&](const char *name) { return originOf(host, name); };
    const auto value = [&](const char *name, SshWord word) {
        auto found = word == SshWord::Port ? host.connectionText(name) : filled(host, name);
        if (found && word == SshWord::Port && found->endsWith(".0")) // a number with a point is a port to Ansible, too
            found->chop(2);
        QString error;
        if (found && !result.overrides.add(word, *found, origin(name), &error))
            refuse(name, error);
    };
    const auto arguments = [&](const char *name) {
        const auto found = filled(host, name);
        if (!found)
            return;
        QString error;
        const auto parsed = SshArguments::parse(*found, origin(name), result.overrides, &error);
        if (!parsed)
            refuse(name, error);
        if (configFile.isEmpty() && !options.isSshConfigFixed)
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
        for (const char *name : {"ansible_ssh_host_key_checking", "ansible_host_key_checking"}) {
            const auto checking = host.connectionText(name);
            QString error;
            if (checking && isFalse(*checking))
                (void)result.overrides.add(SshWord::StrictHostKeyChecking, "off", origin(name), &error);
            if (checking)
                break;
        }
        for (const char *name : {"ansible_ssh_port", "ansible_port"})
            value(name, SshWord::Port);
        for (const char *name : {"ansible_ssh_private_key_file", "ansible_private_key_file"})
            value(name, SshWord::IdentityFile);
        for (const char *name : {"ansible_ssh_user", "ansible_user"})
            value(name, SshWord::User);
        arguments("ansible_ssh_common_args");
        arguments("ansible_ssh_extra_args");
        if (!options.places.password.isFixed) {
            const char *name = nullptr;
            result.password = ownSecret(host, {"ansible_ssh_password", "ansible_ssh_pass", "ansible_password"}, &name);
            if (result.password && places)
                places->password.origin = origin(name);
        }
        result.become = become(host, places);
        if (const auto transport = host.connectionText("collector_transport"); transport && !options.places.transport.isFixed) {
            const QByteArray &word = *transport;
            if (word != "native" && word != "openssh")
                refuse("collector_transport", QStringLiteral("native or openssh, not \"%1\"").arg(QString::fromUtf8(word)));
            result.transport = word == "openssh" ? SshTransport::OpenSsh : SshTransport::Native;
            if (places)
                places->transport.origin = origin("collector_transport");
        }
        if (host.isLocal())
            result.transport = SshTransport::Local;
    }
    for (const SshStatement &statement : options.ofConfig.statements())
        result.overrides.add(statement);
    if (!configFile.isEmpty()) {
        const std::lock_guard guard(m_common->mutex);
        auto &source = m_common->sources[configFile];
        if (!source) {
            SshConfig::Sources sources;
            sources.file =
                configFile.startsWith(u"~/") ? QString::fromLocal8Bit(SshLocal::ofProcess().home) + configFile.mid(1) : configFile;
            SshSettingsSource::Standing standing = options.standing;
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

std::shared_ptr<const SshSettings> HostSettings::settings(const InventoryHost &host, const CanonicalNames &known) const
{
    const Asked ask = asked(host);
    const auto settings = ask.source->settings(ask.target, ask.overrides, known);
    if (ask.transport != SshTransport::Local)
        refuseNobody(*settings);
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

std::optional<HostSettings::Lookup> HostSettings::lookup(const InventoryHost &host, const CanonicalNames &known) const
{
    if (host.isLocal())
        return {};
    const Asked ask = asked(host);
    if (!ask.source->config().mayCanonicalize() && !ask.overrides.has(SshWord::CanonicalizeHostname))
        return {};
    return ask.source->lookup(ask.target, ask.overrides, known);
}

SshHostConfig HostSettings::explained(const InventoryHost &host) const
{
    const Asked ask = asked(host);
    return ask.source->resolve(ask.target, ask.overrides);
}

ConnectionPlaces HostSettings::places(const InventoryHost &host) const
{
    ConnectionPlaces places = m_common->options.places;
    (void)asked(host, &places);
    return places;
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
