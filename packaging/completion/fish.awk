# Options of all verbs (options.awk) → completion for fish.
function quoted(s) { gsub(/\\/, "\\\\", s); gsub(/'/, "\\'", s); return "'" s "'" }
BEGIN { print "# fish completion for collector, made of its --help" }
{
    if ($1 != "" && !($1 in seen)) { seen[$1] = 1; verbs = verbs " " $1 }
    lines[NR] = $0
}
END {
    all = substr(verbs, 2)
    plugins = "(collector plugins 2>/dev/null | string match -rg \"^([a-z][a-z0-9-]*) \")"
    print "# What the plugins that -p names so far take: their options, or the values of the one before."
    print "function __collector_of_plugins"
    print "    set -l words (commandline -opc)"
    print "    for i in (seq 2 (count $words))"
    print "        contains -- $words[$i] -p --plugin; or continue"
    print "        for name in (string split , -- $words[(math $i + 1)])"
    print "            for line in (collector plugins $name 2>/dev/null | string match -rg '^  (--[a-z0-9-]+ [^ ]+)')"
    print "                set -l parts (string split -m 1 ' ' -- $line)"
    print "                if test $words[-1] != $parts[1]"
    print "                    string match -q -- '--*' (commandline -ct); and echo $parts[1]"
    print "                else if test $parts[2] = boolean"
    print "                    printf '%s\\n' yes no"
    print "                else if string match -q '*|*' -- $parts[2]"
    print "                    string split '|' -- $parts[2]"
    print "                end"
    print "            end"
    print "        end"
    print "    end"
    print "end"
    others = all
    sub(/ ?explain/, "", others)
    printf "complete -c collector -n 'not __fish_seen_subcommand_from %s' -a '(__collector_of_plugins)'\n", others
    printf "complete -c collector -n 'not __fish_seen_subcommand_from %s' -a '%s'\n", all, all
    printf "complete -c collector -n '__fish_seen_subcommand_from plugins' -f -a %s\n", quoted(plugins)
    for (i = 1; i <= NR; i++) {
        split(lines[i], f, "\t")
        condition = f[1] == "" ? "not __fish_seen_subcommand_from " all : "__fish_seen_subcommand_from " f[1]
        line = "complete -c collector -n " quoted(condition)
        if (f[2] != "") line = line " -s " f[2]
        if (f[3] != "") line = line " -l " f[3]
        if (f[4] != "") line = line " -r"
        if (f[3] == "plugin") line = line " -x -a " quoted(plugins)
        if ((c = choices(f[1], f[3])) != "") line = line " -x -a " quoted(isList(f[3]) ? "(__fish_append , " c ")" : c)
        print line " -d " quoted(f[5])
    }
}
