#!/usr/bin/env python3
"""Makes the table of fuzzers in tests/RELIABILITY.md of what ctest noted of them.

    tests/fuzz/table.py [LOG…] [--commit HASH] [--print]

LOG is ctest's LastTest.log (default: build/fuzz/Testing/Temporary/LastTest.log); of a fuzzer that stands in several, the last counts.
What stands between the marks `fuzzers` in RELIABILITY.md is replaced; with --print it goes to standard output instead. One line a
fuzzer, the sections of facts together in one. Status 1 where a fuzzer found something or did not end; it says so in its line.
"""

import argparse
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "tests", "RELIABILITY.md")
SECTION = "fuzz_facts_"


def number(pattern, text, last=False):
    found = re.findall(pattern, text, re.M)
    return int(found[-1 if last else 0]) if found else 0


class Fuzzer:
    """What one run of one fuzzer said."""

    def __init__(self, name, text):
        self.name = name
        self.executions = number(r"^stat::number_of_executed_units: *(\d+)", text)
        self.seconds = number(r"^Test time = *(\d+)", text)
        self.edges = number(r"\bcov: (\d+)", text, last=True)
        self.corpus = number(r"\bcorp: (\d+)", text, last=True)
        self.found = re.findall(r"^SUMMARY: (.+)$", text, re.M)
        if not self.found and "Test Passed." not in text:
            self.found = ["did not end well"]


def read(log):
    """{name: Fuzzer} of one log of ctest."""
    with open(log, errors="replace") as file:
        text = file.read()
    found = re.findall(r"^\d+/\d+ Testing: (fuzz_\w+)\n(.*?)(?=^\d+/\d+ Testing: |\Z)", text, re.M | re.S)
    return {name: Fuzzer(name, body) for name, body in found}


def table(fuzzers, commit):
    whole = [each for each in fuzzers if not each.name.startswith(SECTION)]
    sections = [each for each in fuzzers if each.name.startswith(SECTION)]
    findings = lambda some: "; ".join(f"**{each.name}: {what}**" for each in some for what in each.found) or "none"
    lines = ["| fuzzer | executions | seconds | coverage, edges | corpus | findings |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    for each in whole:
        lines.append(f"| `{each.name}` | {each.executions:,} | {each.seconds:,} | {each.edges:,} | {each.corpus:,} | {findings([each])} |")
    if sections:
        span = lambda values: f"{min(values):,} to {max(values):,}"
        lines.append(f"| `fuzz_facts`, each of {len(sections)} sections by itself | {sum(each.executions for each in sections):,} | "
                     f"{sum(each.seconds for each in sections):,} | {span([each.edges for each in sections])} | "
                     f"{span([each.corpus for each in sections])} | {findings(sections)} |")
    total, seconds = sum(each.executions for each in fuzzers), sum(each.seconds for each in fuzzers)
    lines.append(f"| together | {total:,} | {seconds:,} | | | {sum(len(each.found) for each in fuzzers) or 'none'} |")
    return "\n".join(lines) + (f"\n\nAt {commit}." if commit else "")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("logs", nargs="*", metavar="LOG", default=[os.path.join(ROOT, "build", "fuzz", "Testing", "Temporary", "LastTest.log")])
    arguments.add_argument("--commit")
    arguments.add_argument("--print", action="store_true")
    options = arguments.parse_args()
    fuzzers = {}
    for log in options.logs:
        fuzzers.update(read(log))
    if not fuzzers:
        sys.exit(f"no fuzzer stands in {', '.join(options.logs)}")
    made = table([fuzzers[name] for name in sorted(fuzzers)], options.commit)
    if options.print:
        print(made)
    else:
        with open(PAGE) as file:
            page = file.read()
        page, count = re.subn(r"(<!-- fuzzers -->\n).*?(<!-- /fuzzers -->)", lambda found: f"{found[1]}{made}\n{found[2]}", page, flags=re.S)
        if count != 1:
            sys.exit(f"{PAGE} has {count} places for the table, not one")
        with open(PAGE, "w") as file:
            file.write(page)
    sys.exit(1 if any(each.found for each in fuzzers.values()) else 0)


if __name__ == "__main__":
    main()
