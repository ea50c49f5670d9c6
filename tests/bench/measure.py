"""How the benches measure: commands run in turn, each under `cost`, and what they talk to. Imported by the benches beside it."""

import dataclasses
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BENCH = os.path.join(ROOT, "tests", "bench")
BUILD = os.path.join(ROOT, "build", "release")


@dataclasses.dataclass
class Command:
    """One contender: its words, the file it reads, what its environment has beside ours, statuses that are good ones."""

    words: list
    stdin: str = os.devnull
    environment: dict = dataclasses.field(default_factory=dict)
    statuses: tuple = (0,)
    at_most: int = 1000  # rounds


class Failed(Exception):
    pass


def cost(command, build=BUILD):
    """Runs it to its end: CPU seconds (user and system, with its children), peak memory of its largest process in MB, wall seconds."""
    with tempfile.NamedTemporaryFile("r") as report, open(command.stdin) as stdin, tempfile.TemporaryFile() as errors:
        done = subprocess.run([os.path.join(build, "tests", "cost"), report.name, *command.words], stdin=stdin, stdout=subprocess.DEVNULL,
                              stderr=errors, env=dict(os.environ, **command.environment))
        if done.returncode not in command.statuses:
            errors.seek(0)
            said = errors.read()[-600:].decode(errors="replace")
            raise Failed(f"{' '.join(command.words)[:200]} ended with status {done.returncode}:\n{said}")
        cpu, peak, wall = map(float, report.read().split())
        return cpu, peak / 1024, wall


def contest(contenders, rounds, build=BUILD, budget=30, check=lambda name: None):
    """Each of {name: Command} in turn, ROUNDS times, every other round backwards: {name: [(cpu, memory, wall)]}. One that has had BUDGET
    seconds is not asked again; one that fails is told and left out, unless it is the first."""
    seen = {name: [] for name in contenders}
    ours = next(iter(contenders))
    for number in range(rounds):
        for name, command in list(contenders.items())[::-1 if number % 2 else 1]:
            had = seen.get(name)
            if had is None or len(had) >= command.at_most or sum(each[2] for each in had) > budget:
                continue
            try:
                had.append(cost(command, build))
                check(name)
            except Failed as failure:
                if name == ours:
                    raise
                print(f"left out: {failure}", flush=True)
                del seen[name]
    return seen


def medians(rounds):
    """Of each column."""
    return [statistics.median(column) for column in zip(*rounds)]


def ratios(ours, theirs):
    """ours/theirs for each column: the median over the rounds that both have."""
    both = list(zip(ours, theirs))
    return [statistics.median(one[k] / other[k] for one, other in both) for k in range(len(both[0][0]))]


def make_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)


def write_hosts(path, count):
    """COUNT addresses from 127.16.0.1 upwards, one a line."""
    with open(path, "w") as hosts:
        for i in range(count):
            hosts.write(f"127.{16 + i // 62_500}.{i // 250 % 250}.{i % 250 + 1}\n")


class Fleet:
    """The simulated fleet, as a context: `port` and `known_hosts`."""

    def __init__(self, folder, *options, build=BUILD):
        self.known_hosts = os.path.join(folder, "known_hosts")
        self.command = [os.path.join(build, "tests", "fleet"), "--port", "0", "--known-hosts", self.known_hosts, "--parent-death", *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().split()[1]
        while not self.process.stdout.readline().startswith("fingerprint"):
            if self.process.poll() is not None:
                sys.exit("the fleet does not start")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def collector(build, *words):
    return [os.path.join(build, "bin", "collector"), *words]


def ask_fleet(build, fleet, key, in_flight, output, *more):
    """collector's command line: `echo hello` on the hosts of standard input, strict host keys, JSON to a file."""
    return collector(build, "-i", "-", "-p", "ssh-command", "--command", "echo hello", "--port", fleet.port, "-u", "root", "--identity", key,
                     "--known-hosts", fleet.known_hosts, "--ssh-config", "none", "--rate", "0", "-c", str(in_flight), "-q", "-o", output, *more)


def build_go_peer(folder):
    """Path of the client on Go's x/crypto/ssh, or None with the reason printed."""
    if not shutil.which("go"):
        return None
    peer = os.path.join(folder, "gopeer")
    environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOCACHE=os.path.join(folder, "gocache"), GOFLAGS="")
    built = subprocess.run(["go", "build", "-o", peer, os.path.join(BENCH, "gopeer", "main.go")], env=environment, capture_output=True)
    if built.returncode != 0:
        print("the Go peer cannot be built here:", built.stderr.decode().strip().splitlines()[-1:])
        return None
    return peer
