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
        lists = lists sprintf("    %s) COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n", name, c)
    }
    if ($1 != "" && !($1 in seen)) { seen[$1] = 1; verbs = verbs " " $1 }
}
END {
    print "# bash completion for collector, made of its --help"
    print "_collector() {"
    print "    local word=$2 before=$3 verb= options takes"
    print "    COMPREPLY=()"
    print "    case \"${COMP_WORDS[1]-}\" in"
    for (v in seen) printf "    %s) verb=%s options='%s' takes='%s|' ;;\n", v, v, options[v], takes[v]
    printf "    *) options='%s' takes='%s|' ;;\n", options[""], takes[""]
    print "    esac"
    print "    case \"$verb:$before\" in"
    printf "%s", lists
    print "    *:--plugin | *:-p) COMPREPLY=($(compgen -W \"$(collector plugins 2> /dev/null | sed -n 's/^\\([a-z][a-z0-9-]*\\) .*/\\1/p')\" -- \"$word\")); return ;;"
    print "    esac"
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
