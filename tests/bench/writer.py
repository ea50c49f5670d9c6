#!/usr/bin/env python3
"""What the writer's thread costs in a run, and whether memory grows with the hosts that are done.

    tests/bench/writer.py [--hosts 10000] [--in-flight 500] [--build build/release] [--check]

One command and 200 facts on each of many simulated hosts, to a journal, JSON and CSV. Prints the CPU of each kind of thread (all that
/proc tells) as a share of the run's, and the resident memory as hosts are done. --check: status 1 where the writer took more than 5 %
of the CPU, or memory at the end is more than a tenth and 8 MB above that at a third of the run.
"""

import argparse
import collections
import glob
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

import measure


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def resident_mb(pid):
    fields = read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if len(fields) > 1 else 0


class Threads:
    """CPU seconds of a process's threads, by name; a thread that has ended keeps what it was last seen with."""

    def __init__(self, pid):
        self.pid = pid
        self.seconds = {}

    def look(self):
        for task in glob.glob(f"/proc/{self.pid}/task/*"):
            spent = read(f"{task}/schedstat").split()
            name = read(f"{task}/comm").strip()
            if spent and name:
                self.seconds[task] = (name, int(spent[0]) / 1e9)

    def by_name(self):
        total = collections.Counter()
        for name, seconds in self.seconds.values():
            total[name] += seconds
        return total


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--hosts", type=int, default=10_000)
    arguments.add_argument("--in-flight", type=int, default=500)
    arguments.add_argument("--build", default=measure.BUILD)
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        measure.make_key(path("id"))
        measure.write_hosts(path("hosts"), options.hosts)
        with measure.Fleet(folder, build=options.build) as fleet:
            command = [os.path.join(options.build, "bin", "collector"), "-i", "-", "--plugin-dir", os.path.join(options.build, "tests", "plugins"),
                       "-p", "manyfacts", "--port", fleet.port, "-u", "root", "--identity", path("id"), "--known-hosts", path("known_hosts"),
                       "--ssh-config", "none", "--rate", "0", "-c", str(options.in_flight), "-q", "--progress", "json",
                       "-o", path("out.json"), "-o", path("out.csv")]
            with open(path("hosts")) as hosts:
                run = subprocess.Popen(command, stdin=hosts, stderr=subprocess.PIPE, text=True)
            threads = Threads(run.pid)
            memory = []  # hosts done, MB
            over = threading.Event()

            def watch():
                while not over.is_set():
                    threads.look()
                    time.sleep(0.02)

            watcher = threading.Thread(target=watch)
            watcher.start()
            said = []
            for line in run.stderr:
                said.append(line)
                if line.startswith("{"):
                    memory.append((json.loads(line)["done"], resident_mb(run.pid)))
            _, status, usage = os.wait4(run.pid, 0)
            over.set()
            watcher.join()
            if status != 0:
                sys.exit(f"the run ended with status {os.waitstatus_to_exitcode(status)}:\n{''.join(said)}")
            size = sum(os.path.getsize(path(name)) for name in ["out.json", "out.csv"])

    total = usage.ru_utime + usage.ru_stime
    print(f"{options.hosts} hosts, {options.in_flight} in flight, {size / 1e6:.0f} MB written, {total:.2f} s of CPU")
    seen = threads.by_name()
    for name, seconds in seen.most_common():
        print(f"  {name:<12} {seconds:7.2f} s  {seconds / total:6.1%}")
    share = seen["writer"] / total
    for done, mb in memory:
        print(f"  {done:>7} done  {mb:6.1f} MB")
    running = [mb for done, mb in memory if options.hosts / 3 <= done and mb > 0]
    growth = max(running) - running[0] if running else 0
    print(f"writer: {share:.1%} of the CPU; memory: {growth:+.1f} MB from a third of the run to its end, peak {usage.ru_maxrss / 1024:.0f} MB")
    if "writer" not in seen:
        sys.exit("no thread of that name was seen")
    if options.check and (share > 0.05 or growth > 8 + running[0] / 10):
        sys.exit("too much")


if __name__ == "__main__":
    main()
