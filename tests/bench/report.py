"""RESULTS.md and the plots, from what run.py has kept."""

import os

import measure
import plot

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


def goals(kept):
    rows = []
    for part, title, column, contender, bound in GOALS:
        case = next((each for each in kept.get(part, {}).get("cases", []) if each["title"].startswith(title)), None)
        if case and contender in case["tools"]:
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


def write(folder, kept, order, quick):
    """RESULTS.md and plots/*.svg in FOLDER."""
    os.makedirs(os.path.join(folder, "plots"), exist_ok=True)
    drawn = plots(kept)
    for name, svg in drawn.items():
        with open(os.path.join(folder, "plots", name), "w") as file:
            file.write(svg)
    parts = [name for name in order if name in kept]
    if not parts:
        raise SystemExit("nothing has been measured yet")
    newest = kept[max(parts, key=lambda name: kept[name]["taken"])]
    out = ["# Results", "", *(["**Small numbers, one round, to try the script: not figures to cite.**", ""] if quick else []),
           "Written by `tests/bench/run.sh`, which repeats them: each contender in turn, every other round backwards; medians, and ratios as the",
           "median over the rounds. CPU is user and system of the client with its children; the peak is that of the largest single process, which",
           "is kind to peers that start many. Fleet and client share the machine, so ratios of CPU and memory carry to another one, seconds do",
           "not. `results.json` has every round.", "",
           f"On {newest['machine']}.", "", *[f"- {line}" for line in newest["versions"]], "", *goals(kept)]
    for name in parts:
        part = kept[name]
        out += [f"## {name}", "", part["about"], "", *table(part), ""]
        out += [f"![{file}](plots/{file})" for file in drawn if file.rsplit(".")[0] == name or file.startswith(name + "-")]
        load = f"; load before it {part['load']}" + (": the machine was not quiet" if part["load"] > 1 else "")
        out += ["", f"`tests/bench/run.sh --part {name}`: {part['taken']} UTC, {part['seconds']} s, {part['versions'][0]}{load}. The last case's commands:", "",
                *commands(part), ""]
    if not quick:
        with open(os.path.join(measure.BENCH, "where.md")) as file:  # written by hand, with what profile.py prints
            out += [file.read()]
    with open(os.path.join(folder, "RESULTS.md"), "w") as file:
        file.write("\n".join(out))
