#include "options.h"

#include "files.h"

#include <getopt.h>

#include <charconv>
#include <stdexcept>

namespace collector::fleet {

namespace {

constexpr auto usageText = R"(usage: fleet [options]
Simulates SSH hosts: every address of 127.0.0.0/8 is one of them. Ends on TERM, INT, HUP.

  --port P              port to listen on (0: any free one)
  --any-address         serve other addresses than those of 127.0.0.0/8 too
  --threads N           threads that serve (2)
  --backlog N           length of the listen queue
  --host-key FILE       private host key, OpenSSH or PEM (a new ed25519 one)
  --known-hosts FILE    write a line for known_hosts there
  --authorized-key FILE public key that may log in; repeatable (any key)
  --user U              the only user that may log in (any)
  --password P          offer the method password, with this one
  --max-auth-tries N    refused attempts before the connection is ended (6)
  --output FILE         what each command prints (hello world)
  --run                 run commands with -c of the login shell
  --shell PROGRAM       login shell that runs them (/bin/sh)
  --environment N=V     variable for them; repeatable
  --delay MS            time that a command takes
  --latency MS          time before each answer on the wire
  --fault NAME          all hosts have it
  --fault-map FILE      lines `ADDRESS|CIDR|FIRST-LAST FAULT`; the first that fits holds
  --list-faults         name, cause for a client, description; tab-separated
  --log FILE            a line for each connection, attempt to log in, and command
  --stats FILE          totals as JSON, at the end
  --parent-death        end when the parent process does

Ready, it prints `listening PORT`, `hostkey PATTERN TYPE KEY` and `fingerprint SHA256:...` on standard output.
)";

enum class Id {
    Port = 256,
    Shell,
    Environment,
    AnyAddress,
    Threads,
    Backlog,
    HostKey,
    KnownHosts,
    AuthorizedKey,
    User,
    Password,
    MaxAuthTries,
    Output,
    Run,
    Delay,
    Latency,
    Fault,
    FaultMap,
    ListFaults,
    Log,
    Stats,
    ParentDeath,
    Help
};

constexpr option entry(const char *name, int argument, Id id)
{
    return {name, argument, nullptr, static_cast<int>(id)};
}

const option known[] = {
    entry("port", required_argument, Id::Port),
    entry("any-address", no_argument, Id::AnyAddress),
    entry("threads", required_argument, Id::Threads),
    entry("backlog", required_argument, Id::Backlog),
    entry("host-key", required_argument, Id::HostKey),
    entry("known-hosts", required_argument, Id::KnownHosts),
    entry("authorized-key", required_argument, Id::AuthorizedKey),
    entry("user", required_argument, Id::User),
    entry("password", required_argument, Id::Password),
    entry("max-auth-tries", required_argument, Id::MaxAuthTries),
    entry("output", required_argument, Id::Output),
    entry("run", no_argument, Id::Run),
    entry("shell", required_argument, Id::Shell),
    entry("environment", required_argument, Id::Environment),
    entry("delay", required_argument, Id::Delay),
    entry("latency", required_argument, Id::Latency),
    entry("fault", required_argument, Id::Fault),
    entry("fault-map", required_argument, Id::FaultMap),
    entry("list-faults", no_argument, Id::ListFaults),
    entry("log", required_argument, Id::Log),
    entry("stats", required_argument, Id::Stats),
    entry("parent-death", no_argument, Id::ParentDeath),
    entry("help", no_argument, Id::Help),
    {nullptr, 0, nullptr, 0},
};

int number(const char *name, const char *text, int least, int most)
{
    const std::string_view view(text);
    int value = 0;
    const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
    if (error != std::errc() || end != view.data() + view.size() || value < least || value > most)
        throw std::invalid_argument(std::string("--") + name + " takes a number from " + std::to_string(least) + " to " +
                                    std::to_string(most) + ", not " + text);
    return value;
}

} // namespace

std::string usage()
{
    return usageText;
}

Options parseOptions(int argc, char **argv)
{
    constexpr int anHour = 3'600'000;
    Options options;
    int index = 0;
    for (;;) {
        const int found = getopt_long(argc, argv, "", known, &index);
        if (found < 0)
            break;
        switch (static_cast<Id>(found)) {
        case Id::Port:
            options.port = static_cast<std::uint16_t>(number("port", optarg, 0, 65535));
            break;
        case Id::Threads:
            options.threads = number("threads", optarg, 1, 64);
            break;
        case Id::Backlog:
            options.backlog = number("backlog", optarg, 1, 65535);
            break;
        case Id::HostKey:
            options.hostKeyFile = optarg;
            break;
        case Id::KnownHosts:
            options.knownHostsFile = optarg;
            break;
        case Id::AuthorizedKey:
            options.authorizedKeyFiles.emplace_back(optarg);
            break;
        case Id::User:
            options.user = optarg;
            break;
        case Id::Password:
            options.password = optarg;
            break;
        case Id::MaxAuthTries:
            options.maxAuthTries = number("max-auth-tries", optarg, 1, 1000);
            break;
        case Id::Output:
            options.output = readFile(optarg);
            break;
        case Id::AnyAddress:
            options.anyAddress = true;
            break;
        case Id::Run:
            options.run = true;
            break;
        case Id::Shell:
            options.shell = optarg;
            break;
        case Id::Environment:
            options.environment.emplace_back(optarg);
            break;
        case Id::Delay:
            options.delay = std::chrono::milliseconds(number("delay", optarg, 0, anHour));
            break;
        case Id::Latency:
            options.latency = std::chrono::milliseconds(number("latency", optarg, 0, anHour));
            break;
        case Id::Fault:
            options.fault = optarg;
            break;
        case Id::FaultMap:
            options.faultMapFile = optarg;
            break;
        case Id::ListFaults:
            options.listFaults = true;
            break;
        case Id::Log:
            options.logFile = optarg;
            break;
        case Id::Stats:
            options.statsFile = optarg;
            break;
        case Id::ParentDeath:
            options.parentDeath = true;
            break;
        case Id::Help:
            options.help = true;
            break;
        default:
            throw std::invalid_argument("see fleet --help");
        }
    }
    if (optind < argc)
        throw std::invalid_argument(std::string("what is ") + argv[optind] + "? see fleet --help");
    return options;
}

} // namespace collector::fleet
