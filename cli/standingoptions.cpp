#include "cli/standingoptions.h"

namespace collector {

namespace {

// Adds a value that was given as an option; what ssh would refuse is the user's mistake.
void add(SshOverrides &overrides, const RunOptions &options, bool isOfLine, const char *option, SshWord word)
{
    const QString name = QString::fromLatin1(option);
    const QString place = options.place(name, isOfLine);
    const auto value = (isOfLine ? options.line() : options.config()).value(name);
    QString error;
    if (value && !overrides.add(word, value->toUtf8(), place.toUtf8(), &error))
        throw UsageError(QStringLiteral("%1: %2").arg(place, error));
}

SettingPlace placeOf(const RunOptions &options, const char *option)
{
    const QString name = QString::fromLatin1(option);
    return options.has(name) ? SettingPlace{options.shown(name).toUtf8(), options.line().has(name)} : SettingPlace();
}

template<typename Value>
std::optional<StandingValue<Value>> given(const RunOptions &options, const char *option, const std::optional<Value> &value)
{
    if (!value)
        return std::nullopt;
    const SettingPlace place = placeOf(options, option);
    return StandingValue<Value>{*value, place.origin, place.isFixed};
}

std::optional<HostKeyPolicy> hostKeyPolicy(const RunOptions &options)
{
    const QString name = QStringLiteral("host-keys");
    const auto word = options.choice(name, {QStringLiteral("strict"), QStringLiteral("accept-new"), QStringLiteral("off")});
    if (!word)
        return std::nullopt;
    // Not taken for accept-new, as ssh_config's is: that sends passwords, which off does not.
    if (*word == u"off" && !options.line().has(name) && !options.isConfigOfSystem())
        throw UsageError(QStringLiteral("%1 takes strict or accept-new; off, which believes any key, is taken from the command line and "
                                        "from %2 alone")
                             .arg(options.shown(name), QString::fromLatin1(RunOptions::systemConfig)));
    return *word == u"off" ? HostKeyPolicy::Off : *word == u"accept-new" ? HostKeyPolicy::AcceptNew : HostKeyPolicy::Strict;
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

StandingOptions::StandingOptions(const RunOptions &options, std::shared_ptr<Credentials> credentials)
{
    for (const bool isOfLine : {true, false}) {
        SshOverrides &overrides = isOfLine ? ofLine : ofConfig;
        add(overrides, options, isOfLine, "user", SshWord::User);
        add(overrides, options, isOfLine, "port", SshWord::Port);
        add(overrides, options, isOfLine, "jump", SshWord::ProxyJump);
    }
    const QStringList files = options.values(QStringLiteral("identity"));
    standing.identities = given(options, "identity", files.isEmpty() ? std::nullopt : std::optional(files));
    standing.connectTimeout = given(options, "connect-timeout", options.duration(QStringLiteral("connect-timeout")));
    standing.hostKeyPolicy = given(options, "host-keys", hostKeyPolicy(options));
    standing.knownHosts = given(options, "known-hosts", options.value(QStringLiteral("known-hosts")));
    isSshConfigFixed = options.line().has(QStringLiteral("ssh-config"));

    SshSettings &base = standing.base;
    base.legacy = options.has(QStringLiteral("legacy"));
    if (const auto timeout = options.duration(QStringLiteral("timeout")))
        base.timeouts.setAttempt(*timeout);
    const auto transport = options.choice(QStringLiteral("transport"), {QStringLiteral("native"), QStringLiteral("openssh")});
    base.transport = transport && *transport == u"openssh" ? SshTransport::OpenSsh : SshTransport::Native;
    base.openSshConfig = options.value(QStringLiteral("ssh-config")).value_or(QString());
    base.password = credentials->password();
    base.become = becomeOf(options, *credentials);
    places = {placeOf(options, "transport"),   credentials->passwordPlace(),      placeOf(options, "become"),
              placeOf(options, "become-user"), placeOf(options, "become-method"), credentials->becomePasswordPlace()};
    base.credentials = std::move(credentials);
}

} // namespace collector
