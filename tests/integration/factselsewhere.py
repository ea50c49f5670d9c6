#!/usr/bin/env python3
"""ssh-facts into systems that are not Linux: FreeBSD, OpenBSD, NetBSD, macOS, Solaris, AIX, as far as one can be had without its kernel.

    factselsewhere.py BUILD-DIR [--system NAME…] [--shell NAME…] [--write]

Each folder of tests/data/systems is a system: what its tools print (`tools/`), its files (`root/`), and what must be made of them
(`expected.json`). From it comes a root without /proc and /sys, without a tool that the system lacks; the whole program asks it through a
real server (dropbear), with shells that are kin to that system's. --write writes what is found, to be read before it is believed.
Needs root, dropbear and a static busybox (status 77: skipped).
"""

import argparse
import json
import os
import shutil
import sys
import tempfile

from factsystems import Bench, System, check, copy_program, failures, run, static_busybox

SYSTEMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "systems")
# Kin to /bin/sh of these systems: ash of FreeBSD and NetBSD, pdksh of OpenBSD, bash of macOS, ksh93 and ksh88 of Solaris and AIX.
SHELLS = ["dash", "mksh", "bash", "ksh93"]
# What each of them has, in the words that POSIX gives it.
COMMON = ["awk", "cat", "cut", "env", "expr", "false", "grep", "head", "kill", "ls", "mkdir", "od", "rm", "sed", "sleep", "sort", "tail",
          "test", "tr", "true", "wc"]
# What moves, or is the server's own.
MOVING = {"clock_offset_ms", "authorized_keys", "is_chroot"}


def root_of(name, bench):
    """A root with that system's tools and files, and the server's; the shell is put there by whoever starts it."""
    folder, root = os.path.join(SYSTEMS, name), bench.path(name)
    for below in ["bin", "sbin", "usr/bin", "usr/sbin", "etc/dropbear", "root/.ssh", "dev", "tmp", "stub"]:
        os.makedirs(os.path.join(root, below))
    shutil.copytree(os.path.join(folder, "root"), root, symlinks=True, dirs_exist_ok=True)
    shutil.copy(static_busybox(), os.path.join(root, "stub/ash"))
    shutil.copy(os.path.join(SYSTEMS, "tool"), os.path.join(root, "stub/tool"))
    os.chmod(os.path.join(root, "stub/tool"), 0o755)
    for tool in COMMON:
        os.symlink("/stub/ash", os.path.join(root, "bin", tool))
    for tool in os.listdir(os.path.join(folder, "tools")):
        shutil.copy(os.path.join(folder, "tools", tool), os.path.join(root, "stub", tool))
        places = [os.path.join(root, folder, tool) for folder in ["usr/sbin", "usr/pkg/bin", "usr/bin"]]
        if not any(map(os.path.lexists, places)): # else that system has it elsewhere
            os.symlink("/stub/tool", places[-1])
    copy_program(shutil.which("dropbear", path="/usr/sbin:/usr/bin"), root, "usr/sbin/dropbear")
    # The account that is logged into is the server's: its line comes first, and is not that system's.
    with open(os.path.join(root, "etc/passwd")) as file:
        others = [line for line in file if not line.startswith("root:")]
    with open(os.path.join(root, "etc/passwd"), "w") as file:
        file.writelines(["root:*:0:0:Charlie &:/root:/bin/sh\n"] + others)
    with open(os.path.join(root, "etc/shells"), "w") as file:
        file.write("/bin/sh\n")
    shutil.copy(bench.path("id.pub"), os.path.join(root, "root/.ssh/authorized_keys"))
    for below, mode in [("root", 0o700), ("root/.ssh", 0o700), ("root/.ssh/authorized_keys", 0o600)]:
        os.chmod(os.path.join(root, below), mode)
    return root


def ask(root, shell, bench):
    copy_program(os.path.realpath(shutil.which(shell)), root, "bin/sh")
    own, bench.host_key = bench.host_key, bench.dropbear_key(os.path.join(root, "etc/dropbear/key"))
    mounts = f"mount --bind {root} {root} && for d in null zero urandom; do : >{root}/dev/$d; mount --bind /dev/$d {root}/dev/$d; done"
    with System(bench, mounts, f"chroot {root} /usr/sbin/dropbear -F -E -s -r /etc/dropbear/key -p 127.0.0.1:{{port}}") as system:
        record = system.record("--facts", "everything", "--section-timeout", "10")
    bench.host_key = own
    return record


def compare(what, seen, expected):
    names = sorted(name for name in seen.keys() | expected.keys() if seen.get(name) != expected.get(name))
    check(what, {name: seen.get(name) for name in names}, {name: expected.get(name) for name in names})


def undeclared(record, bench):
    """Declared facts that are neither there nor absent with a reason; a password's class is asked for by name alone."""
    manifest = json.loads(run(bench.collector, "plugins", "ssh-facts", "--json"))
    manifest = manifest[0] if isinstance(manifest, list) else manifest
    names = [fact["name"] for fact in manifest["facts"] if fact.get("class") != "sensitive" and "*" not in fact["name"] and "." not in fact["name"]]
    return [name for name in names if name not in record["facts"] and name not in record["absent"]]


def one(name, shells, bench, writes):
    root = root_of(name, bench)
    beside = os.path.join(SYSTEMS, name, "expected.json")
    for shell in shells:
        if not shutil.which(shell):
            print(f"skipped: {shell} is not installed")
            continue
        record = ask(root, shell, bench)
        facts = {key: value for key, value in record["facts"].items() if key not in MOVING}
        if writes:
            with open(beside, "w") as file:
                json.dump({"facts": facts, "absent": record["absent"]}, file, indent=2, sort_keys=True)
                file.write("\n")
            writes = False
        with open(beside) as file:
            expected = json.load(file)
        check(f"{name}, {shell}: the end", (record["status"], record["cause"], record["message"]), ("ok", None, None))
        check(f"{name}, {shell}: declared, and neither there nor absent with a reason", undeclared(record, bench), [])
        compare(f"{name}, {shell}: facts", facts, expected["facts"])
        compare(f"{name}, {shell}: what is absent", record["absent"], expected["absent"])
    unknown = os.path.join(root, "stub/unknown")
    if os.path.exists(unknown):
        with open(unknown) as file:
            check(f"{name}: what its tools were asked and do not know", sorted(set(file)), [])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("build")
    arguments.add_argument("--system", nargs="*", default=sorted(entry.name for entry in os.scandir(SYSTEMS) if entry.is_dir()))
    arguments.add_argument("--shell", nargs="*", default=SHELLS)
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    if os.geteuid() != 0 or not static_busybox() or not shutil.which("dropbear", path="/usr/sbin:/usr/bin"):
        print("skipped: root, dropbear and a static busybox are needed")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="collector-elsewhere-") as folder:
        os.chmod(folder, 0o755)
        bench = Bench(options.build, folder)
        for name in options.system:
            one(name, options.shell, bench, options.write)
    if failures:
        sys.exit(f"{len(failures)} failed")


if __name__ == "__main__":
    main()
