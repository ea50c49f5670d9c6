#!/usr/bin/env python3
"""ssh-facts into whole systems, through real servers: what a system says of itself must be what we say of it.

    factsystems.py BUILD-DIR                      sshd with each shell as /bin/sh; a root of busybox alone, behind dropbear; hosts that lie
    factsystems.py BUILD-DIR --release bookworm…  sshd in a debootstrapped Debian, beside Ansible's setup where that runs there

Each server runs in mount and process namespaces of its own, on loopback; all is gone afterwards. Needs root (status 77: skipped).
Roots of releases are made in --cache DIR, and kept there, or in a temporary folder. What cannot be had is skipped by name.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

failures = []
SHELLS = ["dash", "busybox", "bash", "ksh93", "mksh", "zsh", "yash"]
# What moves while we look, or is the server's own.
MOVING = {"uptime_seconds", "boot_time", "loadavg", "memfree_mb", "swapfree_mb", "memory_mb", "memory_available_bytes", "date_time", "mounts",
          "filesystems_available_bytes", "filesystems_total_bytes", "clock_unix_ms", "clock_offset_ms", "listening_ports", "package_count",
          "packages_sha256", "packages_changed"}
# What of the machine is the same, whichever system is asked on it.
MACHINE = ["kernel", "architecture", "machine", "hostname", "processor", "processor_vcpus", "processor_cores", "processor_count", "cpu_threads",
           "memtotal_mb", "swaptotal_mb", "all_ipv4_addresses", "all_ipv6_addresses", "default_ipv4", "interfaces", "disk_total_bytes"]
# Ansible's words on itself and its Python; what differs on purpose (plugins/ssh-facts/README.md).
NOT_COMPARED = {"gather_subset", "module_setup", "env", "python", "python_version", "selinux_python_present", "system_capabilities"}


def check(what, seen, expected):
    if seen != expected:
        failures.append(what)
        print(f"FAIL: {what}\n  seen     {seen}\n  expected {expected}", file=sys.stderr)
    else:
        print(f"ok: {what}")


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def reserved_port():
    """Kept by the socket that is returned: nobody else is given it, and with this option on both a server may have it beside us."""
    reservation = socket.socket()
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reservation.bind(("127.0.0.1", 0))
    return reservation, reservation.getsockname()[1]


class System:
    """A server in namespaces of its own: `setup` runs in them before it."""

    def __init__(self, bench, setup, server):
        self.bench = bench
        self.reservation, self.port = reserved_port()
        self.command = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--propagation", "private", "sh", "-c",
                        setup + "\nexec " + server.format(port=self.port)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(150):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as probe:
                    if probe.recv(4) == b"SSH-":
                        return self
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.process.kill()
        raise SystemExit(f"no server: {self.process.communicate()[0].decode()[-800:]}")

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def inventory(self):
        path = self.bench.path("hosts")
        with open(path, "w") as file:
            file.write(f"h ansible_host=127.0.0.1 ansible_port={self.port} ansible_user=root\n")
        with open(self.bench.path("known_hosts"), "w") as file:
            file.write(f"[127.0.0.1]:{self.port} {self.bench.host_key}\n")
        return path

    def record(self, *words, plugin="ssh-facts"):
        output = subprocess.run(
            [self.bench.collector, "-i", self.inventory(), "-p", plugin, "--identity", self.bench.path("id"), "--known-hosts",
             self.bench.path("known_hosts"), "--ssh-config", "none", "-q", "-f", "jsonl", "--timeout", "120", *words], capture_output=True, text=True)
        if not output.stdout:
            raise SystemExit(f"collector says nothing: {output.stderr}")
        return json.loads(output.stdout)

    def ansible(self):
        environment = dict(os.environ, ANSIBLE_PIPELINING="1", ANSIBLE_LOCAL_TEMP=self.bench.path("tmp"), ANSIBLE_NOCOLOR="1",
                           ANSIBLE_PYTHON_INTERPRETER="/usr/bin/python3", ANSIBLE_SSH_ARGS=f"-F none -i {self.bench.path('id')} "
                           f"-o UserKnownHostsFile={self.bench.path('known_hosts')} -o ControlMaster=no")
        output = subprocess.run(["ansible", "-i", self.inventory(), "h", "-m", "setup"], env=environment, capture_output=True, text=True).stdout
        try:
            facts = json.loads(output[output.index("{"):]).get("ansible_facts", {})
        except ValueError:
            return {}
        return {name.removeprefix("ansible_"): value for name, value in facts.items()}


class Bench:
    def __init__(self, build, folder):
        self.collector, self.folder = os.path.join(build, "bin", "collector"), folder
        for key in ["host", "id"]:
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(key))
        with open(self.path("host.pub")) as file:
            self.host_key = " ".join(file.read().split()[:2])

    def path(self, name):
        return os.path.join(self.folder, name)

    def dropbear_key(self, path):
        """A host key in dropbear's own format, made where there is none; its public half."""
        if not os.path.exists(path):
            run("dropbearkey", "-t", "ed25519", "-f", path)
        lines = run("dropbearkey", "-y", "-f", path).splitlines()
        return next(" ".join(line.split()[:2]) for line in lines if line.startswith("ssh-"))

    def sshd(self, root="", path=None):
        """Its command line, with a configuration below `root`."""
        folder = os.path.join(root, "etc/collector-test") if root else self.folder
        if root:
            os.makedirs(folder, exist_ok=True)
            os.makedirs(os.path.join(root, "run/sshd"), exist_ok=True)
            for name in ["host", "id.pub"]:
                shutil.copy(self.path(name), folder)
        seen = folder[len(root.rstrip("/")):] if root else folder
        with open(os.path.join(folder, "sshd_config"), "w") as file:
            file.write(f"ListenAddress 127.0.0.1\nHostKey {seen}/host\nPidFile none\nUsePAM no\nAuthorizedKeysFile {seen}/id.pub\n"
                       "PermitRootLogin yes\nStrictModes no\nMaxStartups 100\n")
        return f"{path or '/usr/sbin/sshd'} -D -e -f {seen}/sshd_config -p {{port}}"

    def mounts_below(self, root):
        return f"mount --bind {root} {root} && mount -t proc proc {root}/proc && mount --rbind /sys {root}/sys && mount --rbind /dev {root}/dev"


def spoiled(record):
    """What must not be on a healthy system."""
    return {name: reason for name, reason in record["absent"].items() if reason in ("timeout", "parse_error", "limit")}


def still(facts):
    return {name: value for name, value in facts.items() if name not in MOVING}


def shells(bench):
    home = os.path.expanduser("~root")
    reference = None
    for shell in SHELLS:
        path = shutil.which(shell)
        if not path:
            print(f"skipped: {shell} is not installed")
            continue
        setup = f"mount -t proc proc /proc; mount -t tmpfs none {home}; mount --bind {os.path.realpath(path)} {os.path.realpath('/bin/sh')}"
        with System(bench, setup, bench.sshd()) as system:
            record = system.record()
        check(f"{shell} as /bin/sh: the end", (record["status"], record["cause"]), ("ok", None))
        if reference is None:
            reference = record
        else:
            ours, theirs = still(record["facts"]), still(reference["facts"])
            check(f"{shell} as /bin/sh: facts that differ from {SHELLS[0]}'s",
                  {name: (ours.get(name), theirs.get(name)) for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}, {})
            check(f"{shell} as /bin/sh: what is absent", record["absent"], reference["absent"])
    return reference


def static_busybox():
    program = shutil.which("busybox")
    return program if program and "not a dynamic" in subprocess.run(["ldd", program], capture_output=True, text=True).stderr else None


def copy_program(program, root, at):
    """With the libraries that it wants."""
    for line in run("ldd", program).splitlines():
        library = next((word for word in line.split() if word.startswith("/")), None)
        if library:
            os.makedirs(root + os.path.dirname(library), exist_ok=True)
            shutil.copy(library, root + library)
    shutil.copy(program, os.path.join(root, at))


def users_scripts(bench, system):
    """Scripts of a user's on a host that can keep nothing: they are told as anywhere, and nothing is left of one that takes too long."""
    def ask(text, *words):
        with open(bench.path("script"), "w") as file:
            file.write("#!/bin/sh\n" + text)
        record = system.record("--script", bench.path("script"), *words, plugin="ssh-script")
        return record["status"], record["cause"], record["facts"].get("ssh_script")

    look = "echo left=$(ls -A /tmp)\nfor f in /root/x /run/x /tmp/full; do echo x >>$f && echo written=$f; done 2>/dev/null\ntrue\n"
    check("a full, read-only host: a script", ask(look), ("ok", None, {"left": "full"}))
    check("a full, read-only host: a script that takes too long", ask("sleep 7391 &\nsleep 7391\n", "--timeout", "8")[:2],
          ("failed", "exec_timeout"))
    for _ in range(300):
        left = subprocess.run(["pgrep", "-fx", "sleep 7391"], capture_output=True, text=True).stdout
        if not left:
            break
        time.sleep(0.1)
    check("a full, read-only host: processes that are left of it", left, "")
    check("a full, read-only host: what there is after it", ask(look), ("ok", None, {"left": "full"}))


def busybox(bench, reference):
    program, server = static_busybox(), shutil.which("dropbear", path="/usr/sbin:/usr/bin")
    if not program or not server:
        print("skipped: a static busybox and dropbear are needed")
        return
    root = bench.path("busybox")
    for folder in ["bin", "sbin", "usr/bin", "usr/sbin", "etc/dropbear", "root/.ssh", "proc", "sys", "dev", "tmp", "run"]:
        os.makedirs(os.path.join(root, folder))
    shutil.copy(program, os.path.join(root, "bin/busybox"))
    for applet in run(program, "--list").split():
        os.symlink("/bin/busybox", os.path.join(root, "bin", applet)) if applet != "busybox" else None
    copy_program(server, root, "usr/sbin/dropbear")
    for path, text in {"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n", "etc/shells": "/bin/sh\n",
                       "etc/resolv.conf": "nameserver 192.0.2.53\n", "etc/hosts": "127.0.0.1 localhost\n",
                       "etc/os-release": 'NAME="Tiny"\nID=tiny\nVERSION_ID=1.2\nPRETTY_NAME="Tiny 1.2"\n'}.items():
        with open(os.path.join(root, path), "w") as file:
            file.write(text)
    shutil.copy(bench.path("id.pub"), os.path.join(root, "root/.ssh/authorized_keys"))
    for folder in ["root", "root/.ssh"]:
        os.chmod(os.path.join(root, folder), 0o700)
    os.chmod(os.path.join(root, "root/.ssh/authorized_keys"), 0o600)
    own, bench.host_key = bench.host_key, bench.dropbear_key(os.path.join(root, "etc/dropbear/key"))
    with System(bench, bench.mounts_below(root),
                f"chroot {root} /usr/sbin/dropbear -F -E -s -r /etc/dropbear/key -p 127.0.0.1:{{port}}") as system:
        record = system.record()
    # Nothing can be written anywhere, nothing run from /tmp: the same facts.
    mounts = (f"{bench.mounts_below(root)} && mount -t tmpfs -o noexec,size=4k none {root}/tmp && (cat /dev/zero >{root}/tmp/full; true) && "
              f"mount -o remount,bind,ro {root} && ! touch {root}/root/x 2>/dev/null && ! touch {root}/run/x 2>/dev/null")
    with System(bench, mounts, f"chroot {root} /usr/sbin/dropbear -F -E -s -r /etc/dropbear/key -p 127.0.0.1:{{port}}") as system:
        full = system.record()
        users_scripts(bench, system)
    compared, other = still(record["facts"]), still(full["facts"])
    check("a full, read-only, noexec host: the end", (full["status"], full["cause"], full["absent"]), ("ok", None, record["absent"]))
    check("a full, read-only, noexec host: facts that differ", [name for name in compared if compared[name] != other.get(name)], [])
    bench.host_key = own
    facts = record["facts"]
    check("busybox alone: the end", (record["status"], record["cause"]), ("ok", None))
    for name in MACHINE:
        check(f"busybox alone: {name}", facts.get(name), reference["facts"].get(name))
    check("busybox alone: distribution", (facts.get("os_pretty_name"), facts.get("dns"), facts.get("pkg_mgr")),
          ("Tiny 1.2", {"nameservers": ["192.0.2.53"]}, "unknown"))
    # A root in memory is no mount of a device, and is not listed.
    in_memory = run("stat", "-f", "-c", "%T", root).strip() == "tmpfs"
    check("busybox alone: its root has a size", [mount["size_total"] > 0 for mount in facts["mounts"] if mount["mount"] == "/"][:1],
          [] if in_memory else [True])
    check("busybox alone: what is spoiled", spoiled(record), {})


# What a host may run instead of our script; the last ones have read the nonce first.
LIARS = {
    "a wrong nonce": (r"""printf '\n%032d B platform\n\n%032d C kernel\nostype=Evil\n\n%032d Z\n' 0 0 0""", "failed", "shell_rejected"),
    "a line of ten megabytes": ("""head -c 10000000 /dev/zero | tr '\\000' x""", "failed", "shell_rejected"),
    "bytes of all kinds": ("""head -c 300000 /dev/urandom; head -c 100000 /dev/zero""", "failed", "shell_rejected"),
    "thirty megabytes behind the nonce": (r"""printf '\n%s B platform\n\n%s C kernel\n' $N $N; head -c 30000000 /dev/zero | tr '\000' x""", "partial",
                                          "output_limit"),
    "deep nesting": (r"""printf '\n%s B local\n\n%s F /etc/ansible/facts.d/x.fact\n' $N $N; head -c 200000 /dev/zero | tr '\000' '['
                         printf '\n%s E local\n\n%s Z\n' $N $N""", "partial", "bad_output"),
    "NULs and escapes in a name": (r"""printf '\n%s B platform\n\n%s C kernel\nostype=Linux\nhostname=a\000b\033]0;x\007\377\n' $N $N
                                       printf '\n%s E platform\n\n%s Z\n' $N $N""", "partial", "bad_output"),
}


def liars(bench):
    for name, (words, status, cause) in LIARS.items():
        with open(bench.path("liar"), "w") as file:
            file.write("while IFS= read -r first; do case $first in *N=[0-9a-f]*) break ;; esac; done\n"
                       f"N=${{first#*N=}}; N=${{N%% *}}\n{words}\n")
        with System(bench, "mount -t proc proc /proc", bench.sshd()) as good, \
                System(bench, "mount -t proc proc /proc", bench.sshd() + f" -o ForceCommand='exec /bin/sh {bench.path('liar')}'") as bad:
            with open(bench.path("two"), "w") as hosts, open(bench.path("known_hosts"), "w") as known:
                for host, system in [("good", good), ("bad", bad)]:
                    hosts.write(f"{host} ansible_host=127.0.0.1 ansible_port={system.port} ansible_user=root\n")
                    known.write(f"[127.0.0.1]:{system.port} {bench.host_key}\n")
            output = subprocess.run([bench.collector, "-i", bench.path("two"), "-p", "ssh-facts", "--identity", bench.path("id"), "--known-hosts",
                                     bench.path("known_hosts"), "--ssh-config", "none", "-q", "-f", "jsonl", "--timeout", "60"], capture_output=True)
        records = {record["host"]: record for record in map(json.loads, output.stdout.decode("utf-8").splitlines())}
        check(f"{name}: the other host", records["good"]["status"], "ok")
        check(f"{name}: its own record", (records["bad"]["status"], records["bad"]["cause"]), (status, cause))
        check(f"{name}: nobody's terminal is written to", b"\x1b" in output.stdout + output.stderr, False)


def is_within(theirs, ours):
    """Ansible's keys are all there; we may have more."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return all(name.endswith(("_available", "_used")) or is_within(value, ours.get(name)) for name, value in theirs.items())
    if isinstance(theirs, list) and isinstance(ours, list):
        key = lambda value: json.dumps([value.get("mount"), value.get("address")] if isinstance(value, dict) else value, sort_keys=True)
        return len(theirs) == len(ours) and all(is_within(a, b) for a, b in zip(sorted(theirs, key=key), sorted(ours, key=key)))
    return theirs == ours


def parity(release, theirs, record):
    ours = record["facts"]
    loose = {"uptime_seconds", "date_time", "loadavg", "memory_mb", "memfree_mb", "swapfree_mb"}
    compared = [name for name in theirs if name not in NOT_COMPARED]
    unlike = [name for name in compared
              if not (name in ours if name in loose else name in record["absent"] if theirs[name] in ("NA", "N/A") and name not in ours
                      else is_within(theirs[name], ours.get(name)))]
    for name in unlike:
        print(f"  {name}: Ansible {str(theirs[name])[:300]}, ours {str(ours.get(name, record['absent'].get(name)))[:300]}")
    print(f"{release}: {len(compared) - len(unlike)} of {len(compared)} keys alike to Ansible's setup")
    check(f"{release}: at least 97 of a hundred keys", len(unlike) * 100 <= len(compared) * 3, True)


def debian(bench, release, cache, mirror, reference):
    root = os.path.join(cache, release)
    if not os.path.exists(os.path.join(root, "usr/sbin/sshd")):
        made = subprocess.run(["debootstrap", "--variant=minbase", "--include=openssh-server,iproute2,python3", release, root, mirror],
                              capture_output=True, text=True)
        if made.returncode != 0:
            shutil.rmtree(root, ignore_errors=True)
            print(f"skipped: {release} cannot be had: {(made.stdout + made.stderr).strip().splitlines()[-1:]}")
            return
    with System(bench, bench.mounts_below(root), f"chroot {root} " + bench.sshd(root)) as system:
        record = system.record("--section-timeout", "60", "--facts", "all,packages,services,users,access,repositories,routes,processes,updates")
        theirs = system.ansible()
    facts = record["facts"]
    names = dict(line.rstrip().split("=", 1) for line in open(os.path.join(root, "etc/os-release")) if "=" in line)
    with open(os.path.join(root, "var/lib/dpkg/status")) as file:
        installed = file.read().count("\nStatus: install ok installed\n")
    check(f"{release}: the end", (record["status"], record["cause"]), ("ok", None))
    check(f"{release}: system", (facts["distribution"], facts["os_family"], facts["pkg_mgr"], facts["os_pretty_name"]),
          ("Debian", "Debian", "apt", names["PRETTY_NAME"].strip('"')))
    check(f"{release}: codename", facts["distribution_release"], names.get("VERSION_CODENAME", release).strip('"'))
    check(f"{release}: packages", (facts["package_count"], sum(map(len, facts["packages"].values()))), (installed, installed))
    check(f"{release}: accounts", "sshd" in [user["name"] for user in facts["local_users"]], True)
    for name in MACHINE:
        check(f"{release}: {name}", facts.get(name), reference["facts"].get(name))
    check(f"{release}: what is spoiled", spoiled(record), {})
    if len(theirs) > 50:
        parity(release, theirs, record)
    else:
        print(f"skipped: this Ansible's setup does not run on the Python of {release}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("build")
    arguments.add_argument("--release", nargs="*", default=[])
    arguments.add_argument("--cache")
    arguments.add_argument("--mirror", default="http://deb.debian.org/debian")
    options = arguments.parse_args()
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
        print("skipped: root is needed, for mount and process namespaces")
        sys.exit(77)
    os.makedirs("/run/sshd", exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="collector-systems-") as folder:
        os.chmod(folder, 0o755)
        bench = Bench(options.build, folder)
        if not options.release:
            busybox(bench, shells(bench))
            liars(bench)
        else:
            with System(bench, "mount -t proc proc /proc", bench.sshd()) as system:
                reference = system.record()
            for release in options.release:
                debian(bench, release, options.cache or folder, options.mirror, reference)
    if failures:
        sys.exit(f"{len(failures)} failed")


if __name__ == "__main__":
    main()
