#include "ssh/opensshwords.h"

#include <collector/joberror.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace collector {

namespace {

using Jumps = std::span<const std::shared_ptr<const SshSettings>>;

// Means nothing special, neither to ssh_config nor to a shell. What may be left unquoted is, for each hop triples the quotes of those
// before it.
bool isPlain(QStringView text)
{
    constexpr QLatin1StringView plain("_@%+=:,./-");
    return !text.isEmpty() &&
           std::all_of(text.begin(), text.end(), [&](QChar c) { return (c.unicode() < 128 && c.isLetterOrNumber()) || plain.contains(c); });
}

// A value of ssh_config that may hold blanks.
QString quoted(QString value)
{
    if (isPlain(value))
        return value;
    return u'"' + value.replace(u'\\', QStringLiteral("\\\\")).replace(u'"', QStringLiteral("\\\"")) + u'"';
}

QString withoutTokens(QString value)
{
    return value.replace(u'%', QStringLiteral("%%"));
}

// For whatever shell a person has: each knows single quotes.
QString shellLine(const QStringList &words)
{
    QStringList line;
    for (QString word : words)
        line << (isPlain(word) ? word : u'\'' + word.replace(u'\'', QStringLiteral("'\\''")) + u'\'');
    return line.join(u' ');
}

// ssh refuses such a name since 9.6; an older one may give it to a shell (Match exec).
void refuseOddName(const QByteArray &name)
{
    constexpr QByteArrayView odd = "'`\"$\\;&<>|(){}";
    const auto isOdd = [&](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127 || odd.contains(c); };
    if (name.startsWith('-') || std::any_of(name.begin(), name.end(), isOdd))
        throw JobError(
            Cause::BadVariable,
            QStringLiteral("%1 is no name for ssh(1): it holds characters that a shell would interpret").arg(printable(name, 255)));
}

QString checking(HostKeyPolicy policy)
{
    switch (policy) {
    case HostKeyPolicy::Strict:
        break;
    case HostKeyPolicy::AcceptNew:
        return QStringLiteral("accept-new");
    case HostKeyPolicy::Off:
        return QStringLiteral("no");
    }
    return QStringLiteral("yes");
}

class Words
{
public:
    Words(QString log, const RevokedFiles &revoked, const QByteArray &mark) : m_log(std::move(log)), m_revoked(revoked), m_mark(mark) {}

    // Of a host that is reached over `jumps`, without its name.
    [[nodiscard]] QStringList options(const SshSettings &settings, Jumps jumps, bool isJump) const;
    [[nodiscard]] static QString name(const SshSettings &settings);

private:
    [[nodiscard]] QString proxyCommand(const SshSettings &settings, Jumps jumps) const;
    static void addKnownHosts(QStringList &options, const SshSettings &settings);

    const QString m_log;
    const RevokedFiles &m_revoked;
    const QByteArray m_mark;
};

QString Words::name(const SshSettings &settings)
{
    const QByteArray &name = settings.writtenHost.isEmpty() ? settings.host : settings.writtenHost;
    refuseOddName(name);
    refuseOddName(settings.host);
    return QString::fromUtf8(name);
}

// ssh gives it to a shell, after it has replaced the tokens: of ours, only those of -W are for it.
QString Words::proxyCommand(const SshSettings &settings, Jumps jumps) const
{
    if (jumps.empty())
        return settings.proxyCommand.isEmpty() ? QStringLiteral("none") : withoutTokens(shellLine(settings.proxyCommand));
    const SshSettings &last = *jumps.back();
    return withoutTokens(shellLine(options(last, jumps.first(jumps.size() - 1), true))) + QStringLiteral(" -W '[%h]:%p' -- ") +
           withoutTokens(shellLine({name(last)}));
}

// Without a check there is nothing to read; and ssh would write down what nobody has checked.
void Words::addKnownHosts(QStringList &options, const SshSettings &settings)
{
    const auto files = [&options](const char *word, const QStringList &list, bool hasTokens) {
        QStringList values;
        for (const QString &file : list)
            values << quoted(hasTokens ? withoutTokens(file) : file);
        if (values.isEmpty())
            values << QStringLiteral("/dev/null");
        options << QLatin1StringView(word) + u'=' + values.join(u' ');
    };
    const bool isOff = settings.hostKeyPolicy == HostKeyPolicy::Off;
    files("UserKnownHostsFile", isOff ? QStringList() : settings.userKnownHostsFiles, true);
    files("GlobalKnownHostsFile", isOff ? QStringList() : settings.globalKnownHostsFiles, false);
    if (isOff)
        options << QStringLiteral("UpdateHostKeys=no");
}

QStringList Words::options(const SshSettings &settings, Jumps jumps, bool isJump) const
{
    QStringList list{QStringLiteral("ssh")};
    if (!isJump)
        list << QStringLiteral("-v"); // the log is read
    list << QStringLiteral("-E") << m_log << QStringLiteral("-T");
    if (!settings.openSshConfig.isEmpty())
        list << QStringLiteral("-F") << settings.openSshConfig;

    QStringList options{
        QStringLiteral("BatchMode=yes"),
        QStringLiteral("ForwardAgent=no"),
        QStringLiteral("ForwardX11=no"),
        QStringLiteral("ClearAllForwardings=yes"),
        QStringLiteral("Tunnel=no"),
        QStringLiteral("ControlMaster=no"),
        QStringLiteral("ControlPath=none"),
        QStringLiteral("RemoteCommand=none"),
        QStringLiteral("RequestTTY=no"),
        QStringLiteral("EscapeChar=none"),
        QStringLiteral("ConnectTimeout=%1").arg(std::chrono::ceil<std::chrono::seconds>(settings.timeouts.connect).count()),
        QStringLiteral("StrictHostKeyChecking=") + checking(settings.hostKeyPolicy),
    };
    if (isJump || m_mark.isEmpty())
        options << QStringLiteral("PermitLocalCommand=no");
    else // ssh waits for it, and only then asks for the command
        options << QStringLiteral("PermitLocalCommand=yes") << QStringLiteral("LocalCommand=echo %1 >&2").arg(QString::fromLatin1(m_mark));
    if (isJump)
        options << QStringLiteral("LogLevel=INFO"); // why it cannot go on
    addKnownHosts(options, settings);
    if (const auto revoked = m_revoked.find(&settings); revoked != m_revoked.end())
        options << QStringLiteral("RevokedHostKeys=") + quoted(revoked->second);
    else
        options << QStringLiteral("RevokedHostKeys=none");
    options << QStringLiteral("HostName=") + quoted(withoutTokens(QString::fromUtf8(settings.host)));
    if (!settings.hostKeyAlias.isEmpty())
        options << QStringLiteral("HostKeyAlias=") + quoted(QString::fromUtf8(settings.hostKeyAlias));
    if (settings.requiredRsaSize > smallestRsaSize) // before 9.1 ssh does not know it
        options << QStringLiteral("RequiredRSASize=%1").arg(settings.requiredRsaSize);
    options << QStringLiteral("ProxyCommand=") + proxyCommand(settings, jumps);
    if (!jumps.empty())
        options << QStringLiteral("ProxyUseFdpass=no");
    options << settings.openSshOptions;
    for (const QString &option : std::as_const(options))
        list << QStringLiteral("-o") << option;
    if (settings.family != AddressFamily::Any)
        list << (settings.family == AddressFamily::IPv6 ? QStringLiteral("-6") : QStringLiteral("-4"));
    return list << QStringLiteral("-p") << QString::number(settings.port) << QStringLiteral("-l") << QString::fromUtf8(settings.user);
}

} // namespace

QStringList opensshWords(const SshSettings &settings, const QString &log, const RevokedFiles &revoked, const QByteArray &mark)
{
    return Words(log, revoked, mark).options(settings, settings.jumps, false) << QStringLiteral("--") << Words::name(settings);
}

QStringList opensshOptions(const SshOverrides &overrides)
{
    QStringList result;
    for (const SshStatement &statement : overrides.statements()) {
        switch (statement.word) {
        case SshWord::AddressFamily:
        case SshWord::ConnectTimeout:
        case SshWord::GlobalKnownHostsFile:
        case SshWord::HostKeyAlias:
        case SshWord::HostName:
        case SshWord::Port:
        case SshWord::ProxyCommand:
        case SshWord::ProxyJump:
        case SshWord::RequiredRsaSize:
        case SshWord::RevokedHostKeys:
        case SshWord::StrictHostKeyChecking:
        case SshWord::User:
        case SshWord::UserKnownHostsFile:
            continue;
        default:
            break;
        }
        QStringList values;
        for (const QByteArray &value : statement.values)
            values << quoted(QString::fromUtf8(value));
        result << QString::fromLatin1(sshWordName(statement.word)) + u'=' + values.join(u' ');
    }
    return result;
}

} // namespace collector
