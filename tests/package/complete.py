#!/usr/bin/env python3
"""complete.py FILE: the completion for bash as somebody types it, in a folder whose names are in its way."""

import os
import pathlib
import pty
import select
import sys
import tempfile
import time

completion = pathlib.Path(sys.argv[1]).resolve()
typed = {
    'inv\t -i ho\t': ['inventory', '-i', 'hosts.ini'],       # though there is a folder of that name
    '-i my\t': ['-i', 'my hosts.ini'],
    '-i inventory/pr\t': ['-i', 'inventory/prod.ini'],
    'diff my\t ho\t': ['diff', 'my hosts.ini', 'hosts.ini'],
    '--become-mode c\t': ['--become-mode', 'commands'],
}


def answer(folder, line):
    """What the words are once the line is entered: a function prints them."""
    child, master = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe('bash', ['bash', '--norc', '--noprofile', '-i'], {**os.environ, 'TERM': 'dumb', 'PS1': '', 'INPUTRC': '/dev/null'})
    shown = ''

    def until(text):
        nonlocal shown
        end = time.monotonic() + 20
        while text not in shown and time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                shown += os.read(master, 65536).decode(errors='replace')

    os.write(master, f'. {completion}; collector() {{ printf "<%s>" "$@"; echo; }}; echo rea"dy"\n'.encode())
    until('ready')
    os.write(master, f'collector {line}; echo do"ne"\n'.encode())
    until('done')
    os.write(master, b'exit\n')
    os.close(master)
    os.waitpid(child, 0)
    return shown


with tempfile.TemporaryDirectory(prefix='collector-complete-') as name:
    folder = pathlib.Path(name)
    (folder / 'inventory').mkdir()
    for file in ('hosts.ini', 'my hosts.ini', 'inventory/prod.ini'):
        (folder / file).touch()
    for line, words in typed.items():
        shown = answer(folder, line)
        if ''.join(f'<{word}>' for word in words) not in shown:
            sys.exit(f'bash completes collector {line!r} to {shown!r}')
