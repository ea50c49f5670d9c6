# Help text of collector or of a verb → its options, one a line: verb TAB short TAB long TAB argument TAB help.
# awk -v verb=NAME -f options.awk. Both helps have one shape: "  -s, --long ARG   help", further lines of help at the same column.

function flush() {
    if (left == "") return
    short = long = argument = ""
    n = split(left, words, " ")
    for (i = 1; i <= n; i++) {
        if (words[i] ~ /^--/) long = substr(words[i], 3)
        else if (words[i] ~ /^-.,?$/) short = substr(words[i], 2, 1)
        else argument = argument (argument == "" ? "" : " ") words[i]
    }
    printf "%s\t%s\t%s\t%s\t%s\n", verb, short, long, argument, help
    left = help = ""
}

/^  (-|    --)/ {
    flush()
    text = substr($0, 3)
    sub(/^ +/, "", text)
    at = match(text, /  +/)
    left = at ? substr(text, 1, at - 1) : text
    help = at ? substr(text, at + RLENGTH) : ""
    next
}
left != "" && /^          / { sub(/^ +/, ""); help = help (help == "" ? "" : " ") $0; next }
{ flush() }
END { flush() }
