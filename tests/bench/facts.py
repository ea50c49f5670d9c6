#!/usr/bin/env python3
"""What a host pays for its facts: CPU of sshd and all that it starts, ssh-facts beside Ansible's pipelined setup.

    tests/bench/facts.py [--rounds 5] [--sessions 4] [--build build/release] [--pam]

Starts a throw-away sshd on loopback, asks it SESSIONS times with each client, in turn, and takes the CPU of the whole tree of the server's
processes from wait(2), also of those that outlived their parents. `login` is a session that runs nothing, and belongs to both sides. The
account's home is empty for the server: what an rc file there starts is nobody's.
Prints CPU per session (medians over the rounds) and the ratio ssh-facts/setup. Needs root, ansible and a built collector.
"""

import argparse
import ctypes
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import measure

PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNS = 0x20000


def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Server:
    """An sshd below a process that inherits its orphans: stop() gives the CPU seconds of all of them."""

    def __init__(self, folder, port, pam):
        self.config = os.path.join(folder, "sshd_config")
        with open(self.config, "w") as file:
            file.write(f"""Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
UsePAM {'yes' if pam else 'no'}
AuthorizedKeysFile {folder}/id.pub
PermitRootLogin yes
StrictModes no
PrintMotd no
MaxStartups 100
LogLevel QUIET
""")
        self.port = port

    def __enter__(self):
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            libc = ctypes.CDLL(None)
            libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            libc.unshare(CLONE_NEWNS)
            subprocess.run(["mount", "--make-rprivate", "/"], check=True)
            subprocess.run(["mount", "-t", "tmpfs", "none", os.path.expanduser("~root")], check=True)
            before = used()
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            sshd = subprocess.Popen([shutil.which("sshd", path="/usr/sbin:/usr/local/sbin"), "-D", "-f", self.config],
                                    preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM]))
            signal.sigwait([signal.SIGTERM])
            sshd.terminate()
            try:
                while True:
                    os.wait()
            except ChildProcessError:
                pass
            os.write(writing, json.dumps(used() - before).encode())
            os._exit(0)
        os.close(writing)
        self.result = reading
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise SystemExit("sshd does not answer")

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        with os.fdopen(self.result) as pipe:
            seconds = json.load(pipe)
        os.waitpid(self.pid, 0)
        self.pid = 0
        return seconds

    def __exit__(self, *_):
        if self.pid:
            self.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sessions_cost(rounds, sessions, build=measure.BUILD, pam=False, say=lambda line: None):
    """For each client [(host's CPU, our CPU, our peak memory in MB, wall)], CPU and wall in seconds for one session, and its command."""
    os.makedirs("/run/sshd", exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        for key in ["host", "id"]:
            measure.make_key(path(key))
        port = free_port()
        with open(path("host.pub")) as key, open(path("known_hosts"), "w") as known:
            known.write(f"[127.0.0.1]:{port} {' '.join(key.read().split()[:2])}\n")
        with open(path("hosts"), "w") as hosts:
            hosts.write(f"h ansible_host=127.0.0.1 ansible_port={port} ansible_user=root ansible_python_interpreter=/usr/bin/python3\n")
        ssh = ["-F", "none", "-i", path("id"), "-o", f"UserKnownHostsFile={path('known_hosts')}", "-o", "ControlMaster=no"]
        collector = measure.collector(build, "-i", path("hosts"), "--identity", path("id"), "--known-hosts", path("known_hosts"),
                                      "--ssh-config", "none", "-q", "-f", "jsonl")
        environment = dict(ANSIBLE_PIPELINING="1", ANSIBLE_SSH_ARGS="-C " + " ".join(ssh), ANSIBLE_LOCAL_TEMP=path("tmp"),
                           ANSIBLE_NOCOLOR="1", HOME=folder)
        clients = {
            "login": measure.Command(collector + ["-p", "ssh-command", "--command", ":"], environment=environment),
            "ssh-facts": measure.Command(collector + ["-p", "ssh-facts"], environment=environment),
            "setup": measure.Command(["ansible", "-i", path("hosts"), "h", "-m", "setup"], environment=environment),
        }
        server = Server(folder, port, pam)
        with server as idle:
            empty = idle.stop()
        seen = {name: [] for name in clients}
        for _ in range(rounds):
            for name, command in clients.items():
                with server as running:
                    ours = [measure.cost(command, build) for _ in range(sessions)]
                    host = running.stop() - empty
                cpu, memory, wall = (sum(column) / sessions for column in zip(*ours))
                seen[name].append((host / sessions, cpu, memory, wall))
            say("   ".join(f"{name} {values[-1][0] * 1000:.0f} ms" for name, values in seen.items()))
        return seen, {name: command.words for name, command in clients.items()}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--sessions", type=int, default=4)
    arguments.add_argument("--build", default=measure.BUILD)
    arguments.add_argument("--pam", action="store_true", help="with PAM's session modules, as Debian's sshd has them")
    options = arguments.parse_args()
    if os.geteuid() != 0 or not shutil.which("ansible"):
        sys.exit("root and ansible are needed")
    seen, _ = sessions_cost(options.rounds, options.sessions, options.build, options.pam, lambda line: print(line, flush=True))
    median = {name: [1000 * value for value in measure.medians(values)] for name, values in seen.items()}
    print("median   " + "   ".join(f"{name} {values[0]:.0f} ms" for name, values in median.items()))
    print("of ours  " + "   ".join(f"{name} {values[1]:.0f} ms" for name, values in median.items()))
    host = {name: values[0] for name, values in median.items()}
    print(f"ratio ssh-facts/setup {host['ssh-facts'] / host['setup']:.3f}, "
          f"without the login {(host['ssh-facts'] - host['login']) / (host['setup'] - host['login']):.3f}")


if __name__ == "__main__":
    main()
