#!/usr/bin/env python3
"""One command on many simulated hosts: collector beside a client on Go's x/crypto/ssh, in turn, on one fleet.

    tests/bench/ssh.py [--hosts 10000] [--in-flight 1000] [--rounds 7] [--delay MS] [--build build/release]

Prints CPU (user and system) per host, peak memory and wall time of each round and the medians, and the ratios collector/Go as the
median over the rounds. collector checks host keys and writes JSON to a file; the peer does neither. Needs golang-go and
golang-golang-x-crypto-dev; without them collector is measured alone.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def measure(command, **options):
    """Runs it to its end: CPU seconds, peak memory in MB, wall seconds."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with status {process.returncode}:\n{errors.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, wall


def build_peer(folder):
    if not shutil.which("go"):
        return None
    peer = os.path.join(folder, "gopeer")
    environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOCACHE=os.path.join(folder, "gocache"), GOFLAGS="")
    source = os.path.join(ROOT, "tests", "bench", "gopeer", "main.go")
    built = subprocess.run(["go", "build", "-o", peer, source], env=environment, capture_output=True)
    if built.returncode != 0:
        print("the Go peer cannot be built here:", built.stderr.decode().strip().splitlines()[-1:])
        return None
    return peer


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--hosts", type=int, default=10_000)
    arguments.add_argument("--in-flight", type=int, default=1_000)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--delay", type=int, default=0, help="milliseconds that each command takes")
    arguments.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    options = arguments.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("id")], check=True)
        with open(path("hosts"), "w") as hosts:
            for i in range(options.hosts):
                hosts.write(f"127.{16 + i // 62_500}.{i // 250 % 250}.{i % 250 + 1}\n")
        fleet = subprocess.Popen(
            [os.path.join(options.build, "tests", "fleet"), "--port", "0", "--known-hosts", path("known_hosts"), "--delay", str(options.delay),
             "--parent-death"], stdout=subprocess.PIPE, text=True)
        try:
            port = fleet.stdout.readline().split()[1]
            while not fleet.stdout.readline().startswith("fingerprint"):
                pass
            peer = build_peer(folder)
            ours = [os.path.join(options.build, "bin", "collector"), "-i", "-", "-p", "ssh-command", "--command", "echo hello", "--port", port,
                    "-u", "root", "--identity", path("id"), "--known-hosts", path("known_hosts"), "--ssh-config", "none", "--rate", "0",
                    "-c", str(options.in_flight), "-q", "-o", path("out.json")]
            theirs = [peer, path("id"), port, str(options.in_flight), "echo hello"]

            rounds = []
            print(f"{options.hosts} hosts, {options.in_flight} in flight, command takes {options.delay} ms; CPU ms per host, MB, wall s")
            for number in range(1, options.rounds + 1):
                both = []
                for command in [ours, theirs] if number % 2 or not peer else [theirs, ours]:
                    if command[0]:
                        with open(path("hosts")) as hosts:
                            both.append((command is ours, measure(command, stdin=hosts)))
                both.sort(key=lambda each: not each[0])
                with open(path("out.json")) as file:
                    counted = json.load(file)["summary"]
                if counted["ok"] != options.hosts:
                    sys.exit(f"not all hosts are ok: {counted}")
                rounds.append([each[1] for each in both])
                print(f"round {number}: " + "   ".join(
                    f"{name} {cpu / options.hosts * 1000:.3f} {memory:.0f} {wall:.1f}"
                    for name, (cpu, memory, wall) in zip(["collector", "Go"], rounds[-1])), flush=True)
            for index, name in enumerate(["collector", "Go"][:len(rounds[0])]):
                cpu, memory, wall = (statistics.median(each[index][k] for each in rounds) for k in range(3))
                print(f"median {name}: {cpu / options.hosts * 1000:.3f} ms, {memory:.0f} MB, {wall:.1f} s")
            if peer:
                ratios = [statistics.median(each[0][k] / each[1][k] for each in rounds) for k in range(3)]
                print(f"median ratio collector/Go: CPU {ratios[0]:.2f}, memory {ratios[1]:.2f}, wall {ratios[2]:.2f}")
        finally:
            fleet.terminate()
            fleet.wait()


if __name__ == "__main__":
    main()
