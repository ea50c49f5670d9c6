#!/usr/bin/env python3
"""Whether each fuzzer's READS names all files of its room that it needs, by the linker's map of the program that replays its corpus.

    reads.py FOLDER (fuzz_NAME FILE.cpp …) …       FOLDER has fuzz_NAME.map
"""
import os
import re
import sys


def main():
    reads = {}
    for word in sys.argv[2:]:
        if word.startswith("fuzz_"):
            files = reads[word] = set()
        else:
            files.add(os.path.basename(word))
    lacking = False
    for fuzzer, files in reads.items():
        with open(os.path.join(sys.argv[1], fuzzer + ".map")) as text:
            taken = set(re.findall(r"^\S*libcollector-\w+\.a\((\w+\.cpp)\.o\)$", text.read(), re.MULTILINE))
        if not taken:
            sys.exit(f"{fuzzer}: its map names no file of a room")
        for file in sorted(taken - files):
            print(f"{fuzzer} needs {file}, which its READS does not name")
            lacking = True
    sys.exit(lacking)


if __name__ == "__main__":
    main()
