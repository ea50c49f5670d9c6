#include "kernel.h"

#include "text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace collector::facts {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// What a package manager or installkernel has put aside.
bool isPutAside(QByteArrayView name)
{
    static constexpr std::array<QByteArrayView, 6> endings{".old", ".bak", ".rpmsave", ".rpmnew", ".rpmorig", "~"};
    return name.contains(".dpkg-") ||
           std::any_of(endings.begin(), endings.end(), [&](QByteArrayView ending) { return name.endsWith(ending); });
}

// The release behind `/boot/vmlinuz-` or in `/lib/modules/RELEASE/kernel`.
QByteArrayView releaseOf(QByteArrayView path)
{
    const bool isModules = path.endsWith("/kernel");
    const QByteArrayView name = baseName(isModules ? path.chopped(7) : path);
    const qsizetype dash = name.indexOf('-');
    const QByteArrayView release = isModules ? name : dash < 0 ? QByteArrayView() : name.sliced(dash + 1);
    const bool isKernel = !release.isEmpty() && (isModules || isDigit(release[0])) && !isPutAside(release);
    return isKernel ? release : QByteArrayView();
}

// What a build's number says of the flavour: `+debug` of `427.13.1.el9_4.x86_64+debug`, `uek` of `200.131.27.el8uek.x86_64`, `rt` of
// `513.5.1.rt7.307.el8_9.x86_64`, `elrepo`, CentOS' `plus`.
QByteArray flavourOfBuild(QByteArrayView build)
{
    const qsizetype plus = build.indexOf('+');
    QByteArray name;
    for (const QByteArrayView piece : split(plus < 0 ? build : build.first(plus), '.')) {
        if (piece.startsWith("el") && piece.size() > 2 && isDigit(piece[2])) {
            const auto end = std::find_if(piece.begin() + 2, piece.end(), [](char c) { return !isDigit(c) && c != '_'; });
            name.append(end, piece.end() - end);
        } else if (piece == "elrepo" || piece == "plus") {
            name += piece;
        } else if (piece.startsWith("rt") && piece.size() > 2 && isDigit(piece[2])) {
            name += "rt";
        }
    }
    return plus < 0 ? name : name + build.sliced(plus).toByteArray();
}

// `generic` of `6.1.0-13-generic`, `cloud-amd` of `6.1.0-13-cloud-amd64`: kernels of another flavour are no successors. Numbers in it are
// of the build, as in `6.9.1-arch1-1`, but those of a page size (`generic-64k`) and of a Raspberry Pi's processor (`v8`).
QByteArray flavour(QByteArrayView release)
{
    const QList<QByteArrayView> parts = split(release, '-');
    QByteArray name = parts[0].endsWith('+') ? "+" : ""; // built from changed sources
    for (qsizetype i = 1; i < parts.size(); ++i) {
        const QByteArrayView part = parts[i];
        if (part.isEmpty())
            continue;
        const bool isPageSize = i > 1 && !part.contains('.') && !isDigit(part.back());
        const bool isProcessor = part[0] == 'v' && part.size() > 1 && isDigit(part[1]);
        QByteArray word;
        if ((isDigit(part[0]) && isPageSize) || isProcessor)
            word = part.toByteArray();
        else if (isDigit(part[0]))
            word = flavourOfBuild(part);
        else
            std::copy_if(part.begin(), part.end(), std::back_inserter(word), [](char c) { return !isDigit(c); });
        if (!word.isEmpty())
            name += (name.isEmpty() ? "" : "-") + word;
    }
    return name;
}

void setReboot(const Section &in, Findings &out)
{
    const QByteArray running = out.text(u"kernel").toUtf8();
    QByteArray newest;
    bool isRunningInstalled = false;
    for (const QByteArrayView path : linesOf(in.bytes("kernels"))) {
        const QByteArrayView release = releaseOf(path);
        isRunningInstalled |= release == running;
        if (!release.isEmpty() && flavour(release) == flavour(running) && (newest.isEmpty() || isOlder(newest, release)))
            newest = release.toByteArray();
    }
    // FreeBSD says which kernel is installed.
    const QByteArrayView installed = in.firstLine("freebsd-version");
    if (!installed.isEmpty()) {
        newest = installed.toByteArray();
        isRunningInstalled = true;
    }
    const bool isAsked = in.exists("/run/reboot-required") || in.exists("/var/run/reboot-required");
    const bool isLinux = out.text(u"system") == u"Linux" || out.text(u"system").isEmpty();
    const bool isOutdated = !running.isEmpty() && isOlder(running, newest);
    if (isAsked)
        out.set(u"reboot_required", true);
    else if (out.value(u"virtualization_tech_guest").toArray().contains(QStringLiteral("container"))) // its kernels run nowhere
        out.miss(u"reboot_required", Absence::NotApplicable);
    else if (isOutdated || isRunningInstalled)
        out.set(u"reboot_required", isOutdated);
    else if (isLinux) // what it runs is not installed: it boots from elsewhere, or its package is gone
        out.miss(u"reboot_required", Absence::Unsupported);
    if (!newest.isEmpty())
        out.setText(u"kernel_newest_installed", newest);
    else
        out.miss(u"kernel_newest_installed", Absence::NotApplicable);
    QJsonArray packages;
    for (const QByteArrayView name : linesOf(in.bytes("/run/reboot-required.pkgs"))) {
        if (!name.isEmpty() && packages.size() < 200 && !packages.contains(toText(name)))
            packages.append(toText(name));
    }
    if (isAsked)
        out.set(u"reboot_required_packages", packages);
    else
        out.miss(u"reboot_required_packages", Absence::NotApplicable);
}

} // namespace

bool isOlder(QByteArrayView a, QByteArrayView b)
{
    qsizetype i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (isDigit(a[i]) && isDigit(b[j])) {
            qsizetype iEnd = i, jEnd = j;
            while (iEnd < a.size() && isDigit(a[iEnd]))
                ++iEnd;
            while (jEnd < b.size() && isDigit(b[jEnd]))
                ++jEnd;
            const qint64 left = toInteger(a.sliced(i, iEnd - i)).value_or(0), right = toInteger(b.sliced(j, jEnd - j)).value_or(0);
            if (left != right)
                return left < right;
            i = iEnd;
            j = jEnd;
        } else if (a[i] != b[j]) {
            return a[i] < b[j];
        } else {
            ++i;
            ++j;
        }
    }
    return a.size() - i < b.size() - j;
}

void parseKernel(const Section &in, Findings &out)
{
    setReboot(in, out);
    QJsonObject vulnerabilities;
    for (const Thing &thing : thingsOf(in.bytes("vulnerabilities"))) {
        for (const auto &[name, state] : thing.attributes) {
            if (vulnerabilities.size() < 200)
                vulnerabilities.insert(toText(name), toText(state.trimmed()));
        }
    }
    if (!vulnerabilities.isEmpty())
        out.set(u"cpu_vulnerabilities", vulnerabilities);
    else
        out.miss(u"cpu_vulnerabilities", Absence::Unsupported);

    const QList<Thing> things = thingsOf(in.bytes("kernel"));
    const Thing kernel = things.isEmpty() ? Thing{} : things.constFirst();
    const auto tainted = toInteger(kernel.value("tainted"));
    if (tainted)
        out.set(u"kernel_tainted", *tainted);
    const QByteArrayView lockdown = kernel.value("lockdown");
    const qsizetype open = lockdown.indexOf('['), close = lockdown.indexOf(']');
    if (open >= 0 && close > open)
        out.setText(u"kernel_lockdown", lockdown.sliced(open + 1, close - open - 1));
    else
        out.miss(u"kernel_lockdown", kernel.isDenied("lockdown") ? Absence::Denied : Absence::Unsupported);
    if (kernel.has("version"))
        out.setText(u"cpu_microcode", kernel.value("version"));
    else
        out.miss(u"cpu_microcode", Absence::Unsupported);
    // Four bytes of attributes, then the value.
    const QList<QByteArrayView> bytes = wordsOf(in.firstLine("secure-boot"));
    if (bytes.size() == 5)
        out.set(u"secure_boot", bytes[4] == "1");
    else
        out.miss(u"secure_boot", Absence::NotApplicable);
    if (in.exists("/sys/firmware/efi", "efi"))
        out.set(u"firmware_type", QStringLiteral("uefi"));
    else if (in.exists("/sys/class/dmi/id", "efi"))
        out.set(u"firmware_type", QStringLiteral("bios"));
    else
        out.miss(u"firmware_type", Absence::NotApplicable);
}

} // namespace collector::facts
