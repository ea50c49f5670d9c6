"""Ansible's own answers, a fork for each question: the modules are loaded once, and no question sees what another one left behind."""
import contextlib
import io
import os
import sys


def _preload():
    os.environ.update({
        'ANSIBLE_NOCOLOR': '1', 'ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED': '1', 'ANSIBLE_LOCALHOST_WARNING': '0',
        'ANSIBLE_DEPRECATION_WARNINGS': '0', 'ANSIBLE_HOME': os.environ.get('ANSIBLE_HOME', '/tmp'), 'PYTHONWARNINGS': 'ignore',
    })
    import ansible.cli.adhoc  # noqa: F401
    import ansible.cli.inventory  # noqa: F401
    import ansible.plugins.loader  # noqa: F401
    import ansible.plugins.inventory.ini  # noqa: F401
    import ansible.plugins.inventory.yaml  # noqa: F401


def available():
    # Debian's ansible-core belongs to Debian's Python.
    sys.path.append('/usr/lib/python3/dist-packages')
    try:
        _preload()
    except ImportError:
        return False
    return True


def _ask(run, directory):
    """(exit status, stdout, stderr) of run() in a process of its own."""
    out, err = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(out[1], 1)
        os.dup2(err[1], 2)
        for end in out + err:
            os.close(end)
        os.chdir(directory)
        sys.stdout = io.TextIOWrapper(os.fdopen(1, 'wb'), encoding='utf-8', errors='replace')
        sys.stderr = io.TextIOWrapper(os.fdopen(2, 'wb'), encoding='utf-8', errors='replace')
        status = 250
        try:
            status = run() or 0
        except SystemExit as end:
            status = end.code or 0
        except BaseException as error:  # noqa: B902: whatever Ansible raises is its refusal
            print('ERROR! %s' % error, file=sys.stderr)
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
    os.close(out[1])
    os.close(err[1])
    import threading
    texts = [b'', b'']

    def drain(index, fd):
        with os.fdopen(fd, 'rb') as pipe:
            texts[index] = pipe.read()
    threads = [threading.Thread(target=drain, args=(0, out[0])), threading.Thread(target=drain, args=(1, err[0]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), texts[0], texts[1]


def inventory_list(sources, directory):
    def run():
        from ansible.cli.inventory import InventoryCLI
        arguments = ['ansible-inventory', '--list']
        for source in sources:
            arguments += ['-i', source]
        return InventoryCLI(arguments).run()
    return _ask(run, directory)


def list_hosts(sources, pattern, directory):
    def run():
        from ansible.cli.adhoc import AdHocCLI
        arguments = ['ansible', '--list-hosts', pattern]
        for source in sources:
            arguments += ['-i', source]
        return AdHocCLI(arguments).run()
    return _ask(run, directory)
