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
        if ((c = choices(f[1], f[3])) != "") line = line " -x -a " quoted(c)
        print line " -d " quoted(f[5])
    }
}
