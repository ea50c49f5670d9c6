# Options of all verbs (options.awk) → completion for zsh.
function quoted(s) { gsub(/'/, "'\\''", s); gsub(/\[/, "\\[", s); gsub(/\]/, "\\]", s); gsub(/:/, "\\:", s); return s }
function action(verb, name,   c) {
    if (name == "plugin") return "_collector_plugins"
    return (c = choices(verb, name)) == "" ? "_files" : "(" c ")"
}
function spec(verb, flag, argument, help, name) {
    return "        '*" flag "[" quoted(help) "]" (argument == "" ? "" : ":" quoted(argument) ":" action(verb, name)) "'"
}
{
    if ($1 != "" && !($1 in specs)) { verbs = verbs " " $1 }
    if ($2 != "") specs[$1] = specs[$1] " \\\n" spec($1, "-" $2, $4, $5, $3)
    if ($3 != "") specs[$1] = specs[$1] " \\\n" spec($1, "--" $3, $4, $5, $3)
}
END {
    print "#compdef collector"
    print "# zsh completion for collector, made of its --help"
    print "_collector_plugins() {"
    print "    local -a plugins"
    print "    plugins=(${(f)\"$(collector plugins 2> /dev/null | sed -n 's/^\\([a-z][a-z0-9-]*\\) .*/\\1/p')\"})"
    print "    compadd -a plugins"
    print "}"
    print "_collector() {"
    print "    case ${words[2]-} in"
    for (v in specs) if (v != "") printf "    %s)\n        shift words; (( CURRENT-- ))\n        _arguments -s%s \\\n        '*:%s' ;;\n", v, specs[v], v == "plugins" ? "plugin:_collector_plugins" : "file:_files"
    print "    *)"
    printf "        _arguments -s%s \\\n        '1:verb:(%s)' ;;\n", specs[""], substr(verbs, 2)
    print "    esac"
    print "}"
    print "_collector \"$@\""
}
