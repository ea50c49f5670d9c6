#!/usr/bin/env python3
"""structure.py SOURCE: the house stands as its table of rooms says.

Includes point only where they may, files are short or listed, headers of rooms begin with a paragraph, nothing kills processes by their
name, and no path of a machine that builds is left in the sources. Exit status 1, and a line for each finding, where it does not.
"""

import pathlib
import re
import subprocess
import sys

# Folder → what else it may include. The plugins see the SDK and themselves; the cli knows all.
ROOMS = {
    'sdk': {'sdk'},
    'model': {'sdk'},
    'inventory': {'sdk', 'model'},
    'plugin': {'sdk', 'model'},
    'net': {'sdk', 'model'},
    'ssh': {'net', 'model', 'sdk'},
    'icmp': {'net', 'model', 'sdk'},
    'engine': {'sdk', 'model', 'plugin', 'net'},
    'output': {'model', 'sdk'},
}
LONGEST = 400
# What is longer, and why it stays in one piece. An entry whose file is short again is a finding too.
LONG = {
    'plugins/ssh-facts/parse/distributionfiles.cpp': 'one rule a distribution',
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)
BY_NAME = re.compile(r'\b(pkill|killall)\b')
# Home folders and work folders of whoever built it; /root and /home stand in test data and in help, as text.
MACHINE = re.compile(r'/(?:work/(?:wt|main|shared)|home/[a-z]+/(?:src|build|work)|tmp/bash_jobs)\b')


def tracked(source):
    names = subprocess.run(['git', '-C', source, 'ls-files', '-z'], check=True, capture_output=True).stdout
    return [name.decode() for name in names.split(b'\0') if name]


def room_of(name):
    parts = name.split('/')
    return parts[1] if parts[0] == 'core' and len(parts) > 2 else None


def wrong_includes(name, text):
    room = room_of(name)
    is_plugin = name.startswith('plugins/')
    for kind, target in INCLUDE.findall(text):
        first = target.split('/')[0] if '/' in target else ''
        if kind == '<':
            first = 'sdk' if first == 'collector' else ''
        if not first:
            continue
        if room in ROOMS and first in ROOMS and first != room and first not in ROOMS[room]:
            yield f'{name}: core/{room} may not include {target}'
        if room and first in ('cli', 'tests', 'plugins'):
            yield f'{name}: core/ may not include {target}'
        if is_plugin and first in (ROOMS.keys() - {'sdk'}) | {'cli', 'tests'}:
            yield f'{name}: a plugin sees the SDK alone, not {target}'


def findings(source):
    rooms = set()
    for name in tracked(source):
        path = pathlib.Path(source, name)
        if not path.is_file() or name.startswith('tests/data/') or path.resolve() == pathlib.Path(__file__).resolve():
            continue
        try:
            text = path.read_text(encoding='utf-8')
        except UnicodeDecodeError:
            continue
        if name.endswith(('.cpp', '.h', '.sh', '.py', '.txt', '.cmake', '.awk')) or name == '.ci/run':
            for found in BY_NAME.finditer(text):
                yield f'{name}: {found[1]} ends what others started; end a process by its id'
        for found in MACHINE.finditer(text):
            yield f'{name}: {found[0]} is a path of one machine'
        if not name.startswith(('core/', 'plugins/', 'cli/')) or not name.endswith(('.cpp', '.h')):
            continue
        rooms.add(room_of(name))
        yield from wrong_includes(name, text)
        lines = text.count('\n')
        if lines > LONGEST and name not in LONG:
            yield f'{name}: {lines} lines; more than {LONGEST} need a reason in the list of {pathlib.Path(__file__).name}'
        if lines <= LONGEST and name in LONG:
            yield f'{name}: short again; take it off the list'
        if name.endswith('.h') and not text.lstrip().startswith(('//', '/*')):
            yield f'{name}: a header opens with a paragraph that says what this is'
    for room in sorted(rooms - {None} - ROOMS.keys()):
        yield f'core/{room}: a room that the table does not know'
    for name in LONG:
        if not pathlib.Path(source, name).is_file():
            yield f'{name}: gone; take it off the list'


def main():
    if len(sys.argv) != 2:
        sys.exit('usage: structure.py SOURCE')
    found = sorted(set(findings(sys.argv[1])))
    print('\n'.join(found) if found else 'the house stands as its table says')
    sys.exit(1 if found else 0)


if __name__ == '__main__':
    main()
