#!/usr/bin/env python3
"""Small runs of the program under valgrind's memcheck: invalid reads and writes, use of what was never set, leaks, descriptors left open.

    tests/long/valgrind.py [--build build/release] [--hosts 50]

Runs the verbs that have work to do: one command and facts on a simulated fleet, a tenth of whose hosts misbehave, ping, inventory,
explain, diff, merge, report. Each must end with the status it has without valgrind, a record for each host, and not a single finding.
Memcheck puts its own allocator in jemalloc's place; that it did is checked by the blocks it counted. Skipped (77) without valgrind.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "bench"))
import measure  # noqa: E402

# In turn on each tenth host: each ends a session at another place.
FAULTS = ["auth-denied", "reset-mid-output", "infinite-output", "other-host-key", "close-in-kex", "trickle", "open-flood", "garbage-kexinit"]
MEMCHECK = ["valgrind", "--tool=memcheck", "--leak-check=full", "--show-leak-kinds=definite,possible", "--errors-for-leak-kinds=definite,possible",
            "--error-exitcode=99", "--track-fds=yes", "--num-callers=30"]


def findings(log):
    """What memcheck said in LOG that is wrong, and how many blocks it saw."""
    said = re.sub(r"^==\d+== ?", "", log, flags=re.M)
    errors = re.search(r"ERROR SUMMARY: ([\d,]+) errors", said)
    blocks = re.search(r"total heap usage: ([\d,]+) allocs", said)
    if not errors or not blocks:
        return ["no summary: it did not end by itself"], 0
    wrong = [] if errors[1] == "0" else [f"{errors[1]} errors"]
    wrong += [f"left open: {what}" for what, whence in re.findall(r"^(Open .+)\n +(.+)$", said, re.M) if "inherited" not in whence]
    return wrong, int(blocks[1].replace(",", ""))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--build", default=measure.BUILD)
    arguments.add_argument("--hosts", type=int, default=50)
    options = arguments.parse_args()
    options.build = os.path.abspath(options.build)  # what is checked runs in a folder of its own
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed")
        sys.exit(77)
    # What PCRE compiles at run time reads past the end of a text, within a word, and has no name to be suppressed by.
    environment = dict(os.environ, QT_ENABLE_REGEXP_JIT="0", LC_ALL="C.UTF-8")
    failures = 0
    with tempfile.TemporaryDirectory(prefix="collector-valgrind-") as folder:
        path = lambda name: os.path.join(folder, name)
        measure.make_key(path("id"))
        bad = [n for n in range(1, options.hosts + 1) if n % 10 == 0]
        with open(path("faults"), "w") as file:
            file.writelines(f"127.0.1.{n} {FAULTS[i % len(FAULTS)]}\n" for i, n in enumerate(bad))

        def check(name, status, words, hosts=None, result=None):
            """COLLECTOR words must end with STATUS; RESULT then has HOSTS records."""
            nonlocal failures
            log = path("log")
            command = [*MEMCHECK, f"--log-file={log}", f"--suppressions={HERE}/valgrind.supp", *measure.collector(options.build, *words)]
            done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
            with open(log) as file:
                said = file.read()
            wrong, blocks = findings(said)
            if done.returncode != status:
                wrong.append(f"ended with status {done.returncode}, not {status}: {done.stderr[-1000:]}")
            if blocks < 1_000:
                wrong.append(f"memcheck saw {blocks} blocks: the allocator is not the one that it watches")
            if result and os.path.exists(path(result)):
                with open(path(result)) as file:
                    records = len({each["host"] for each in json.load(file)["hosts"]})
                if records != hosts:
                    wrong.append(f"{records} records, not {hosts}")
            elif result:
                wrong.append(f"{result} was not written")
            print(f"{name}: {blocks:,} blocks, {'; '.join(wrong) or 'no finding'}", flush=True)
            if wrong:
                failures += 1
                print(said)

        with measure.Fleet(folder, "--run", "--fault-map", path("faults"), build=options.build) as fleet:
            with open(path("hosts.ini"), "w") as file:
                file.write(f"[web]\n127.0.1.[1:{options.hosts}]\n[web:vars]\nansible_port={fleet.port}\nansible_user=root\n"
                           f"ansible_ssh_private_key_file={path('id')}\nansible_ssh_common_args=-F none -o UserKnownHostsFile={fleet.known_hosts}\n"
                           "rack=r{{ inventory_hostname }}\n[all:children]\nweb\n")
            run = ["-i", "hosts.ini", "--timeout", "300", "--connect-timeout", "30", "--retries", "0"]
            status = 3 if bad else 0
            check("ssh-command", status, [*run, "-p", "ssh-command", "--command", "uname -a", "-o", "command.json", "-o", "command.csv"],
                  options.hosts, "command.json")
            check("ssh-facts", status, [*run, "-p", "ssh-facts", "--section-timeout", "60", "-o", "facts.json", "-o", "facts.csv"], options.hosts, "facts.json")
            check("ping", 0, ["-i", f"127.0.1.1-127.0.1.{options.hosts}", "-p", "ping", "-o", "ping.json"], options.hosts, "ping.json")
            check("inventory", 0, ["inventory", "-i", "hosts.ini", "--list"])
            check("explain", 0, ["explain", "127.0.1.1", "-i", "hosts.ini"])
            for night in ["1", "2"]:
                with open(path(f"{night}.json"), "w") as file:
                    subprocess.run(["awk", "-v", f"hosts={options.hosts}", "-v", f"night={night}", "-f", os.path.join(measure.BENCH, "makeresult.awk")],
                                   stdout=file, check=True)
            check("diff", 1, ["diff", "1.json", "2.json"])
            check("merge", 0, ["merge", "1.json", "2.json", "-o", "merged.json"], options.hosts, "merged.json")
            check("report", 0, ["report", "2.json", "--since", "1.json", "-o", "report.html"])
    print("nothing found" if not failures else f"{failures} runs with findings")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
