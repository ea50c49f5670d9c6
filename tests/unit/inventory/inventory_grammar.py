"""Random inventories, from a seed: mostly what people write, now and then what they should not."""
import json
import os
import random

HOSTS = ['web1', 'web2', 'web10', 'db1', 'db-2', 'a.example.com', 'b.example.com', '10.0.0.5', '10.0.0.6', 'localhost', '2001:db8::7',
         'x_y', 'h', 'Web1', 'h\u00e4nsel', '127.0.0.1']
GROUPS = ['web', 'db', 'prod', 'dev', 'dc1', 'all', 'ungrouped', 'g_1', 'eu', 'us', 'bad-name', '1st', 'h', 'stra\u00dfe']
NAMES = ['a', 'b', 'c', 'ansible_host', 'ansible_port', 'ansible_user', 'x.y', 'ansible_group_priority', 'list', 'k-1']
LITERALS = ['1', '0', '-1', '+2', '007', '0755', '0x1F', '0X1f', '0b101', '0o17', '1_000', '1__0', '1_', '1e3', '1.5', '.5', '5.', '1e999', '-0.0',
            'True', 'False', 'None', 'true', 'yes', 'none', 'null', '10-5', '1,2', '1,', '(1,2)', '()', '[]', '{}', '[1,2]', '[1,[2,3]]', "{'a':1}",
            "{'a':{'b':[1,2]}}", '{1:2}', "{1:'a',True:'b'}", '{1,2}', '1j', '1+2j', '...', 'set()', "'text'", '"text"', "'it''s'", "'a' 'b'",
            "b'x'", "u'x'", "r'\\d'", "'\\x41\\u00e4\\n'", "'unclosed", '10.0.0.5', '1.2.3', '123456789012345678901234567890', '0xFFFFFFFFFFFFFFFFFF',
            'a b', 'a#b', 'a # b', '5 # five', '# only', '', '{{ a }}', '{{ inventory_hostname }}', '{{a}}', "{{ 'x' }}", '{{ {} }}', '{% if %}', '!vault', '=x=',
            '[1', '[a,b]', "['a','b']", '(1)', '((1,2),3)', '{[1]:2}', '{(1,2):3}', '-5', '--5', '1 2', '0_0', '00', '08', '1.0', '1e5', 'nan', 'inf', '1if', '\\x41',
            '/path/to', '~', 'a:b', 'key=value', "b'\\xff'", '[b"x"]', "'\\400'", 'T', 'Tru', 'Truely', "f'x'", "{'a' : 1 , }", '[1,,2]', '1;2', '0.1', '100000000000000000000.0', '1e16', '1e15', '1e-5', '0.0001',
            "'''x'''", '"""y"""', "'a\\", '\t7', '{ }', '{1:[2,{3:4}]}', 'lambda: 1', '[x for x in y]', '1 if 1 else 2', '"\\N{DIGIT ONE}x', '*a', '[*a]', '{**a}', 'not True', '-True', '+None', '~1', "-'a'"]
RANGES = ['web[1:3]', 'web[01:03]', 'web[1:9:3]', 'n[a:c]', 'n[A:C]x', '[1:3].example.com', 'r[1:2][a:b]', 'r[3:1]', 'r[:2]', 'r[0:0]', 'n[1:3]-[08:10]', 'v[1:2]:2222']
ODD_RANGES = ['r[1:]', 'r[01:100]', 'r[Z:a]', 'r[a:Z]', 'r[1:3:0]', 'r[5:1:-1]', 'r[-1:1]', 'r[1-3]', 'r[]', 'r[1:2:3:4]', 'r[a:c:2]', 'r[aa:cc]', 'r[ab:ef]', 'r[1:2', 'r1:2]', 'r]1:2[x', 'r[1:2]|',
              'r[ 1:2]', 'r[0x1:2]', 'r[1_0:12]', 'r[00:02:2]', 'r[b:a]', 'r[2:1][', 'r[+1:2]', 'r[\u0661:2]'[:9]]
PORTS = ['web1:22', 'web1:2222', '10.0.0.5:22', '[2001:db8::7]:22', '[2001:db8::7]', '2001:db8::1:22', 'web1:x', 'web1:', 'a-:22', '[web1]:22', '[[1:2]]:22', '[a:b:c]:1', 'web1:0',
         '[foo:22]:33', 'a:b:22', '300.1.1.1:5', '::1', '[::1]:99', 'fe80::1%eth0', '[fe80::1%eth0]:22', 'web1:22:33', '-a:1', 'a_:1', 'a..b:1', '1.2.3.4.5:6', '::ffff:1.2.3.4', '[::ffff:1.2.3.4]:6']
ODD_LINES = ['[ g ]', '[g:Vars]', '[g] ; c', '[g', 'g]', '[]', '[g:]', '[:vars]', '[g:vars:x]', '---', 'a = 1', "it's", 'h1 a', 'h1, h2', 'x\\', '=', 'h1 =5', 'h1 a=', "h1 'a'=5", 'h1 a="b c" d=\'e f\'',
             'h1 a={{ b }}', 'h1 "a b"=1', '"h 1" a=2', "'' a=1", 'h1 a="x', 'h1 #c', 'h1#c', ';c', ' # c', 'h1 ;c', 'h1 a=1;b=2', '\u00a0h1', 'h1\u00a0a=1', 'h1\u2028h2', 'h1\x0bh2', 'h1\x1ch2', 'h1\x85h2', '\ufeffh9',
             'h1 a=[1, 2]', 'h1 a="[1, 2]"', 'h1 a=\\\'x', 'h1 a="\\n"', 'h1 a="\\""', 'h1\ta=1\tb=2', 'h1  a=1', 'localhost ansible_connection=local', 'h1 a=1 a=2', 'h1 a==', 'all', '[g:children] # c', '[g:hosts]']


def _works(text):
    """Whether Ansible takes the literal wherever it stands, with a host or in a group."""
    import ast
    import shlex
    import warnings
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            value = ast.literal_eval(text)
            json.dumps(value)
    except (ValueError, SyntaxError):
        value = None
    except TypeError:
        return False
    try:
        return len(shlex.split(text, comments=True)) == 1
    except ValueError:
        return False


SAFE_LITERALS = [text for text in LITERALS if _works(text)]


def pick(rng, items):
    return items[rng.randrange(len(items))]


def host(rng, odd):
    roll = rng.random()
    if roll < 0.70:
        return pick(rng, HOSTS)
    if roll < 0.85:
        return pick(rng, RANGES)
    if roll < 0.93 or not odd:
        return pick(rng, PORTS[:4])
    return pick(rng, PORTS + ODD_RANGES)


def value(rng, odd):
    if not odd and rng.random() < 0.7:
        return pick(rng, SAFE_LITERALS)
    return pick(rng, LITERALS) if odd else pick(rng, ['1', 'x', '10.1.2.3', 'True', '22', "[1,2]", "{'a':1}", 'some', '1.5'])


def shell_quoted(rng, text):
    if rng.random() < 0.5:
        return text
    return '"%s"' % text.replace('\\', '\\\\').replace('"', '\\"') if rng.random() < 0.7 else "'%s'" % text.replace("'", '')


def ini(rng, odd):
    lines = []
    declared = set()
    order = GROUPS[:5] + GROUPS[7:]  # children come later in it, so that no circle closes
    for _ in range(rng.randrange(1, 7)):
        group = pick(rng, GROUPS if odd or rng.random() < 0.1 else order)
        kind = pick(rng, ['', '', '', ':vars', ':children'])
        if (rng.random() < 0.85 or not odd) and kind and group not in declared:
            lines.append('[%s]' % group)
            declared.add(group)
        if lines or rng.random() < 0.8:
            lines.append('[%s%s]%s' % (group, kind, pick(rng, ['', '', ' ', ' # comment'])))
        declared.add(group)
        for _ in range(rng.randrange(0, 5)):
            if odd and rng.random() < 0.12:
                lines.append(pick(rng, ODD_LINES))
            elif kind == ':vars':
                name = pick(rng, NAMES)
                text = str(rng.randrange(-3, 12)) if name == 'ansible_group_priority' and rng.random() < 0.9 else value(rng, odd)
                lines.append('%s%s%s' % (name, pick(rng, ['=', ' = ', '= ']), text))
            elif kind == ':children':
                later = [name for name in order[order.index(group) + 1:] if name in declared] if group in order else []
                child = pick(rng, sorted(declared) if rng.random() < 0.8 else GROUPS) if odd else pick(rng, later) if later else None
                if child:
                    lines.append(child)
            else:
                words = [host(rng, odd)]
                for _ in range(pick(rng, [0, 0, 1, 2, 3])):
                    words.append('%s=%s' % (pick(rng, NAMES), shell_quoted(rng, value(rng, odd))))
                lines.append(pick(rng, ['', ' ', '\t', '']) + pick(rng, [' ', '  ']).join(words) + pick(rng, ['', '', ' # note', ' ']))
        if rng.random() < 0.3:
            lines.append(pick(rng, ['', '# comment', '; comment']))
    end = pick(rng, ['\n', '\n', '\n', '\r\n', '\r'])
    return end.join(lines) + pick(rng, ['', end])


YAML_SCALARS = ['1', '0755', '08', '0o17', '1_000', '1:30', '190:20:30', '1e3', '1.5', '1.e+3', '.5', '-.5', 'yes', 'No', 'on', 'true', 'null', '~', '', 'text', '"quoted"', "'single'", '"esc \\u00e4\\n"', '0x1F', '0b11',
                '2001-12-14', '2001-12-14 21:59:43.1', '2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43 Z', '.inf', '.nan', '-.inf', '+12', '12e03', '!!str 5', '!!int "7"', '!!float 3', '!!bool "yes"', '!unsafe "{{ x }}"', '"{{ a }}"',
                '[1, two, 3.0]', '{a: 1, b: [x]}', '{}', '[]', '0_', '_1', '1_', '=x', '<x', '2001-13-01', 'a: b: c', '{{ a }}', '@x', '%x', '`x', '- 1', '!foo x', '*nope', '&anchor v', '"unclosed', '2001-1-1', '12:30:45.5', 'NULL', 'Null', 'nULL', 'OFF', '<<', '=',
                '123456789012345678901234567890', '1e400', '9223372036854775808', '-9223372036854775808', '!!null x', '!!timestamp 2001-01-01', '!vault "$ANSIBLE_VAULT;1.1;AES256"', '{1: a, true: b}', '{a: 1, a: 2}', '{<<: {x: 1}, y: 2}', '\u00fcml\u00e4ut', "'it''s'", '0.10', '+.inf', '?x', '1,000', '00', '-0', '0x', '4294967296:1', '!!omap [a: 1, b: [x]]', '!!pairs [a: 1, a: 2]', '!!omap [a]', '!!set {a, b}', '!!binary aGVsbG8=']


def yaml_vars(rng, indent, odd):
    lines = []
    for _ in range(rng.randrange(1, 4)):
        scalar = pick(rng, YAML_SCALARS) if odd else pick(rng, YAML_SCALARS[:40])
        key = pick(rng, NAMES + (['1', 'yes', '~', '[a]', '1.5', '2001-01-01'] if odd and rng.random() < 0.2 else []))
        if key == 'ansible_group_priority' and not odd:
            scalar = str(rng.randrange(-3, 12))
        if rng.random() < 0.1 and key != 'ansible_group_priority':
            lines.append('%s%s: |\n%s  some\n%s  text' % (indent, key, indent, indent))
        else:
            lines.append('%s%s: %s' % (indent, key, scalar))
    return lines


def yaml_group(rng, indent, depth, odd):
    lines = []
    for section in rng.sample(['hosts', 'vars', 'children'], rng.randrange(1, 4)):
        if odd and rng.random() < 0.08:
            lines.append('%s%s: %s' % (indent, section, pick(rng, ['web1', '[a, b]', '5', '~', '""', '{}', 'yes'])))
            continue
        if section == 'children' and depth > 3:
            continue
        body = []
        if section == 'hosts':
            for name in rng.sample(HOSTS[:11] + RANGES + PORTS[:4], rng.randrange(1, 4)):
                name = '"%s"' % name if set(name) & set(':[]') else name
                if odd and rng.random() < 0.05:
                    name = pick(rng, ['5', '~', 'yes', '"r[1:]"', '""', '1.5', '10.0.0.0'])
                body.append('%s  %s:%s' % (indent, name, pick(rng, ['', '', ' {}', ' ""', ' {a: 1}', ' 0'] + ([' x', ' [1]'] if odd else []))))
                if body[-1].endswith(':') and rng.random() < 0.6:
                    body += yaml_vars(rng, indent + '    ', odd and rng.random() < 0.3)
        elif section == 'vars':
            body = yaml_vars(rng, indent + '  ', odd)
        else:
            for name in rng.sample(GROUPS[:10] if odd else GROUPS[depth + 1:5] + GROUPS[7:10], rng.randrange(1, 3)):
                body.append('%s  %s:%s' % (indent, name, pick(rng, ['', '', ' {}', ' x', ' []']) if odd and rng.random() < 0.1 else ''))
                if body[-1].endswith(':') and rng.random() < 0.8:
                    body += yaml_group(rng, indent + '    ', depth + 1, odd)
        if body:
            lines.append('%s%s:' % (indent, section))
            lines += body
    if odd and rng.random() < 0.05:
        lines.append(indent + pick(rng, ['extra: {a: 1}', 'extra: 5', 'host: {web1: {}}']))
    return lines


def yaml(rng, odd):
    lines = ['---'] if rng.random() < 0.5 else []
    for name in rng.sample(GROUPS[:10], rng.randrange(1, 4)):
        lines.append(name + ':')
        lines += yaml_group(rng, '  ', 0, odd)
    if odd and rng.random() < 0.05:
        lines.append(pick(rng, ['plugin: aws_ec2', '---\na: 1', '...', '- x', '\tx: 1', 'x', 'web: {hosts: {zz: }}']))
    return '\n'.join(lines) + '\n'


def json_inventory(rng):
    """What a script prints: also the way in for `--list` output."""
    data = {}
    names = rng.sample(GROUPS[:11], rng.randrange(1, 5))
    hosts = set()
    for name in names:
        group = {}
        if rng.random() < 0.8:
            group['hosts'] = rng.sample(HOSTS, rng.randrange(0, 4))
            hosts |= set(group['hosts'])
        if rng.random() < 0.5:
            group['vars'] = {pick(rng, NAMES[:7]): pick(rng, [1, 'x', None, True, 1.5, [1, {'a': 2}], {}, 10 ** 30, '{{ a }}'])}
        if rng.random() < 0.3:
            group['children'] = rng.sample(names, 1) if rng.random() < 0.5 else ['leaf']
        data[name] = group if group and rng.random() < 0.9 else rng.sample(HOSTS, 2)
        if not isinstance(data[name], dict):
            hosts |= set(data[name])
    data['_meta'] = {'hostvars': {name: {pick(rng, NAMES): pick(rng, [1, 'y', False, [], 2.0])} for name in sorted(hosts) if rng.random() < 0.6}}
    return json.dumps(data, indent=pick(rng, [None, 2]))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8', newline='') as file:
        file.write(text)


def variable_files(rng, directory, odd):
    for kind, names in (('group_vars', GROUPS[:10]), ('host_vars', HOSTS[:9])):
        for _ in range(rng.randrange(0, 4)):
            name = pick(rng, names)
            ending = pick(rng, ['', '.yml', '.yaml', '.json', '/main.yml', '/a.yml', '/z', '/.hidden.yml', '/sub/x.json', '/old.yml~', '/note.txt', '.bak'])
            path = os.path.join(directory, kind, name + ending)
            if os.path.exists(path) or any(os.path.isfile(os.path.join(directory, kind, part)) for part in (name, name + '/sub')) or os.path.isdir(path):
                continue
            text = '\n'.join(yaml_vars(rng, '', odd)) + '\n'
            if ending.endswith('.json'):
                text = json.dumps({pick(rng, NAMES): pick(rng, [1, 'x', None, [1.5], {'k': 'v'}])})
            elif rng.random() < 0.1:
                text = pick(rng, ['', '---\n', '# nothing\n', '[]\n', '- 1\n', 'text\n'] if odd else ['', '---\n', '# nothing\n'])
            write(path, text)


def make(seed, directory):
    """Writes one inventory below `directory`; returns its sources."""
    rng = random.Random(seed)
    odd = rng.random() < 0.4
    roll = rng.random()
    with_files = rng.random() < 0.4
    if roll < 0.45:
        write(os.path.join(directory, 'hosts.ini'), ini(rng, odd))
        sources = ['hosts.ini']
    elif roll < 0.55:
        write(os.path.join(directory, 'hosts'), ini(rng, odd) if rng.random() < 0.6 else yaml(rng, odd))
        sources = ['hosts']
    elif roll < 0.75:
        write(os.path.join(directory, 'hosts.yml'), yaml(rng, odd))
        sources = ['hosts.yml']
    elif roll < 0.83:
        script = os.path.join(directory, 'dynamic')
        write(script, '#!/bin/sh\ncat <<"END_OF_LIST"\n%s\nEND_OF_LIST\n' % json_inventory(rng))
        os.chmod(script, 0o755)
        sources = ['dynamic']
    elif roll < 0.92:
        write(os.path.join(directory, 'inv', '01-base'), ini(rng, odd and rng.random() < 0.3))
        write(os.path.join(directory, 'inv', '02-more.yml'), yaml(rng, False))
        write(os.path.join(directory, 'inv', 'ignored.ini'), '[ broken\n')
        write(os.path.join(directory, 'inv', '.hidden'), 'hidden\n')
        if rng.random() < 0.5:
            write(os.path.join(directory, 'inv', 'sub', 'third'), ini(rng, False))
        if with_files:
            variable_files(rng, os.path.join(directory, 'inv'), odd)
        return ['inv']
    else:
        write(os.path.join(directory, 'one', 'hosts.ini'), ini(rng, False))
        write(os.path.join(directory, 'two', 'hosts.yml'), yaml(rng, False))
        for part in ('one', 'two'):
            if with_files:
                variable_files(rng, os.path.join(directory, part), odd)
        return ['one/hosts.ini', 'two/hosts.yml'] + (['web1,h7,'] if rng.random() < 0.3 else [])
    if with_files:
        variable_files(rng, directory, odd)
    return sources


def pattern(seed):
    rng = random.Random(seed)

    def single():
        roll = rng.random()
        name = pick(rng, HOSTS + GROUPS[:10])
        if roll < 0.35:
            return name
        if roll < 0.55:
            return pick(rng, ['*', 'web*', '*.example.com', '10.0.0.*', 'w?b1', '[wd]*', '[!w]*', 'w*', '*1', 'd*', 'all', 'x*y', 'web[12]x*', '?', 'r*'])
        if roll < 0.7:
            return pick(rng, ['~web', '~.*1$', '~(web|db).*', '~w\\w+', '~^d', '~[a-c]\\.', '~nothing'])
        return name + pick(rng, ['[0]', '[-1]', '[0:1]', '[1:]', '[0:0]', '[1-2]', '[9]', '[:2]']) if rng.random() < 0.6 else 'all' + pick(rng, ['[0]', '[-1]', '[1:3]', '[2:]', '[0:0]'])
    parts = [single()]
    for _ in range(pick(rng, [0, 0, 1, 1, 2, 3])):
        parts.append(pick(rng, ['', '', '!', '&']) + single())
    return pick(rng, [':', ',', ', ']).join(parts)
