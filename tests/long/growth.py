#!/usr/bin/env python3
"""How the parsers of foreign bytes grow: whoever sends much must cost his bytes, not their square.

    tests/long/growth.py [--build build/release] [NAME…]        NAME: a fuzzer, as in tests/fuzz, or a section of facts

Takes what each fuzzer begins with, and lets it grow, in each of several ways, to a size, to four times that size, and where that is steep to four
times that one; of the answers of ssh-facts each block, and all blocks of an answer together. Four times the bytes may take seven times the
processor's time: there is sorting, and caches end somewhere. What takes less than a fifth of a second grows as it likes. Status 1, and a line
for each, where one takes more.
"""

import argparse
import functools
import glob
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ANSWERS = os.path.join(HERE, "..", "data", "answers")
SIZE = 300_000  # bytes
MOST = 7  # times the time, for four times the bytes
FRAME = re.compile(rb"(?m)^(00 [FC] [^\n]*\n)")

# Line, its turn: what becomes of it.
WAYS = {
    "the same again": lambda line, turn: line,
    "another first word": lambda line, turn: re.sub(rb"[A-Za-z0-9]+", lambda word: word[0] + b"%d" % turn, line, count=1),
    "other words": lambda line, turn: re.sub(rb"[A-Za-z]{2,}", lambda word: word[0] + b"%d" % turn, line),
    "other words, downwards": lambda line, turn: re.sub(rb"[A-Za-z]{2,}", lambda word: word[0] + b"%d" % (10**8 - turn), line),
    "other numbers": lambda line, turn: re.sub(rb"\d+", lambda number: b"%d" % (int(number[0][:9]) + turn), line),
    "one line": lambda line, turn: line + b" ",
}


def grown(block, way, size):
    lines, out, length, turn = block.split(b"\n"), [], 0, 0
    while length < size:
        for line in lines:
            out.append(WAYS[way](line, turn))
            length += len(out[-1]) + 1
        turn += 1
    return (b"" if way == "one line" else b"\n").join(out)


class Answer:
    """One of a host's: frames, and between them what may grow."""

    def __init__(self, path):
        with open(path, "rb") as file:
            parts = FRAME.split(file.read())
        self.start, self.blocks = parts[0], []  # (frame, block, what stands behind it)
        for frame, body in zip(parts[1::2], parts[2::2]):
            end = re.search(rb"(?m)^00 ", body)
            block = body[: end.start()] if end else body
            self.blocks.append((frame, block.rstrip(b"\n"), b"\n\n" + body[len(block):]))

    def grown(self, which, way, size):
        """With these blocks grown to so many bytes together."""
        each = size // len(which)
        return self.start + b"".join(frame + (grown(block, way, each) if at in which else block) + behind
                                     for at, (frame, block, behind) in enumerate(self.blocks))


def cases(build):
    """(name, program, file, what grows, how it is grown): each kind of block once, all of an answer at once, and other files as a whole."""
    listed = subprocess.run(["ctest", "--test-dir", build, "-L", "^fuzz$", "--show-only=json-v1"], check=True, capture_output=True, text=True).stdout
    for test in json.loads(listed)["tests"]:
        program, *folders = test.get("command") or sys.exit(f"{test['name']} is not built")
        if test["name"] == "fuzz_facts":
            yield from (case[:1] + (program,) + case[1:] for case in facts_cases())
            continue
        for folder in folders:
            for path in sorted(glob.glob(os.path.join(glob.escape(folder), "**"), recursive=True)):
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        text = file.read()
                    yield test["name"], program, path, "all of it", lambda way, size, text=text: grown(text, way, size)


def facts_cases():
    for section in sorted(os.listdir(ANSWERS)):
        seen = set()
        for path in sorted(glob.glob(os.path.join(ANSWERS, section, "*.txt"))):
            answer = Answer(path)
            filled = [at for at, (_, block, _) in enumerate(answer.blocks) if block.strip()]
            for at in filled:
                frame, block, _ = answer.blocks[at]
                if (frame, block[:12]) not in seen:
                    seen.add((frame, block[:12]))
                    yield section, path, frame.decode(errors="replace").strip()[3:], functools.partial(answer.grown, [at])
            if len(filled) > 1:
                yield section, path, "all blocks", functools.partial(answer.grown, filled)


def seconds(program, folder, text):
    """Of the processor, for the text and fifteen cuts of it (tests/fuzz/replay.cpp)."""
    with open(os.path.join(folder, "answer"), "wb") as file:
        file.write(text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        subprocess.run([program, folder], check=True, stdout=subprocess.DEVNULL, timeout=120)
    except subprocess.TimeoutExpired:
        return float("inf")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--build", default=os.path.join(HERE, "..", "..", "build", "release"))
    arguments.add_argument("name", nargs="*", metavar="NAME")
    options = arguments.parse_args()
    tried = steep = 0
    with tempfile.TemporaryDirectory(prefix="collector-growth-") as folder:
        for name, program, path, what, grow in cases(options.build):
            if options.name and name not in options.name:
                continue
            for way in WAYS:
                took = [seconds(program, folder, grow(way, SIZE * factor)) for factor in (1, 4)]
                tried += 1
                # What is steep at first may come to one of the limits; so it is asked again.
                if took[1] > 0.2 and took[1] > MOST * took[0]:
                    took.append(seconds(program, folder, grow(way, SIZE * 16)))
                    if took[2] > MOST * took[1] or took[2] == float("inf"):
                        steep += 1
                        print(f"{name}: {os.path.basename(path)}: {what}, {way}: {', '.join(f'{one:.2f} s' for one in took)}", flush=True)
    print(f"{tried} tried, {steep} steep")
    sys.exit(steep > 0 or tried == 0)


if __name__ == "__main__":
    main()
