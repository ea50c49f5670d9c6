#!/usr/bin/env python3
"""Run after run over a simulated fleet in which every fault has some hosts, watching memory, descriptors and threads of each run.

    tests/long/soak.py [--minutes 30] [--hosts-per-fault 16] [--in-flight 400] [--timeout 10] [--build build/release]

Good hosts are a fifth of all. Every run must have one record for each host, no cause `internal`, all good hosts ok, and leave no
file. Within a run, memory and descriptors at its end may not be above their peak in its first half by more than a tenth and
16 MB, or 16 descriptors; the median peaks of the last third of the runs not above those of the first third by as much. Status 1 where one
of these fails. With --build build/asan what a sanitizer says fails a run too, and memory within a run is not judged: freed memory waits
in quarantine.
"""

import argparse
import collections
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))
import measure  # noqa: E402


class Seen:
    """What /proc said of a process while it ran: (hosts done, MB, descriptors, threads)."""

    def __init__(self, pid):
        self.folder, self.samples = f"/proc/{pid}", []

    def look(self, done):
        try:
            with open(f"{self.folder}/status") as file:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            if "VmRSS" in status:
                self.samples.append((done, int(status["VmRSS"].split()[0]) / 1024, len(os.listdir(f"{self.folder}/fd")), int(status["Threads"])))
        except OSError:
            pass  # it has just ended

    def peak(self, column, since=0, until=float("inf")):
        return max((each[column] for each in self.samples if since <= each[0] <= until), default=0)


def one_run(options, folder, fleet, hosts, total, good):
    """One run: what was seen of it, its summary, and what was wrong."""
    output = os.path.join(folder, "run", "out.json")
    command = measure.ask_fleet(options.build, fleet, os.path.join(folder, "id"), options.in_flight, output, "--timeout", str(options.timeout), "--connect-timeout", "2",
                                "--retries", "0", "--max-output", "65536", "--progress", "json")
    with open(hosts) as names, open(os.path.join(folder, "stderr"), "w+") as errors:
        process = subprocess.Popen(command, stdin=names, stderr=errors)
        seen = Seen(process.pid)
        done, read = 0, 0
        while process.poll() is None:
            time.sleep(0.1)
            errors.seek(read)
            for line in errors.read().splitlines():
                if line.startswith("{") and line.endswith("}"):
                    done = json.loads(line)["done"]
            read = os.fstat(errors.fileno()).st_size
            seen.look(done)
        errors.seek(0)
        said = errors.read()
    wrong = []
    if process.returncode != 3:
        wrong.append(f"ended with status {process.returncode}: {said[-2000:]}")
    wrong += [line for line in said.splitlines() if "Sanitizer" in line or "runtime error" in line]
    summary = {}
    if os.path.exists(output):
        with open(output) as file:
            result = json.load(file)
        summary = result["summary"]
        names = {each["host"] for each in result["hosts"]}
        if len(names) != total or len(result["hosts"]) != total:
            wrong.append(f"{len(result['hosts'])} records of {len(names)} hosts, not {total}")
        if summary["causes"].get("internal"):
            wrong.append(f"{summary['causes']['internal']} hosts ended as internal")
        bad = collections.Counter(each["cause"] for each in result["hosts"] if each["host"] in good and each["status"] != "ok")
        if bad:
            wrong.append(f"good hosts are not ok: {dict(bad)}")
        os.remove(output)
    if os.listdir(os.path.dirname(output)):
        wrong.append(f"left behind: {os.listdir(os.path.dirname(output))}")
    first, last = dict(until=total / 2), dict(since=total * 0.95)
    if "asan" not in options.build and seen.peak(1, **last) > seen.peak(1, **first) * 1.1 + 16:
        wrong.append(f"memory grew within the run: {seen.peak(1, **first):.0f} to {seen.peak(1, **last):.0f} MB")
    if seen.peak(2, **last) > seen.peak(2, **first) + 16:
        wrong.append(f"descriptors grew within the run: {seen.peak(2, **first)} to {seen.peak(2, **last)}")
    return seen, summary, wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--minutes", type=float, default=30)
    arguments.add_argument("--hosts-per-fault", type=int, default=16)
    arguments.add_argument("--in-flight", type=int, default=400)
    arguments.add_argument("--timeout", type=int, default=10, help="seconds for a host; floods and other work may starve a good one of less")
    arguments.add_argument("--build", default=measure.BUILD)
    options = arguments.parse_args()
    listed = subprocess.run([os.path.join(options.build, "tests", "fleet"), "--list-faults"], capture_output=True, text=True, check=True).stdout
    faults = [line.split("\t")[0] for line in listed.splitlines()]
    end = time.monotonic() + options.minutes * 60
    failures, peaks = 0, []
    with tempfile.TemporaryDirectory(prefix="collector-soak-") as folder:
        os.mkdir(os.path.join(folder, "run"))
        measure.make_key(os.path.join(folder, "id"))
        addresses = lambda i, count: [f"127.40.{i}.{n}" for n in range(1, count + 1)]
        faulty = {fault: addresses(i, options.hosts_per_fault) for i, fault in enumerate(faults)}
        good = {f"127.41.{n // 250}.{n % 250 + 1}" for n in range(len(faults) * options.hosts_per_fault // 4)}
        hosts, faultmap = os.path.join(folder, "hosts"), os.path.join(folder, "map")
        with open(hosts, "w") as file:
            file.writelines(f"{host}\n" for some in [*faulty.values(), sorted(good)] for host in some)
        with open(faultmap, "w") as file:
            file.writelines(f"127.40.{i}.0/24 {fault}\n" for i, fault in enumerate(faults))
        total = sum(map(len, faulty.values())) + len(good)
        print(f"{len(faults)} faults, {total} hosts, {options.in_flight} in flight, {options.minutes:g} min", flush=True)
        with measure.Fleet(folder, "--fault-map", faultmap, build=options.build) as fleet:
            while time.monotonic() < end or not peaks:
                began = time.monotonic()
                seen, summary, wrong = one_run(options, folder, fleet, hosts, total, good)
                peaks.append([seen.peak(k) for k in [1, 2, 3]])
                memory, descriptors, threads = peaks[-1]
                print(f"run {len(peaks)}: {time.monotonic() - began:.0f} s, {memory:.0f} MB, {descriptors} descriptors, {threads} threads, "
                      f"{summary.get('ok')} ok, {len(summary.get('causes', {}))} causes", flush=True)
                for each in wrong:
                    failures += 1
                    print(f"  WRONG: {each}", flush=True)
    third = max(1, len(peaks) // 3)
    for name, column, slack in [("MB", 0, 16), ("descriptors", 1, 16), ("threads", 2, 2)]:
        first, last = (statistics.median(each[column] for each in some) for some in [peaks[:third], peaks[-third:]])
        grown = last > first * 1.1 + slack
        failures += grown
        print(f"{name}: {first:.0f} in the first third of {len(peaks)} runs, {last:.0f} in the last{'   GREW' if grown else ''}")
    print("nothing wrong" if not failures else f"{failures} wrong")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
