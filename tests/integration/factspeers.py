#!/usr/bin/env python3
"""ssh-facts beside what its users know, through a real sshd: Ansible's package_facts and service_facts, setup with and without become, a
playbook over the cache that we wrote; and a stolen inventory key.

    factspeers.py BUILD-DIR

Needs root (status 77: skipped). Without ansible its parts are skipped by name.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from factsystems import Bench, System, check, failures, parity, run


class Account:
    """An ordinary user for the test's time, in files of its own: nothing is left in this system's."""

    NAME = "collectortest"

    def __init__(self, bench):
        self.home = bench.path("home")
        os.makedirs(os.path.join(self.home, ".ssh"))
        for name, line in [("passwd", f"{self.NAME}:x:54321:54321:Test:{self.home}:/bin/sh\n"), ("group", f"{self.NAME}:x:54321:\n"),
                           ("shadow", f"{self.NAME}:*:19000:0:99999:7:::\n")]:
            with open(f"/etc/{name}") as file:
                text = file.read() + line
            with open(bench.path(name), "w") as file:
                file.write(text)
        os.chmod(bench.path("shadow"), 0o600)
        with open(bench.path("sudoers"), "w") as file:
            file.write(f"root ALL=(ALL:ALL) ALL\n{self.NAME} ALL=(ALL:ALL) NOPASSWD: ALL\n")
        os.chmod(bench.path("sudoers"), 0o440)
        run("chown", "-R", "54321:54321", self.home)
        self.mounts = "; ".join(["mount -t proc proc /proc"] + [f"mount --bind {bench.path(name)} /etc/{name}" for name in
                                                                 ["passwd", "group", "shadow"]] +
                                ([f"mount --bind {bench.path('sudoers')} /etc/sudoers"] if os.path.exists("/etc/sudoers") else []))

    def authorize(self, line):
        with open(os.path.join(self.home, ".ssh", "authorized_keys"), "w") as file:
            file.write(line + "\n")


class PeerSystem(System):
    def inventory(self):
        path = super().inventory()
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(text.replace("ansible_user=root", f"ansible_user={self.user}"))
        return path

    def module(self, module, *words):
        environment = dict(os.environ, ANSIBLE_PIPELINING="1", ANSIBLE_LOCAL_TEMP=self.bench.path("tmp"), ANSIBLE_NOCOLOR="1",
                           ANSIBLE_PYTHON_INTERPRETER="/usr/bin/python3", ANSIBLE_SSH_ARGS=self.ssh_words())
        output = subprocess.run(["ansible", "-i", self.inventory(), "h", "-m", module, *words], env=environment, capture_output=True,
                                text=True).stdout
        return json.loads(output[output.index("{"):])["ansible_facts"]

    def ssh_words(self):
        return (f"-F none -i {self.bench.path('id')} -o UserKnownHostsFile={self.bench.path('known_hosts')} -o ControlMaster=no "
                "-o IdentitiesOnly=yes -o BatchMode=yes")

    def ssh(self, *command, given=""):
        self.inventory()
        return subprocess.run(["ssh", *self.ssh_words().split(), "-p", str(self.port), f"{self.user}@127.0.0.1", *command], input=given,
                              capture_output=True, text=True, timeout=60)


def packages_and_services(system):
    ours = system.record("--facts", "packages,services", "--section-timeout", "30")["facts"]
    theirs = system.module("package_facts")["packages"]
    check("packages: names", sorted(ours["packages"].keys() ^ theirs.keys()), [])
    unlike = {}
    for name, versions in theirs.items():
        for one, other in zip(sorted(versions, key=str), sorted(ours["packages"].get(name, []), key=str)):
            wrong = {key: (value, other.get(key)) for key, value in one.items() if other.get(key) != value and key not in ("origin", "category")}
            if wrong or len(versions) != len(ours["packages"].get(name, [])):
                unlike[name] = wrong
    check(f"packages: {len(theirs)} with each word of package_facts but its origin", unlike, {})
    theirs = system.module("service_facts")["services"]
    mine = ours.get("services", {})
    missing = sorted(name for name in theirs if name not in mine)
    check(f"services: {len(theirs)} names of service_facts", missing, [])
    # Scripts of sysvinit have no status there, and a state that we do not ask them for.
    unlike = {name: (value, mine[name]) for name, value in theirs.items()
              if name in mine and any(value[key] != mine[name].get(key) for key in ("source", "status") if key in value)}
    check("services: source and status as service_facts has them", unlike, {})


def become(system, bench):
    for words, ansible in [([], []), (["--become"], ["-b"])]:
        record = system.record(*words)
        what = "with become" if words else "as an ordinary user"
        check(f"{what}: the end", (record["status"], record["cause"]), ("ok", None))
        facts = {name.removeprefix("ansible_"): value for name, value in system.module("setup", *ansible).items()}
        # Ours raises single reads alone: who asks stays who logged in, and the files that only root may read stay with root.
        if words:
            for name in [key for key in facts if re.match(r"(real_|effective_)?(user|group)_", key)] + ["system_capabilities_enforced"]:
                facts.pop(name, None)
        parity(what, facts, record)


def cache(system, bench):
    folder = bench.path("cache")
    os.makedirs(folder, exist_ok=True)
    subprocess.run([bench.collector, "-i", system.inventory(), "-p", "ssh-facts", "--identity", bench.path("id"), "--known-hosts",
                    bench.path("known_hosts"), "--ssh-config", "none", "-q", "-o", folder + "/", "-f", "ansible-cache"], check=True)
    with open(bench.path("play.yml"), "w") as file:
        file.write("- hosts: all\n  gather_facts: no\n  tasks:\n    - debug:\n        msg: >-\n          {{ ansible_distribution }}|{{ "
                   "ansible_facts.distribution }}|{{ ansible_default_ipv4.address | default('none') }}|{{ ansible_processor_vcpus }}|{{ "
                   "ansible_facts.packages | default({}) | length }}\n")
    environment = dict(os.environ, ANSIBLE_CACHE_PLUGIN="jsonfile", ANSIBLE_CACHE_PLUGIN_CONNECTION=folder, ANSIBLE_GATHERING="explicit",
                       ANSIBLE_LOCAL_TEMP=bench.path("tmp"), ANSIBLE_NOCOLOR="1", ANSIBLE_CACHE_PLUGIN_TIMEOUT="0")
    output = subprocess.run(["ansible-playbook", "-i", system.inventory(), "-c", "local", bench.path("play.yml")], env=environment,
                            capture_output=True, text=True)
    facts = system.record()["facts"]
    expected = "|".join([facts["distribution"], facts["distribution"], facts["default_ipv4"].get("address", "none"),
                         str(facts["processor_vcpus"]), "0"])
    check("a playbook without gathering sees our facts", expected in output.stdout, True)
    if expected not in output.stdout:
        print(output.stdout[-1500:], output.stderr[-500:], file=sys.stderr)


def stolen_key(bench, account):
    text = run(bench.collector, "plugins", "ssh-facts", "--authorized-keys")
    line = re.search(r"^# (restrict,command=\"(\S+)\") ", text, re.M)
    program = bench.path("collector-facts")
    with open(program, "w") as file:
        file.write(text[text.index("\n#!/bin/sh") + 1:])
    os.chmod(program, 0o755)
    with open(bench.path("id.pub")) as file:
        public = file.read().strip()
    account.authorize(line.group(1).replace(line.group(2), program) + " " + public)
    server = bench.sshd() + " -o AllowTcpForwarding=yes -o AuthorizedKeysFile=.ssh/authorized_keys"
    with PeerSystem(bench, account.mounts, server) as system:
        system.user = account.NAME
        record = system.record("-O", "ssh-facts.inventory-key=true")
        check("inventory key: takes inventory", (record["status"], record["cause"], record["facts"].get("system")), ("ok", None, "Linux"))
        whole = len(record["facts"])
        check("inventory key: hardly less than a key without bounds", whole > 100, True)
        ours = "collector-facts 1 " + "0" * 32 + " 5 50 "
        for what, command, given in [("a command", ["id"], ""), ("a shell", [], "id\n"), ("ssh-facts' own shell", ["exec /bin/sh -s"], "id\n"),
                                     ("a command behind ours", [ours + "dns; id"], ""), ("what is sensitive", [ours + "env"], "")]:
            reply = system.ssh(*command, given=given)
            check(f"stolen key: {what}", (reply.returncode, "uid=" in reply.stdout + reply.stderr, reply.stdout), (126, False, ""))
        sftp = system.ssh("-s", "sftp")
        check("stolen key: sftp", (sftp.returncode != 0, sftp.stdout), (True, ""))
        marker = os.path.join(account.home, "written")
        system.ssh("-o", "SendEnv=*", f"touch {marker}")
        system.ssh(given=f"touch {marker}\n")
        check("stolen key: nothing was written", os.path.exists(marker), False)
        forward = system.ssh("-W", f"127.0.0.1:{system.port}")
        check("stolen key: no forwarding", (forward.returncode != 0, "SSH-" in forward.stdout), (True, False))
        record = system.record()
        check("inventory key: without the option the host refuses", (record["status"], record["cause"]), ("failed", "shell_rejected"))
        # A copy that somebody changed is told apart.
        with open(program) as file:
            changed = file.read()
        with open(program, "w") as file:
            file.write(re.sub(r"(H %s\\n' \"\$N\" )[0-9a-f]{64}", r"\g<1>" + "0" * 64, changed))
        record = system.record("-O", "ssh-facts.inventory-key=true")
        check("inventory key: another copy of the script", (record["status"], record["cause"]), ("partial", "bad_output"))


def main():
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
        print("skipped: root is needed, for mount and process namespaces")
        sys.exit(77)
    os.makedirs("/run/sshd", exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="collector-peers-") as folder:
        os.chmod(folder, 0o755)
        bench = Bench(sys.argv[1], folder)
        account = Account(bench)
        stolen_key(bench, account)
        if not shutil.which("ansible"):
            print("skipped: ansible is not installed")
        else:
            with open(bench.path("id.pub")) as file:
                account.authorize(file.read().strip())
            server = bench.sshd() + " -o AuthorizedKeysFile=.ssh/authorized_keys"
            with PeerSystem(bench, account.mounts, server) as system:
                system.user = account.NAME
                packages_and_services(system)
                cache(system, bench)
                if shutil.which("sudo"):
                    become(system, bench)
                else:
                    print("skipped: sudo is not installed")
    if failures:
        sys.exit(f"{len(failures)} failed")


if __name__ == "__main__":
    main()
