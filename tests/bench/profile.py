#!/usr/bin/env python3
"""Where the CPU of a run goes, by perf: a share for each library and, of the kernel's, for each system call.

    tests/bench/profile.py [ssh] [ping] [noop] [--hosts N] [--in-flight 1000] [--build build/release]

All three where none is named: 10,000 SSH sessions with 1,000 in flight on the simulated fleet, a ping of 262,144 addresses of loopback beside
its floor, as many jobs that do nothing. As root, with the package linux-perf. Prints tables in Markdown: where.md, which RESULTS.md repeats,
has them. What is below half a hundredth is left out.
"""

import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile

import measure

LIBRARIES = [  # the first that fits
    (r"kernel", "the kernel"),
    (r"libsodium|libgmp", "libsodium and GMP: X25519 and Ed25519"),
    (r"libcrypto", "OpenSSL: all other cryptography, and finding its own methods"),
    (r"libssh", "libssh"),
    (r"jemalloc", "jemalloc"),
    (r"libQt6", "Qt"),
    (r"^collector$|libcollector|icmpfloor|^(ping|noop|ssh-command)\.so", "our own code"),
    (r"libc\.so|libstdc|libm\.so|vdso|ld-linux", "C and C++ library: copying, comparing, locks, the clock"),
]


def report(data, *words):
    """[(share, fields)] of perf report's lines, and the CPU seconds of all."""
    text = subprocess.run(["perf", "report", "-i", data, "-g", "none", "-t", ";", *words], capture_output=True, text=True, check=True).stdout
    lines = [line.split(";") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    seconds = int(re.search(r"Event count \(approx\.\): (\d+)", text)[1]) / 1e9
    return [(float(line[0].strip().rstrip("%")), [field.strip() for field in line[1:]]) for line in lines], seconds


def table(title, shares, least=0.5):
    print(f"| {title} | share |\n| --- | ---: |")
    for name, share in sorted(shares.items(), key=lambda each: -each[1]):
        if share >= least:
            print(f"| {name} | {share:.1f} % |")
    print()


def profile(title, count, words, stdin=os.devnull):
    with tempfile.NamedTemporaryFile() as data, open(stdin) as hosts:
        subprocess.run(["perf", "record", "-q", "-F", "3000", "-e", "cpu-clock", "-g", "-o", data.name, "--", *words], stdin=hosts,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        threads = collections.Counter()
        libraries = collections.Counter()
        lines, seconds = report(data.name, "--no-children", "--sort", "comm,dso")
        for share, (thread, library, *_) in lines:
            threads[thread] += share
            libraries[next((name for pattern, name in LIBRARIES if re.search(pattern, library)), library)] += share
        calls = collections.Counter()
        for share, fields in report(data.name, "--children", "--sort", "symbol")[0]:
            found = re.search(r"__x64_sys_(\w+)", fields[1])
            if found:
                calls[f"`{found[1]}`"] += share
    print(f"{title}: {seconds / count * 1e6:.3g} µs of CPU a host, under perf\n")
    table("library", libraries)
    if len(threads) > 1:
        table("thread", threads)
    table("system call", calls)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("part", nargs="*", metavar="ssh|ping|noop")
    arguments.add_argument("--hosts", type=int, default=0)
    arguments.add_argument("--in-flight", type=int, default=1_000, help="SSH sessions at once")
    arguments.add_argument("--build", default=measure.BUILD)
    options = arguments.parse_args()
    if subprocess.run(["perf", "--version"], capture_output=True).returncode != 0:
        sys.exit("perf is missing: install linux-perf")
    wanted = options.part or ["ssh", "ping", "noop"]
    if not set(wanted) <= {"ssh", "ping", "noop"}:
        arguments.error("ssh, ping and noop are what there is to profile")
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "out.jsonl")
        if "ssh" in wanted:
            hosts, key = os.path.join(folder, "hosts"), os.path.join(folder, "id")
            measure.write_hosts(hosts, options.hosts or 10_000)
            measure.make_key(key)
            with measure.Fleet(folder, build=options.build) as fleet:
                profile("ssh", options.hosts or 10_000, measure.ask_fleet(options.build, fleet, key, options.in_flight, output), hosts)
        bits = 32 - (options.hosts or 262_144).bit_length() + 1
        count = 2 ** (32 - bits)  # a network
        if "ping" in wanted:
            profile("ping", count, measure.collector(options.build, "-i", f"127.16.0.0/{bits}", "-p", "ping", "--rate", "0", "-q", "-o", output))
            profile("its floor", count, [os.path.join(options.build, "tests", "icmpfloor"), str(count)])
        if "noop" in wanted:
            profile("noop", count, measure.collector(options.build, "--plugin-dir", os.path.join(options.build, "tests", "plugins"), "-i",
                                                     f"10.0.0.0/{bits}", "-p", "noop", "--rate", "0", "-q", "-o", output))


if __name__ == "__main__":
    main()
