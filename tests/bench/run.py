#!/usr/bin/env python3
"""Measures the parts of parts.py in turn and keeps what it finds; called by run.sh, which installs and builds first.

results.json has every round of the last full measurement of each part; RESULTS.md, plots/ and README's table are written from it alone, after each part.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import measure
import report
from parts import PARTS

TEMPORARY = re.escape(tempfile.gettempdir()) + r"/tmp\w+/"  # a part's own folder


class Bench:
    """What a part measures with: sizes, a folder of its own, the peers' common needs; keeps each case."""

    def __init__(self, folder, build, quick):
        self.folder, self.build, self.quick = folder, build, quick
        self.rounds = 1 if quick else 5
        self.key = self.path("id")
        measure.make_key(self.key)
        self.cases = []
        self._peer = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def sizes(self, full, quick):
        return quick if self.quick else full

    def hosts(self, count):
        path = self.path(f"hosts{count}")
        measure.write_hosts(path, count)
        return path

    def fleet(self, *options):
        return measure.Fleet(self.folder, *options, build=self.build)

    def go_peer(self):
        self._peer = self._peer or measure.build_go_peer(self.folder)
        return self._peer

    def has_asyncssh(self):
        return subprocess.run(["/usr/bin/python3", "-W", "ignore", "-c", "import asyncssh"], capture_output=True).returncode == 0

    def result(self, hosts, night):
        """A result of many facts, for diff."""
        path = self.path(f"{night}.json")
        with open(path, "w") as file:
            subprocess.run(["awk", "-v", f"hosts={hosts}", "-v", f"night={night}", "-f", os.path.join(measure.BENCH, "makeresult.awk")],
                           stdout=file, check=True)
        return path

    def case(self, title, hosts, contenders, x=None, rounds=None, ok=None, budget=30):
        """Measures CONTENDERS in turn. `ok`: how many hosts our result must have as ok."""
        output, program = self.path("out.json"), os.path.join(self.build, "bin", "collector")

        def check(name):
            if ok is not None and contenders[name].words[0] == program and json_summary(output).get("ok") != ok:
                raise measure.Failed(f"not all hosts are ok: {json_summary(output)}")

        rounds = 1 if self.quick else rounds or self.rounds
        seen = measure.contest(contenders, rounds, self.build, budget, check)
        self.keep(title, hosts, {name: contenders[name].words for name in seen}, seen, x, [name for name in contenders if name not in seen])

    def keep(self, title, hosts, commands, seen, x=None, failed=()):
        shorten = lambda words: " ".join(re.sub(TEMPORARY, "", word.replace(self.folder + "/", "").replace(self.build + "/", "").replace(measure.ROOT + "/", ""))
                                         for word in words)
        self.cases.append({"title": title, "hosts": hosts, "x": x, "failed": list(failed),
                           "tools": {name: {"command": shorten(commands[name]), "rounds": rounds} for name, rounds in seen.items()}})
        for name, rounds in seen.items():
            cpu, memory, wall = measure.medians([[value or 0 for value in each] for each in rounds])
            print(f"  {title}: {name}: {cpu / hosts * 1000:.4g} ms a host, {memory:.0f} MB, {wall:.2f} s, {len(rounds)} rounds", flush=True)


def json_summary(path):
    """The last member of a result, without reading all of it."""
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - 4096))
        tail = file.read().decode()
    return json.loads(tail[tail.rindex('"summary":') + len('"summary":'):].rstrip().removesuffix("}"))


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
        return (done.stdout or done.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return None


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "?")
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 1024**2
    return f"{len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GB, {first_line('uname', '-sr')}"


def versions(build):
    packages = ["libssh-4", "libqt6core6", "golang-go", "golang-golang-x-crypto-dev", "python3-asyncssh", "ansible-core", "clustershell", "pdsh",
                "pssh", "fping", "openssh-client", "jq"]
    listed = subprocess.run(["dpkg-query", "-W", "-f=${Package} ${Version}\n", *packages], capture_output=True, text=True).stdout
    commit = subprocess.run(["git", "-C", measure.ROOT, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True).stdout.strip()
    return [f"{first_line(os.path.join(build, 'bin', 'collector'), '--version')}{', ' + commit if commit else ''}"] + listed.splitlines()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="run.sh")
    arguments.add_argument("--part", action="append", choices=PARTS, metavar="NAME", help=f"only this one; repeatable: {', '.join(PARTS)}")
    arguments.add_argument("--quick", action="store_true", help="small numbers, one round, to try the script; results go to BUILD/bench")
    arguments.add_argument("--build", default=measure.BUILD)
    arguments.add_argument("--report", action="store_true", help="measure nothing, write RESULTS.md and the plots from results.json")
    options = arguments.parse_args()
    build = os.path.abspath(options.build)
    target = os.path.join(build, "bench") if options.quick else measure.BENCH
    os.makedirs(target, exist_ok=True)
    store = os.path.join(target, "results.json")
    kept = {}
    if os.path.exists(store):
        with open(store) as file:
            kept = json.load(file)
    failed = []
    began = time.monotonic()
    for name in [] if options.report else [each for each in PARTS if not options.part or each in options.part]:
        print(f"\n== {name} ({(time.monotonic() - began) / 60:.0f} min)", flush=True)
        load, start = os.getloadavg()[0], time.monotonic()
        with tempfile.TemporaryDirectory(prefix="collector-bench-") as folder:
            bench = Bench(folder, build, options.quick)
            try:
                PARTS[name](bench)
            except measure.Failed as failure:  # an earlier result of this part stays; the others go on
                print(f"FAILED: {failure}", flush=True)
                failed.append(name)
        if name in failed or not bench.cases:
            continue
        kept[name] = {"taken": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M"), "seconds": round(time.monotonic() - start),
                      "load": round(load, 1), "machine": machine(), "versions": versions(build), "about": " ".join(PARTS[name].__doc__.split()),
                      "cases": bench.cases}
        with open(store + ".new", "w") as file:
            json.dump(kept, file, indent=1)
        os.replace(store + ".new", store)
        report.write(target, kept, list(PARTS), options.quick)
    if options.report:
        report.write(target, kept, list(PARTS), options.quick)
    print(f"\nwritten: {os.path.join(target, 'RESULTS.md')} and plots/, {(time.monotonic() - began) / 60:.1f} min")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
