#include "cli/optiontable.h"

#include <algorithm>

namespace collector {

namespace {

struct Row
{
    const char *name;
    char shortName;
    const char *argument;
    const char *help;
    char kind = ' '; // 'r': repeatable, 'l': a list of words
};

struct Section
{
    const char *title;
    QList<Row> rows;
};

const QList<Section> &sections()
{
    static const QList<Section> all{
        {"Hosts",
         {
             {"inventory", 'i', "SOURCE",
              "inventory: file (INI, YAML, JSON), directory, executable, `h1,h2,`, CIDR, a-b range, - (stdin); repeatable", 'r'},
             {"limit", 'l', "PATTERN",
              "only these hosts: names, globs, groups, a:b, :&group, :!group, ~regex, group[0:9], @file; repeatable", 'r'},
             {"exclude", 'x', "PATTERN",
              "not these: patterns as for --limit, and addresses, CIDR, ranges, tested on every resolved address; repeatable", 'r'},
             {"rerun", 0, "RESULT",
              "only the hosts that have such a status (--status) in a former result; in an output of their own (then: merge)"},
             {"status", 0, "S,…", "for --rerun: failed,unreachable,cancelled,partial (that is the default)", 'l'},
             {"shard", 0, "K/N", "the hosts that hash to part K of N; auto: from Slurm's or Kubernetes' variables"},
             {"order", 0, "ORDER", "start order: spread (seeded shuffle; default), inventory, oldest (with --since)"},
             {"since", 0, "RESULT", "for --order oldest: the result that says how old each host's data is"},
         }},
        {"Jobs",
         {
             {"plugin", 'p', "NAME", "job to run on each host; repeatable: several share the host's connection", 'r'},
             {"only-alive", 0, nullptr, "start the other jobs only where ping had an answer"},
             {nullptr, 'O', "PLUGIN.OPT=V", "an option of a plugin, by its full name; `collector plugins NAME` lists them; repeatable",
              'r'},
             {"plugin-dir", 0, "DIR", "where to look for plugins first; repeatable (also COLLECTOR_PLUGIN_PATH)", 'r'},
         }},
        {"Pace",
         {
             {"concurrency", 'c', "N",
              "hosts in flight (500; for ping alone what rate and wait make, at most 50000); fewer while that is too much"},
             {"threads", 0, "N", "worker threads (one a core, at most 8)"},
             {"rate", 0, "N", "starts a second, 0: no limit (SSH 200, ping 5000)"},
             {"timeout", 0, "T",
              "one attempt at one host, all its jobs together (60; 120 with ssh-facts); where given, a slow login may take all of it"},
             {"connect-timeout", 0, "T", "for the TCP connection (10)"},
             {"retries", 0, "N", "further attempts after what may pass: dns, refused, timeouts, reset, … (1; ping 2)"},
             {"deadline", 0, "D", "for the whole run: 30m, from its first host on, or 06:00 (local time, next occurrence)"},
         }},
        {"Login",
         {
             {"user", 'u', "NAME", "user to log in as"},
             {"port", 0, "N", "port to connect to"},
             {"identity", 0, "FILE", "private key; only those given are offered; repeatable", 'r'},
             {"jump", 'J', "[USER@]HOST[:PORT],…",
              "jump hosts, as for ssh -J; a code that one asks for is asked on the terminal, once for all hosts"},
             {"legacy", 0, nullptr, "also offer algorithms that are no longer safe, for old devices"},
             {"ask-pass", 'k', nullptr,
              "ask for the login password on the terminal; a jump host is offered it where its user is the host's"},
             {"password-file", 0, "FILE", "read the login password from FILE (also COLLECTOR_PASSWORD in the environment)"},
             {"passphrase-file", 0, "FILE", "read the keys' passphrase from FILE"},
             {"max-auth-failures", 0, "N", "after N refusals in a row a password is offered to nobody (3)"},
             {"host-keys", 0, "POLICY",
              "strict (default, unless ssh_config says otherwise), accept-new, off (then no password is sent; not from --config)"},
             {"known-hosts", 0, "FILE", "use this file instead of ssh's"},
             {"ssh-config", 0, "FILE", "read this ssh_config instead of ssh's; none: read none"},
             {"transport", 0, "KIND",
              "native, or openssh: runs ssh(1), at most 50 at once, with keys alone; a plain command outlives its time there"},
         }},
        {"Privilege",
         {
             {"become", 'b', nullptr, "raise rights on the host"},
             {"become-user", 0, "NAME", "as this user (root)"},
             {"become-method", 0, "METHOD", "sudo, doas or su (sudo)"},
             {"ask-become-pass", 'K', nullptr, "ask for its password on the terminal"},
             {"become-password-file", 0, "FILE", "read its password from FILE"},
             {"become-mode", 0, "MODE", "ssh-facts: commands (single, listed reads; default) or script (all of it)"},
         }},
        {"Output",
         {
             {"output", 'o', "FILE",
              ".json .jsonl .csv, each also .gz .zst; %Y-%m-%d and the like; DIR/ for ansible-cache; - for stdout; repeatable", 'r'},
             {"format", 'f', "FORMAT", "json, jsonl, csv, table or ansible-cache: for stdout, or where the ending does not say"},
             {"columns", 0, "PATH,…", "columns of CSV and table: record fields and facts, in jq's path syntax", 'l'},
             {"vars", 0, "A,B", "inventory variables to copy into each record; none by whose name it is a secret", 'l'},
             {"csv-guard", 0, "on|off", "disarm cells that a spreadsheet would run (on)"},
             {"resume", 0, nullptr, "go on with the interrupted run of the same outputs"},
             {"retry-failed", 0, nullptr, "with --resume: try again what was not ok, also where every host had been tried"},
             {"min-ok", 0, "P%", "replace FILE only if at least P % of the hosts are ok (0)"},
             {"accept-partial", 0, nullptr, "replace FILE even by a run that did not try every host"},
             {"output-mode", 0, "MODE", "permissions of new files (0600)"},
             {"summary", 0, "FILE", "totals as JSON, or as a node_exporter textfile where FILE ends in .prom"},
         }},
        {"What you see",
         {
             {"progress", 0, "MODE", "auto, on, off or json: on stderr"},
             {"quiet", 'q', nullptr, "no progress and no summary"},
             {"verbose", 'v', nullptr, "more; -vv: each host's phases with their times", 'r'},
             {"log-file", 0, "FILE", "log to FILE instead of stderr"},
             {"color", 0, "MODE", "auto, on or off"},
             {"config", 0, "FILE", "configuration: INI with these same long names"},
             {"help", 'h', nullptr, "this text, and the options of the plugins that -p names; after a verb: its help"},
             {"version", 0, nullptr, "version, libssh and Qt in use"},
         }},
    };
    return all;
}

} // namespace

const QList<CoreOption> &coreOptions()
{
    static const QList<CoreOption> all = [] {
        QList<CoreOption> options;
        for (const Section &section : sections()) {
            for (const Row &row : section.rows)
                options.append({QString::fromUtf8(row.name), row.shortName ? QChar(QLatin1Char(row.shortName)) : QChar(),
                                QString::fromUtf8(row.argument), QString::fromUtf8(section.title), QString::fromUtf8(row.help),
                                row.kind == 'r', row.kind == 'l'});
        }
        return options;
    }();
    return all;
}

const CoreOption *findCoreOption(const QString &name)
{
    const auto &all = coreOptions();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const CoreOption &option) { return !name.isEmpty() && option.name == name; });
    return found == all.end() ? nullptr : &*found;
}

const CoreOption *findCoreOption(QChar shortName)
{
    const auto &all = coreOptions();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const CoreOption &option) { return !shortName.isNull() && option.shortName == shortName; });
    return found == all.end() ? nullptr : &*found;
}

QStringList coreOptionNames()
{
    QStringList names;
    for (const CoreOption &option : coreOptions()) {
        if (!option.name.isEmpty())
            names.append(option.name);
    }
    return names;
}

} // namespace collector
