// What `ssh -G` prints, and our settings in the same form.

#pragma once

#include "ssh/sshconfig.h"

#include <QMap>

namespace collector {

using Lines = QMap<QByteArray, QList<QByteArray>>;

// Our words in the form of `ssh -G`. IdentityFile and the like as written, as ssh shows them.
inline Lines dump(const SshHostConfig &config)
{
    Lines lines;
    const auto one = [&](const char *word, const QByteArray &value) { lines[word] = {value}; };
    const auto flag = [&](const char *word, bool value) { one(word, value ? "yes" : "no"); };
    const auto written = [&](SshWord word) { return config.setting(word).values; };
    const auto maybe = [&](const char *word, const QByteArray &value) {
        if (!value.isEmpty())
            one(word, value);
    };
    const auto paths = [](const QStringList &list) { return list.isEmpty() ? QByteArray("none") : list.join(u' ').toUtf8(); };
    one("user", config.user);
    one("hostname", config.hostName);
    one("port", QByteArray::number(config.port));
    using Family = SshHostConfig::AddressFamily;
    one("addressfamily", config.addressFamily == Family::Inet ? "inet" : config.addressFamily == Family::Inet6 ? "inet6" : "any");
    maybe("bindaddress", config.bindAddress);
    flag("hashknownhosts", config.hashKnownHosts);
    flag("identitiesonly", config.identitiesOnly);
    flag("kbdinteractiveauthentication", config.keyboardInteractiveAuthentication);
    flag("passwordauthentication", config.passwordAuthentication);
    one("pubkeyauthentication", config.publicKeyAuthentication ? "true" : "false");
    maybe("hostkeyalias", config.hostKeyAlias);
    maybe("preferredauthentications", config.preferredAuthentications.join(','));
    one("connecttimeout", config.connectTimeout ? QByteArray::number(qint64(config.connectTimeout->count())) : QByteArray("none"));
    one("serveraliveinterval", QByteArray::number(config.serverAliveInterval ? qint64(config.serverAliveInterval->count()) : 0));
    one("requiredrsasize", QByteArray::number(config.requiredRsaSize));
    one("serveralivecountmax", QByteArray::number(config.serverAliveCountMax));
    using Checking = SshHostConfig::HostKeyChecking;
    one("stricthostkeychecking", config.hostKeyChecking == Checking::Yes         ? "true"
                                 : config.hostKeyChecking == Checking::Off       ? "false"
                                 : config.hostKeyChecking == Checking::AcceptNew ? "accept-new"
                                                                                 : "ask");
    if (const QByteArray file = written(SshWord::RevokedHostKeys).value(0); file != "none")
        maybe("revokedhostkeys", file);
    one("userknownhostsfile", paths(config.userKnownHostsFiles));
    one("globalknownhostsfile", written(SshWord::GlobalKnownHostsFile).isEmpty() ? paths(config.globalKnownHostsFiles)
                                                                                 : written(SshWord::GlobalKnownHostsFile).join(' '));
    if (!written(SshWord::IdentityFile).isEmpty())
        lines["identityfile"] = written(SshWord::IdentityFile);
    if (!written(SshWord::CertificateFile).isEmpty())
        lines["certificatefile"] = written(SshWord::CertificateFile);
    if (!written(SshWord::SetEnv).isEmpty())
        lines["setenv"] = written(SshWord::SetEnv);
    maybe("ciphers", config.ciphers);
    maybe("macs", config.macs);
    maybe("kexalgorithms", config.kexAlgorithms);
    maybe("hostkeyalgorithms", config.hostKeyAlgorithms);
    maybe("pubkeyacceptedalgorithms", config.publicKeyAlgorithms);
    if (!config.jumps.empty()) {
        QByteArray jump = written(SshWord::ProxyJump).first();
        one("proxyjump", jump);
    } else if (!config.proxyCommand.isEmpty()) {
        one("proxycommand", written(SshWord::ProxyCommand).first());
    }
    return lines;
}

inline const QList<QByteArray> comparedWords{"user",
                                             "hostname",
                                             "port",
                                             "addressfamily",
                                             "bindaddress",
                                             "hashknownhosts",
                                             "identitiesonly",
                                             "kbdinteractiveauthentication",
                                             "passwordauthentication",
                                             "pubkeyauthentication",
                                             "hostkeyalias",
                                             "preferredauthentications",
                                             "connecttimeout",
                                             "serveraliveinterval",
                                             "serveralivecountmax",
                                             "requiredrsasize",
                                             "revokedhostkeys",
                                             "stricthostkeychecking",
                                             "userknownhostsfile",
                                             "globalknownhostsfile",
                                             "identityfile",
                                             "certificatefile",
                                             "setenv",
                                             "ciphers",
                                             "macs",
                                             "kexalgorithms",
                                             "hostkeyalgorithms",
                                             "pubkeyacceptedalgorithms",
                                             "proxyjump",
                                             "proxycommand"};

inline Lines parsed(const QList<QByteArray> &text)
{
    Lines lines;
    for (const QByteArray &line : text) {
        const qsizetype blank = line.indexOf(' ');
        if (const QByteArray word = line.left(blank); comparedWords.contains(word))
            lines[word].append(line.mid(blank + 1));
    }
    return lines;
}

} // namespace collector
