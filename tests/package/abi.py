#!/usr/bin/env python3
"""abi.py BUILD SOURCE [--write]: whether plugins that were built before still fit the SDK.

What they were compiled against (sizes of classes, places of members, slots of virtual functions, values of enumerators) and what they link
(symbols) is read from the library by abidw (Debian's abigail-tools) and compared with abi-INTERFACE.txt. What has gone or moved breaks them:
it needs another interface (CollectorJob_iid, COLLECTOR_PLUGIN_INTERFACE). What is added is written down with --write. 77: no abidw.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

build, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
sdk = source / 'core/sdk'
interface = re.search(r'COLLECTOR_PLUGIN_INTERFACE (\d+)', (sdk / 'cmake/CollectorPlugin.cmake').read_text())[1]
baseline = source / f'tests/package/abi-{interface}.txt'
# What plugins implement: a virtual function more, and those built before have none there.
IMPLEMENTED = ('Job',)


def flags():
    found = subprocess.run(['pkg-config', '--cflags', 'Qt6Core'], capture_output=True, text=True, check=True)
    return found.stdout.split()


def described(folder):
    """abidw's view of the SDK, compiled with debugging information from one file."""
    unity = folder / 'sdk.cpp'
    unity.write_text(''.join(f'#include "{file}"\n' for file in sorted(sdk.glob('*.cpp'))))
    library = folder / 'libcollector-sdk.so'
    subprocess.run(['g++', '-std=c++20', '-g', '-O0', '-fPIC', '-shared', '-fvisibility=hidden', '-DCOLLECTOR_SDK_BUILD', '-DQT_NO_KEYWORDS',
                    *flags(), f'-I{sdk}', unity, '-o', library], check=True)
    out = folder / 'abi.xml'
    subprocess.run(['abidw', '--headers-dir', sdk / 'collector', '--drop-private-types', '--out-file', out, library], check=True)
    return ElementTree.parse(out).getroot()


def type_names(root):
    names = {}
    for element in root.iter():
        if 'id' in element.attrib:
            names[element.get('id')] = element
    return names


def name_of(types, identity):
    element = types.get(identity)
    if element is None:
        return '?'
    inner = element.get('type-id')
    if element.tag == 'pointer-type-def':
        return name_of(types, inner) + '*'
    if element.tag == 'reference-type-def':
        return name_of(types, inner) + '&'
    if element.tag == 'qualified-type-def':
        return name_of(types, inner)
    return element.get('name', element.tag)


def lines(root):
    types = type_names(root)
    for symbol in root.iter('elf-symbol'):
        # Weak ones are inlines, of which each plugin has its own.
        if symbol.get('binding') == 'global-binding' and re.search('NK?9collector', symbol.get('name')):
            yield f'symbol {symbol.get("name")}'
    for namespace in (each for each in root.iter('namespace-decl') if each.get('name') == 'collector'):
        for scope in namespace.iter():
            name = scope.get('name')
            if scope.tag == 'enum-decl':
                for value in scope.iter('enumerator'):
                    yield f'enum {name}::{value.get("name")} = {value.get("value")}'
            if scope.tag != 'class-decl' or scope.get('is-declaration-only') == 'yes' or '<' in name or name in ('promise_type', 'Final'):
                continue
            yield f'class {name}: {int(scope.get("size-in-bits")) // 8} bytes'
            for member in scope.findall('data-member'):
                if member.get('static') == 'yes':
                    continue
                field = member.find('var-decl')
                yield (f'member {name}::{field.get("name")} at {int(member.get("layout-offset-in-bits")) // 8}: '
                       f'{name_of(types, field.get("type-id"))}')
            for function in scope.findall('member-function'):
                slot = function.get('vtable-offset')
                if slot is not None and slot != '-1':
                    yield f'virtual {name} {slot}: {function.find("function-decl").get("mangled-name")}'


def main():
    if not shutil.which('abidw'):
        print('skipped: abidw is not installed (abigail-tools)')
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        now = sorted(set(lines(described(pathlib.Path(folder)))))
    if '--write' in sys.argv:
        baseline.write_text('\n'.join(now) + '\n')
        return
    before = baseline.read_text().splitlines()
    gone = [line for line in before if line not in set(now)]
    added = [line for line in now if line not in set(before)]
    breaking = [line for line in added if line.startswith('virtual ') and line.split()[1] in IMPLEMENTED]
    for line in gone:
        print(f'gone or changed: {line}')
    for line in breaking:
        print(f'plugins built before do not have it: {line}')
    if gone or breaking:
        sys.exit(f'plugins built before no longer fit: undo it, or raise the interface from {interface} (collector/job.h, '
                 'CollectorPlugin.cmake) and write a new baseline')
    if added:
        print('\n'.join(f'added: {line}' for line in added))
        sys.exit('additions are fine within an interface; write them down: tests/package/abi.py BUILD SOURCE --write')
    print(f'{len(now)} symbols, classes, members, slots and values as in {baseline.name}')


main()
