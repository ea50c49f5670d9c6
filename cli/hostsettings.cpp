#include "cli/hostsettings.h"

#include <collector/joberror.h>

#include <QDir>

#include <pwd.h>
#include <unistd.h>

namespace collector {

namespace {

QByteArray localUser()
{
    const passwd *entry = getpwuid(geteuid());
    return entry ? QByteArray(entry->pw_name) : QByteArray("root");
}

QString text(const QJsonValue &value)
{
    return value.isDouble() ? QString::number(value.toInteger()) : value.toString();
}

quint16 portOf(const QString &word, const QString &place)
{
    bool isNumber = false;
    const int port = word.toInt(&isNumber);
    if (!isNumber || port < 1 || port > 65535)
        throw JobError(Cause::BadVariable,
                       QStringLiteral("%1 is a port from 1 to 65535, not \"%2\"").arg(place, printable(word.toUtf8(), 40)));
    return quint16(port);
}

} // namespace

struct HostSettings::Common
{
    SshSettings base;
    std::shared_ptr<Credentials> credentials;
    bool isUserFixed = false;
    bool isPortFixed = false;
    bool areIdentitiesFixed = false;
    std::shared_ptr<KnownHostsFiles> files = std::make_shared<KnownHostsFiles>();
};

HostSettings::HostSettings(const RunOptions &options, std::shared_ptr<Credentials> credentials)
{
    auto common = std::make_shared<Common>();
    common->credentials = std::move(credentials);
    SshSettings &base = common->base;
    base.credentials = common->credentials;
    base.user = localUser();
    if (const auto user = options.value(QStringLiteral("user"))) {
        base.user = user->toUtf8();
        common->isUserFixed = options.line().has(QStringLiteral("user"));
    }
    if (const auto port = options.integer(QStringLiteral("port"), 1, 65535)) {
        base.port = quint16(*port);
        common->isPortFixed = options.line().has(QStringLiteral("port"));
    }
    base.identityFiles = options.values(QStringLiteral("identity"));
    base.identitiesOnly = !base.identityFiles.isEmpty();
    common->areIdentitiesFixed = options.line().has(QStringLiteral("identity"));
    base.legacy = options.has(QStringLiteral("legacy"));
    if (const auto timeout = options.duration(QStringLiteral("connect-timeout")))
        base.timeouts.connect = *timeout;
    const auto policy =
        options.choice(QStringLiteral("host-keys"), {QStringLiteral("strict"), QStringLiteral("accept-new"), QStringLiteral("off")});
    if (policy)
        base.hostKeyPolicy = *policy == u"off"          ? HostKeyPolicy::Off
                             : *policy == u"accept-new" ? HostKeyPolicy::AcceptNew
                                                        : HostKeyPolicy::Strict;
    const QStringList defaults{QDir::homePath() + QStringLiteral("/.ssh/known_hosts"), QStringLiteral("/etc/ssh/ssh_known_hosts")};
    const auto named = options.value(QStringLiteral("known-hosts"));
    try {
        base.knownHosts = common->files->open(named ? QStringList{*named} : defaults);
    } catch (const std::runtime_error &error) {
        throw UsageError(QString::fromUtf8(error.what()));
    }
    base.knownHostsFile = named.value_or(defaults.first());
    base.password = common->credentials->password();
    m_common = std::move(common);
}

QByteArray HostSettings::target(const InventoryHost &host) const
{
    if (host.selected().hasVariables()) {
        if (const auto address = host.connectionVariable("ansible_host"))
            return text(*address).toUtf8();
    }
    return host.name();
}

std::shared_ptr<const SshSettings> HostSettings::settings(const InventoryHost &host) const
{
    auto settings = std::make_shared<SshSettings>(m_common->base);
    settings->host = target(host);
    if (!host.selected().hasVariables())
        return settings;
    if (!m_common->isUserFixed) {
        if (const auto user = host.connectionVariable("ansible_user"))
            settings->user = text(*user).toUtf8();
    }
    if (!m_common->isPortFixed) {
        if (const auto port = host.connectionVariable("ansible_port"))
            settings->port = portOf(text(*port), QStringLiteral("ansible_port"));
    }
    if (!m_common->areIdentitiesFixed) {
        if (const auto file = host.connectionVariable("ansible_ssh_private_key_file")) {
            QString path = text(*file);
            if (path.startsWith(u"~/"))
                path = QDir::homePath() + path.mid(1);
            settings->identityFiles = {path};
            settings->identitiesOnly = true;
        }
    }
    for (const char *name : {"ansible_ssh_pass", "ansible_password"}) {
        if (settings->password)
            break;
        if (const auto password = host.connectionVariable(name)) {
            const QByteArray bytes = text(*password).toUtf8();
            settings->password = std::make_shared<const Secret>(std::string_view(bytes.constData(), size_t(bytes.size())));
        }
    }
    return settings;
}

} // namespace collector
