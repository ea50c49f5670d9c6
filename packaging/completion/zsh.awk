# Options of all verbs (options.awk) → completion for zsh.
function quoted(s) { gsub(/'/, "'\\''", s); gsub(/\[/, "\\[", s); gsub(/\]/, "\\]", s); gsub(/:/, "\\:", s); return s }
function action(verb, name,   c) {
    if (name == "plugin") return "_collector_plugins"
    if ((c = choices(verb, name)) == "") return "_files"
    return isList(name) ? "_values -s , value " c : "(" c ")"
}
function spec(verb, flag, argument, help, name) {
    if (argument != "" && flag ~ /^--/) flag = flag "=" # or in the next word
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
    print "# Into own: the options of the plugins that -p names so far."
    print "_collector_plugin_options() {"
    print "    local i name line values"
    print "    own=()"
    print "    for ((i = 2; i < CURRENT; i++)); do"
    print "        [[ $words[i] == -p || $words[i] == --plugin ]] || continue"
    print "        for name in ${(s:,:)words[i+1]}; do"
    printf "            for line in ${(f)\"$(collector plugins $name 2> /dev/null | sed -n %s)\"}; do\n", pluginOptions
    print "                values=${line#* }"
    print "                [[ $values != boolean ]] || values='yes|no'"
    print "                if [[ $values == *'|'* ]]; then own+=(\"*${line%% *}=:value:(${values//\\|/ })\")"
    print "                else own+=(\"*${line%% *}=:$values:_files\"); fi"
    print "            done"
    print "        done"
    print "    done"
    print "}"
    print "_collector() {"
    print "    local -a own"
    print "    case ${words[2]-} in"
    for (v in specs) if (v != "") printf "    %s)\n        shift words; (( CURRENT-- ))\n        %s_arguments -s %s%s \\\n        '*:%s' ;;\n", v, v == "explain" ? "_collector_plugin_options; " : "", v == "explain" ? "$own" : "", specs[v], v == "plugins" ? "plugin:_collector_plugins" : "file:_files"
    print "    *)"
    printf "        _collector_plugin_options\n        _arguments -s $own%s \\\n        '1:verb:(%s)' ;;\n", specs[""], substr(verbs, 2)
    print "    esac"
    print "}"
    print "_collector \"$@\""
}
