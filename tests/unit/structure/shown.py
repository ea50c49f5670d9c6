#!/usr/bin/env python3
"""shown.py SOURCE: the tables of traps and complaints in tests/integration/README.md are whole, and what they name is there.

Thirty numbers each; of each at least one test, as `tst_thing::function`, `script.py::function` or the name of a fault of the simulated fleet;
every fuzzer of the rooms net and ssh (tests/fuzz/rooms.cmake) stands in the table of what reads foreign bytes, and none else. Status 1, and a
line for each finding.
"""

import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
readme = (source / 'tests/integration/README.md').read_text(encoding='utf-8')
sources = {path.name: path.read_text(encoding='utf-8') for folder in ('unit', 'integration', 'bench') for path in (source / 'tests' / folder).rglob('*')
           if path.suffix == '.py' or path.name.startswith('tst_') and path.suffix == '.cpp'}
faults = set(re.findall(r'"([a-z0-9-]+)", "[a-z_ ,|]+",', (source / 'tests/fleet/faults.cpp').read_text(encoding='utf-8')))
findings = []


def exists(name):
    if '::' not in name:
        return name in faults
    file, function = name.split('::')
    if file.endswith('.py'):
        return f'def {function}(' in sources.get(file, '')
    return bool(re.search(rf'^ *void (?:\w+::)?{function}\(\)$', sources.get(file + '.cpp', ''), re.M))


traps, complaints = (re.findall(r'^\| (\d+) \| (.+?) \| (.+) \|$', part, re.M) for part in readme.split('\n# ')[0:2])
for kind, rows in ('trap', traps), ('complaint', complaints):
    if [int(number) for number, _, _ in rows] != list(range(1, 31)):
        findings.append(f'{kind}: not numbered from 1 to 30')
    for number, _, shown in rows:
        names = re.findall(r'`([^`]+)`', shown)
        findings += [f'{kind} {number}: there is no test or fault {name}' for name in names if not exists(name)]
        if not names:
            findings.append(f'{kind} {number} has no test')

fuzzers = set(re.findall(r'collector_fuzzer\((\w+) LINKS collector-(?:net|ssh) ', (source / 'tests/fuzz/rooms.cmake').read_text(encoding='utf-8')))
named = set(re.findall(r'`(fuzz_\w+)`', readme))
findings += [f'{name} stands in one of rooms.cmake and README.md alone' for name in sorted(fuzzers ^ named)]

for finding in findings:
    print(finding)
sys.exit(1 if findings or len(faults) < 70 else 0)
