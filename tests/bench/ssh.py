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
import sys
import tempfile

import measure


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--hosts", type=int, default=10_000)
    arguments.add_argument("--in-flight", type=int, default=1_000)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--delay", type=int, default=0, help="milliseconds that each command takes")
    arguments.add_argument("--build", default=measure.BUILD)
    options = arguments.parse_args()

    with tempfile.TemporaryDirectory() as folder, measure.Fleet(folder, "--delay", str(options.delay), build=options.build) as fleet:
        hosts, key, output = (os.path.join(folder, name) for name in ["hosts", "id", "out.json"])
        measure.write_hosts(hosts, options.hosts)
        measure.make_key(key)
        contenders = {"collector": measure.Command(measure.ask_fleet(options.build, fleet, key, options.in_flight, output), hosts)}
        peer = measure.build_go_peer(folder)
        if peer:
            contenders["Go"] = measure.Command([peer, key, fleet.port, str(options.in_flight), "echo hello"], hosts)

        def check(name):
            with open(output) as file:
                counted = json.load(file)["summary"]
            if counted["ok"] != options.hosts:
                sys.exit(f"not all hosts are ok: {counted}")
            print(f"  {name}", end="", flush=True)

        print(f"{options.hosts} hosts, {options.in_flight} in flight, command takes {options.delay} ms:", end="")
        seen = measure.contest(contenders, options.rounds, options.build, budget=float("inf"), check=check)
        print()
        for name, rounds in seen.items():
            for cpu, memory, wall in rounds + [measure.medians(rounds)]:
                print(f"{name}: {cpu / options.hosts * 1000:.3f} ms a host, {memory:.0f} MB, {wall:.1f} s")
            print(f"^ median of {len(rounds)}")
        if "Go" in seen:
            cpu, memory, wall = measure.ratios(seen["collector"], seen["Go"])
            print(f"median ratio collector/Go: CPU {cpu:.2f}, memory {memory:.2f}, wall {wall:.2f}")


if __name__ == "__main__":
    main()
