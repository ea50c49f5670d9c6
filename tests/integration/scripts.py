#!/usr/bin/env python3
"""scripts.py BUILD: custom facts without C++, by the program itself: ssh-script on the simulated fleet, exec with programs of this machine."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1])
failures = 0


def check(what, condition, seen):
    global failures
    print(f'{"ok" if condition else "FAIL"}: {what}')
    if not condition:
        failures += 1
        print(f'      {seen}')


def records(*words, status=0):
    environment = {name: value for name, value in os.environ.items() if name != 'COLLECTOR_PLUGIN_PATH'}
    done = subprocess.run([str(word) for word in (build / 'bin/collector', '--retries', '0', '-f', 'jsonl', '-o', '-', '-q', *words)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=200,
                          env={**environment, 'COLLECTOR_PASSWORD': 'hush', 'API_TOKEN': 'hush'})
    check(f'{pathlib.Path(str(words[-1])).name}: status {status}', done.returncode == status, (done.returncode, done.stderr, done.stdout[:600]))
    return {record['host']: record for record in map(json.loads, done.stdout.splitlines())}


def script(folder, name, text):
    file = folder / name
    file.write_text(text)
    file.chmod(0o755)
    return file


def left_of(mark):
    """Processes that are still there after up to twenty seconds: who is killed takes a moment to go."""
    end = time.monotonic() + 20
    while running(mark) and time.monotonic() < end:
        time.sleep(0.05)
    return running(mark)


def running(mark):
    return [name for name in os.listdir('/proc') if name.isdigit() and mark in cmdline(name)]


def cmdline(process):
    try:
        return pathlib.Path('/proc', process, 'cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace')
    except OSError:
        return ''


def on_the_hosts(folder, login):
    facts = script(folder, 'facts.sh', '#!/bin/sh\necho "kernel=$(uname -r)"\necho "first=$1"\n')
    found = records('-i', '127.5.0.1-127.5.0.60', *login, '-p', 'ssh-script', '--script', facts, '--arguments', "'a b'")
    check('a record for each host, with the facts', len(found) == 60 and
          all(record['facts'] == {'ssh_script': {'kernel': os.uname().release, 'first': 'a b'}} for record in found.values()), found)
    ini = script(folder, 'local.fact', 'printf "[general]\\nowner = ops\\n"\nexit 3\n')
    kept = records('-i', '127.5.0.1,', *login, '-p', 'ssh-script', '--script', ini, status=4)['127.5.0.1']
    check('a status of its own fails it, and its facts are kept',
          kept['cause'] == 'exit_status' and kept['facts'] == {'ssh_script': {'general': {'owner': 'ops'}}}, kept)


def here(folder):
    program = script(folder, 'asset.py', '#!/usr/bin/env python3\nimport json, os, sys\nhost = json.load(sys.stdin)\n'
                     'json.dump({"name": host["host"], "groups": host["groups"], "rack": host["variables"].get("rack"),\n'
                     '           "secrets": [k for k, v in os.environ.items() if "hush" in v]}, sys.stdout)\n')
    inventory = folder / 'hosts.ini'
    inventory.write_text('[racks]\n' + ''.join(f'127.5.1.{i} rack=r{i}\n' for i in range(1, 41)))
    found = records('-i', inventory, '-p', 'exec', '--program', program, '--variables', 'rack')
    check('each has what its program made of it, and no secret of ours', len(found) == 40 and
          all(record['facts']['exec'] == {'name': host, 'groups': ['racks'], 'rack': 'r' + host.split('.')[-1], 'secrets': []}
              for host, record in found.items()), list(found.values())[:1])

    mark = f'sleep 4{os.getpid()}'
    slow = script(folder, 'slow', f'#!/bin/sh\n{mark} &\n{mark}\n')
    found = records('-i', '127.5.2.1-127.5.2.30', '-p', 'exec', '--program', slow, '--program-timeout', '1', status=4)
    check('at the deadline it is exec_timeout', all(record['cause'] == 'exec_timeout' for record in found.values()), found)
    left = left_of(mark)
    check('and killed, with all that it has started', left == [], left)
    records('-i', '127.5.2.1-127.5.2.30', '-p', 'exec', '--program', slow, '--timeout', '1', status=4)
    left = left_of(mark)
    check('likewise at the deadline of the host', left == [], left)

    # Of a program that follows a ping, the end of the host's time says nothing of the ping.
    found = records('-i', '127.5.2.1-127.5.2.3', '-p', 'ping', '--method', 'tcp', '--tcp-port', '9', '-p', 'exec', '--program', slow,
                    '--timeout', '2', status=4)
    check('after a ping, too, it is exec_timeout',
          all(record['jobs']['ping']['status'] == 'ok' and record['cause'] == 'exec_timeout' for record in found.values()), found)
    left = left_of(mark)
    check('and nothing is left', left == [], left)

    # What has left its group and holds the streams keeps nobody waiting.
    stray = script(folder, 'stray', f'#!/bin/sh\nsetsid sleep 30 &\necho "{{}}"\n')
    began = time.monotonic()
    found = records('-i', '127.5.2.1,', '-p', 'exec', '--program', stray)
    check('a stray child keeps nobody waiting', time.monotonic() - began < 20 and found['127.5.2.1']['status'] == 'ok', found)

    flood = script(folder, 'flood', '#!/bin/sh\nexec yes\n')
    found = records('-i', '127.5.2.1-127.5.2.8', '-p', 'exec', '--program', flood, status=4)
    check('output without end is output_limit', all(record['cause'] == 'output_limit' for record in found.values()), found)

    counted = script(folder, 'counted', f'#!/bin/sh\nd={folder}/count\nmkdir -p $d\n: > $d/$$\nls $d | wc -l >> {folder}/most\nsleep 0.3\n'
                     'rm $d/$$\necho "{}"\n')
    records('-i', '127.5.3.1-127.5.3.200', '-p', 'exec', '--program', counted, '-c', '200')
    most = max(map(int, (folder / 'most').read_text().split()))
    check('no more than 64 at once, and more than a few', 2 < most <= 64, most)


def main():
    with tempfile.TemporaryDirectory(prefix='collector-scripts-') as name:
        folder = pathlib.Path(name)
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', folder / 'id'], check=True)
        fleet = subprocess.Popen([build / 'tests/fleet', '--run', '--port', '0', '--known-hosts', folder / 'known_hosts', '--authorized-key',
                                  folder / 'id.pub', '--parent-death'], stdout=subprocess.PIPE, text=True)
        try:
            port = re.search(r'listening (\d+)', fleet.stdout.readline())[1]
            fleet.stdout.readline()
            fleet.stdout.readline()
            on_the_hosts(folder, ['--port', port, '--identity', folder / 'id', '--known-hosts', folder / 'known_hosts', '--ssh-config',
                                  'none', '-u', 'someone'])
            here(folder)
        finally:
            fleet.terminate()
            fleet.wait()
    sys.exit(1 if failures else 0)


main()
