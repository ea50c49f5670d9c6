# Help text of collector or of a verb → a manual page. awk -v name=collector-diff -v title='…' -v version=0.1.0 -v verb=diff -f page.awk,
# with files of further sections after the help (-v and file names as operands; those begin with .SH and pass as they are).

function text(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    if (s ~ /^[.']/) s = "\\&" s
    return s
}
function section(s) { end(); blank = 0; begun = 1; print ".SH " s }
# Ends what is open: an option, a literal block.
function end() {
    if (literal) print ".fi\n.RE"
    literal = 0
}
function body(s) {
    if (!inOptions && !inText) { section("DESCRIPTION"); inText = 1 }
    end()
    print text(s)
}

BEGIN {
    printf ".TH %s 1 \"\" \"collector %s\" \"collector\"\n", toupper(name), version
    print ".nh\n.ad l"
    print ".SH NAME\n" text(name) " \\- " text(title)
    print ".SH SYNOPSIS\n.B " text(verb == "" ? "collector" : "collector " verb)
    if (verb == "") print "\\-i \\fISOURCE\\fR \\-p \\fIPLUGIN\\fR [\\fIoptions\\fR]\n.br\n.B collector\n\\fIVERB\\fR [\\fIoptions\\fR] \\fI…\\fR"
}
FNR == 1 && FILENAME != first && NR != 1 { raw = 1; end() }
raw { print; next }
FNR == 1 && /^(Usage: )?collector [a-z]+ / { sub(/^(Usage: )?collector [a-z]+ ?/, ""); print text($0); next }
FNR == 1 && /^collector: / { section("DESCRIPTION"); inText = 1; sub(/^collector: /, ""); print text(toupper(substr($0, 1, 1)) substr($0, 2)); begun = 0; next }
/^Exit status: / { section("EXIT STATUS"); inText = 1; inOptions = 0; sub(/^Exit status: /, ""); print text($0); begun = 0; next }
/^Examples:$/ { section("EXAMPLES"); inText = 1; inOptions = 0; next }
/^[A-Z][A-Za-z ]*:$/ {
    end()
    if (!inOptions) print ".SH OPTIONS"
    inOptions = 1
    sub(/:$/, "")
    if ($0 != "Options") print ".SS " text($0)
    next
}
inOptions && /^  (-|    --)/ {
    end()
    line = substr($0, 3)
    sub(/^ +/, "", line)
    at = match(line, /  +/)
    left = at ? substr(line, 1, at - 1) : line
    print ".TP"
    n = split(left, words, " ")
    out = ""
    for (i = 1; i <= n; i++) out = out (i > 1 ? " " : "") (words[i] ~ /^-/ ? "\\fB" text(words[i]) "\\fR" : "\\fI" text(words[i]) "\\fR")
    print out
    if (at) print text(substr(line, at + RLENGTH))
    next
}
inOptions && /^          / { sub(/^ +/, ""); print text($0); next }
/^  / {
    if (!literal) { if (!inText && !inOptions) { section("DESCRIPTION"); inText = 1 } print (begun ? "" : ".PP\n") ".RS\n.nf"; literal = 1 }
    print text(substr($0, 3))
    next
}
/^$/ { if (literal) end(); blank = 1; next }
{
    if (inOptions) { section("NOTES"); inOptions = 0; inText = 1; blank = 0 }
    if (blank && inText) print ".PP"
    blank = 0
    body($0)
    begun = 0
}
END { end() }
