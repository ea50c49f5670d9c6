#!/usr/bin/env python3
"""badplugins.py BUILD: plugins that are wrong. What can be known without running their code is refused with a remedy; what goes wrong while
one runs costs its own job on that host, by a message that names plugin and remedy, and the run goes on."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1])
program = build / 'bin/collector'
plugins = build / 'tests/badplugins'
failures = 0


def check(what, condition, seen):
    global failures
    print(f'{"ok" if condition else "FAIL"}: {what}')
    if not condition:
        failures += 1
        print(f'      {seen}')


def run(*words, before=()):
    environment = {name: value for name, value in os.environ.items() if name != 'COLLECTOR_PLUGIN_PATH'}
    return subprocess.run([str(word) for word in (*before, program, *words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment, timeout=150)


def refused(what, folder, name, *says):
    file = next(folder.glob('*.so'))
    for done in (run('plugins', '--check', file), run('-i', '127.4.0.1,', '--plugin-dir', folder, '-p', name)):
        check(f'{what}: refused, and why ({done.args[1]})',
              done.returncode == 2 and str(file) in done.stderr and all(word in done.stderr for word in says), done.stderr)
    listed = run('plugins', f'--plugin-dir={folder}')
    check(f'{what}: listed as refused, the others stay', listed.returncode == 0 and 'refused:' in listed.stdout and
          str(file) in listed.stdout and '\nssh-facts ' in listed.stdout, listed.stdout)


def refusals():
    refused('another interface', plugins / 'oldinterface', 'oldinterface', 'org.collector.Job/0', 'rebuild')
    refused('no manifest', plugins / 'nomanifest', 'nomanifest', 'METADATA')
    refused('a malformed manifest', plugins / 'malformed', 'malformed', 'colour', 'uses', 'facts[0]', 'summary')
    refused('a document called as an option', plugins / 'jsondocument', 'jsondocument', '--json', 'rename')
    with tempfile.TemporaryDirectory(prefix='collector-bad-') as name:
        folder = pathlib.Path(name)
        # Another Qt: the minor version in the metadata's header, after its mark and two bytes (version of the format, Qt's major).
        content = bytearray((plugins / 'misbehaving/misbehaving.so').read_bytes())
        marks = [content.find(mark) + len(mark) for mark in (b'QTMETADATA !', b'qt-project!\0') if mark in content]
        content[marks[0] + 2] -= 1
        (folder / 'misbehaving.so').write_bytes(content)
        refused('another Qt', folder, 'misbehaving', 'Qt 6.', 'rebuild')
        shutil.copy(plugins / 'misbehaving/misbehaving.so', folder)
        (folder / 'misbehaving.so').chmod(0o666)
        refused('a file that others may write', folder, 'misbehaving', 'chmod go-w')
        (folder / 'misbehaving.so').write_bytes(b'no library')
        (folder / 'misbehaving.so').chmod(0o644)
        refused('no library at all', folder, 'misbehaving', 'no Qt plugin')


def misbehaves(how, status, cause, *says):
    hosts, victim = 200, '127.4.1.7'
    done = run('-i', f'127.4.1.1-127.4.1.{hosts}', '--plugin-dir', plugins / 'misbehaving', '-p', 'misbehaving', '-p', 'ping', '--method',
               'tcp', '--tcp-port', '9', '--how', how, '--victim', victim, '--threads', '2', '-c', '20', '-f', 'jsonl', '-o', '-', '-v')
    records = {record['host']: record for record in map(json.loads, done.stdout.splitlines())}
    check(f'{how}: a record for every host, and an end', len(records) == hosts and done.returncode == 3,
          f'{len(records)} records, status {done.returncode}: {done.stderr[-600:]}')
    record = records.get(victim, {})
    check(f'{how}: {status}, {cause}', (record.get('status'), record.get('cause')) == (status, cause), record)
    message = record.get('message') or ''
    check(f'{how}: the message names plugin and remedy', 'misbehaving' in message and all(word in message for word in says), message)
    others = [host for host, other in records.items() if host != victim and other['status'] != 'ok']
    if how == 'endless-loop':  # may cost those in flight on the same worker
        check(f'{how}: the watchdog names plugin and host while it waits', f'misbehaving on host {victim}' in done.stderr, done.stderr)
        check(f'{how}: the message names the host', victim in message, message)
        check(f'{how}: the other worker goes on', len(others) <= 20, others)
    else:
        check(f'{how}: the other hosts are ok', others == [], others)
        check(f'{how}: the other plugin goes on', record['jobs']['ping']['status'] == 'ok', record)
        check(f'{how}: what was learnt before is kept', record['facts']['misbehaving'] == {'n': 1}, record)


def before_the_first_host():
    """Nothing is contacted, and who is to blame is named, however the plugin's code ends."""
    folder = plugins / 'misbehaving'
    for how, says in (('throws-a-number-early', 'no std::exception'), ('refuses-without-a-word', 'bad_variable'), ('exits-early', 'exit()'),
                      ('crashes-early', 'as it was prepared')):
        done = run('-i', '127.4.0.1,', '--plugin-dir', folder, '-p', 'misbehaving', '--how', how, '-f', 'jsonl', '-o', '-')
        check(f'{how}: status 2, and why', done.returncode == 2 and not done.stdout and 'misbehaving' in done.stderr and says in done.stderr,
              (done.returncode, done.stdout, done.stderr))
    for document, says in (('throwing', 'no document'), ('exiting', 'exit()')):
        done = run('plugins', '--plugin-dir', folder, 'misbehaving', f'--{document}')
        check(f'a document, {document}: status 2, and why',
              done.returncode == 2 and 'misbehaving' in done.stderr and says in done.stderr, (done.returncode, done.stdout, done.stderr))


def ends_the_process(how, *says):
    """Were it the status of exit(), a night of which nothing was written would pass for a good one."""
    with tempfile.TemporaryDirectory(prefix='collector-bad-') as name:
        output = pathlib.Path(name) / 'out.json'
        words = ('-i', '127.4.1.1-127.4.1.9', '--plugin-dir', plugins / 'misbehaving', '-p', 'misbehaving', '--how', how, '--victim',
                 '127.4.1.7', '-q', '-o', output)
        done = run(*words)
        check(f'{how}: the run ends as by a crash, and plugin and host are named',
              done.returncode == -signal.SIGABRT and not output.exists() and
              all(word in done.stderr for word in ('misbehaving', '127.4.1.7', '--resume', *says)), (done.returncode, done.stderr))
        done = run(*words, '--resume')
        records = {record['host']: record for record in json.loads(output.read_text())['hosts']} if output.exists() else {}
        check(f'{how}: --resume passes that host over, and has all others', done.returncode == 3 and len(records) == 9 and
              [host for host, record in records.items() if record['status'] != 'ok'] == ['127.4.1.7'], (done.returncode, done.stderr, records))


def crashes_in_a_slot():
    """Whose it was nobody knows; that it was, whoever watches is told, and what to do."""
    with tempfile.TemporaryDirectory(prefix='collector-bad-') as name:
        done = run('-i', '127.4.1.1-127.4.1.9', '--plugin-dir', plugins / 'misbehaving', '-p', 'misbehaving', '--how', 'crashes-in-a-slot',
                   '--victim', '127.4.1.7', '-q', '-o', pathlib.Path(name) / 'out.json')
        check('crashes-in-a-slot: told, and how to go on', done.returncode == -signal.SIGABRT and
              all(words in done.stderr for words in ('outside of every job', '--resume')), (done.returncode, done.stderr))


def crashes_at_the_end():
    """The results are there by then: the night was good, and is told so."""
    done = run('-i', '127.4.1.1-127.4.1.9', '--plugin-dir', plugins / 'misbehaving', '-p', 'misbehaving', '--how', 'crashes-at-the-end',
               '--victim', '127.4.1.7', '-f', 'jsonl', '-o', '-')
    check('crashes-at-the-end: the status of the run, and who', done.returncode == 0 and len(done.stdout.splitlines()) == 9 and
          all(words in done.stderr for words in ('crash', 'as the program ended', 'misbehaving')), (done.returncode, done.stderr))


def hangs_while_blocking():
    """A library that waits for ever: its thread is left behind, and the run has its end."""
    begin = time.monotonic()
    done = run('-i', '127.4.1.1-127.4.1.9', '--plugin-dir', plugins / 'misbehaving', '-p', 'misbehaving', '--how', 'hangs-while-blocking',
               '--victim', '127.4.1.7', '--timeout', '2', '-f', 'jsonl', '-o', '-')
    causes = {record['host']: record['cause'] for record in map(json.loads, done.stdout.splitlines())}
    check('hangs-while-blocking: the host ends in its time, the others are ok, and so does the run',
          done.returncode == 3 and len(causes) == 9 and causes.pop('127.4.1.7') == 'exec_timeout' and set(causes.values()) == {None} and
          time.monotonic() - begin < 60, (done.returncode, causes, done.stderr))


def quits():
    """The main thread's loop is left, and the run with it."""
    done = run('-i', '127.4.1.1-127.4.1.50', '--plugin-dir', plugins / 'misbehaving', '-p', 'misbehaving', '--how', 'quits', '--victim',
               '127.4.1.7', '-f', 'jsonl', '-o', '-')
    check('quits: the run goes on to its end', done.returncode == 0 and len(done.stdout.splitlines()) == 50,
          (done.returncode, len(done.stdout.splitlines()), done.stderr))


def prints():
    """A library that greets on stdout, say: results stay results."""
    folder = plugins / 'misbehaving'
    done = run('-i', '127.4.1.1-127.4.1.50', '--plugin-dir', folder, '-p', 'misbehaving', '--how', 'prints', '--victim', '127.4.1.7', '-f',
               'jsonl', '-o', '-')
    check('prints: stdout has records alone, and stderr what was printed', done.returncode == 0 and len(done.stdout.splitlines()) == 50 and
          all(line.startswith('{') and line.endswith('}') for line in done.stdout.splitlines()) and
          all(words in done.stderr for words in ('as it is prepared', 'on a host')), (done.returncode, done.stdout[:300], done.stderr))
    done = run('plugins', '--plugin-dir', folder, 'misbehaving', '--printing')
    check('prints: a document stays one', (done.returncode, done.stdout) == (0, 'a document\n') and 'beside' in done.stderr,
          (done.returncode, done.stdout, done.stderr))


def new_projects():
    """Names whose project no cmake would configure; and one word too many."""
    with tempfile.TemporaryDirectory(prefix='collector-bad-') as name:
        for words, says in ((('all',), 'cmake'), (('test',), 'cmake'), (('mine', 'too'), 'too')):
            done = subprocess.run([program, 'plugins', '--new', *words], cwd=name, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            check(f'--new {" ".join(words)}: refused, and nothing written',
                  done.returncode == 2 and says in done.stderr and not any(pathlib.Path(name).iterdir()), (done.returncode, done.stderr))


# Told where the plugin was not found alone: one of the same name, from elsewhere, was taken without a word.
def folders_that_are_not_there():
    says = '--plugin-dir /no/such/folder: there is no such folder'
    done = run('plugins', '--plugin-dir', '/no/such/folder')
    check('a folder that is not there: the list says so, and the others', done.returncode == 0 and says in done.stderr and
          'ping ' in done.stdout, (done.returncode, done.stderr))
    done = run('plugins', '--json', 'ping', '--plugin-dir', '/no/such/folder')
    check('beside a plugin as JSON too', says in done.stderr and json.loads(done.stdout)['name'] == 'ping', (done.stdout, done.stderr))
    done = run('-i', '127.4.0.1,', '--plugin-dir', '/no/such/folder', '-p', 'ping', '--method', 'icmp')
    check('and so does a run', says in done.stderr, done.stderr)


def folders_and_files_that_cannot_be_read():
    """As if there were no plugin, or as if this were none: it was to be guessed that we may not read it."""
    without = ('setpriv', '--bounding-set=-all', '--inh-caps=-all') if os.geteuid() == 0 else ()  # root reads everything
    with tempfile.TemporaryDirectory(prefix='collector-bad-') as name:
        file = pathlib.Path(name) / 'misbehaving.so'
        shutil.copy(plugins / 'misbehaving/misbehaving.so', file)
        words = ('-i', '127.4.0.1,', '--plugin-dir', name, '-p', 'misbehaving')
        file.chmod(0)
        done = run(*words, before=without)
        check('a file that cannot be read: refused, and why', done.returncode == 2 and 'cannot be read: Permission denied' in done.stderr,
              (done.returncode, done.stderr))
        file.chmod(0o755)
        pathlib.Path(name).chmod(0o311)
        done = run(*words, before=without)
        check('a folder that cannot be read: told', done.returncode == 2 and f'--plugin-dir {name}: this folder cannot be read' in done.stderr,
              (done.returncode, done.stderr))
        pathlib.Path(name).chmod(0o700)


def a_folder_called_as_a_plugin():
    """It was told of that plugin, not of the one that was asked for."""
    with tempfile.TemporaryDirectory(prefix='collector-bad-') as name:
        folder = pathlib.Path(name) / 'ping'
        folder.mkdir()
        shutil.copy(plugins / 'misbehaving/misbehaving.so', folder)
        done = subprocess.run([program, 'plugins', '--plugin-dir', 'ping', 'misbehaving', '--printing'], cwd=name, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        check('--plugin-dir ping NAME: told of NAME', (done.returncode, done.stdout) == (0, 'a document\n'), (done.stdout, done.stderr))


def clashes():
    mine = ('-i', '127.4.0.1,', '-f', 'jsonl', '-o', '-', '--plugin-dir', plugins / 'mounts', '-p', 'mounts')
    done = run(*mine)
    check('a plugin that is named as a fact of another: alone it runs',
          done.returncode == 0 and json.loads(done.stdout)['facts'] == {'mounts': {'n': 1}}, (done.returncode, done.stdout, done.stderr))
    done = run(*mine, '-p', 'ssh-facts')
    check('and beside that one it is refused, before anything is contacted', done.returncode == 2 and not done.stdout and
          all(word in done.stderr for word in ('mounts', 'ssh-facts', 'rename')), (done.returncode, done.stdout, done.stderr))


def main():
    refusals()
    folders_that_are_not_there()
    folders_and_files_that_cannot_be_read()
    a_folder_called_as_a_plugin()
    clashes()
    new_projects()
    before_the_first_host()
    ends_the_process('exits', 'exit()')
    ends_the_process('crashes-while-blocking')
    crashes_in_a_slot()
    crashes_at_the_end()
    hangs_while_blocking()
    quits()
    prints()
    misbehaves('undeclared-fact', 'partial', 'plugin_error', 'surprise', 'declare it')
    misbehaves('wrong-type', 'partial', 'plugin_error', '"n"', 'integer')
    misbehaves('exception', 'partial', 'plugin_error', 'a mistake of mine')
    # Not glib's: it polls every descriptor on every turn.
    misbehaves('names-dispatcher', 'partial', 'plugin_error', 'QEventDispatcherUNIX')
    misbehaves('no-exception-of-ours', 'partial', 'plugin_error', 'JobError')
    misbehaves('ends-without-a-word', 'partial', 'bad_output', 'does not say why')
    misbehaves('undeclared-use', 'partial', 'plugin_error', '"shell"', 'uses')
    misbehaves('not-finite', 'partial', 'plugin_error', '"n"', 'not finite')
    misbehaves('leaked-task', 'partial', 'plugin_error', 'await every Task')
    misbehaves('endless-loop', 'failed', 'internal', 'blocking')
    done = run('-i', '127.4.0.1,', '--plugin-dir', plugins / 'crashonload', '-p', 'crashonload')
    check('crash in load: status 2, nothing contacted, plugin and remedy',
          done.returncode == 2 and 'crashonload' in done.stderr and 'rebuild' in done.stderr and not done.stdout, (done.returncode, done.stderr))
    done = run('-i', '127.4.0.1,', '--plugin-dir', plugins / 'throwsonload', '-p', 'throwsonload')
    check('an exception in load: status 2, nothing contacted, the plugin and its words', done.returncode == 2 and not done.stdout and
          all(words in done.stderr for words in ('throwsonload', 'its licence is not here')), (done.returncode, done.stderr))
    sys.exit(1 if failures else 0)


main()
