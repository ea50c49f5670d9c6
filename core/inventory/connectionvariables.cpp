#include "inventory/connectionvariables.h"

#include "model/nearest.h"

#include <algorithm>
#include <array>

namespace collector {

namespace {

// No other name of Ansible's, fact or magic variable, is one edit from one of these.
constexpr std::array<QByteArrayView, 25> heeded{"ansible_host",
                                                "ansible_port",
                                                "ansible_user",
                                                "ansible_password",
                                                "ansible_connection",
                                                "ansible_private_key_file",
                                                "ansible_host_key_checking",
                                                "ansible_ssh_host",
                                                "ansible_ssh_port",
                                                "ansible_ssh_user",
                                                "ansible_ssh_pass",
                                                "ansible_ssh_password",
                                                "ansible_ssh_private_key_file",
                                                "ansible_ssh_host_key_checking",
                                                "ansible_ssh_args",
                                                "ansible_ssh_common_args",
                                                "ansible_ssh_extra_args",
                                                "ansible_become",
                                                "ansible_become_user",
                                                "ansible_become_method",
                                                "ansible_become_pass",
                                                "ansible_become_password",
                                                "ansible_sudo_pass",
                                                "collector_skip",
                                                "collector_transport"};

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool isSame(char a, char b)
{
    return lower(a) == lower(b);
}

/// Whether all but two letters in a row are the same: one edit leaves no more, and few pairs of names get further.
bool mayBeOneEditFrom(QByteArrayView a, QByteArrayView b)
{
    const auto before = std::mismatch(a.begin(), a.end(), b.begin(), b.end(), isSame).first - a.begin();
    const auto behind = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend(), isSame).first - a.rbegin();
    return before + behind + 2 >= std::max(a.size(), b.size());
}

} // namespace

std::span<const QByteArrayView> connectionVariables()
{
    return heeded;
}

bool isCollectedConnection(const QString &connection)
{
    constexpr std::array ours{"ssh", "smart", "paramiko", "paramiko_ssh", "local"};
    const QString kind = connection.section(u'.', -1);
    return std::any_of(ours.begin(), ours.end(), [&](const char *name) { return kind == QLatin1String(name); });
}

bool isLocalConnection(const QString &connection)
{
    return connection.section(u'.', -1) == u"local";
}

bool isTruthy(const QJsonValue &value)
{
    if (value.isBool())
        return value.toBool();
    if (value.isDouble())
        return value.toDouble() != 0;
    const QString word = value.toString().toLower();
    return word == u"true" || word == u"t" || word == u"yes" || word == u"y" || word == u"on" || word == u"1";
}

bool isOfBecoming(QByteArrayView name)
{
    return name.startsWith("ansible_become_") || name.startsWith("ansible_sudo_");
}

QByteArray remedyOfVariable(QByteArrayView name)
{
    if (!name.contains("_pass"))
        return "give it a plain value";
    return isOfBecoming(name) ? "give --become-password-file or --ask-become-pass, which stand before it, or a plain value"
                              : "give --password-file or --ask-pass, which stand before it, or a plain value";
}

QByteArray meantVariable(QByteArrayView name)
{
    // ansible_host2 is somebody's own.
    if (name.isEmpty() || (name.back() >= '0' && name.back() <= '9') || std::find(heeded.begin(), heeded.end(), name) != heeded.end())
        return {};
    QStringList near;
    for (const QByteArrayView known : heeded) {
        if (mayBeOneEditFrom(name, known))
            near.append(QString::fromLatin1(known));
    }
    return nearest(QString::fromUtf8(name), near, 1).toLatin1();
}

} // namespace collector
