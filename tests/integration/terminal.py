#!/usr/bin/env python3
"""What the program draws on a terminal, and what it leaves alone: one that knows no escape sequences, a narrow one, a wide one.

    terminal.py BUILD-DIR
"""

import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading

program = pathlib.Path(sys.argv[1]).resolve() / 'bin/collector'
failures = 0
hosts = ('-i', '127.0.0.1-127.0.0.9', '-p', 'ping', '--method', 'tcp')
narrow, usual, wide = 60, 80, 200


def check(what, holds, seen=''):
    global failures
    print(f'{"ok" if holds else "FAIL"}: {what}')
    if not holds:
        failures += 1
        print(f'      {seen}')


def shown(words, columns=usual, streams=('stdout', 'stderr'), **environment):
    """What a terminal of so many columns is sent on these streams; the others are lost."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ('NO_COLOR', 'TERM')}
    process = subprocess.Popen([program, *words], stdin=subprocess.DEVNULL, env={**kept, 'TERM': 'xterm', **environment},
                               **{name: theirs if name in streams else subprocess.DEVNULL for name in ('stdout', 'stderr')})
    os.close(theirs)
    pieces = []

    def read():
        try:
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        except OSError:
            pass # EIO: nobody has the other end any more

    reader = threading.Thread(target=read)
    reader.start()
    process.wait(60)
    reader.join()
    os.close(ours)
    return b''.join(pieces).decode().replace('\r\n', '\n')


def colours(text):
    return '\x1b[3' in text


def widest(text):
    return max(map(len, text.splitlines()))


def drawing():
    slow = (*hosts, '--rate', '8') # a second: the progress line is drawn
    check('a terminal gets colours and a progress line', colours(text := shown(slow)) and '\x1b[K' in text, text)
    check('with NO_COLOR the progress line alone', not colours(text := shown(slow, NO_COLOR='1')) and '\x1b[K' in text, text)
    check('an empty NO_COLOR is none', colours(text := shown(slow, NO_COLOR='')), text)
    check('--color on asks for them all the same', colours(text := shown((*slow, '--color', 'on'), NO_COLOR='1')), text)
    check('TERM=dumb: no escape sequence', '\x1b' not in (text := shown(slow, TERM='dumb')) and '9 hosts in' in text, text)
    check('--progress on draws nothing there either', '\x1b' not in (text := shown((*slow, '--progress', 'on'), TERM='dumb')), text)


def tables(folder):
    inventory = folder / 'hosts.ini'
    groups = ['g' * 60 + str(i) for i in range(2)]
    inventory.write_text(''.join(f'[{group}]\n{"h" * 50} ansible_host=127.0.0.1\n' for group in groups))
    words = ('-i', inventory, '-p', 'ping', '--method', 'tcp', '-f', 'table', '--columns', 'host,groups,ping.method,address,status')
    for columns in (narrow, usual, wide):
        both = shown(words, columns, streams=('stdout',))
        check(f'a table fits {columns} columns, whatever stderr is', widest(both) <= columns, both)
    check('and takes what room there is', '127.0.0.1' in both and widest(both) > usual, both)


def help_pages():
    with_plugins = ('-p', 'ping,ssh-facts', '--help')
    verbs = ('inventory', 'plugins', 'explain', 'diff', 'merge', 'report', 'schema')
    for words in (('--help',), with_plugins, *((verb, '--help') for verb in verbs)):
        piped = subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout
        text = shown(words)
        # What cannot be broken stays whole: examples.
        long = [line for line in text.splitlines() if len(line) > usual and not line.startswith('  collector ')]
        check(f'{" ".join(words)} fits {usual} columns', not long, '\n'.join(long))
        check('and says the same as to a file', re.split(r'\s+', text) == re.split(r'\s+', piped), text)
        of_plugins = all(option in text for option in ('--tcp-port', '--section-timeout', '(5s)'))
        check('and has the options of plugins where they are named', of_plugins == (words == with_plugins), text)


def main():
    drawing()
    help_pages()
    with tempfile.TemporaryDirectory(prefix='collector-terminal-') as name:
        tables(pathlib.Path(name))
    sys.exit(1 if failures else 0)


main()
