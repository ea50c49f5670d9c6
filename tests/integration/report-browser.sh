#!/usr/bin/env bash
# The page of `collector report`, looked at in headless Chromium: no request leaves it, no console error, search and sort work, it
# reads without JavaScript, and 10,000 hosts open in seconds. Skipped (77) where Chromium, its driver, curl or jq is not installed.
#     report-browser.sh PROGRAM [VERB…]    (how `report` is run: `collector report`)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
for tool in chromium chromedriver curl jq; do
    command -v "$tool" > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
dir=$(mktemp -d)
driver=''
session=''
finish() {
    [ -z "$session" ] || curl -s -m 10 -X DELETE "$base/session/$session" > /dev/null || true
    if [ -n "$driver" ]; then kill "$driver" 2> /dev/null || true; wait "$driver" 2> /dev/null || true; fi
    rm -rf "$dir"
}
trap finish EXIT
fail() { echo "FAIL: $*" >&2; exit 1; }

hosts=10000
awk -v hosts=$hosts -v night=1 -v hostile=1 -f "$here/../bench/makeresult.awk" > "$dir/old.json"
awk -v hosts=$hosts -v night=2 -v hostile=1 -f "$here/../bench/makeresult.awk" > "$dir/new.json"
"$@" "$dir/new.json" --since "$dir/old.json" -o "$dir/report.html"
page=file://$dir/report.html

# The driver takes a free port and says which.
: > "$dir/driver.log" # or the first look might come before the driver's shell has made it
chromedriver --port=0 > "$dir/driver.log" 2>&1 &
driver=$!
port=''
for _ in $(seq 1 100); do
    port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$dir/driver.log")
    [ -z "$port" ] || break
    kill -0 "$driver" 2> /dev/null || fail "chromedriver: $(cat "$dir/driver.log")"
    sleep 0.1
done
[ -n "$port" ] || fail "chromedriver did not start"
base=http://127.0.0.1:$port
post() { curl -sS -m 120 -H 'Content-Type: application/json' -d "$2" "$base$1"; }
# Opens a session with further Chromium options, as JSON members.
open_session() {
    session=$(post /session '{"capabilities":{"alwaysMatch":{"goog:loggingPrefs":{"browser":"ALL","performance":"ALL"},"goog:chromeOptions":{'"$1"'"args":
        ["--headless=new","--no-sandbox","--disable-gpu","--disable-background-networking","--user-data-dir='"$dir/profile$2"'"]}}}}' | jq -r .value.sessionId)
    [ "$session" != null ] || fail "no session"
    in=/session/$session
}
close_session() { curl -s -m 10 -X DELETE "$base/session/$session" > /dev/null; session=''; }
# The value of a script that looks at the page; the driver's scripts run where the page's own may not.
run() { post "$in/execute/sync" "$(jq -nc --arg script "$1" '{script: $script, args: []}')" | jq -c .value; }

# Without JavaScript: every host is there to read, and what a script would add is not.
open_session '"prefs":{"profile.managed_default_content_settings.javascript":2},' 1
post "$in/url" "{\"url\":\"$page\"}" > /dev/null
plain=$(run 'return [document.querySelectorAll("#hosts-table tbody tr").length, document.getElementById("search") === null,
    document.body.innerText.includes("node09999.example.org"), document.body.innerText.includes("Changes since")]')
[ "$plain" = "[$hosts,true,true,true]" ] || fail "without JavaScript: $plain"
close_session
echo "ok: reads without JavaScript"

open_session '' 2
log() { post "$in/se/log" "{\"type\":\"$1\"}" | jq -c '.value[]'; }
post "$in/url" '{"url":"about:blank"}' > /dev/null
log performance > /dev/null # what the browser does for itself when it starts
start=$(date +%s%N)
post "$in/url" "{\"url\":\"$page\"}" > /dev/null
shown=$(run 'return document.querySelectorAll("#hosts-table tbody tr").length')
took=$((($(date +%s%N) - start) / 1000000))
[ "$shown" = $hosts ] || fail "$shown of $hosts hosts are in the table"
[ "$took" -lt 30000 ] || fail "the page took $took ms to open"
echo "ok: $hosts hosts open in $took ms"

visible='return Array.from(document.querySelectorAll("#hosts-table tbody tr")).filter((row) => !row.hidden).map((row) => row.cells[0].textContent).slice(0, 3)'
element=$(post "$in/element" '{"using":"css selector","value":"#search"}' | jq -r '.value | to_entries[0].value')
post "$in/element/$element/value" '{"text":"node00042 debian"}' > /dev/null
for _ in $(seq 1 50); do
    found=$(run "$visible")
    [ "$found" != '["node00042.example.org"]' ] || break
    sleep 0.1
done
[ "$found" = '["node00042.example.org"]' ] || fail "search found $found"
[ "$(run 'return document.getElementById("count").textContent')" = "\"1 of $hosts hosts\"" ] || fail "the count is wrong"
echo "ok: search"

post "$in/element/$element/clear" '{}' > /dev/null
run 'const search = document.getElementById("search"); search.value = ""; search.dispatchEvent(new Event("input")); return null' > /dev/null
click() { run "document.querySelectorAll('#hosts-table th')[$1].querySelector('button').click(); return null" > /dev/null; }
column() { run "return Array.from(document.querySelectorAll('#hosts-table tbody tr')).map((row) => row.cells[$1].textContent)"; }
for _ in $(seq 1 50); do
    [ "$(run "$visible")" = '["node00042.example.org"]' ] || break
    sleep 0.1
done
click 0
click 0
[ "$(run "$visible")" = '["node09999.example.org","node09998.example.org","node09997.example.org"]' ] || fail "names do not sort downwards: $(run "$visible")"
click 9
column 9 | jq -e 'map(tonumber) | . == sort' > /dev/null || fail "numbers do not sort as numbers"
[ "$(run 'return document.querySelectorAll("th[aria-sort]").length')" = 1 ] || fail "more than one column says that it is sorted"
echo "ok: sort"

# On a phone nothing is wider than the page but what moves in its section.
phone() { post "$in/goog/cdp/execute" "{\"cmd\":\"Emulation.$1\",\"params\":{$2}}" > /dev/null; }
phone setDeviceMetricsOverride '"width":390,"height":844,"deviceScaleFactor":1,"mobile":false'
# Its width, what it is scrolled over, and whether any cell is so narrow that its text stands letter below letter.
narrow_is='return [window.innerWidth, document.documentElement.scrollWidth <= window.innerWidth, Array.from(document.querySelectorAll("#failures td, #changes td"),
    (cell) => cell.textContent.length > 3 && cell.clientWidth < 40).includes(true)]'
for _ in $(seq 1 30); do # ten thousand rows are laid out anew
    narrow=$(run "$narrow_is")
    [ "$narrow" != '[390,true,false]' ] || break
    sleep 0.1
done
[ "$narrow" = '[390,true,false]' ] || fail "on a phone: $narrow"
phone clearDeviceMetricsOverride ''
echo "ok: fits a phone"

[ "$(run 'return document.querySelectorAll("script, img, iframe, object, embed, link[rel=stylesheet]").length')" = 1 ] || fail "something came into the page"
[ "$(run 'return window.hostile === undefined')" = true ] || fail "a script of a host ran"
log browser > "$dir/console"
[ ! -s "$dir/console" ] || fail "console: $(head -n 3 "$dir/console")"
echo "ok: nothing on the console"
log performance | jq -r '.message | fromjson | .message | select(.method == "Network.requestWillBeSent") | .params.request.url' > "$dir/requests"
if others=$(grep -v -e "^$page" -e '^data:' -e '^chrome://' -e '^about:' "$dir/requests"); then fail "requests left the page: $others"; fi
grep -q "^$page" "$dir/requests" || fail "the log of requests does not even have the page"
echo "ok: no request leaves the page"
