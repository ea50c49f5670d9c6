#!/usr/bin/env python3
"""examples.py BUILD SOURCE PREFIX EXAMPLE: an example as a stranger has it.

Copied from where the package has it, configured and built against the package installed below PREFIX alone, its own tests run; then the installed
program runs it on the simulated fleet, and the records are compared with what they must be. EXAMPLE `new:NAME` is what
`collector plugins --new NAME` writes instead.
"""

import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

build, source, prefix = (pathlib.Path(word) for word in sys.argv[1:4])
example = sys.argv[4]
program = prefix / 'bin' / 'collector'


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        sys.exit(f'{words} ended with {done.returncode}:\n{done.stdout[-6000:]}')
    return done.stdout


class Fleet:
    """Every address of 127.0.0.0/8 is a host that runs commands."""

    def __init__(self, folder):
        self.folder = folder
        run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', folder / 'id')
        self.process = subprocess.Popen([build / 'tests/fleet', '--run', '--port', '0', '--known-hosts', folder / 'known_hosts',
                                         '--authorized-key', folder / 'id.pub', '--parent-death'],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r'listening (\d+)', self.process.stdout.readline())[1])
        self.process.stdout.readline()  # the host key: by now the file is written
        self.process.stdout.readline()

    def end(self):
        self.process.terminate()
        self.process.wait()


class Web(http.server.BaseHTTPRequestHandler):
    server_version = 'Example/1'
    sys_version = ''

    def do_GET(self):
        body = b'hello' if self.path == '/' else b''
        self.send_response(200 if body else 404)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def installed(folder):
    """The example's project, outside the tree, built and tested. The folder in which its plugin lies."""
    if example.startswith('new:'):
        run(program, 'plugins', '--new', example[4:], cwd=folder)
        project = folder / example[4:]
    else:
        project = folder / 'project'
        shutil.copytree(prefix / 'share/doc/collector-dev/examples' / example, project)
    if str(source) in ''.join(file.read_text() for file in project.rglob('*') if file.is_file()):
        sys.exit('the project names the source tree')
    launcher = ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] if shutil.which('ccache') else []
    run('cmake', '-G', 'Ninja', '-S', project, '-B', folder / 'out', f'-DCMAKE_PREFIX_PATH={prefix}', '-DCMAKE_BUILD_TYPE=Debug', *launcher)
    run('cmake', '--build', folder / 'out')
    tests = run('ctest', '--test-dir', folder / 'out', '--output-on-failure')
    if example in TESTED or example.startswith('new:'):
        if '100% tests passed' not in tests:
            sys.exit(f'no test of its own has passed:\n{tests}')
    plugin = next((folder / 'out').rglob('*.so'))
    run(program, 'plugins', '--check', plugin)
    return plugin.parent


def records(fleet, folder, plugins, hosts, *options, status=0):
    words = [program, '--plugin-dir', folder, '-i', hosts, '--port', fleet.port, '--known-hosts', fleet.folder / 'known_hosts',
             '--identity', fleet.folder / 'id', '--ssh-config', 'none', '-u', 'someone', '--retries', '0', '-f', 'jsonl', '-o', '-', '-q']
    for plugin in plugins:
        words += ['-p', plugin]
    environment = {name: value for name, value in os.environ.items() if name not in ('SSH_AUTH_SOCK', 'COLLECTOR_PLUGIN_PATH')}
    done = subprocess.run([str(word) for word in [*words, *options]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment)
    if done.returncode != status:
        sys.exit(f'status {done.returncode}, not {status}: {done.stderr}\n{done.stdout[:4000]}')
    return {record['host']: record for record in map(json.loads, done.stdout.splitlines())}


def same(got, wanted, what):
    if got != wanted:
        sys.exit(f'{what}: {got!r}, and not {wanted!r}')


def all_hosts(found, count, plugin, check):
    same(len(found), count, 'records')
    for host, record in found.items():
        same(record['status'], 'ok', f'status of {host} ({record["message"]})')
        check(host, record['facts'].get(plugin))


def uptime(fleet, folder):
    now = float(pathlib.Path('/proc/uptime').read_text().split()[0])

    def check(host, facts):
        if abs(facts['seconds'] - now) > 300:
            sys.exit(f'{host}: {facts} where {now} is true')
    all_hosts(records(fleet, folder, ['uptime'], '127.3.0.1-127.3.0.50'), 50, 'uptime', check)


def disk_space(fleet, folder):
    inventory = fleet.folder / 'hosts.ini'
    inventory.write_text('127.3.1.1\n127.3.1.2 disk_space_paths=/,/nosuch\n')
    total = int(run('df', '-Pk', '/').split()[8]) * 1024
    found = records(fleet, folder, ['disk-space'], inventory, status=3)
    plain, other = found['127.3.1.1'], found['127.3.1.2']
    same(plain['status'], 'ok', 'status')
    same(plain['facts']['disk_space']['total_bytes'], total, 'total_bytes')
    same(list(plain['facts']['disk_space']['used_percent']), ['/'], 'used_percent')
    same((other['status'], other['cause']), ('partial', 'bad_output'), 'the other host')
    same(other['absent']['disk_space.used_percent./nosuch'], 'parse_error', 'absent')
    same(other['facts']['disk_space']['total_bytes'], total, 'total_bytes')


def service_banner(fleet, folder):
    found = records(fleet, folder, ['service-banner'], '127.3.2.1-127.3.2.100', '--service-port', fleet.port)
    all_hosts(found, 100, 'service_banner',
              lambda host, facts: same(facts, {'banner': 'SSH-2.0-OpenSSH_9.2p1 Fleet', 'software': 'OpenSSH_9.2p1 Fleet'}, host))
    closed = records(fleet, folder, ['service-banner'], '127.3.2.1,', '--service-port', 9, status=4)['127.3.2.1']
    same((closed['status'], closed['cause']), ('unreachable', 'refused'), 'a closed port')


def http_check(fleet, folder):
    web = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Web)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    options = ('--http-port', web.server_address[1])
    there = records(fleet, folder, ['http-check'], '127.0.0.1,127.0.0.2,', *options, status=3)
    same(there['127.0.0.1']['facts']['http_check'], {'http_status': 200, 'server': 'Example/1', 'body_bytes': 5}, 'facts')
    same((there['127.0.0.2']['status'], there['127.0.0.2']['cause']), ('unreachable', 'refused'), 'a closed port')
    missing = records(fleet, folder, ['http-check'], '127.0.0.1,', *options, '--path', '/nosuch')['127.0.0.1']
    same(missing['facts']['http_check']['http_status'], 404, 'http_status')
    # More than the cap at once: all come to their turn.
    names = fleet.folder / 'many.ini'
    names.write_text(''.join(f'h{i} ansible_host=127.0.0.1\n' for i in range(150)))
    all_hosts(records(fleet, folder, ['http-check'], names, *options, '--threads', 1), 150, 'http_check',
              lambda host, facts: same(facts['body_bytes'], 5, host))
    web.shutdown()


def reachability(fleet, folder):
    found = records(fleet, folder, ['reachability'], '127.3.3.1-127.3.3.40', '--ports', f'{fleet.port},9')

    def check(host, facts):
        same(facts['open_ports'], [fleet.port], host)
        same(facts['verdict'] in ('up', 'silent'), True, host)
    all_hosts(found, 40, 'reachability', check)
    named = records(fleet, folder, ['reachability'], '127.3.3.1,', '--ports', 'ssh', status=4)['127.3.3.1']
    same((named['cause'], '"ssh"' in named['message']), ('bad_variable', True), 'a port that is no number')


def patch_advice(fleet, folder):
    found = records(fleet, folder, ['patch-advice', 'ssh-facts'], '127.3.4.1-127.3.4.3', '--facts', '!all,!min,distribution')
    for host, record in found.items():
        same(record['status'], 'ok', host)
        facts = record['facts']
        same(facts['patch_advice']['system'], f'{facts["distribution"]} {facts["distribution_major_version"]}', host)
    alone = records(fleet, folder, ['patch-advice'], '127.3.4.1,', status=4)['127.3.4.1']
    same('-p ssh-facts' in alone['message'], True, 'the remedy')


def asset_register(fleet, folder):
    register = fleet.folder / 'register'
    register.write_text(''.join(f'127.3.5.{i};team{i % 3};rack {i}\n' for i in range(1, 60)))
    all_hosts(records(fleet, folder, ['asset-register'], '127.3.5.1-127.3.5.59', '--register', register), 59, 'asset_register',
              lambda host, facts: same(facts['place'], 'rack ' + host.split('.')[-1], host))
    unknown = records(fleet, folder, ['asset-register'], '127.3.5.60,', '--register', register, status=4)['127.3.5.60']
    same(unknown['cause'], 'bad_output', 'a host that is not on it')
    same(records(fleet, folder, ['asset-register'], '127.3.5.1,', '--register', fleet.folder / 'nowhere', status=2), {}, 'no register')


def new(fleet, folder):
    name = example[4:]
    found = records(fleet, folder, [name], '127.3.6.1-127.3.6.20')
    kernel = os.uname().release
    all_hosts(found, 20, name.replace('-', '_'), lambda host, facts: same(facts, {'kernel': kernel}, host))


RUNS = {'uptime': uptime, 'disk-space': disk_space, 'service-banner': service_banner, 'http-check': http_check,
        'reachability': reachability, 'patch-advice': patch_advice, 'asset-register': asset_register}
TESTED = {'uptime', 'disk-space', 'service-banner', 'patch-advice'}


def main():
    # A folder above it that others may write to would have the plugin refused: /tmp is sticky.
    with tempfile.TemporaryDirectory(prefix='collector-example-') as name:
        folder = pathlib.Path(name)
        plugins = installed(folder)
        fleet = Fleet(folder)
        try:
            (new if example.startswith('new:') else RUNS[example])(fleet, plugins)
        finally:
            fleet.end()
    print(f'{example}: built, tested and run')


main()
