#!/usr/bin/env python3
"""Run after run over a simulated fleet in which every fault has some hosts, watching memory, descriptors and threads of each run.

    tests/long/soak.py [--minutes 30] [--hosts-per-fault 100] [--in-flight 400] [--timeout 10] [--build build/release]

Good hosts are a fifth of all. Every run must have one record for each host, a cause for each that befits its fault (as --list-faults of
the fleet has them), all good hosts ok, and leave no file. A host's own timeout in place of its cause tells of a busy machine: these are
counted, and wrong where they are more than one in a hundred. Hosts are started in a random order, so a run is the same from its first
hundreds of hosts to its last: memory in the last fifth of it may not be above that of the fifth before the middle by more than a
twentieth and 4 MB, descriptors by no more than 16; the median peaks of the last third of the runs not above those of the first third by
more than a tenth and 16 MB, 16 descriptors, 2 threads. Status 1 where one of these fails. In a build with sanitizers what one says fails
a run too, and memory within a run is not judged: freed memory waits in quarantine.
"""

import argparse
import collections
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))
import measure  # noqa: E402
from seen import Seen  # noqa: E402

TIMEOUTS = {"connect_timeout", "handshake_timeout", "auth_timeout", "exec_timeout"}
# Our command has no input that could remain unread.
BEFITTING_TOO = {"input-unread": {"ok"}}
LONGEST_RUN = 1800


def watched(command, hosts, errors_path, environment):
    """COMMAND to its end: what was seen of it, its status, what it said on stderr."""
    with open(hosts) as names, open(errors_path, "wb", buffering=0) as errors:
        process = subprocess.Popen(command, stdin=names, stderr=errors, env=environment)
    with open(errors_path, errors="replace") as said:
        seen, done, rest, began = Seen(process.pid), 0, "", time.monotonic()
        while process.poll() is None:
            time.sleep(0.1)
            *lines, rest = (rest + said.read()).split("\n")
            for line in lines:
                if line.startswith("{"):
                    done = json.loads(line)["done"]
            seen.look(done)
            if time.monotonic() - began > LONGEST_RUN:
                process.send_signal(signal.SIGABRT)
                process.wait()
        said.seek(0)
        return seen, process.returncode, said.read()


def judge_result(path, expected):
    """The summary of the result, how many hosts ended by a timeout that is not their fault's, and what is wrong with it."""
    with open(path) as file:
        result = json.load(file)
    wrong, late = [], 0
    names = [each["host"] for each in result["hosts"]]
    if len(names) != len(expected) or set(names) != set(expected):
        wrong.append(f"{len(names)} records of {len(set(names))} hosts, not {len(expected)}")
    others = collections.Counter()
    for each in result["hosts"]:
        fault, befitting = expected.get(each["host"], ("a stranger", set()))
        cause = each["cause"] or each["status"]
        if cause in befitting:
            continue
        if fault and cause in TIMEOUTS:
            late += 1
        else:
            others[f"{fault or 'a good host'} as {cause}"] += 1
    wrong += [f"{count} times {what}" for what, count in sorted(others.items())]
    if late > len(expected) / 100:
        wrong.append(f"{late} hosts ran into their timeout instead of ending as they should")
    return result["summary"], late, wrong


def one_run(options, folder, fleet, hosts, expected):
    """One run: what was seen of it, its summary, how many hosts were late, and what was wrong."""
    results, scratch = os.path.join(folder, "run"), os.path.join(folder, "scratch")
    output = os.path.join(results, "out.json")
    command = measure.ask_fleet(options.build, fleet, os.path.join(folder, "id"), options.in_flight, output, "-o", os.path.join(results, "out.csv"),
                                "-o", os.path.join(results, "out.jsonl.gz"), "--timeout", str(options.timeout), "--connect-timeout", "2", "--retries", "0",
                                "--max-output", "65536", "--progress", "json")
    seen, status, said = watched(command, hosts, os.path.join(folder, "stderr"), dict(os.environ, TMPDIR=scratch, UBSAN_OPTIONS="print_stacktrace=1"))
    wrong, summary, late = [], {}, 0
    if status != 3:
        wrong.append(f"ended with status {status}")
    if status != 3 or "Sanitizer" in said or "runtime error" in said:
        wrong.append("it said: " + "\n".join(line for line in said.splitlines() if not line.startswith("{"))[-6000:])
    if os.path.exists(output):
        summary, late, more = judge_result(output, expected)
        wrong += more
    for name in ["out.json", "out.csv", "out.jsonl.gz"]:
        if os.path.exists(os.path.join(results, name)):
            os.remove(os.path.join(results, name))
        else:
            wrong.append(f"{name} was not written")
    left = os.listdir(results) + os.listdir(scratch)
    if left:
        wrong.append(f"left behind: {left}")
    wrong += seen.grown(len(expected), judges_memory=not options.sanitized)
    return seen, summary, late, wrong


def write_hosts(folder, faults, each):
    """Addresses of EACH hosts for each fault, and good ones: files `hosts` and `map`, and {host: (fault, causes that befit)}."""
    expected = {}
    for i, (name, causes) in enumerate(faults.items()):
        expected.update({f"127.40.{i}.{n}": (name, causes | BEFITTING_TOO.get(name, set())) for n in range(1, each + 1)})
    good = {f"127.41.{n // 250}.{n % 250 + 1}": (None, {"ok"}) for n in range(len(expected) // 4)}
    with open(os.path.join(folder, "map"), "w") as file:
        file.writelines(f"127.40.{i}.0/24 {name}\n" for i, name in enumerate(faults))
    with open(os.path.join(folder, "hosts"), "w") as file:
        file.writelines(f"{host}\n" for host in [*expected, *good])
    return expected | good


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--minutes", type=float, default=30)
    arguments.add_argument("--hosts-per-fault", type=int, default=100, help="at most 254")
    arguments.add_argument("--in-flight", type=int, default=400)
    arguments.add_argument("--timeout", type=int, default=10, help="seconds for a host; floods and other work may starve a good one of less")
    arguments.add_argument("--build", default=measure.BUILD)
    options = arguments.parse_args()
    with open(os.path.join(options.build, "CMakeCache.txt")) as cache:
        options.sanitized = any(line.startswith("COLLECTOR_SANITIZE:STRING=") and line.strip()[-1] != "=" for line in cache)
    listed = subprocess.run([os.path.join(options.build, "tests", "fleet"), "--list-faults"], capture_output=True, text=True, check=True).stdout
    faults = {name: set(causes.replace(",", " ").replace("|", " ").split()) for name, causes, _ in (line.split("\t", 2) for line in listed.splitlines())}
    end = time.monotonic() + options.minutes * 60
    failures, peaks, hosts_done, all_late = 0, [], 0, 0
    with tempfile.TemporaryDirectory(prefix="collector-soak-") as folder:
        os.mkdir(os.path.join(folder, "run"))
        os.mkdir(os.path.join(folder, "scratch"))
        measure.make_key(os.path.join(folder, "id"))
        expected = write_hosts(folder, faults, options.hosts_per_fault)
        print(f"{len(faults)} faults, {len(expected)} hosts, {options.in_flight} in flight, {options.minutes:g} min{', sanitized' if options.sanitized else ''}",
              flush=True)
        with measure.Fleet(folder, "--fault-map", os.path.join(folder, "map"), build=options.build) as fleet:
            while time.monotonic() < end or not peaks:
                began = time.monotonic()
                seen, summary, late, wrong = one_run(options, folder, fleet, os.path.join(folder, "hosts"), expected)
                peaks.append([seen.peak(k) for k in [1, 2, 3]])
                hosts_done, all_late = hosts_done + summary.get("hosts", 0), all_late + late
                memory, descriptors, threads = peaks[-1]
                print(f"run {len(peaks)}: {time.monotonic() - began:.0f} s, {memory:.0f} MB, {descriptors} descriptors, {threads} threads, "
                      f"{summary.get('ok')} ok, {len(summary.get('causes', {}))} causes, {late} late{seen.course(len(expected))}, "
                      f"{seen.longest_pause():.1f} s without a sample", flush=True)
                for each in wrong:
                    failures += 1
                    print(f"  WRONG: {each}", flush=True)
                if fleet.process.poll() is not None:
                    sys.exit(f"the fleet has ended with status {fleet.process.returncode}")
    third = max(1, len(peaks) // 3)
    # Of threads a run has seven to ten, as its pool needs them.
    for name, column, slack in [("MB", 0, 16), ("descriptors", 1, 16), ("threads", 2, 4)]:
        first, last = (statistics.median(each[column] for each in some) for some in [peaks[:third], peaks[-third:]])
        grown = last > first * 1.1 + slack
        failures += grown
        print(f"{name}: {first:.0f} in the first third of {len(peaks)} runs, {last:.0f} in the last{'   GREW' if grown else ''}")
    print(f"{len(peaks)} runs, {hosts_done:,} hosts, {all_late} of them late; " + ("nothing wrong" if not failures else f"{failures} wrong"))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
