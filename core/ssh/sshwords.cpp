#include "ssh/sshwords.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace collector {

namespace {

constexpr std::array<const char *, sshSettingCount> names = {
    "AddressFamily",
    "BindAddress",
    "CanonicalDomains",
    "CanonicalizeFallbackLocal",
    "CanonicalizeHostname",
    "CanonicalizeMaxDots",
    "CertificateFile",
    "Ciphers",
    "ConnectTimeout",
    "GlobalKnownHostsFile",
    "HashKnownHosts",
    "HostKeyAlgorithms",
    "HostKeyAlias",
    "HostName",
    "IdentitiesOnly",
    "IdentityAgent",
    "IdentityFile",
    "KbdInteractiveAuthentication",
    "KexAlgorithms",
    "MACs",
    "PasswordAuthentication",
    "Port",
    "PreferredAuthentications",
    "ProxyCommand",
    "ProxyJump",
    "PubkeyAcceptedAlgorithms",
    "PubkeyAuthentication",
    "RequiredRSASize",
    "RevokedHostKeys",
    "ServerAliveCountMax",
    "ServerAliveInterval",
    "SetEnv",
    "StrictHostKeyChecking",
    "User",
    "UserKnownHostsFile",
};

struct Entry
{
    const char *name;
    SshWord word;
};

constexpr Entry others[] = {
    {"host", SshWord::Host},
    {"match", SshWord::Match},
    {"include", SshWord::Include},
    {"ignoreunknown", SshWord::IgnoreUnknown},

    // Aliases.
    {"challengeresponseauthentication", SshWord::KbdInteractiveAuthentication},
    {"skeyauthentication", SshWord::KbdInteractiveAuthentication},
    {"tisauthentication", SshWord::KbdInteractiveAuthentication},
    {"dsaauthentication", SshWord::PubkeyAuthentication},
    {"identityfile2", SshWord::IdentityFile},
    {"pubkeyacceptedkeytypes", SshWord::PubkeyAcceptedAlgorithms},

    // Ignored by ssh itself, or set by Debian's and Red Hat's own ssh_config, or without a meaning where nobody sits at a terminal.
    {"protocol", SshWord::Silent},
    {"cipher", SshWord::Silent},
    {"fallbacktorsh", SshWord::Silent},
    {"globalknownhostsfile2", SshWord::Silent},
    {"rhostsauthentication", SshWord::Silent},
    {"userknownhostsfile2", SshWord::Silent},
    {"useroaming", SshWord::Silent},
    {"usersh", SshWord::Silent},
    {"useprivilegedport", SshWord::Silent},
    {"sendenv", SshWord::Silent},
    {"gssapiauthentication", SshWord::Silent},
    {"gssapidelegatecredentials", SshWord::Silent},
    {"gssapikeyexchange", SshWord::Silent},
    {"gssapiclientidentity", SshWord::Silent},
    {"gssapiserveridentity", SshWord::Silent},
    {"gssapirenewalforcesrekey", SshWord::Silent},
    {"gssapitrustdns", SshWord::Silent},
    {"gssapikexalgorithms", SshWord::Silent},
    {"setuptimeout", SshWord::Silent},
    {"protocolkeepalives", SshWord::Silent},
    {"useblacklistedkeys", SshWord::Silent},
    {"forwardx11trusted", SshWord::Silent},
    {"batchmode", SshWord::Silent},
    {"escapechar", SshWord::Silent},
    {"loglevel", SshWord::Silent},
    {"logverbose", SshWord::Silent},
    {"syslogfacility", SshWord::Silent},
    {"numberofpasswordprompts", SshWord::Silent},
    {"visualhostkey", SshWord::Silent},
    {"fingerprinthash", SshWord::Silent},
    {"obscurekeystroketiming", SshWord::Silent},
    {"warnweakcrypto", SshWord::Silent},

    {"addkeystoagent", SshWord::Unsupported},
    {"afstokenpassing", SshWord::Unsupported},
    {"bindinterface", SshWord::Unsupported},
    {"canonicalizepermittedcnames", SshWord::Unsupported},
    {"casignaturealgorithms", SshWord::Unsupported},
    {"channeltimeout", SshWord::Unsupported},
    {"checkhostip", SshWord::Unsupported},
    {"clearallforwardings", SshWord::Unsupported},
    {"compression", SshWord::Unsupported},
    {"compressionlevel", SshWord::Unsupported},
    {"connectionattempts", SshWord::Unsupported},
    {"controlmaster", SshWord::Unsupported},
    {"controlpath", SshWord::Unsupported},
    {"controlpersist", SshWord::Unsupported},
    {"dynamicforward", SshWord::Unsupported},
    {"enableescapecommandline", SshWord::Unsupported},
    {"enablesshkeysign", SshWord::Unsupported},
    {"exitonforwardfailure", SshWord::Unsupported},
    {"forkafterauthentication", SshWord::Unsupported},
    {"forwardagent", SshWord::Unsupported},
    {"forwardx11", SshWord::Unsupported},
    {"forwardx11timeout", SshWord::Unsupported},
    {"gatewayports", SshWord::Unsupported},
    {"hostbasedacceptedalgorithms", SshWord::Unsupported},
    {"hostbasedauthentication", SshWord::Unsupported},
    {"hostbasedkeytypes", SshWord::Unsupported},
    {"ipqos", SshWord::Unsupported},
    {"kbdinteractivedevices", SshWord::Unsupported},
    {"keepalive", SshWord::Unsupported},
    {"kerberosauthentication", SshWord::Unsupported},
    {"kerberostgtpassing", SshWord::Unsupported},
    {"knownhostscommand", SshWord::Unsupported},
    {"localcommand", SshWord::Unsupported},
    {"localforward", SshWord::Unsupported},
    {"nohostauthenticationforlocalhost", SshWord::Unsupported},
    {"permitlocalcommand", SshWord::Unsupported},
    {"permitremoteopen", SshWord::Unsupported},
    {"pkcs11provider", SshWord::Unsupported},
    {"proxyusefdpass", SshWord::Unsupported},
    {"refuseconnection", SshWord::Unsupported},
    {"rekeylimit", SshWord::Unsupported},
    {"remotecommand", SshWord::Unsupported},
    {"remoteforward", SshWord::Unsupported},
    {"requesttty", SshWord::Unsupported},
    {"rhostsrsaauthentication", SshWord::Unsupported},
    {"rsaauthentication", SshWord::Unsupported},
    {"securitykeyprovider", SshWord::Unsupported},
    {"sessiontype", SshWord::Unsupported},
    {"smartcarddevice", SshWord::Unsupported},
    {"stdinnull", SshWord::Unsupported},
    {"streamlocalbindmask", SshWord::Unsupported},
    {"streamlocalbindunlink", SshWord::Unsupported},
    {"tag", SshWord::Unsupported},
    {"tcpkeepalive", SshWord::Unsupported},
    {"tunnel", SshWord::Unsupported},
    {"tunneldevice", SshWord::Unsupported},
    {"updatehostkeys", SshWord::Unsupported},
    {"verifyhostkeydns", SshWord::Unsupported},
    {"versionaddendum", SshWord::Unsupported},
    {"xauthlocation", SshWord::Unsupported},
};

} // namespace

SshWord sshWord(QByteArrayView word)
{
    const auto isIt = [word](const char *name) { return word.compare(QByteArrayView(name), Qt::CaseInsensitive) == 0; };
    if (const auto it = std::find_if(names.begin(), names.end(), isIt); it != names.end())
        return SshWord(it - names.begin());
    const auto it = std::find_if(std::begin(others), std::end(others), [&](const Entry &entry) { return isIt(entry.name); });
    return it != std::end(others) ? it->word : SshWord::Unknown;
}

QByteArray sshWordName(SshWord word)
{
    return int(word) < sshSettingCount ? QByteArray(names[size_t(word)]) : QByteArray();
}

} // namespace collector
