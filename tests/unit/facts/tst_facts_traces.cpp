// What an inventory leaves on a host: nothing. The whole script in a copy of this system that notes each change, among tools that behave as
// the real ones do when they are asked carelessly; and for each of these, whether it is asked, and how.

#include "localrun.h"
#include "tools.h"

#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include <unistd.h>

using namespace collector::facts;

class FactsTraces : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsLeft_data();
    void nothingIsLeft();
    void askingForUpdatesWritesNothing_data();
    void askingForUpdatesWritesNothing();
    void asksOnlyDaemonsThatAreThere_data();
    void asksOnlyDaemonsThatAreThere();
    void aPasswordIsNotKept();
};

namespace {

QString find(const char *program)
{
    return QStandardPaths::findExecutable(QString::fromLatin1(program));
}

bool write(const QString &path, const QByteArray &text = {})
{
    QFile file(path);
    return QDir().mkpath(QFileInfo(path).path()) && file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
}

const QList<QByteArray> nobody{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};

// What the real ones were seen to leave: dnf 4.14, zypper 1.14, podman 4.3, lxc 5.0, pacman 6.0; the others after their sources.
struct Careless
{
    const char *path;
    const char *script;
};
constexpr Careless careless[]{
    {"usr/bin/dnf", "[ $(id -u) = 0 ] || mkdir -p /var/tmp/dnf-nobody-x1y2z3/locks $HOME/.local/state"},
    {"usr/bin/yum", "[ $(id -u) = 0 ] || mkdir -p /var/tmp/yum-nobody-x1y2z3"},
    {"usr/bin/zypper", "[ -n \"$ZYPP_READONLY_HACK\" ] || echo $$ >/run/zypp.pid; echo x >>${ZYPP_LOGFILE:-/var/log/zypper.log}"},
    {"usr/bin/pacman",
     "[ -e /var/lib/pacman/local/ALPM_DB_VERSION ] || { mkdir -p /var/lib/pacman/local; echo 9 >/var/lib/pacman/local/ALPM_DB_VERSION; }"},
    {"usr/local/bin/podman",
     "[ $(id -u) = 0 ] && mkdir -p /var/lib/containers/storage /etc/cni/net.d || mkdir -p $HOME/.local/share/containers"},
    {"usr/local/bin/docker", "echo 1 >/run/docker.pid; mkdir -p /var/lib/docker"},
    {"usr/local/bin/lxc", "[ \"$1\" = --force-local ] || mkdir -p $HOME/.config/lxc"},
    {"usr/local/bin/incus", "[ \"$1\" = --force-local ] || mkdir -p $HOME/.config/incus; mkdir -p /var/lib/incus/database"},
    {"usr/local/bin/crictl", "[ $(id -u) = 0 ] || mkdir -p $HOME/.rancher/k3s/data"},
    {"usr/local/bin/machinectl", "echo 1 >/run/systemd/machined"},
    {"usr/local/bin/systemctl", "exit 3"},
};

// A system over this one: what is below the folder `layer` lies over ours, and whatever the command writes becomes a line of the list.
constexpr auto overlaid = R"(set -e
bench=$1 list=$2; shift 2
mkdir $bench/t
mount -t tmpfs none $bench/t
cp -a $bench/layer $bench/t
mkdir $bench/t/upper $bench/t/work $bench/t/root
mount -t overlay none -o lowerdir=$bench/t/layer:/,upperdir=$bench/t/upper,workdir=$bench/t/work $bench/t/root
mount -t proc proc $bench/t/root/proc
mount --rbind /sys $bench/t/root/sys
mount --rbind /dev $bench/t/root/dev
chroot $bench/t/root "$@"
cd $bench/t/upper
find . -mindepth 1 ! -type d >$list
find . -mindepth 1 -type d -empty ! -path ./tmp ! -path ./var/tmp >>$list
)";

} // namespace

void FactsTraces::nothingIsLeft_data()
{
    QTest::addColumn<bool>("isRoot");
    QTest::addColumn<QList<QByteArray>>("words");
    QTest::addColumn<QByteArray>("without"); // other package managers, whose turn comes first
    const QList<QByteArray> everything{"everything", "env", "process_arguments"}, updates{"!all", "!min", "updates"};
    QTest::newRow("root, everything") << true << everything << QByteArray();
    QTest::newRow("somebody, everything") << false << everything << QByteArray();
    for (const bool isRoot : {true, false}) {
        const QByteArray who = isRoot ? "root" : "somebody";
        QTest::newRow((who + ", updates of dnf").constData()) << isRoot << updates << QByteArray("apt-get");
        QTest::newRow((who + ", updates of yum").constData()) << isRoot << updates << QByteArray("apt-get dnf");
        QTest::newRow((who + ", updates of zypper").constData()) << isRoot << updates << QByteArray("apt-get dnf yum");
        QTest::newRow((who + ", updates of pacman").constData()) << isRoot << updates << QByteArray("apt-get dnf yum zypper apk");
    }
}

void FactsTraces::nothingIsLeft()
{
    QFETCH(bool, isRoot);
    QFETCH(QList<QByteArray>, words);
    QFETCH(QByteArray, without);
    if (geteuid() != 0 || find("unshare").isEmpty() || find("setpriv").isEmpty())
        QSKIP("needs root, unshare and setpriv");
    const QTemporaryDir bench;
    const QString layer = bench.filePath(QStringLiteral("layer/"));
    for (const auto &[path, script] : careless) {
        QVERIFY(write(layer + QLatin1String(path), QByteArray("#!/bin/sh\n") + script + '\n'));
        QVERIFY(QFile::setPermissions(layer + QLatin1String(path), QFile::Permissions(0x7755)));
    }
    // LXD was used, Incus never was; systemd keeps a socket for docker.
    for (const char *path : {"var/lib/lxd/unix.socket", "var/lib/lxd/database/local.db", "var/lib/incus/unix.socket", "run/docker.sock",
                             "run/systemd/system/x", "run/containerd/containerd.sock", "home/somebody/x"})
        QVERIFY(write(layer + QLatin1String(path)));
    QVERIFY(QFile::setPermissions(layer + QStringLiteral("home/somebody"), QFile::Permissions(0x7777)));
    for (const char *folder : {"var/tmp", "tmp"}) {
        QVERIFY(QDir().mkpath(layer + QLatin1String(folder)));
        QVERIFY(QFile::setPermissions(layer + QLatin1String(folder), QFile::Permissions(0x7777)));
    }
    QVERIFY(write(bench.filePath(QStringLiteral("overlaid")), overlaid));
    QVERIFY(QFile::setPermissions(bench.path(), QFile::Permissions(0x7755)));

    LocalRun run;
    run.words = words;
    run.commandSeconds = 30;
    const QString list = bench.filePath(QStringLiteral("list"));
    run.user = {"unshare",
                "--mount",
                "--propagation",
                "private",
                "sh",
                bench.filePath(QStringLiteral("overlaid")).toLocal8Bit(),
                bench.path().toLocal8Bit(),
                list.toLocal8Bit()};
    if (!isRoot)
        run.user += nobody;
    run.user += {"env", "-i", isRoot ? "HOME=/root" : "HOME=/home/somebody", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    for (const QByteArray &tool : without.isEmpty() ? QByteArrayList() : without.split(' '))
        run.substitutes.append({"has " + tool, "has no-such-tool"});
    run.run();
    if (!QFile::exists(list))
        QSKIP("no overlay file system here");
    QVERIFY2(parseFrames(run.output, run.nonce).isComplete, run.output.right(500).constData());
    QCOMPARE(readAll(list), QByteArray());
}

void FactsTraces::askingForUpdatesWritesNothing_data()
{
    QTest::addColumn<QByteArray>("tool");
    QTest::addColumn<bool>("isRoot");
    QTest::addColumn<QByteArray>("asked"); // the first of its questions
    QTest::newRow("apt keeps no log of its planner, and no caches")
        << QByteArray("apt-get") << true
        << QByteArray("-s -o Debug::NoLocking=true -o APT::Get::Show-User-Simulation-Note=false -o Dir::Log::Planner=/dev/null -o "
                      "Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= dist-upgrade");
    QTest::newRow("zypper takes no lock, and keeps no log")
        << QByteArray("zypper") << true << QByteArray("--no-refresh --non-interactive --quiet list-updates readonly=1 log=/dev/null");
    QTest::newRow("dnf as root") << QByteArray("dnf") << true << QByteArray("-q -C check-update");
    QTest::newRow("dnf as somebody else, with a folder in /var/tmp") << QByteArray("dnf") << false << QByteArray();
    QTest::newRow("yum as root") << QByteArray("yum") << true << QByteArray("-q -C check-update");
    QTest::newRow("yum as somebody else, with a folder in /var/tmp") << QByteArray("yum") << false << QByteArray();
}

void FactsTraces::askingForUpdatesWritesNothing()
{
    QFETCH(QByteArray, tool);
    QFETCH(bool, isRoot);
    QFETCH(QByteArray, asked);
    if (geteuid() != 0 || find("setpriv").isEmpty())
        QSKIP("needs root and setpriv");
    Stubs stubs;
    stubs.add(tool.constData(),
              "echo $* ${ZYPP_READONLY_HACK+readonly=$ZYPP_READONLY_HACK} ${ZYPP_LOGFILE+log=$ZYPP_LOGFILE} >>" + stubs.log());
    LocalRun run;
    run.path = stubs.path();
    run.words = {"!all", "!min", "updates"};
    if (!isRoot)
        run.user = nobody;
    if (tool != "apt-get")
        run.substitutes = {{"/var/lib/apt/lists", "/nowhere"}};
    run.substitutes.append({"/usr/bin/" + tool, stubs.file(tool.constData())});
    run.run();
    QCOMPARE(stubs.takeLog().split('\n').constFirst(), asked);
    if (asked.isEmpty())
        QCOMPARE(run.absent().value(u"updates_pending").toString(), QStringLiteral("denied"));
}

void FactsTraces::asksOnlyDaemonsThatAreThere_data()
{
    QTest::addColumn<QByteArray>("tool");
    QTest::addColumn<bool>("isRoot");
    QTest::addColumn<QStringList>("files"); // what there is; of a tool of snap's one below snap/bin
    QTest::addColumn<QByteArray>("asked");
    QTest::addColumn<QString>("absent"); // why there is no list of containers
    QTest::addColumn<bool>("fails");     // asked, it ends with 1
    const auto row = [](const char *name, QByteArray tool, bool isRoot, const char *files, const char *asked, const char *absent = "") {
        const bool fails = tool.endsWith(" that fails");
        if (fails)
            tool.chop(11);
        QTest::newRow(name) << tool << isRoot << QString::fromLatin1(files).split(u' ', Qt::SkipEmptyParts)
                            << (*asked ? QByteArray(asked) + '\n' : QByteArray()) << QString::fromLatin1(absent) << fails;
    };
    const char *const list = "--force-local list -c ns -f csv";
    const char *const ps = "ps -a --no-trunc --format {{.ID}}|{{.Names}}|{{.Image}}|{{.Status}}";
    row("lxc without LXD, which would install it", "lxc", true, "", "");
    row("lxc whose LXD was never started", "lxc", true, "var/snap/lxd/common/lxd/unix.socket", "");
    row("lxc with LXD", "lxc", true, "var/snap/lxd/common/lxd/unix.socket var/snap/lxd/common/lxd/database/x", list);
    row("lxc of Debian's LXD", "lxc", true, "var/lib/lxd/unix.socket var/lib/lxd/database/x", list);
    row("lxc with LXD that does not let us ask", "lxc", false, "var/lib/lxd/unix.socket var/lib/lxd/database/x", "", "denied");
    row("a snap's lxc that the home has nothing of", "lxc", true,
        "snap/bin/lxc snap/lxd/123/x var/snap/lxd/common/lxd/unix.socket var/snap/lxd/common/lxd/database/x", "", "unsupported");
    row("a snap's lxc that was used", "lxc", true,
        "snap/bin/lxc snap/lxd/123/x home/snap/lxd/123/x var/snap/lxd/common/lxd/unix.socket var/snap/lxd/common/lxd/database/x", list);
    row("Incus that was never started", "incus", true, "var/lib/incus/unix.socket", "");
    row("Incus", "incus", true, "var/lib/incus/unix.socket var/lib/incus/database/x", list);
    row("Incus by the socket of ordinary users, which makes a project", "incus", false,
        "var/lib/incus/unix.socket var/lib/incus/unix.socket.user var/lib/incus/database/x", "", "denied");
    row("docker that systemd would start", "docker", true, "run/systemd/system/x run/docker.sock", "", "unsupported");
    row("docker that runs", "docker", true, "run/systemd/system/x run/docker.sock run/docker.pid", ps);
    row("docker whose pidfile lies elsewhere", "docker", true,
        "run/systemd/system/x run/docker.sock sys/fs/cgroup/system.slice/docker.service/cgroup.procs", ps);
    row("docker whose pidfile lies elsewhere, control groups of the first version", "docker", true,
        "run/systemd/system/x run/docker.sock sys/fs/cgroup/systemd/system.slice/docker.service/cgroup.procs", ps);
    row("docker without systemd", "docker", true, "run/docker.sock", ps);
    row("docker that is down", "docker that fails", true, "run/docker.sock", ps, "unsupported");
    row("docker that is down and has no socket", "docker that fails", false, "", ps, "unsupported");
    row("docker that lets root alone ask", "docker that fails", false, "run/docker.sock", ps, "denied");
    row("podman that root never used", "podman", true, "", "");
    row("podman that root has not used since the start", "podman", true, "var/lib/containers/storage/libpod/bolt_state.db", "",
        "unsupported");
    row("podman that root uses", "podman", true, "run/libpod/alive", ps);
    row("podman that somebody never used", "podman", false, "run/libpod/alive", "");
    row("podman that somebody uses", "podman", false, "run/user/65534/libpod/tmp/alive", ps);
    row("podman that somebody has not used since the start", "podman", false, "home/.local/share/containers/storage/db.sql", "",
        "unsupported");
    row("crictl with containerd", "crictl", true, "run/containerd/containerd.sock",
        "-r unix:///run/containerd/containerd.sock ps -a -o json", "parse_error");
    row("crictl with CRI-O", "crictl", true, "run/crio/crio.sock", "-r unix:///run/crio/crio.sock ps -a -o json", "parse_error");
    row("crictl without either", "crictl", true, "", "");
    row("crictl that somebody asks", "crictl", false, "run/k3s/containerd/containerd.sock", "", "denied");
    row("machinectl without a machine", "machinectl", true, "run/systemd/system/x", "");
    row("machinectl with one", "machinectl", true, "run/systemd/system/x run/systemd/machines/deb", "list --no-legend --no-pager");
    row("virsh without libvirtd", "virsh", true, "", "");
    row("virsh with libvirtd", "virsh", true, "run/libvirt/libvirt-sock-ro", "-r -c qemu:///system list --all --uuid --name autostart=0");
    row("virsh with a daemon for each", "virsh", true, "run/libvirt/virtlxcd-sock-ro",
        "-r -c lxc:///system list --all --uuid --name autostart=0");
}

// Whoever is asked without being there is installed, started or unpacked by the question.
void FactsTraces::asksOnlyDaemonsThatAreThere()
{
    QFETCH(QByteArray, tool);
    QFETCH(bool, isRoot);
    QFETCH(QStringList, files);
    QFETCH(QByteArray, asked);
    QFETCH(QString, absent);
    QFETCH(bool, fails);
    if (geteuid() != 0 || find("setpriv").isEmpty())
        QSKIP("needs root and setpriv");
    const QTemporaryDir root;
    Stubs stubs;
    const QByteArray at = root.path().toLocal8Bit(), script = "echo \"$*\"${LIBVIRT_AUTOSTART+\" autostart=$LIBVIRT_AUTOSTART\"} >>" +
                                                              stubs.log() + "\nexit " + (fails ? "1" : "0");
    stubs.add(tool.constData(), script);
    stubs.add("systemctl", "echo \"systemctl $*\" >>" + stubs.log() + "\nsleep 60");
    QVERIFY(QFile::setPermissions(root.path(), QFile::Permissions(0x7755)));
    for (const QString &file : std::as_const(files))
        QVERIFY(write(root.filePath(file), "#!/bin/sh\n" + script + '\n'));
    QFile::setPermissions(root.filePath(QStringLiteral("snap/bin/") + QString::fromLatin1(tool)), QFile::Permissions(0x7755));
    QFile::link(root.filePath(QStringLiteral("snap/lxd/123")), root.filePath(QStringLiteral("snap/lxd/current")));
    for (const char *shell : {"dash", "mksh", "busybox"}) {
        if (find(shell).isEmpty())
            continue;
        LocalRun run;
        run.choose(shell);
        run.path = at + "/snap/bin:" + stubs.path();
        run.words = {"!all", "!min", "containers"};
        run.user = QList<QByteArray>{"env", "-u", "XDG_RUNTIME_DIR", "-u", "XDG_DATA_HOME", "-u", "DOCKER_HOST", "HOME=" + at + "/home"} +
                   (isRoot ? QList<QByteArray>() : nobody);
        run.substitutes = {{"/run/", at + "/run/"},
                           {"/sys/fs/cgroup", at + "/sys/fs/cgroup"},
                           {"_l=/var/lib", "_l=" + at + "/var/lib"},
                           {" /var/lib/lxd", ' ' + at + "/var/lib/lxd"},
                           {" /var/lib/incus", ' ' + at + "/var/lib/incus"},
                           {"/var/snap", at + "/var/snap"}};
        run.run();
        QCOMPARE(stubs.takeLog().replace(at, ""), asked);
        const QJsonObject missing = run.absent();
        const QString reason =
            missing.value(u"containers")
                .toString(
                    missing.value(tool == "crictl" && asked.contains("crio") ? u"containers.cri-o" : u"containers.containerd").toString());
        QCOMPARE(reason, absent);
        if (tool == "virsh" && files.isEmpty())
            QCOMPARE(missing.value(u"guests").toString(), QStringLiteral("unsupported"));
    }
}

// sudo writes down who has given one, for whoever asks next.
void FactsTraces::aPasswordIsNotKept()
{
    if (geteuid() != 0 || find("setpriv").isEmpty())
        QSKIP("needs root and setpriv");
    Stubs stubs;
    stubs.add("sudo", "echo \"$1\" >>" + stubs.log());
    LocalRun run;
    run.path = stubs.path();
    run.words = {"!all", "!min", "access"};
    run.user = nobody;
    run.raising = "B=sudo W=secret";
    run.run();
    QCOMPARE(stubs.takeLog(), QByteArray("-k\n"));
}

QTEST_GUILESS_MAIN(FactsTraces)
#include "tst_facts_traces.moc"
