#!/usr/bin/env python3
"""complete.py PREFIX: the completions for bash and, where it is installed, zsh, as somebody types at them, in a folder whose names are in
their way."""

import os
import pathlib
import pty
import select
import shutil
import sys
import tempfile
import time

prefix = pathlib.Path(sys.argv[1]).resolve()
typed = {
    'inv\t -i ho\t': ['inventory', '-i', 'hosts.ini'],       # though there is a folder of that name
    '-i my\t': ['-i', 'my hosts.ini'],
    '-i inventory/pr\t': ['-i', 'inventory/prod.ini'],
    'diff my\t ho\t': ['diff', 'my hosts.ini', 'hosts.ini'],
    '--become-mode c\t': ['--become-mode', 'commands'],
    '--become-mode=c\t': ['--become-mode=commands'],
    'diff --fail-on identity,hard\t': ['diff', '--fail-on', 'identity,hardware'],
    # Of plugins, by their manifests.
    '-p ping --tcp-p\t9 --method i\t': ['-p', 'ping', '--tcp-port', '9', '--method', 'icmp'],
    '-p ping,exec --with-f\ty\t': ['-p', 'ping,exec', '--with-facts', 'yes'],
    'explain -p exec --facts-format k\t': ['explain', '-p', 'exec', '--facts-format', 'key-value'],
}
shells = {
    'bash': (['bash', '--norc', '--noprofile', '-i'], f'. {prefix}/share/bash-completion/completions/collector'),
    'zsh': (['zsh', '-f', '-i'], f'fpath=({prefix}/share/zsh/vendor-completions $fpath); autoload -U compinit; compinit -u -D'),
}


def answer(shell, folder, line):
    """What the words are once the line is entered: a function prints them, whose name is put before them."""
    words, start = shells[shell]
    child, master = pty.fork()
    if child == 0:
        os.chdir(folder)
        path = f'{prefix}/bin:{os.environ["PATH"]}'
        os.execvpe(shell, words, {**os.environ, 'TERM': 'dumb', 'PS1': '', 'INPUTRC': '/dev/null', 'PATH': path})
    shown = ''

    def until(text):
        nonlocal shown
        end = time.monotonic() + 20
        while text not in shown and time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                shown += os.read(master, 65536).decode(errors='replace')

    os.write(master, f'{start}; say() {{ printf "<%s>" "$@"; echo; }}; echo rea"dy"\n'.encode())
    until('ready')
    os.write(master, f'collector {line}; echo do"ne"\x01say \n'.encode())
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
        for shell in filter(shutil.which, shells):
            shown = answer(shell, folder, line)
            entered = ''.join(f'<{word}>' for word in ['collector', *words])
            if entered.replace('=', '><') not in shown.replace('=', '><'):  # zsh puts the one in the other's place
                sys.exit(f'{shell} completes collector {line!r} to {shown!r}')
