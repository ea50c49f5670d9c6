#!/usr/bin/env python3
"""Every cause that a record may have, reached by the program itself: what the schema lists and no record has shown is a failure.

    causes.py BUILD-DIR     status 77: this machine gives no network namespace

In a network namespace of its own, with the simulated fleet, a network that swallows everything, and routes that say no.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1]).resolve()
program = build / 'bin/collector'
failures = []

# What a host of the fleet does, and the cause that must come of it.
FAULTS = {
    'reset': 'reset-at-once', 'rate_limited': 'max-startups', 'not_ssh': 'http', 'handshake': 'garbage-kexinit',
    'handshake_timeout': 'stall-kexinit', 'no_common_algorithm': 'no-common-algorithm', 'host_key_changed': 'other-host-key',
    'auth_timeout': 'stall-auth', 'no_credentials': 'password-only', 'mfa_required': 'otp', 'channel_refused': 'channel-refused',
    'shell_rejected': 'exec-refused', 'exec_timeout': 'silent-exec', 'output_limit': 'infinite-output', 'connection_lost': 'close-no-status',
    'exit_status': 'exit-3', 'signal': 'exit-signal',
}
# Variables of hosts that no fault is needed for; {kh} is a known_hosts file, {port} the fleet's port.
OTHERS = {
    'dns': 'ansible_host=no-such-name.invalid',
    'bad_address': 'ansible_host=10.0.0.300',
    'no_route': 'ansible_host=192.0.2.1',
    'prohibited': 'ansible_host=192.0.2.8',
    'refused': 'ansible_host=127.2.0.1 ansible_port=9',
    'connect_timeout': 'ansible_host=198.51.100.2',
    'host_key_unknown': 'ansible_host=127.2.0.2 ansible_ssh_common_args="-o UserKnownHostsFile={none}"',
    'host_key_revoked': 'ansible_host=127.2.0.3 ansible_ssh_common_args="-o UserKnownHostsFile={revoked}"',
    'host_cert_unsupported': 'ansible_host=127.2.0.4 ansible_ssh_common_args="-o UserKnownHostsFile={authority}"',
    'jump_failed': 'ansible_host=127.2.0.5 ansible_ssh_common_args="-J ops@127.2.0.6:9"',
    'sudo_denied': 'ansible_host=127.2.0.7 ansible_become=true',
    'bad_variable': 'ansible_host="{{{{ nothing }}}}"',
    'unsupported_connection': 'ansible_connection=winrm',
    'excluded': 'ansible_host=127.2.0.9',
}


def check(what, holds, seen=''):
    print(('ok: ' if holds else 'FAIL: ') + what, '' if holds else seen, file=sys.stdout if holds else sys.stderr)
    if not holds:
        failures.append(what)


def records(text):
    return {record['host']: record for record in map(json.loads, text.splitlines())}


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.seen = set()
        faults = ''.join(f'127.1.0.{n}/32 {fault}\n' for n, fault in enumerate(FAULTS.values(), 1))
        faults += '127.1.1.1/32 auth-denied\n127.1.1.2/32 password-expired\n127.1.1.3/32 silent\n'
        (folder / 'faults').write_text(faults, encoding='ascii')
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', folder / 'id'], check=True)
        self.fleet = subprocess.Popen([build / 'tests/fleet', '--known-hosts', folder / 'known', '--fault-map', folder / 'faults',
                                       '--password', 'open sesame', '--parent-death', '--log', folder / 'contacts'], stdout=subprocess.PIPE, text=True)
        self.port = self.fleet.stdout.readline().split()[1]
        self.fleet.stdout.readline()
        line = (folder / 'known').read_text(encoding='ascii')
        files = {'none': '', 'revoked': '@revoked ' + line, 'authority': '@cert-authority ' + line}
        for name, text in files.items():
            (folder / name).write_text(text, encoding='ascii')
        self.files = {name: folder / name for name in files}

    def inventory(self, name, lines):
        path = self.folder / f'{name}.ini'
        path.write_text('\n'.join(lines) + f'\n[all:vars]\nansible_user=ops\nansible_ssh_private_key_file={self.folder}/id\n'
                        f'ansible_port={self.port}\nansible_ssh_common_args="-o UserKnownHostsFile={self.folder}/known"\n', encoding='ascii')
        return path

    def start(self, inventory, *arguments):
        return subprocess.Popen([program, '-i', inventory, '--ssh-config', 'none', '--retries', '0', '-f', 'jsonl', '-q', *map(str, arguments)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)

    def finish(self, process):
        out, errors = process.communicate(timeout=150)
        found = records(out)
        if not found:
            check('there are records', False, errors)
        self.seen.update(record['cause'] for record in found.values() if record['cause'])
        return found

    def expect(self, found, host, cause):
        record = found.get(host, {})
        check(f'{cause}: {record.get("message")}', record.get('cause') == cause, (host, record.get('cause'), record.get('message')))

    def close(self):
        self.fleet.terminate()
        self.fleet.wait()


def hosts_that_fail(bench):
    lines = [f'{cause} ansible_host=127.1.0.{n}' for n, cause in enumerate(FAULTS, 1)]
    lines += [f'{cause} {variables.format(**bench.files)}' for cause, variables in OTHERS.items()]
    lines += ['one ansible_host=127.1.1.1', 'two ansible_host=127.1.1.1']
    found = bench.finish(bench.start(bench.inventory('fail', lines), '-p', 'ssh-command', '--command', 'uptime', '--timeout', '6',
                                     '--connect-timeout', '3', '-x', '127.2.0.9'))
    for cause in list(FAULTS) + list(OTHERS):
        bench.expect(found, cause, cause)
    # A login that was refused at an address is not tried there again.
    check('auth_denied once, then auth_stopped', sorted(found[name]['cause'] for name in ('one', 'two')) == ['auth_denied', 'auth_stopped'])


def expired_password(bench):
    password = bench.folder / 'password'
    password.write_text('open sesame\n', encoding='ascii')
    password.chmod(0o600)
    found = bench.finish(bench.start(bench.inventory('expired', ['host ansible_host=127.1.1.2']), '-p', 'ssh-command', '--command', 'uptime',
                                     '--password-file', password))
    bench.expect(found, 'host', 'password_expired')


def silence(bench):
    bench.expect(bench.finish(bench.start(bench.inventory('ping', ['host ansible_host=198.51.100.3']), '-p', 'ping')), 'host', 'no_reply')


def local_programs(bench):
    # A host's own, which is not looked at before its turn, as --program is.
    for cause, text in (('bad_output', '#!/bin/sh\necho "no JSON"\n'), ('local_limit', '#!/no/such/interpreter\n')):
        path = bench.folder / cause
        path.write_text(text, encoding='ascii')
        path.chmod(0o755)
        inventory = bench.inventory('exec', [f'host ansible_host=127.3.0.1 exec_program={path}'])
        bench.expect(bench.finish(bench.start(inventory, '-p', 'exec')), 'host', cause)


def wrong_plugin(bench):
    running = {cause: bench.start(bench.inventory('plugin', ['host ansible_host=127.3.0.2']), '--plugin-dir', build / 'tests/badplugins/misbehaving',
                                  '-p', 'misbehaving', '--how', how, '--victim', 'host', '--threads', '1')
               for cause, how in (('plugin_error', 'exception'), ('internal', 'endless-loop'))}
    for cause, process in running.items():
        bench.expect(bench.finish(process), 'host', cause)


def interrupt(bench):
    process = bench.start(bench.inventory('interrupt', ['one ansible_host=127.1.1.3', 'two ansible_host=127.1.1.3']), '-p', 'ssh-command',
                          '--command', 'uptime', '-c', '1', '--threads', '1', '--order', 'inventory')
    end = time.monotonic() + 30
    while ' 127.1.1.3 connect' not in (bench.folder / 'contacts').read_text(encoding='ascii') and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    found = bench.finish(process)
    bench.expect(found, 'one', 'interrupted')
    bench.expect(found, 'two', 'not_attempted')


def main():
    with tempfile.TemporaryDirectory(prefix='collector-causes-') as name:
        bench = Bench(pathlib.Path(name))
        try:
            for part in (hosts_that_fail, expired_password, silence, local_programs, wrong_plugin, interrupt):
                part(bench)
        finally:
            bench.close()
    schema = json.loads(subprocess.run([program, 'schema'], check=True, capture_output=True).stdout)
    causes = {cause for cause in schema['$defs']['cause']['enum'] if cause}
    check('every cause of the schema was seen', causes == bench.seen, sorted(causes ^ bench.seen))
    sys.exit(1 if failures else 0)


NETWORK = '''ip link set lo up
ip link add swallows arp off type veth peer name hole
ip addr add 198.51.100.1/24 dev swallows
ip link set swallows up
ip link set hole up
ip route add prohibit 192.0.2.8/32'''

if os.environ.get('COLLECTOR_CAUSES') != 'inside':
    there = ['unshare', '--net'] + ([] if os.getuid() == 0 else ['--user', '--map-root-user'])
    if subprocess.run(there + ['sh', '-ec', NETWORK], capture_output=True).returncode != 0:
        print('skipped: no network namespace with interfaces of our own here')
        sys.exit(77)
    os.execvpe(there[0], there + ['sh', '-ec', NETWORK + '\nexec "$0" "$@"', sys.executable, *sys.argv],
               {**os.environ, 'COLLECTOR_CAUSES': 'inside'})
main()
