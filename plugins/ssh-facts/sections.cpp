#include "sections.h"

#include "parse/buses.h"
#include "parse/cpu.h"
#include "parse/devices.h"
#include "parse/distribution.h"
#include "parse/dmi.h"
#include "parse/hardware.h"
#include "parse/health.h"
#include "parse/kernel.h"
#include "parse/local.h"
#include "parse/memory.h"
#include "parse/mounts.h"
#include "parse/network.h"
#include "parse/packages.h"
#include "parse/platform.h"
#include "parse/ports.h"
#include "parse/processes.h"
#include "parse/routes.h"
#include "parse/services.h"
#include "parse/software.h"
#include "parse/state.h"
#include "parse/system.h"
#include "parse/text.h"
#include "parse/users.h"
#include "parse/virtualization.h"
#include "pieces.h"

#include <QSet>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

using Cost = SectionSpec::Cost;

// clang-format off
constexpr std::array sections{
    SectionSpec{"platform", Cost::Minimal, "system kernel kernel_version machine architecture machine_id hostname fqdn domain", "", parsePlatform},
    SectionSpec{"distribution", Cost::Minimal, "distribution_version distribution_release distribution_major_version os_family lsb", "platform", parseDistribution},
    SectionSpec{"state", Cost::Default, "hardware uptime uptime_seconds loadavg", "date_time", parseState},
    SectionSpec{"cmdline", Cost::Minimal, "proc_cmdline", "", parseCmdline},
    SectionSpec{"cpu", Cost::Default, "hardware processor processor_cores processor_count", "platform", parseCpu},
    SectionSpec{"memory", Cost::Default, "hardware", "", parseMemory},
    SectionSpec{"devices", Cost::Default, "hardware", "", parseDevices},
    SectionSpec{"dmi", Cost::Default, "hardware", "platform", parseDmi},
    SectionSpec{"virtualization", Cost::Default, "virtual virtualization_type virtualization_role virtualization_tech_guest virtualization_tech_host", "platform", parseVirtualization},
    SectionSpec{"selinux", Cost::Minimal, "", "", parseSelinux},
    SectionSpec{"apparmor", Cost::Minimal, "", "", parseApparmor},
    SectionSpec{"fips", Cost::Minimal, "", "", parseFips},
    SectionSpec{"chroot", Cost::Default, "is_chroot", "", parseChroot},
    SectionSpec{"caps", Cost::Minimal, "system_capabilities system_capabilities_enforced", "", parseCaps},
    SectionSpec{"ssh_keys", Cost::Minimal, "ssh_pub_keys ssh_host_pub_keys ssh_host_key_dsa_public ssh_host_key_rsa_public ssh_host_key_ecdsa_public ssh_host_key_ed25519_public", "", parseSshKeys},
    SectionSpec{"pkg_mgr", Cost::Minimal, "", "platform distribution", parsePkgMgr},
    SectionSpec{"service_mgr", Cost::Minimal, "", "platform distribution", parseServiceMgr},
    SectionSpec{"user", Cost::Minimal, "user_id user_uid user_gid user_gecos user_dir user_shell real_user_id effective_user_id effective_group_ids", "", parseUser},
    SectionSpec{"env", Cost::Private, "", "", parseEnv},
    SectionSpec{"python", Cost::Minimal, "python_version", "", parsePython},
    SectionSpec{"network", Cost::Default, "interfaces default_ipv4 default_ipv6 all_ipv4_addresses all_ipv6_addresses", "platform", parseNetwork},
    SectionSpec{"dns", Cost::Minimal, "", "", parseDns},
    SectionSpec{"fabric", Cost::Default, "network fibre_channel_wwn iscsi nvme", "", parseFabric},
    SectionSpec{"package_summary", Cost::Default, "", "", parsePackageSummary},
    SectionSpec{"ports", Cost::Default, "", "platform", parsePorts},
    SectionSpec{"kernel", Cost::Default, "", "platform virtualization", parseKernel},
    SectionSpec{"memory_modules", Cost::Default, "hardware", "", parseMemoryModules},
    SectionSpec{"cloud", Cost::Default, "virtual", "", parseCloud},
    SectionSpec{"agents", Cost::Default, "", "", parseAgents},
    SectionSpec{"storage", Cost::Default, "hardware", "", parseStorage},
    SectionSpec{"bmc", Cost::Default, "hardware", "", parseBmc},
    SectionSpec{"units", Cost::Default, "", "", parseUnits},
    SectionSpec{"users", Cost::Long, "groups", "", parseUsers},
    SectionSpec{"access", Cost::Long, "", "", parseAccess},
    SectionSpec{"routes", Cost::Long, "", "platform", parseRoutes},
    SectionSpec{"pci", Cost::Long, "usb", "", parsePci},
    SectionSpec{"disk_health", Cost::Long, "smart", "", parseDiskHealth},
    SectionSpec{"processes", Cost::Long, "", "", parseProcesses},
    SectionSpec{"process_arguments", Cost::Private, "", "", parseProcessArguments},
    SectionSpec{"repositories", Cost::Long, "", "", parseRepositories},
    SectionSpec{"java", Cost::Long, "", "", parseJava},
    SectionSpec{"certificates", Cost::Long, "", "", parseCertificates},
    SectionSpec{"packages", Cost::Long, "", "", parsePackages},
    SectionSpec{"services", Cost::Long, "", "", parseServices},
    SectionSpec{"timers", Cost::Long, "", "", parseTimers},
    SectionSpec{"containers", Cost::Long, "", "", parseContainers},
    SectionSpec{"updates", Cost::Long, "", "", parseUpdates},
    SectionSpec{"lvm", Cost::Default, "hardware", "", parseLvm},
    SectionSpec{"local", Cost::Minimal, "", "", parseLocal},
    SectionSpec{"mounts", Cost::Default, "hardware", "", parseMounts},
    SectionSpec{"clock", Cost::Default, "", "", parseClock},
    SectionSpec{"date_time", Cost::Minimal, "", "", parseDateTime},
};
// clang-format on

bool hasWord(const char *words, QByteArrayView word)
{
    return wordsOf(words).contains(word);
}

bool answersTo(const SectionSpec &section, QByteArrayView word)
{
    if (word == "all")
        return section.cost == Cost::Minimal || section.cost == Cost::Default;
    if (word == "min")
        return section.cost == Cost::Minimal;
    if (word == "everything")
        return section.cost != Cost::Private;
    return word == section.name || hasWord(section.words, word);
}

bool isKnown(QByteArrayView word)
{
    // Ansible's words for what we have not: harmless in a list that was written for it.
    static constexpr std::array<QByteArrayView, 5> empty{"facter", "ohai", "systemd", "iscsi", "nvme"};
    return std::find(empty.begin(), empty.end(), word) != empty.end() ||
           std::any_of(sections.begin(), sections.end(), [&](const SectionSpec &section) { return answersTo(section, word); });
}

Absence reasonFor(const Section *section, bool isComplete)
{
    if (!section || !section->isEnded)
        return isComplete ? Absence::ParseError : Absence::Timeout;
    if (section->isTimedOut())
        return Absence::Timeout;
    for (const QByteArrayView reason : {QByteArrayView("refused"), QByteArrayView("tool_missing"), QByteArrayView("denied")}) {
        const bool isHere = std::any_of(section->blocks.begin(), section->blocks.end(),
                                        [&](const Block &block) { return block.kind == Block::Kind::Missing && block.reason == reason; });
        if (isHere)
            return reason == "tool_missing" ? Absence::ToolMissing : Absence::Denied;
    }
    return Absence::Unsupported;
}

} // namespace

std::span<const SectionSpec> allSections()
{
    return sections;
}

QList<const SectionSpec *> selectSections(const QList<QByteArray> &words, QList<QByteArray> *unknown)
{
    QSet<const SectionSpec *> wanted;
    const auto change = [&](QByteArrayView word, bool isAdded) {
        for (const SectionSpec &section : sections) {
            if (!answersTo(section, word))
                continue;
            if (isAdded)
                wanted.insert(&section);
            else
                wanted.remove(&section);
        }
    };
    const auto isExclusion = [](const QByteArray &word) { return word.startsWith('!'); };
    // As Ansible: with exclusions alone all the others are meant, and `min` is there unless it is excluded by name.
    const bool hasOnlyExclusions = std::all_of(words.begin(), words.end(), isExclusion);
    change(hasOnlyExclusions ? "all" : "min", true);
    for (const QByteArray &word : words) {
        const QByteArrayView bare = isExclusion(word) ? QByteArrayView(word).sliced(1) : QByteArrayView(word);
        if (!isKnown(bare) && unknown)
            unknown->append(bare.toByteArray());
        if (!isExclusion(word))
            change(bare, true);
    }
    for (const QByteArray &word : words) {
        if (!isExclusion(word))
            continue;
        const QByteArrayView bare = QByteArrayView(word).sliced(1);
        for (const SectionSpec &section : sections) {
            // What is asked for by its own name stays; and `!all` keeps min and what is asked for by any other word.
            const bool namesAll = bare == "all" || bare == "everything";
            const bool isKept =
                (namesAll && section.cost == Cost::Minimal) || std::any_of(words.begin(), words.end(), [&](const QByteArray &other) {
                    return !isExclusion(other) && other != "all" && (namesAll ? answersTo(section, other) : other == section.name);
                });
            if (answersTo(section, bare) && !isKept)
                wanted.remove(&section);
        }
    }
    for (const SectionSpec &section : sections) {
        if (!wanted.contains(&section))
            continue;
        for (const SectionSpec &needed : sections) {
            if (hasWord(section.needs, needed.name))
                wanted.insert(&needed);
        }
    }
    QList<const SectionSpec *> ordered;
    for (const SectionSpec &section : sections) {
        if (wanted.contains(&section))
            ordered.append(&section);
    }
    return ordered;
}

QByteArray subsetNames()
{
    QByteArray names = "all, min, everything, hardware, virtual";
    for (const SectionSpec &section : sections)
        names += QByteArray(", ") + section.name;
    return names;
}

QByteArray scriptFor(const QList<const SectionSpec *> &wanted, const ScriptSettings &settings)
{
    QByteArray names;
    for (const SectionSpec *section : wanted)
        names += (names.isEmpty() ? "" : " ") + QByteArray(section->name);
    QByteArray script = "N=" + settings.nonce + " T=" + QByteArray::number(settings.commandSeconds) +
                        " D=" + QByteArray::number(settings.totalSeconds) + " S='" + names + "' " + notRaised.toByteArray() +
                        " X=" + settings.toolFolders + '\n';
    for (const Piece &piece : scriptPieces()) {
        const QByteArrayView text(piece.text);
        const auto defines = [&](const SectionSpec &section) { return text.contains(QByteArray("s_") + section.name + "() {"); };
        const bool isShared = std::none_of(sections.begin(), sections.end(), defines);
        if (isShared || std::any_of(wanted.begin(), wanted.end(), [&](const SectionSpec *section) { return defines(*section); }))
            script += text;
    }
    return script;
}

QByteArray wholeScript()
{
    QByteArray script;
    for (const Piece &piece : scriptPieces())
        script += piece.text;
    return script;
}

Findings parseAnswer(QByteArrayView output, QByteArrayView nonce, const QList<const SectionSpec *> &wanted, const Manifest &manifest)
{
    return parseAnswer(parseFrames(output, nonce), wanted, manifest);
}

Findings parseAnswer(const Frames &frames, const QList<const SectionSpec *> &wanted, const Manifest &manifest)
{
    Findings findings(&manifest);
    for (const SectionSpec *spec : wanted) {
        const Section *section = frames.find(spec->name);
        if (section)
            spec->parse(*section, findings);
    }
    for (const SectionSpec *spec : wanted) {
        const Section *section = frames.find(spec->name);
        for (const FactSpec &fact : manifest.facts) {
            const QString key = QString::fromUtf8(fact.name);
            // One below another (`mounts.size_available`) has a class of its own, no place of its own.
            const bool isOwn = !fact.isPattern() && !fact.name.contains('.');
            if (fact.subset == spec->name && isOwn && !findings.has(key) && !findings.isMissing(key))
                findings.miss(key, reasonFor(section, frames.isComplete));
        }
    }
    return findings;
}

} // namespace collector::facts
