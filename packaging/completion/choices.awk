# choices(VERB, OPTION): the values that an option takes, where --help lists them; isList(…): several, with commas. Loaded before the
# completion of each shell. What plugins declare is asked of `collector plugins NAME` as somebody types, for those that -p names:
# `  --method auto|icmp|tcp (auto)`.
BEGIN {
    values["*", "become-method"] = "sudo doas su"
    values["*", "become-mode"] = "commands script"
    values["*", "color"] = "auto on off"
    values["*", "csv-guard"] = "on off"
    values["*", "host-keys"] = "strict accept-new off"
    values["*", "order"] = "spread inventory oldest"
    values["*", "progress"] = "auto on off json"
    values["*", "transport"] = "native openssh"
    values["*", "format"] = "json jsonl csv table ansible-cache"
    values["diff", "format"] = "text json"
    values["schema", "format"] = "text json csv markdown"
    values["diff", "fail-on"] = "hosts identity hardware configuration state sensitive"
    values["*", "status"] = "failed unreachable cancelled partial ok skipped"
    lists["fail-on"] = lists["status"] = 1
    pluginOptions = "'s/^  \\(--[a-z0-9-]*\\) \\([^ ]*\\).*/\\1 \\2/p'"
}
function isList(option) { return option in lists }
function choices(verb, option) {
    if ((verb, option) in values) return values[verb, option]
    return ("*", option) in values ? values["*", option] : ""
}
