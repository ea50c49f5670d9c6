# Options of all verbs (options.awk) → completion for bash.
{
    words = ($2 == "" ? "" : " -" $2) ($3 == "" ? "" : " --" $3)
    options[$1] = options[$1] words
    if ($4 != "") {
        if ($2 != "") takes[$1] = takes[$1] "|-" $2
        if ($3 != "") takes[$1] = takes[$1] "|--" $3
    }
    if ((c = choices($1, $3)) != "") {
        name = $1 ":--" $3 ($2 == "" ? "" : " | " $1 ":-" $2)
        cases = cases sprintf("    %s) COMPREPLY=($(compgen %s-W '%s' -- \"%s\")); return ;;\n", name,
            isList($3) ? "-P \"${word%\"${word##*,}\"}\" " : "", c, isList($3) ? "${word##*,}" : "$word")
    }
    if ($1 != "" && !($1 in seen)) { seen[$1] = 1; verbs = verbs " " $1 }
}
END {
    print "# bash completion for collector, made of its --help"
    print "# Options of the plugins that -p names so far, one a line, each with what it takes."
    print "_collector_of_plugins() {"
    print "    local i name"
    print "    for ((i = 1; i < COMP_CWORD; i++)); do"
    print "        [[ ${COMP_WORDS[i]} == -p || ${COMP_WORDS[i]} == --plugin ]] || continue"
    print "        name=${COMP_WORDS[i + 1]-}"
    print "        [[ $name != = ]] || name=${COMP_WORDS[i + 2]-}"
    printf "        for name in ${name//,/ }; do collector plugins \"$name\" 2> /dev/null | sed -n %s; done\n", pluginOptions
    print "    done"
    print "}"
    print "_collector() {"
    print "    local word=$2 before=$3 verb= options takes name values"
    print "    COMPREPLY=()"
    print "    # `--option=value` are three words here."
    print "    [[ $word != = ]] || word="
    print "    [[ $before != = || $COMP_CWORD -lt 2 ]] || before=${COMP_WORDS[COMP_CWORD - 2]}"
    print "    case \"${COMP_WORDS[1]-}\" in"
    for (v in seen) printf "    %s) verb=%s options='%s' takes='%s|' ;;\n", v, v, options[v], takes[v]
    printf "    *) options='%s' takes='%s|' ;;\n", options[""], takes[""]
    print "    esac"
    print "    case \"$verb:$before\" in"
    printf "%s", cases
    print "    *:--plugin | *:-p) COMPREPLY=($(compgen -W \"$(collector plugins 2> /dev/null | sed -n 's/^\\([a-z][a-z0-9-]*\\) .*/\\1/p')\" -- \"$word\")); return ;;"
    print "    esac"
    print "    if [[ -z $verb || $verb == explain ]]; then"
    print "        while read -r name values; do"
    print "            options+=\" $name\" takes+=\"$name|\""
    print "            [[ $values != boolean ]] || values='yes|no'"
    print "            if [[ -n $name && $before == \"$name\" && $values == *'|'* ]]; then"
    print "                COMPREPLY=($(compgen -W \"${values//|/ }\" -- \"$word\"))"
    print "                return"
    print "            fi"
    print "        done <<< \"$(_collector_of_plugins)\""
    print "    fi"
    print "    # Where the word before wants a value, it is most often a file: those are left to readline, which knows of spaces and folders."
    print "    case \"$takes\" in"
    print "    *\"|$before|\"*) compopt -o default 2> /dev/null; return ;;"
    print "    esac"
    print "    if [[ $word == -* ]]; then"
    print "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))"
    print "    elif [[ $verb == plugins ]]; then"
    print "        COMPREPLY=($(compgen -W \"$(collector plugins 2> /dev/null | sed -n 's/^\\([a-z][a-z0-9-]*\\) .*/\\1/p')\" -- \"$word\"))"
    print "    elif [[ $COMP_CWORD -eq 1 ]]; then"
    printf "        COMPREPLY=($(compgen -W '%s' -- \"$word\"))\n", substr(verbs, 2)
    print "    else"
    print "        compopt -o default 2> /dev/null"
    print "    fi"
    print "}"
    print "complete -F _collector collector"
}
