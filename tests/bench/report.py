#!/usr/bin/env python3
"""RESULTS.md, the plots and README's table of figures, from what run.py has kept; as a program: are RESULTS.md and README.md still what
results.json says?
"""

import json
import os
import sys

import measure
import plot

README = os.path.join(measure.ROOT, "README.md")

# part, case's title begins with, which of CPU and memory, contender, at most
GOALS = [
    ("ssh", "10,000 hosts", 0, "Go", 0.9),
    ("in-flight", "10,000 in flight", 0, "Go", 0.8),
    ("held", "10,000 in flight", 1, "Go", 0.5),
    ("ping", "1,048,576", 0, "floor", 1.5),
    ("noop", "1,048,576", 0, "floor of ping", 0.7),
    ("facts", "host", 0, "setup", 0.2),
    ("inventory", "10,000 hosts", 0, "ansible-inventory", 0.01),
    ("diff", "10,000 hosts", 0, "jq", 0.5),
]

# README's: what, beside whom; part, case's title begins with, which of CPU and memory, contender
FIGURES = [
    ("one SSH command on 10,000 simulated hosts, 1,000 in flight, CPU", "a client on Go's x/crypto/ssh", "ssh", "10,000 hosts", 0, "Go"),
    ("the same, peak memory", "the same", "ssh", "10,000 hosts", 1, "Go"),
    ("the same, all 10,000 in flight, CPU", "the same", "in-flight", "10,000 in flight", 0, "Go"),
    ("all 10,000 in flight, each command taking 8 s, peak memory", "the same", "held", "10,000 in flight", 1, "Go"),
    ("jobs that do nothing on 1,048,576 hosts, journal and JSON lines written, CPU", "a bare loop that pings as many", "noop", "1,048,576", 0,
     "floor of ping"),
    ("ping of 1,048,576 addresses, a record for each, CPU", "the same loop", "ping", "1,048,576", 0, "floor"),
    ("`diff` of two results of 10,000 hosts with 200 facts, CPU", "`jq` reading both", "diff", "10,000 hosts", 0, "jq"),
    ("an inventory of 10,000 hosts, CPU", "`ansible-inventory --list`", "inventory", "10,000 hosts", 0, "ansible-inventory"),
]


def ours_of(case):
    return next(iter(case["tools"]))


def ratio(case, name, column):
    """ours/theirs, or None where either was not measured."""
    both = [case["tools"][tool]["rounds"] for tool in (ours_of(case), name)]
    if any(each[column] is None for rounds in both for each in rounds):
        return None
    pick = [[(each[column],) for each in rounds] for rounds in both]
    return measure.ratios(*pick)[0]


def medians(tool):
    return [None if any(value is None for value in column) else measure.medians([(value,) for value in column])[0]
            for column in zip(*tool["rounds"])]


def find(kept, part, title, contender):
    """The case, or None where it, or the contender in it, was not measured."""
    return next((case for case in kept.get(part, {}).get("cases", []) if case["title"].startswith(title) and contender in case["tools"]), None)


def goals(kept):
    rows = []
    for part, title, column, contender, bound in GOALS:
        if case := find(kept, part, title, contender):
            value = ratio(case, contender, column)
            rows.append(f"| {part}: {case['title']} | {'CPU' if column == 0 else 'memory'}, {ours_of(case)} ÷ {contender} | {bound:g} | {value:.3g} |"
                        f" {'reached' if value <= bound else '**missed**'} |")
    if not rows:
        return []
    return ["## Goals", "", "| part | ratio | at most | measured | |", "| --- | --- | --- | --- | --- |", *rows, ""]


def table(part):
    out = ["| case | | CPU, ms a host | peak, MB | wall, s | hosts a second | ours ÷ this: CPU | memory | wall | rounds |",
           "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for case in part["cases"]:
        for name, tool in case["tools"].items():
            cpu, memory, wall = medians(tool)
            show = lambda value: "–" if value is None else plot.number(value)
            against = ["", "", ""] if name == ours_of(case) else [show(ratio(case, name, k)) for k in range(3)]
            out.append(f"| {case['title'] if name == ours_of(case) else ''} | {name} | {show(cpu / case['hosts'] * 1000)} | {show(memory)} | {show(wall)} |"
                       f" {show(case['hosts'] / wall)} | {' | '.join(against)} | {len(tool['rounds'])} |")
        out += [f"| | {name} | failed | | | | | | | |" for name in case["failed"]]
    return out


def commands(part):
    """One of each contender: the last case's."""
    last = {name: tool["command"] for case in part["cases"] for name, tool in case["tools"].items()}
    return ["```", *[f"{name}: {command if len(command) < 400 else command[:400] + ' …'}" for name, command in last.items()], "```"]


def curve(part, column, scale=lambda case: 1):
    series = {}
    for case in part["cases"]:
        for name, tool in case["tools"].items():
            series.setdefault(name, []).append((case["x"], medians(tool)[column] * scale(case)))
    return series


def plots(kept):
    """{file name: SVG}; a part that was not measured has none."""
    drawn = {}
    per_host = lambda case: 1000 / case["hosts"]
    if "ssh" in kept:
        case = kept["ssh"]["cases"][0]
        drawn["ssh.svg"] = plot.bars(f"One SSH command, CPU of the client per host: {case['title']}", "ms",
                                     {name: medians(tool)[0] * per_host(case) for name, tool in case["tools"].items()})
    if "hosts" in kept:
        drawn["hosts.svg"] = plot.lines("One SSH command, 1,000 in flight: wall time, s", "hosts", curve(kept["hosts"], 2))
    if "in-flight" in kept:
        drawn["in-flight-cpu.svg"] = plot.lines("One SSH command: CPU of the client per host, ms", "in flight", curve(kept["in-flight"], 0, per_host))
        drawn["in-flight-memory.svg"] = plot.lines("One SSH command: peak memory of the client, MB", "in flight", curve(kept["in-flight"], 1))
    if "ping" in kept:
        case = kept["ping"]["cases"][-1]
        drawn["ping.svg"] = plot.bars(f"One echo each, CPU per host: {case['title']}", "µs",
                                      {name: medians(tool)[0] * 1e6 / case["hosts"] for name, tool in case["tools"].items()})
    return drawn


def figures(kept):
    """README's table."""
    rows = ["| what | beside | ratio | command |", "| --- | --- | --- | --- |"]
    for what, beside, part, title, column, contender in FIGURES:
        if case := find(kept, part, title, contender):
            value, ours = ratio(case, contender, column), medians(case["tools"][ours_of(case)])[column]
            absolute = f"{ours:.0f} MB" if column == 1 else f"{plot.number(ours / case['hosts'] * 1e6)} µs a host"
            rows.append(f"| {what} | {beside} | {f'{value:.2f}' if value > 0.05 else f'1/{1 / value:.0f}'} ({absolute}) | `tests/bench/run.sh --part {part}` |")
    return rows


def readme(text, kept):
    """README.md with its table written again."""
    begin = text.index("| what | beside |")
    return text[:begin] + "\n".join(figures(kept)) + text[text.index("\n\n", begin):]


def results(kept, drawn, order, quick):
    """RESULTS.md."""
    parts = [name for name in order if name in kept]
    if not parts:
        raise SystemExit("nothing has been measured yet")
    newest = kept[max(parts, key=lambda name: kept[name]["taken"])]
    out = ["# Results", "", *(["**Small numbers, one round, to try the script: not figures to cite.**", ""] if quick else []),
           "Written by `tests/bench/run.sh`, which repeats them: each contender in turn, every other round backwards; medians, and ratios as the",
           "median over the rounds. CPU is user and system of the client with its children; the peak is that of the largest single process, which",
           "is kind to peers that start many. Fleet and client share the machine, so ratios of CPU and memory carry to another one, seconds do",
           "not. The load before a part is that of the part before it, or of the build, where all are measured in one run. `results.json` has",
           "every round.", "",
           f"On {newest['machine']}.", "", *[f"- {line}" for line in newest["versions"]], "", *goals(kept)]
    for name in parts:
        part = kept[name]
        out += [f"## {name}", "", part["about"], "", *table(part), ""]
        out += [f"![{file}](plots/{file})" for file in drawn if file.rsplit(".")[0] == name or file.startswith(name + "-")]
        out += ["", f"`tests/bench/run.sh --part {name}`: {part['taken']} UTC, {part['seconds']} s, {part['versions'][0]}; load in the minute before it"
                f" {part['load']}. The last case's commands:", "",
                *commands(part), ""]
    if not quick:
        with open(os.path.join(measure.BENCH, "where.md")) as file:  # written by hand, with what profile.py prints
            out += [file.read()]
    return "\n".join(out)


def write(folder, kept, order, quick):
    """RESULTS.md and plots/*.svg in FOLDER; README.md, unless it was to try the script."""
    os.makedirs(os.path.join(folder, "plots"), exist_ok=True)
    drawn = plots(kept)
    for name, svg in drawn.items():
        with open(os.path.join(folder, "plots", name), "w") as file:
            file.write(svg)
    with open(os.path.join(folder, "RESULTS.md"), "w") as file:
        file.write(results(kept, drawn, order, quick))
    if quick:
        return
    with open(README) as file:
        text = file.read()
    with open(README, "w") as file:
        file.write(readme(text, kept))


def main():
    from parts import PARTS

    with open(os.path.join(measure.BENCH, "results.json")) as file:
        kept = json.load(file)
    with open(os.path.join(measure.BENCH, "RESULTS.md")) as file:
        is_same = file.read() == results(kept, plots(kept), list(PARTS), False)
    with open(README) as file:
        text = file.read()
    if not is_same or text != readme(text, kept):
        sys.exit("RESULTS.md or README.md differs from results.json and where.md: tests/bench/run.sh --report writes both again")


if __name__ == "__main__":
    main()
