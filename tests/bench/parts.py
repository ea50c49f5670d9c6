"""The parts of the comparison: what each asks, of whom, with which command. run.py chooses among them and keeps what they find.

A part is a function of a Bench that calls bench.case() once for each size or setting. The first contender of a case is ours.
"""

import base64
import hashlib
import hmac
import os
import secrets
import shutil

import facts as facts_bench
import inventory as inventory_bench
import measure
from measure import Command


def there(contenders):
    """Those whose program is installed."""
    return {name: command for name, command in contenders.items() if command and shutil.which(command.words[0])}


def go_peer(bench, fleet, in_flight, hosts):
    peer = bench.go_peer()
    return Command([peer, bench.key, fleet.port, str(in_flight), "echo hello"], hosts) if peer else None


def ours(bench, fleet, in_flight, hosts, *more):
    return Command(measure.ask_fleet(bench.build, fleet, bench.key, in_flight, bench.path("out.json"), *more), hosts)


def openssh_options(bench, fleet):
    return ["-F", "none", "-i", bench.key, "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={fleet.known_hosts}", "-o", f"Port={fleet.port}"]


def through_openssh(bench, fleet, hosts, count):
    """Peers that start an ssh(1) for each host, 50 at a time."""
    ssh = " ".join(openssh_options(bench, fleet))
    inventory = bench.path("peers.ini")
    with open(hosts) as names, open(inventory, "w") as file:
        file.write(names.read())
    peers = {
        "pdsh": Command(["pdsh", "-R", "ssh", "-f", "50", "-l", "root", "-w", f"^{hosts}", "echo hello"],
                        environment={"PDSH_SSH_ARGS_APPEND": ssh}),
        "ClusterShell": Command(["clush", "-q", "-f", "50", "-l", "root", "-o", ssh, "--hostfile", hosts, "echo hello"]),
        "pssh": Command(["parallel-ssh", "-h", hosts, "-p", "50", "-l", "root", "-t", "0", "-x", ssh, "echo hello"]),
    }
    if count <= 200:
        peers["Ansible"] = Command(["ansible", "all", "-i", inventory, "-f", "50", "-u", "root", "-m", "raw", "-a", "echo hello"], at_most=2,
                                   environment={"ANSIBLE_SSH_ARGS": ssh, "ANSIBLE_LOCAL_TEMP": bench.path("ansible"), "ANSIBLE_NOCOLOR": "1",
                                                "ANSIBLE_SSH_USETTY": "0"})
    return peers


def ssh(bench):
    """One SSH command on many hosts. collector checks host keys and writes JSON; Go's and AsyncSSH's client do neither. What starts an
    ssh(1) for each host is asked up to 1,000, Ansible (its `raw`) 200: the rest would take many minutes."""
    with bench.fleet() as fleet:
        for count, in_flight in bench.sizes([(200, 200), (1_000, 500), (10_000, 1_000)], [(100, 100), (500, 100)]):
            hosts = bench.hosts(count)
            contenders = {
                "collector": ours(bench, fleet, in_flight, hosts),
                "Go": go_peer(bench, fleet, in_flight, hosts),
                "AsyncSSH": Command(["/usr/bin/python3", os.path.join(measure.BENCH, "asyncssh_peer.py"), bench.key, fleet.port, str(in_flight),
                                     "echo hello"], hosts) if bench.has_asyncssh() else None,
            }
            if count <= 1_000:
                contenders |= through_openssh(bench, fleet, hosts, count)
            bench.case(f"{count:,} hosts, {in_flight:,} in flight", count, there(contenders), x=count, ok=count)


def hosts(bench):
    """From 1,000 to 10,000 hosts, 1,000 in flight."""
    with bench.fleet() as fleet:
        for count in bench.sizes([1_000, 2_000, 5_000, 10_000], [200, 400]):
            hosts = bench.hosts(count)
            bench.case(f"{count:,} hosts", count, there({"collector": ours(bench, fleet, 1_000, hosts), "Go": go_peer(bench, fleet, 1_000, hosts)}),
                       x=count, rounds=3, ok=count)


def in_flight(bench):
    """10,000 hosts, from 100 to 10,000 in flight at once."""
    count = bench.sizes(10_000, 400)
    hosts = bench.hosts(count)
    with bench.fleet() as fleet:
        for some in bench.sizes([100, 300, 1_000, 3_000, 10_000], [20, 400]):
            bench.case(f"{some:,} in flight", count, there({"collector": ours(bench, fleet, some, hosts), "Go": go_peer(bench, fleet, some, hosts)}),
                       x=some, rounds=3, ok=count)


def held(bench):
    """10,000 hosts all at once, each command taking 8 s: what an open session costs."""
    count, delay = bench.sizes((10_000, 8_000), (400, 1_000))
    hosts = bench.hosts(count)
    with bench.fleet("--delay", str(delay)) as fleet:
        bench.case(f"{count:,} in flight for {delay / 1000:g} s", count,
                   there({"collector": ours(bench, fleet, count, hosts), "Go": go_peer(bench, fleet, count, hosts)}), rounds=3, budget=90, ok=count)


def threads(bench):
    """One worker thread and two; Go is kept to as many with GOMAXPROCS."""
    count = bench.sizes(10_000, 400)
    hosts = bench.hosts(count)
    with bench.fleet() as fleet:
        for some in [1, 2]:
            contenders = {"collector": ours(bench, fleet, 1_000, hosts, "--threads", str(some)), "Go": go_peer(bench, fleet, 1_000, hosts)}
            if contenders["Go"]:
                contenders["Go"].environment["GOMAXPROCS"] = str(some)
            bench.case(f"threads: {some}", count, there(contenders), x=some, rounds=3, ok=count)


def known_hosts(bench):
    """known_hosts with 100,000 further lines, plain and hashed, beside a line that decides all hosts; then fewer hosts that hashed lines alone
    know, without the others and among them. The same program each time."""
    count, few, lines = bench.sizes((2_000, 200, 100_000), (200, 50, 10_000))
    with bench.fleet() as fleet:
        with open(fleet.known_hosts) as file:
            line = file.read()
        key = " ".join(line.split()[-2:] if line.split()[-2].startswith("AAAA") else line.split()[1:3])
        further = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(lines)]

        def write(name, hosts, last=""):
            with open(bench.path(name), "w") as file:
                file.writelines(f"{host} {key}\n" for host in hosts)
                file.write(last)
            return bench.path(name)

        def hashed(host):
            salt = secrets.token_bytes(20)
            digest = hmac.new(salt, host.encode(), hashlib.sha1).digest()
            return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"

        def asked(count, known):
            command = ours(bench, fleet, 500, bench.hosts(count))
            return Command([known if word == fleet.known_hosts else word for word in command.words], command.stdin)

        others = [hashed(host) for host in further]
        bench.case(f"{count:,} hosts", count, {
            "one line": asked(count, fleet.known_hosts),
            f"{lines:,} more": asked(count, write("plain", further, line)),
            f"{lines:,} more, hashed": asked(count, write("hashed", others, line)),
        }, ok=count)
        with open(bench.hosts(few)) as names:
            own = [hashed(f"[{name.strip()}]:{fleet.port}") for name in names]
        bench.case(f"{few:,} hosts, hashed", few, {
            "a line each": asked(few, write("own", own)),
            f"{lines:,} more": asked(few, write("ownhashed", others + own)),
        }, ok=few)


def facts(bench):
    """Facts of one real sshd with ssh-facts, beside Ansible's pipelined `setup`. `login` is a session that runs nothing."""
    if os.geteuid() != 0 or not shutil.which("ansible"):
        print("left out: root and ansible are needed")
        return
    seen, commands = facts_bench.sessions_cost(*bench.sizes((bench.rounds, 4), (1, 1)), build=bench.build, say=print)
    order = ["ssh-facts", "setup", "login"]
    bench.keep("controller", 1, {name: commands[name] for name in order}, {name: [each[1:] for each in seen[name]] for name in order})
    bench.keep("host: sshd and all below it", 1, {name: commands[name] for name in order},
               {name: [(each[0], None, each[3]) for each in seen[name]] for name in order})


def ping(bench):
    """One echo to each address of loopback. The floor is a bare loop of sendmmsg and recvmmsg with a bit for each host; the ping thread is
    ours without engine, records and outputs. fping has 65,536 sequence numbers for ten seconds: of more than a /16 it takes one at a time."""
    for count, network in bench.sizes([(255, "127.16.0.0-127.16.0.254"), (65_536, "127.16.0.0/16"), (1_048_576, "127.16.0.0/12")],
                                      [(255, "127.16.0.0-127.16.0.254"), (4_096, "127.16.0.0/20")]):
        first, _, last = network.partition("-")
        fping = ["fping", "-q", "-i", "0", "-r", "1", "-g"]
        if count > 65_536:
            fping = ["sh", "-c", f"for n in $(seq 16 31); do {' '.join(fping)} 127.$n.0.0/16; done"]
        else:
            fping += [first] + ([last] if last else [])
        bench.case(f"{count:,} addresses", count, there({
            "collector": Command(measure.collector(bench.build, "-i", network, "-p", "ping", "--rate", "0", "-q", "-o", bench.path("out.json"))),
            "the ping thread alone": Command([os.path.join(bench.build, "bin", "pingbench"), str(count)]),
            "floor": Command([os.path.join(bench.build, "tests", "icmpfloor"), str(count)]),
            "fping": Command(fping, statuses=(0, 1)) if shutil.which("fping") else None,
        }), x=count, rounds=9, budget=45, ok=count)  # short rounds, and three of them differed by a fifth


def inventory(bench):
    """An INI inventory of hosts with three variables each, in groups with two: `--list` whole, and the names of a million."""
    for count, verb, peer in bench.sizes([(10_000, "--list", True), (1_000_000, "--hosts", False)], [(1_000, "--list", True), (10_000, "--hosts", False)]):
        path = bench.path(f"{count}.ini")
        inventory_bench.write_inventory(path, count, max(10, count // 1_000))
        contenders = {"collector": Command(measure.collector(bench.build, "inventory", "-i", path, verb))}
        if peer:
            contenders["ansible-inventory"] = Command(["ansible-inventory", "-i", path, verb], environment={"ANSIBLE_LOCAL_TEMP": bench.path("ansible")})
        bench.case(f"{count:,} hosts, {verb}", count, there(contenders), rounds=3)


def noop(bench):
    """Jobs that do nothing: what engine, journal and JSON lines cost, beside the floor of as many echoes."""
    for count, network in bench.sizes([(65_536, "10.0.0.0/16"), (1_048_576, "10.0.0.0/12")], [(4_096, "10.0.0.0/20")]):
        bench.case(f"{count:,} hosts", count, {
            "collector": Command(measure.collector(bench.build, "--plugin-dir", os.path.join(bench.build, "tests", "plugins"), "-i", network, "-p",
                                                   "noop", "--rate", "0", "-q", "-o", bench.path("out.jsonl"))),
            "floor of ping": Command([os.path.join(bench.build, "tests", "icmpfloor"), str(count)]),
        }, rounds=9)


def diff(bench):
    """`diff` of two results with 200 facts a host, beside jq reading both."""
    count = bench.sizes(10_000, 500)
    old, new = (bench.result(count, night) for night in [1, 2])
    bench.case(f"{count:,} hosts", count, there({
        "collector": Command(measure.collector(bench.build, "diff", old, new), statuses=(1,)),
        "jq": Command(["jq", "-c", ".hosts[]", old, new]),
    }), rounds=3)


def articles(bench):
    """The tables of articles on the subject: 255 pings and 200 SSH commands one after the other, and at once. 10 ms of the fleet's own before
    each of its answers stand for a network; loopback's echoes have none."""
    addresses = bench.path("255")
    with open(addresses, "w") as file:
        file.writelines(f"127.16.0.{n}\n" for n in range(255))
    for some in bench.sizes([1, 4, 255], [4, 255]):
        name = {1: "one after the other", 255: "all at once"}.get(some, f"{some} at once")
        bench.case(f"255 pings, {name}", 255, there({
            "collector": Command(measure.collector(bench.build, "-i", addresses, "-p", "ping", "--rate", "0", "-c", str(some), "-q", "-o",
                                                   bench.path("out.json"))),
            "ping(8), by xargs": Command(["xargs", "-P", str(some), "-n", "1", "ping", "-q", "-c", "1", "-W", "1"], addresses),
        }), rounds=3, ok=255)
    count = bench.sizes(200, 20)
    hosts = bench.hosts(count)
    with bench.fleet("--latency", "10") as fleet:
        for some in [1, count]:
            bench.case(f"{count} SSH commands, {'one after the other' if some == 1 else 'all at once'}", count, there({
                "collector": ours(bench, fleet, some, hosts),
                "ssh(1), by xargs": Command(["xargs", "-P", str(some), "-I", "{}", "ssh", *openssh_options(bench, fleet), "-l", "root", "{}", "echo hello"],
                                            hosts),
            }), rounds=3, ok=count, budget=15)


PARTS = {part.__name__.replace("_", "-"): part for part in
         [ssh, hosts, in_flight, held, threads, facts, ping, inventory, known_hosts, noop, diff, articles]}
