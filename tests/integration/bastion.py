#!/usr/bin/env python3
"""A bastion that asks a person: on the terminal, once for all workers, in the midst of a run.

    bastion.py BUILD-DIR     status 77: AsyncSSH is not installed

The bastion is servers/bastion, behind it and beside it stands the simulated fleet; the terminal is a pseudo-terminal, and the person is
this script.
"""

import collections
import json
import os
import pathlib
import pty
import re
import select
import shlex
import socket
import subprocess
import sys
import tempfile
import termios
import time

build = pathlib.Path(sys.argv[1]).resolve()
here = pathlib.Path(__file__).resolve().parent
failures = []


def check(what, holds, seen=''):
    print(('ok: ' if holds else 'FAIL: ') + what, '' if holds else seen, file=sys.stdout if holds else sys.stderr, flush=True)
    if not holds:
        failures.append(what)


class Bastion:
    def __init__(self, folder, answers, lose=0):
        self.folder = folder
        (folder / 'events').unlink(missing_ok=True)
        # Kept while the bastion lives, so that nobody else is given it; with this option on both it may have it beside us.
        self.reservation = socket.socket()
        self.reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.reservation.bind(('127.0.0.1', 0))
        self.port = self.reservation.getsockname()[1]
        self.process = subprocess.Popen([here / 'servers/bastion', str(self.port), folder, answers, str(lose)], stderr=subprocess.DEVNULL)
        self.jump = f'-J ops@127.0.0.1:{self.port}'
        end = time.monotonic() + 20
        while not self.events()['ready'] and time.monotonic() < end:
            time.sleep(0.05)

    def events(self):
        try:
            return collections.Counter((self.folder / 'events').read_text(encoding='ascii').splitlines())
        except FileNotFoundError:
            return collections.Counter()

    def most_tunnels(self):
        return max((int(event.split()[1]) for event in self.events() if event.startswith('tunnels')), default=0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.reservation.close()


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, command):
        self.shown = ''
        self.child, self.master = pty.fork()
        if self.child == 0:
            os.execv(command[0], [str(word) for word in command])

    def look(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            try:
                self.shown += os.read(self.master, 65536).decode(errors='replace')
                return True
            except OSError:
                pass
        return False

    def wait_for(self, text, seconds=20, times=1):
        end = time.monotonic() + seconds
        while self.shown.count(text) < times and time.monotonic() < end:
            self.look(0.1)
        if self.shown.count(text) < times:
            check(f'"{text}" is shown', False, self.shown[-1500:])

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look(0.1)

    def type(self, text):
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def status(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look(0.05)
            child, status = os.waitpid(self.child, os.WNOHANG)
            if child:
                while self.look(0):
                    pass
                os.close(self.master)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.child, 9)
        check('the program ends', False, self.shown[-1500:])
        return None


class Bench:
    def __init__(self, folder):
        self.folder = folder
        for name in ('id', 'hostkey'):
            subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', folder / name], check=True)
        (folder / 'faults').write_text('127.6.0.1/32 otp\n', encoding='ascii')
        self.fleet = subprocess.Popen([build / 'tests/fleet', '--known-hosts', folder / 'fleet', '--fault-map', folder / 'faults',
                                       '--parent-death'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = self.fleet.stdout.readline().split()[1]
        self.fleet.stdout.readline()

    def command(self, bastion, behind, beside=0, prefix='127.5', **options):
        """`behind` hosts through the bastion, `beside` it others."""
        key = (self.folder / 'hostkey.pub').read_text(encoding='ascii').split()
        (self.folder / 'known').write_text((self.folder / 'fleet').read_text(encoding='ascii') +
                                           f'[127.0.0.1]:{bastion.port} {key[0]} {key[1]}\n', encoding='ascii')
        lines = [f'{prefix}.{n // 200}.{n % 200 + 1} ansible_ssh_common_args="{bastion.jump}"' for n in range(behind)]
        lines += [f'127.4.0.{n + 1}' for n in range(beside)]
        (self.folder / 'hosts.ini').write_text('\n'.join(lines) + '\n', encoding='ascii')
        self.output = self.folder / 'out.jsonl'
        for former in (*self.folder.glob('out.*'), *self.folder.glob('.out*')):
            former.unlink()
        command = [build / 'bin/collector', '-i', self.folder / 'hosts.ini', '--ssh-config', 'none', '--port', self.port, '-u', 'ops', '-p',
                   'ssh-command', '--command', 'uptime', '--known-hosts', self.folder / 'known', '--identity', self.folder / 'id',
                   '--threads', '2', '--rate', '0', '-o', self.output]
        for name, value in options.items():
            command += ['--' + name.replace('_', '-'), value]
        return command

    def records(self):
        unfinished = self.folder / 'out.jsonl.partial'
        output = unfinished if unfinished.exists() else self.output
        return [json.loads(line) for line in output.read_text(encoding='utf-8').splitlines()]

    def done(self):
        """So many records have been written so far."""
        journals = list(self.folder.glob('.out*'))
        return sum(journal.read_bytes().count(b'"attempts"') for journal in journals)

    def causes(self):
        return collections.Counter(record['cause'] or record['status'] for record in self.records())


def once_for_all_workers(bench):
    """Fifty hosts and ten beside them, which come last; the person takes longer than a host may."""
    with Bastion(bench.folder, 'Verification code=123456') as bastion:
        terminal = Terminal(bench.command(bastion, 50, beside=10, timeout='8', concurrency='40', order='inventory'))
        terminal.wait_for('Verification code: ')
        before = terminal.shown
        silent = not terminal.echoes()
        terminal.wait(10)
        check('what stands beside a bastion goes on while it asks', bench.done() == 10, bench.done())
        check('the progress line leaves the question alone', terminal.shown == before, terminal.shown[len(before):])
        terminal.type('123456\n')
        status = terminal.status()
        check('fifty hosts behind a bastion that asks, on two workers', bench.causes() == {'ok': 60} and status == 0, (bench.causes(), status))
        events = bastion.events()
        check('one question, one login', (events['ask'], events['login'], terminal.shown.count('Verification code')) == (1, 1, 1),
              (events, terminal.shown))
        check('the answer is not shown', silent and '123456' not in terminal.shown, terminal.shown)
        check('it is said who asks, without what would move the cursor',
              'ops@127.0.0.1: Welcome to the [2Jbastion' in terminal.shown.replace('\r', ''), terminal.shown)


def a_session_has_so_many_places(bench):
    """The bastion sees an end of a tunnel later than whoever takes the place does: it counts some more than a hundred."""
    with Bastion(bench.folder, 'Code=1') as bastion:
        terminal = Terminal(bench.command(bastion, 400))
        terminal.wait_for('Code: ')
        terminal.wait(1)
        terminal.type('1\n')
        terminal.status()
        check('400 hosts, one login', bench.causes() == {'ok': 400} and bastion.events()['login'] == 1, (bench.causes(), bastion.events()))
        check(f'about a hundred at once: {bastion.most_tunnels()}', 50 < bastion.most_tunnels() < 200, bastion.events())


def wrong_then_right(bench):
    with Bastion(bench.folder, 'Verification code=123456') as bastion:
        terminal = Terminal(bench.command(bastion, 5, retries='0'))
        terminal.wait_for('Verification code: ')
        terminal.type('654321\n')
        terminal.wait_for('Verification code: ', times=2)
        terminal.type('12345\x7f\x7f456\n')
        terminal.status()
        check('a wrong code, then the right one', bench.causes() == {'ok': 5} and 'that was not accepted' in terminal.shown,
              (bench.causes(), terminal.shown))
        check('in one login', bastion.events()['login'] == 1 and bastion.events()['ask'] == 2, bastion.events())


def wrong_for_good(bench):
    with Bastion(bench.folder, 'Verification code=123456') as bastion:
        terminal = Terminal(bench.command(bastion, 5, retries='0'))
        for time_ in range(1, 4):
            terminal.wait_for('Verification code: ', times=time_)
            terminal.type('0\n')
        terminal.status()
        record = bench.records()[0]
        check('three wrong codes', bench.causes() == {'jump_failed': 5} and 'refused with what was typed' in record['message'], record)
        check('and no more questions', bastion.events()['ask'] == 3, bastion.events())


def rounds_and_questions(bench):
    with Bastion(bench.folder, 'Password=open sesame;Token=77/Menu|1. Telephone|2. Paper|Choice!=2') as bastion:
        terminal = Terminal(bench.command(bastion, 3))
        terminal.wait_for('ops@127.0.0.1: Password: ')
        terminal.type('open sesame\n')
        terminal.wait_for('ops@127.0.0.1: Token: ')
        terminal.type('77\n')
        terminal.wait_for('ops@127.0.0.1: Choice: ')
        terminal.type('2')
        terminal.wait_for('Choice: 2')
        check('an answer that may be seen is', terminal.shown.endswith('Choice: 2'), terminal.shown)
        check('a menu stands on lines of its own', 'ops@127.0.0.1: 1. Telephone\r\nops@127.0.0.1: 2. Paper\r\n' in terminal.shown, terminal.shown)
        terminal.type('\n')
        terminal.status()
        check('two questions, then another', bench.causes() == {'ok': 3} and 'sesame' not in terminal.shown, (bench.causes(), terminal.shown))


def a_password_that_was_not_given(bench):
    with Bastion(bench.folder, 'password=open sesame') as bastion:
        terminal = Terminal(bench.command(bastion, 3))
        terminal.wait_for('ops@127.0.0.1: password: ')
        terminal.type('open sesame\n')
        terminal.status()
        check('a password that was not given', bench.causes() == {'ok': 3} and 'sesame' not in terminal.shown, (bench.causes(), terminal.shown))


def lost_once(bench):
    with Bastion(bench.folder, 'Verification code=123456', lose=15) as bastion:
        terminal = Terminal(bench.command(bastion, 50, concurrency='10'))
        for time_ in (1, 2):
            terminal.wait_for('Verification code: ', times=time_)
            terminal.type('123456\n')
        terminal.status()
        causes = bench.causes()
        check('a bastion that was lost is asked for again', bastion.events()['login'] == 2 and bastion.events()['ask'] == 2, bastion.events())
        check('and it is said why', re.search('asked again, since this login was lost: .*connection was lost', terminal.shown), terminal.shown)
        check('and the hosts are had', causes['ok'] >= 40 and set(causes) <= {'ok', 'connection_lost'}, causes)


def interrupted(bench):
    with Bastion(bench.folder, 'Verification code=123456') as bastion:
        terminal = Terminal(bench.command(bastion, 50, concurrency='20'))
        terminal.wait_for('Verification code: ')
        terminal.type('123\x03')
        end = time.monotonic() + 5
        while not terminal.echoes() and time.monotonic() < end:
            terminal.look(0.02)
        check('the terminal has its echo again', terminal.echoes())
        status = terminal.status(10)
        causes = bench.causes()
        check('a ^C at the question is an interrupt', status == 130 and set(causes) == {'interrupted', 'not_attempted'} and
              sum(causes.values()) == 50, (status, causes))
        check('and asks nothing any more', bastion.events()['login'] == 0, bastion.events())


def suspended(bench):
    """By ^Z at the question, in a shell with job control, which is asked to let it go on."""
    with Bastion(bench.folder, 'Verification code=123456') as bastion:
        inner = ' '.join(shlex.quote(str(word)) for word in bench.command(bastion, 20, beside=3))
        terminal = Terminal(['/bin/bash', '-c', f'set -m; {inner}; echo "status $?"; read -r _; fg > /dev/null'])
        terminal.wait_for('Verification code: ')
        terminal.type('12\x1a')
        terminal.wait_for('status 148')
        check('a ^Z at the question gives the terminal back', terminal.echoes(), terminal.shown)
        terminal.type('\n')
        terminal.wait_for('Verification code: ', times=2)
        check('and takes it again, to ask anew', not terminal.echoes(), terminal.shown)
        terminal.type('123456\n')
        status = terminal.status()
        check('and the run goes on', status == 0 and bench.causes() == {'ok': 23} and '123456' not in terminal.shown, (status, terminal.shown))
        check('with one login', bastion.events()['login'] == 1, bastion.events())


def nobody_is_there(bench):
    with Bastion(bench.folder, 'Verification code=123456') as bastion:
        command = bench.command(bastion, 3, retries='0')
        done = subprocess.run(['setsid', *map(str, command)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        record = bench.records()[0]
        check('without a terminal it is the bastion that failed', done.returncode == 4 and bench.causes() == {'jump_failed': 3}, record)
        check('and the remedy is said', 'second factor' in record['message'] and 'a run on a terminal' in record['message'], record['message'])
        # From the background of a terminal, whose reader would be stopped.
        inner = ' '.join(shlex.quote(str(word)) for word in bench.command(bastion, 3, retries='0'))
        terminal = Terminal(['/bin/bash', '-c', f'set -m; {inner} & wait $!'])
        status = terminal.status()
        check('nor is anybody asked from the background', status == 4 and bench.causes() == {'jump_failed': 3}, (status, terminal.shown))


def targets_do_not_ask(bench):
    with Bastion(bench.folder, 'Verification code=123456') as bastion:
        terminal = Terminal(bench.command(bastion, 1, prefix='127.6'))
        terminal.wait_for('Verification code: ')
        terminal.type('123456\n')
        terminal.status()
        check('a target that asks is asked nothing', bench.causes() == {'mfa_required': 1} and bastion.events()['login'] == 1, bench.causes())


def main():
    with tempfile.TemporaryDirectory(prefix='collector-bastion-') as name:
        bench = Bench(pathlib.Path(name))
        try:
            for part in (once_for_all_workers, a_session_has_so_many_places, wrong_then_right, wrong_for_good, rounds_and_questions,
                         a_password_that_was_not_given, lost_once, interrupted, suspended, nobody_is_there, targets_do_not_ask):
                if len(sys.argv) < 3 or part.__name__ in sys.argv[2:]:
                    part(bench)
        finally:
            bench.fleet.terminate()
            bench.fleet.wait()
    sys.exit(1 if failures else 0)


if subprocess.run(['/usr/bin/python3', '-c', 'import asyncssh'], capture_output=True).returncode != 0:
    print('skipped: AsyncSSH is not installed')
    sys.exit(77)
main()
