#!/usr/bin/env python3
"""Records a run on 240 simulated hosts, some of which misbehave, in a terminal, and draws it: tests/bench/plots/run.svg.

    tests/bench/picture.py [--build build/release] [-o FILE]

Everything in the picture was printed by the commands below, at the speed shown. The hosts run what they are asked on this machine, which
should have nothing else to do. Needs jq.
"""

import argparse
import os
import shutil
import sys
import tempfile

import measure
import terminal

GROUPS = {"web": 120, "db": 40, "edge": 64, "lab": 16}  # the hosts of the n-th are addresses of 127.0.n.0/24
FAULTS = ["127.0.1.64/29 auth-denied", "127.0.2.16/30 nologin", "127.0.3.40 close-after-exec", "127.0.4.0/24 other-host-key"]
COLUMNS, ROWS = 100, 26
COMMANDS = [
    "collector -i hosts.ini -p ssh-facts -o assets.json -o assets.csv",
    "ls -sh assets.*",
    "cut -d, -f1-5 assets.csv | sort | sed -n '/^web06[1-6]/p'",
    """jq -c '.hosts[] | select(.host=="web061").facts|{distribution, kernel, memtotal_mb}' assets.json""",
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--build", default=measure.BUILD)
    arguments.add_argument("-o", "--output", default=os.path.join(measure.BENCH, "plots", "run.svg"))
    options = arguments.parse_args()
    if not shutil.which("jq"):
        sys.exit("jq is not installed")
    with tempfile.TemporaryDirectory() as folder:
        measure.make_key(os.path.join(folder, "id"))
        faults, inventory = os.path.join(folder, "faults"), os.path.join(folder, "hosts.ini")
        with open(faults, "w") as file:
            file.writelines(f"{line}\n" for line in FAULTS)
        with measure.Fleet(folder, "--run", "--fault-map", faults, build=options.build) as fleet:
            with open(inventory, "w") as file:
                for i, (group, count) in enumerate(GROUPS.items(), 1):
                    file.write(f"[{group}]\n")
                    file.writelines(f"{group}{n:03} ansible_host=127.0.{i}.{n}\n" for n in range(1, count + 1))
                file.write(f"[all:vars]\nansible_port={fleet.port}\nansible_user=root\nansible_ssh_private_key_file={folder}/id\n"
                           f"ansible_ssh_common_args=-F none -o UserKnownHostsFile={fleet.known_hosts}\n")
            environment = {"HOME": folder, "LC_ALL": "C.UTF-8", "PATH": f"{os.path.abspath(options.build)}/bin:/usr/bin:/bin"}
            frames = terminal.record(COMMANDS, folder, environment, COLUMNS, ROWS)
    with open(options.output, "w") as file:
        file.write(terminal.svg("collector asks 240 hosts for their facts, and says which of them could not be had, and why", frames, COLUMNS))
    print(f"{options.output}: {os.path.getsize(options.output)} bytes, {len(frames)} screens, {frames[-1][0]:.0f} s")


if __name__ == "__main__":
    main()
