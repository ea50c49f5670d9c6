#!/usr/bin/env python3
"""Traps of a client of libssh that only the whole program can show to be avoided: names, both workers, waits of TCP, slow lines, many echoes.

    traps.py BUILD-DIR     status 77: this machine gives no network namespace

In a network and mount namespace of its own, with names of its own in /etc/hosts.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

build = pathlib.Path(sys.argv[1]).resolve()
failures = []


def check(what, holds, seen=''):
    print(('ok: ' if holds else 'FAIL: ') + what, '' if holds else seen, file=sys.stdout if holds else sys.stderr)
    if not holds:
        failures.append(what)


def run(folder, *arguments):
    output = folder / 'out.jsonl'
    output.unlink(missing_ok=True)
    done = subprocess.run([build / 'bin/collector', '--ssh-config', 'none', '--retries', '0', '-q', '-o', output, *map(str, arguments)],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=150)
    text = output.read_text(encoding='utf-8') if output.exists() else ''
    if not text:
        check('there are records', False, done.stderr)
    return [json.loads(line) for line in text.splitlines()]


class Fleet:
    def __init__(self, folder, *arguments):
        known = folder / 'known'
        self.process = subprocess.Popen([build / 'tests/fleet', '--known-hosts', known, '--parent-death', *map(str, arguments)],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = self.process.stdout.readline().split()[1]
        self.process.stdout.readline()
        self.options = ['--port', port, '--known-hosts', known, '--identity', folder / 'id', '-p', 'ssh-command']

    def __enter__(self):
        return self.options

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def names_that_libssh_refuses(folder):
    for user in ('CORP\\alice', 'svc$', "o'brien", 'ops@example.com'):
        with Fleet(folder, '--user', user) as options:
            found = run(folder, '-i', '127.4.0.1,', '-u', user, '--command', 'uptime', *options)
            check(f'user {user}', [record['status'] for record in found] == ['ok'], found)
    if not pathlib.Path('/etc/hosts').exists():
        print('skipped: names with an underscore: there is no /etc/hosts to put another one over')
        return
    (folder / 'hosts').write_text('127.4.0.2 a_b\n', encoding='ascii')
    subprocess.run(['mount', '--bind', folder / 'hosts', '/etc/hosts'], check=True)
    with Fleet(folder) as options:
        known = folder / 'known'
        line = known.read_text(encoding='ascii').split(maxsplit=1)
        known.write_text(f'[a_b]:{options[1]} {line[1]}', encoding='ascii')
        found = run(folder, '-i', 'a_b,', '-u', 'ops', '--command', 'uptime', *options)
        check('host a_b', [(record['status'], record['address']) for record in found] == [('ok', '127.4.0.2')], found)
    subprocess.run(['umount', '/etc/hosts'], check=True)


def both_workers_hear_libssh(folder):
    """The size of a host's packets stands in libssh's log alone, whose level and callback each thread has for itself."""
    script = folder / 'script'
    script.write_text('uptime\n', encoding='ascii')
    with Fleet(folder, '--fault', 'max-packet-10') as options:
        found = run(folder, '-i', '127.4.1.1-127.4.1.200', '-u', 'ops', '--script', script, '--threads', '2', '--timeout', '20', *options)
    causes = collections.Counter(record['cause'] for record in found)
    check('packets of ten bytes are seen by both workers', causes == {'channel_refused': 200}, causes)


def no_wait_for_acknowledgements(folder):
    """Without TCP_NODELAY each small packet but the first waits 40 ms for the acknowledgement of the one before."""
    with Fleet(folder) as options:
        found = run(folder, '-i', '127.4.2.1-127.4.2.40', '-u', 'ops', '--command', 'uptime', '-c', '1', *options)
    fastest = min(record['elapsed_ms'] for record in found)
    check(f'a host from connect to exit status in {fastest} ms', len(found) == 40 and fastest < 40, fastest)


def few_round_trips(folder):
    """At 300 ms for each answer: what a run costs is answers waited for, and the host sees one connection and one command."""
    log = folder / 'contacts'
    runs = 0
    with Fleet(folder, '--run', '--latency', '300', '--log', log) as options:
        for plugin, asked in ('ssh-command', ['--command', 'true']), ('ssh-facts', []):
            # TCP's own handshake is not slow here: one more. Half a second for all that is no waiting; who is held up longer is asked again.
            for _ in range(4):
                runs += 1
                found = run(folder, '-i', '127.4.4.1,', '-u', 'ops', *options[:-1], plugin, *asked)
                took = found[0]['elapsed_ms']
                trips = 1 + (took - 500) / 300
                if trips <= 12 and took + 300 < 5000:
                    break
            check(f'{plugin} over a line of 300 ms in {took} ms', found[0]['status'] == 'ok' and trips <= 12 and took + 300 < 5000, found)
    words = [line.split()[2] for line in log.read_text(encoding='ascii').splitlines()]
    check('one connection and one command for each', (words.count('connect'), words.count('exec')) == (runs, runs), words)


def more_echoes_than_sequence_numbers(folder):
    found = run(folder, '-i', '127.8.0.0/15', '-p', 'ping', '-O', 'ping.rate=0', '--rate', '0')
    wrong = [record for record in found if record['status'] != 'ok' or record['address'] != record['host']]
    check('131,072 echoes, each its own host\'s', len({record['host'] for record in found}) == 131072 and not wrong, wrong[:3])


def ssh_is_told_of_the_key(folder):
    with Fleet(folder, '--authorized-key', folder / 'id.pub') as options:
        found = run(folder, '-i', '127.4.3.1,', '-u', 'ops', '--command', 'uptime', '--transport', 'openssh', *options)
    check('--identity with --transport openssh', [record['status'] for record in found] == ['ok'], found)


def main():
    with tempfile.TemporaryDirectory(prefix='collector-traps-') as name:
        folder = pathlib.Path(name)
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', folder / 'id'], check=True)
        for part in (names_that_libssh_refuses, both_workers_hear_libssh, no_wait_for_acknowledgements, few_round_trips,
                     ssh_is_told_of_the_key, more_echoes_than_sequence_numbers):
            part(folder)
    sys.exit(1 if failures else 0)


if os.environ.get('COLLECTOR_TRAPS') != 'inside':
    there = ['unshare', '--net', '--mount'] + ([] if os.getuid() == 0 else ['--user', '--map-root-user'])
    if subprocess.run(there + ['ip', 'link', 'set', 'lo', 'up'], capture_output=True).returncode != 0:
        print('skipped: no network namespace here')
        sys.exit(77)
    os.execvpe(there[0], there + ['sh', '-ec', 'ip link set lo up; exec "$0" "$@"', sys.executable, *sys.argv],
               {**os.environ, 'COLLECTOR_TRAPS': 'inside'})
main()
