#!/usr/bin/env python3
"""How fast inventories are read, as ratios measured in one run: CPU against ansible-inventory, linearity, bytes a host, what a /8 takes.

    tests/bench/inventory.py [BUILD_DIR]

Status 1 where a bound is missed. Without Ansible the first ratio is left out.
"""

import os
import shutil
import sys
import tempfile

import measure


def write_inventory(path, hosts, groups):
    """HOSTS in GROUPS, three variables each, two a group."""
    with open(path, "w") as file:
        each = hosts // groups
        for group in range(groups):
            file.write(f"[group{group:03}]\n")
            for n in range(group * each, (group + 1) * each):
                file.write(f"host{n:07}.dc{group % 7}.example.com ansible_host=10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
                           f" ansible_port={2200 + n % 7} rack=r{n % 40}\n")
            file.write(f"[group{group:03}:vars]\nansible_user=ops\nregion=eu-{group % 5}\n")


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else measure.BUILD
    driver = os.path.join(build, "tests", "inventory-driver")
    missed = []

    def best(words, times):
        """(CPU seconds, peak MB), the least of each."""
        cpu, peak, _ = zip(*[measure.cost(measure.Command(words), build) for _ in range(times)])
        return min(cpu), min(peak)

    def judge(name, value, bound, more=False):
        good = value >= bound if more else value <= bound
        print(f"{name:<76} {value:10.2f}   ({'at least' if more else 'at most'} {bound:g}){'' if good else '   MISSED'}")
        if not good:
            missed.append(name)

    with tempfile.TemporaryDirectory(prefix="inventory-bench-") as folder:
        path = lambda name: os.path.join(folder, name)
        for name, hosts, groups in [("10k.ini", 10_000, 100), ("100k.ini", 100_000, 100), ("1m.ini", 1_000_000, 1000)]:
            write_inventory(path(name), hosts, groups)
        listed, _ = best([driver, "-i", path("10k.ini"), "--list"], 3)
        print(f"10,000 hosts in 100 groups, --list: {listed:.3f} s CPU")
        if shutil.which("ansible-inventory"):
            theirs, _ = best(["ansible-inventory", "-i", path("10k.ini"), "--list"], 1)
            print(f"ansible-inventory, the same: {theirs:.1f} s CPU")
            judge("ansible-inventory : collector inventory, CPU", theirs / listed, 100, more=True)
        else:
            print("skipped: ansible-inventory is not installed")
        with open(path("one.ini"), "w") as file:
            file.write("host1\n")
        idle, idle_peak = best([driver, "-i", path("one.ini"), "--lint"], 3)
        graph = [driver, "--graph", "ungrouped", "-i"]
        hundred, _ = best(graph + [path("100k.ini")], 3)
        million, peak = best(graph + [path("1m.ini")], 2)
        print(f"reading 100,000 lines: {hundred - idle:.3f} s CPU; 1,000,000: {million - idle:.3f} s")
        judge("time for 1,000,000 lines : 100,000", (million - idle) / (hundred - idle), 12)
        judge("bytes a host, three variables each (peak of the process, less an empty one)", (peak - idle_peak) * 1.048576, 400)
        cpu, peak = best([driver, "-i", "127.0.0.0/8", "--hosts"], 1)
        print(f"-i 127.0.0.0/8 --hosts: {cpu:.2f} s CPU, {cpu / (1 << 24) * 1e9:.0f} ns a host")
        judge("peak memory of -i 127.0.0.0/8 --hosts, MB", peak * 1.048576, 60)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
