#!/bin/sh
# generate.sh PROGRAM VERSION FOLDER: manual pages and completions, made of what the program's --help says.
#
# What is written here by hand is one line a verb; options come from the program, so that none is forgotten.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1
version=$2
out=$3
export LC_ALL=C.UTF-8
mkdir -p "$out"
table=$out/options.tsv
: > "$table"

# page VERB TITLE
page() {
    name=collector${1:+-$1}
    "$program" ${1:+"$1"} --help > "$out/$name.help"
    awk -v verb="$1" -f "$here/options.awk" "$out/$name.help" >> "$table"
    others='collector(1)'
    [ -n "$1" ] || others='collector\-inventory(1), collector\-plugins(1), collector\-explain(1), collector\-diff(1), collector\-merge(1), collector\-report(1), collector\-schema(1), ssh_config(5)'
    {
        [ -n "$1" ] || cat "$here/man/collector.sections"
        printf '.SH SEE ALSO\n%s\n' "$others"
    } > "$out/$name.more"
    awk -v name="$name" -v verb="$1" -v version="$version" -v title="$2" -v first="$out/$name.help" -f "$here/man/page.awk" \
        "$out/$name.help" "$out/$name.more" > "$out/$name.1"
    rm "$out/$name.more"
}

page '' 'log in to all hosts of an inventory at once, ask what they are, write a record for each'
page inventory 'show what an inventory means, and what is wrong in it'
page plugins 'list plugins, their options and facts'
page explain 'show how a host would be connected to, and why'
page diff 'tell what changed from one result to another'
page merge 'make one result of many'
page report 'write a page on a result'
page schema 'print what results look like'

# explain takes the options of a run, and one of its own.
{
    awk -F '\t' -v OFS='\t' '$1 == "" { $1 = "explain"; print }' "$table"
    printf 'explain\t\tconnect\t\tconnect once, and show each step with its time\n'
} > "$table.explain"
cat "$table.explain" >> "$table"
rm "$table.explain"

for shell in bash zsh fish; do
    awk -F '\t' -f "$here/completion/choices.awk" -f "$here/completion/$shell.awk" "$table" > "$out/collector.$shell"
done
