#include "documents.h"

#include "parse/text.h"

#include <QCryptographicHash>

#include <array>

namespace collector::facts {

namespace {

constexpr std::array reads{
    RaisedRead{"serials", "/bin/cat",
               "/sys/class/dmi/id/product_serial /sys/class/dmi/id/product_uuid /sys/class/dmi/id/board_serial "
               "/sys/class/dmi/id/chassis_serial"},
    RaisedRead{"dmidecode", "/usr/sbin/dmidecode /sbin/dmidecode", "-q -t memory"},
    RaisedRead{"ipmitool", "/usr/bin/ipmitool /usr/sbin/ipmitool", "lan print"},
    RaisedRead{"vgs", "/sbin/vgs /usr/sbin/vgs",
               "--noheadings --nosuffix --units g --separator , -o vg_name,pv_count,lv_count,vg_size,vg_free"},
    RaisedRead{"lvs", "/sbin/lvs /usr/sbin/lvs", "--noheadings --nosuffix --units g --separator , -o lv_name,vg_name,lv_size"},
    RaisedRead{"pvs", "/sbin/pvs /usr/sbin/pvs", "--noheadings --nosuffix --units g --separator , -o pv_name,vg_name,pv_size,pv_free"},
    RaisedRead{"dnf", "/usr/bin/dnf", "-q -C check-update"},
    RaisedRead{"dnf-security", "/usr/bin/dnf", "-q -C updateinfo list --security"},
    RaisedRead{"yum", "/usr/bin/yum", "-q -C check-update"},
    RaisedRead{"yum-security", "/usr/bin/yum", "-q -C updateinfo list security"},
    RaisedRead{"sudoers", "/usr/bin/find", "/etc/sudoers /etc/sudoers.d -type f -exec /usr/bin/sha256sum {} +"},
};

// sudoers(5): these four have a meaning in arguments.
QByteArray escaped(QByteArrayView arguments)
{
    QByteArray text;
    for (const char c : arguments) {
        if (c == ',' || c == ':' || c == '=' || c == '\\')
            text += '\\';
        text += c;
    }
    return text;
}

} // namespace

std::span<const RaisedRead> raisedReads()
{
    return reads;
}

QByteArray sudoers()
{
    QByteArray text = "# What collector's ssh-facts reads as root with --become: nothing but this.\n"
                      "# Put it into /etc/sudoers.d/collector with visudo -f, and the account's name for ACCOUNT.\n"
                      "Cmnd_Alias COLLECTOR_FACTS = \\\n";
    QByteArrayList lines;
    for (const RaisedRead &read : reads) {
        for (const QByteArrayView program : wordsOf(read.programs))
            lines.append("    " + program.toByteArray() + ' ' + escaped(read.arguments));
    }
    return text + lines.join(", \\\n") + "\nDefaults!COLLECTOR_FACTS !requiretty\nACCOUNT ALL=(root) NOPASSWD: COLLECTOR_FACTS\n";
}

QByteArray scriptHash()
{
    static const QByteArray hash = QCryptographicHash::hash(wholeScript(), QCryptographicHash::Sha256).toHex();
    return hash;
}

QByteArray inventoryCommand(const QList<const SectionSpec *> &sections, const ScriptSettings &settings)
{
    QByteArrayList names;
    for (const SectionSpec *section : sections)
        names.append(section->name);
    return "collector-facts 1 " + settings.nonce + ' ' + QByteArray::number(settings.commandSeconds) + ' ' +
           QByteArray::number(settings.totalSeconds) + ' ' + names.join(',');
}

QByteArray inventoryProgram()
{
    // The words come from the client and are only ever compared and printed; the script itself is this file's.
    return "#!/bin/sh\n"
           "# collector-facts: prints what this host is, for a key that may do nothing else. Changes nothing, runs nothing it is sent.\n"
           "no() {\n"
           "    echo 'collector-facts: this key takes inventory and nothing else' >&2\n"
           "    exit 126\n"
           "}\n"
           "LC_ALL=C\n"
           "case ${SSH_ORIGINAL_COMMAND-} in\n"
           "*[!a-z0-9_,\\ -]* | '') no ;;\n"
           "'collector-facts 1 '*) ;;\n"
           "*) no ;;\n"
           "esac\n"
           "set -f\n"
           "set -- $SSH_ORIGINAL_COMMAND\n"
           "[ $# = 6 ] || no\n"
           "N=$3 T=$4 D=$5\n"
           "case $N in *[!0-9a-f]*) no ;; esac\n"
           "[ ${#N} = 32 ] || no\n"
           "case $T$D in *[!0-9]*) no ;; esac\n"
           "[ ${#T} -le 3 ] && [ ${#D} -le 4 ] || no\n"
           "IFS=,\n"
           "S=\n"
           "for w in $6; do\n"
           "    case \" " +
           [] {
               QByteArray names;
               for (const SectionSpec &section : allSections()) {
                   if (section.cost != SectionSpec::Cost::Private)
                       names += QByteArray(section.name) + ' ';
               }
               return names;
           }() +
           "\" in *\" $w \"*) S=\"$S $w\" ;; *) no ;; esac\n"
           "done\n"
           "unset IFS\n"
           "set +f\n"
           "B='' W='' X=" +
           ScriptSettings{}.toolFolders +
           "\n"
           "printf '\\n%s H %s\\n' \"$N\" " +
           scriptHash() + "\n" + wholeScript();
}

QByteArray inventoryKey()
{
    return "# A key that can take inventory and nothing else\n"
           "#\n"
           "# 1. Install the program below on the host as /usr/local/libexec/collector-facts, owned by root, mode 0755.\n"
           "# 2. Put this line, with the public key at its end, into authorized_keys of the account:\n"
           "#\n"
           "# restrict,command=\"/usr/local/libexec/collector-facts\" ssh-ed25519 AAAA...\n"
           "#\n"
           "# 3. Ask with: collector -p ssh-facts -O ssh-facts.inventory-key=true --identity KEY\n"
           "#\n"
           "# The client sends a nonce, two limits and the names of sections; it cannot send a command. SHA-256 of the script within:\n"
           "# " +
           scriptHash() + "\n\n" + inventoryProgram();
}

} // namespace collector::facts
