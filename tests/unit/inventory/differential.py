#!/usr/bin/env python3
"""Compares `collector inventory` with ansible-inventory and `ansible --list-hosts` on random inventories.

differential.py DRIVER [--count N] [--seed S] [--keep DIR] [--patterns N]; exit status 77 where Ansible is not installed.
"""
import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ansible_oracle  # noqa: E402
import inventory_grammar  # noqa: E402

WARNINGS = ['Invalid characters were found in group names', 'Found both group and host with same name', 'A duplicate localhost-like entry',
            'found a duplicate dict key', 'Skipping unexpected key', 'as this is not a valid group definition']


def same(a, b):
    """Equal in type as well: 1 is not 1.0 and not True."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


def difference(wanted, got, path=''):
    if same(wanted, got):
        return ''
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in sorted(set(wanted) | set(got), key=str):
            if key not in wanted or key not in got or not same(wanted[key], got[key]):
                return difference(wanted.get(key, '(none)'), got.get(key, '(none)'), '%s/%s' % (path, key))
    return '%s: Ansible %r, collector %r' % (path, wanted, got)


def collector(driver, sources, directory, *arguments):
    command = [driver] + [word for source in sources for word in ('-i', source)] + list(arguments)
    return subprocess.run(command, cwd=directory, capture_output=True, timeout=60, check=False)


def compare_list(driver, sources, directory):
    status, out, err = ansible_oracle.inventory_list(sources, directory)
    ours = collector(driver, sources, directory, '--list')
    if b'keys must be str' in err:
        return ''  # it was read, but its listing cannot be written: a date is a key somewhere
    if status != 0:
        return '' if ours.returncode == 2 else 'Ansible refuses, collector ends with %d\n%s' % (ours.returncode, err.decode(errors='replace')[:600])
    if ours.returncode != 0:
        return 'collector refuses: ' + ours.stderr.decode(errors='replace')[:600]
    found = difference(json.loads(out), json.loads(ours.stdout))
    if found:
        return found
    said = err.decode(errors='replace').replace('\n', ' ')
    for warning in WARNINGS:
        if (warning in said) != (warning.encode() in ours.stderr):
            return 'warning %r: Ansible %s, collector %s' % (warning, warning in said, warning.encode() in ours.stderr)
    return ''


def depth_of_groups(listing):
    """Below two levels Ansible itself walks the groups in an order that changes from run to run."""
    def depth(name, seen):
        return 1 + max((depth(child, seen | {name}) for child in listing.get(name, {}).get('children', []) if child not in seen), default=0)
    return depth('all', frozenset())


def compare_hosts(driver, sources, directory, pattern, listing):
    status, out, err = ansible_oracle.list_hosts(sources, pattern, directory)
    ours = collector(driver, sources, directory, '--hosts', '-l', pattern)
    theirs = [line.strip() for line in out.decode(errors='replace').splitlines()[1:]]
    if status != 0 or not theirs or b'Could not match supplied host pattern' in err:
        return '' if ours.returncode in (0, 2) and (status == 0 or ours.returncode == 2) else 'Ansible refuses, collector ends with %d' % ours.returncode
    implicit = {'localhost', '127.0.0.1', '::1'}
    known = {name for group in listing.values() for name in group.get('hosts', [])}
    if set(theirs) - known or any(name in pattern for name in implicit - known):  # Ansible's implicit localhost is no host of ours
        return ''
    if ours.returncode != 0:
        return 'collector refuses: %s; Ansible %r' % (ours.stderr.decode(errors='replace')[:300], theirs)
    mine = ours.stdout.decode(errors='replace').splitlines()
    ordered = depth_of_groups(listing) <= 3
    if (theirs if ordered else sorted(theirs)) != (mine if ordered else sorted(mine)):
        return 'Ansible %r, collector %r' % (theirs, mine)
    return ''


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('driver')
    parser.add_argument('--count', type=int, default=40)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--patterns', type=int, default=1, help='host patterns for each inventory that is accepted')
    parser.add_argument('--keep', help='copy inventories that differ here')
    arguments = parser.parse_args()
    if not ansible_oracle.available():
        print('skipped: ansible-core is not installed')
        return 77
    driver = os.path.abspath(arguments.driver)
    differing = accepted = patterns = 0
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        with tempfile.TemporaryDirectory(prefix='inventory-diff-') as directory:
            sources = inventory_grammar.make(seed, directory)
            found = compare_list(driver, sources, directory)
            what = 'inventory'
            if not found:
                listed = collector(driver, sources, directory, '--list')
                if listed.returncode == 0:
                    accepted += 1
                    listing = json.loads(listed.stdout)
                    for number in range(arguments.patterns):
                        pattern = inventory_grammar.pattern(seed * 1000 + number)
                        patterns += 1
                        found = compare_hosts(driver, sources, directory, pattern, listing)
                        what = 'pattern %r' % pattern
                        if found:
                            break
            if found:
                differing += 1
                print('seed %d, %s: %s' % (seed, what, found))
                if arguments.keep:
                    shutil.copytree(directory, os.path.join(arguments.keep, str(seed)), dirs_exist_ok=True)
    print('%d inventories (%d accepted by both), %d host patterns: %d differ' % (arguments.count, accepted, patterns, differing))
    return 1 if differing or accepted == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
