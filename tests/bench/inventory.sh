#!/bin/sh
# How fast inventories are read, as ratios measured in one run: CPU against ansible-inventory, linearity, bytes a host, and what a /8
# takes. inventory.sh [BUILD_DIR]; exit status 1 where a bound of the contract is missed. Without Ansible the first ratio is left out.
set -e
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/release}
exec /usr/bin/python3 - "$build/tests/inventory-driver" <<'PYTHON'
import os
import resource
import shutil
import subprocess
import sys
import tempfile

driver = sys.argv[1]
missed = []


def run(command, cwd):
    """(CPU seconds, peak bytes) of a command, its output thrown away."""
    pid = os.fork()
    if pid == 0:
        os.chdir(cwd)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit('%r ended with %d' % (command, status))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def best(command, cwd, times):
    results = [run(command, cwd) for _ in range(times)]
    return min(cpu for cpu, _ in results), min(peak for _, peak in results)


def judge(name, value, bound, more=False):
    good = value >= bound if more else value <= bound
    print('%-68s %10.2f   (%s %g)%s' % (name, value, 'at least' if more else 'at most', bound, '' if good else '   MISSED'))
    if not good:
        missed.append(name)


def inventory(path, hosts, groups):
    with open(path, 'w') as file:
        each = hosts // groups
        for group in range(groups):
            file.write('[group%03d]\n' % group)
            for number in range(group * each, (group + 1) * each):
                file.write('host%07d.dc%d.example.com ansible_host=10.%d.%d.%d ansible_port=%d rack=r%d\n'
                           % (number, group % 7, number >> 16 & 255, number >> 8 & 255, number & 255, 2200 + number % 7, number % 40))
            file.write('[group%03d:vars]\nansible_user=ops\nregion=eu-%d\n' % (group, group % 5))


with tempfile.TemporaryDirectory(prefix='inventory-bench-') as folder:
    for name, hosts, groups in (('10k.ini', 10000, 100), ('100k.ini', 100000, 100), ('1m.ini', 1000000, 1000)):
        inventory(os.path.join(folder, name), hosts, groups)
    listed = best([driver, '-i', '10k.ini', '--list'], folder, 3)[0]
    print('10,000 hosts in 100 groups, --list: %.3f s CPU' % listed)
    ansible = shutil.which('ansible-inventory')
    if ansible:
        theirs = run([ansible, '-i', '10k.ini', '--list'], folder)[0]
        print('ansible-inventory, the same: %.1f s CPU' % theirs)
        judge('ansible-inventory : collector inventory, CPU', theirs / listed, 100, more=True)
    else:
        print('skipped: ansible-inventory is not installed')
    open(os.path.join(folder, 'one.ini'), 'w').write('host1\n')
    idle, idle_peak = best([driver, '-i', 'one.ini', '--lint'], folder, 3)
    graph = [driver, '--graph', 'ungrouped', '-i']
    hundred, _ = best(graph + ['100k.ini'], folder, 3)
    million, peak = best(graph + ['1m.ini'], folder, 2)
    print('reading 100,000 lines: %.3f s CPU; 1,000,000: %.3f s' % (hundred - idle, million - idle))
    judge('time for 1,000,000 lines : 100,000', (million - idle) / (hundred - idle), 12)
    judge('bytes a host, three variables each (peak of the process, less an empty one)', (peak - idle_peak) / 1e6, 400)
    cpu, peak = run([driver, '-i', '127.0.0.0/8', '--hosts'], folder)
    print('-i 127.0.0.0/8 --hosts: %.2f s CPU, %.0f ns a host' % (cpu, cpu / (1 << 24) * 1e9))
    judge('peak memory of -i 127.0.0.0/8 --hosts, MB', peak / 1e6, 60)
sys.exit(1 if missed else 0)
PYTHON
