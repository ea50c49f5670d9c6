#!/usr/bin/env python3
"""Runs examples/nightly and checks that the morning tells each change that was planted in the night, and nothing else.

    nightly.py BUILD-DIR
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile

root = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
build = sys.argv[1]
collector = os.path.join(build, "bin", "collector")
failures = []


def check(what, seen, expected):
    if seen != expected:
        failures.append(what)
        print(f"FAIL: {what}\n  seen     {seen}\n  expected {expected}", file=sys.stderr)
    else:
        print(f"ok: {what}")


def two_looks(folder):
    """Looks at this very machine twice, with a file more between: what diff tells of it, and whether the space of a mount moved."""
    filler = os.path.join(build, "tests", f"nightly-{os.getpid()}")
    fleet = subprocess.Popen([os.path.join(build, "tests", "fleet"), "--run", "--known-hosts", f"{folder}/real_hosts", "--parent-death"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = fleet.stdout.readline().split()[1]
        looks = []
        for name in ("before.jsonl", "after.jsonl"):
            looks.append(os.path.join(folder, name))
            command = [collector, "-i", "127.0.4.1,", "-p", "ssh-facts", "--facts", "state,memory,mounts,storage,date_time,clock,package_summary",
                       "--port", port, "--user", "ops", "--identity", f"{folder}/id", "--known-hosts", f"{folder}/real_hosts", "--ssh-config", "none",
                       "--quiet", "-o", looks[-1]]
            subprocess.run(command, check=True, timeout=100)
            with open(filler, "wb") as file:
                file.write(os.urandom(8 << 20))
                os.fsync(file.fileno())
    finally:
        fleet.terminate()
        fleet.wait()
        if os.path.exists(filler):
            os.unlink(filler)
    told = subprocess.run([collector, "diff", "--format", "json", *looks], capture_output=True, text=True)
    facts = []
    for look in looks:
        with open(look, encoding="utf-8") as file:
            facts.append(json.load(file)["facts"])
    space = [{mount["mount"]: mount.get("size_available") for mount in fact.get("mounts", [])} for fact in facts]
    return {change["fact"] for change in json.loads(told.stdout)["changes"]}, space[0] != space[1]


with tempfile.TemporaryDirectory(prefix="collector-nightly-") as folder:
    environment = dict(os.environ, BUILD_DIR=build, NIGHTLY_DIR=folder)
    run = subprocess.run([os.path.join(root, "examples/nightly/nightly.sh"), "--no-build"], env=environment, text=True,
                         capture_output=True, timeout=240)
    if run.returncode != 0:
        sys.exit(f"nightly.sh ended with {run.returncode}\n{run.stdout[-3000:]}\n{run.stderr[-3000:]}")

    with open(os.path.join(folder, "diff.json"), encoding="utf-8") as file:
        diff = json.load(file)
    hosts = diff["hosts"]
    check("hosts that came", hosts["came"], ["ledger", "web13"])
    check("hosts that went", hosts["went"], ["db07", "db08"])
    check("hosts that became unreachable", hosts["unreachable_causes"], {"not_ssh": ["web12"]})
    check("hosts that returned", hosts["returned"], ["db02"])
    check("hosts that nobody tried", hosts["not_tried"], [])
    changes = {(change["class"], change["fact"], tuple(change["hosts"])) for change in diff["changes"]}
    upgraded = tuple(f"web{i:02}" for i in range(1, 10))
    check("what is not the reinstalled host's alone",
          {change for change in changes if change[2] != ("web09",)},
          {("state", "kernel", upgraded), ("hardware", "memtotal_mb", ("db06",)), ("hardware", "memory_total_bytes", ("db06",))})
    of_web09 = {change[1] for change in changes if change[2] == ("web09",)}
    check("the reinstalled host is another one", {change[1] for change in changes if change[0] == "identity"}, {"machine_id"})
    check("nothing but its id and release differs",
          {fact for fact in of_web09 if not fact.startswith(("distribution_", "lsb.", "os_release."))}, {"machine_id"})
    check("its release is told", "distribution_major_version" in of_web09 or "distribution_version" in of_web09, True)
    memory = next(change for change in diff["changes"] if change["fact"] == "memtotal_mb")
    check("the memory before and after", (memory["old"], memory["new"]), (32768, 65536))

    with open(os.path.join(folder, "assets.json"), encoding="utf-8") as file:
        assets = {record["host"]: record for record in json.load(file)["hosts"]}
    check("hosts of both nights", len(assets), 22)
    lost = assets["web12"]
    check("the lost host is lost", (lost["status"], lost["cause"], lost["streak"]), ("unreachable", "not_ssh", 1))
    check("its facts are the old ones", lost["facts"]["kernel"], "6.1.0-25-amd64")
    check("and it says so", list(lost["facts_from"]), ["ssh-facts"])
    check("it fails since the second night", lost["failing_since"] > lost["last_ok"], True)
    check("look-alikes", {host: record["same_asset_as"] for host, record in assets.items() if "same_asset_as" in record},
          {"db07": ["ledger"], "ledger": ["db07"]})
    check("a steady host's streak", assets["web01"]["streak"], 2)

    with open(os.path.join(folder, "tables/hosts.csv"), encoding="utf-8", newline="") as file:
        rows = {row["host"]: row for row in csv.DictReader(file)}
    check("rows of hosts.csv", sorted(rows), sorted(assets))
    check("a cell of it", rows["db06"]["memtotal_mb"], "65536")
    with open(os.path.join(folder, "report.html"), encoding="utf-8") as file:
        page = file.read()
    check("the page names every host", [host for host in assets if f"<td>{host}</td>" not in page], [])
    check("the page tells the changes", all(text in page for text in ("came", "became unreachable", "memtotal_mb", "machine_id", "not_ssh")), True)

    # Both kinds of result are what the schema says.
    try:
        import jsonschema
    except ImportError:
        print("skipped: python3-jsonschema is not installed")
    else:
        schema = json.loads(subprocess.run([os.path.join(build, "bin", "collector"), "schema"], check=True, capture_output=True).stdout)
        validator = jsonschema.Draft202012Validator(schema)
        validator.check_schema(schema)
        for name in ("monday.json", "tuesday.json", "assets.json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                check(f"{name} fits the schema", [error.message for error in validator.iter_errors(json.load(file))], [])

    # A real host's space, memory, load and clock move all the time. (Others may mount and install something here meanwhile.)
    told, has_moved = two_looks(folder)
    moving = re.compile(r"available|used|free|uptime|boot_time|loadavg|date_time|clock_")
    check("nothing of a real host that moves by itself is told", sorted(path for path in told if moving.search(path)), [])
    if not has_moved:
        print("(no mount's space moved: of that, nothing was seen)")

    # The same through compressed files and standard input.
    packed = os.path.join(folder, "tuesday.jsonl.zst")
    subprocess.run([collector, "merge", os.path.join(folder, "tuesday.json"), "-o", packed], check=True, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "monday.json"), "rb") as file:
        again = subprocess.run([collector, "diff", "--format", "json", "-", packed], stdin=file, capture_output=True)
    check("diff from standard input and a packed file", (again.returncode, json.loads(again.stdout)["changes"]), (1, diff["changes"]))

sys.exit(1 if failures else 0)
