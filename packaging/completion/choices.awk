# choices(VERB, OPTION): the values that an option takes, where --help lists them. Loaded before the completion of each shell.
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
}
function choices(verb, option) {
    if ((verb, option) in values) return values[verb, option]
    return ("*", option) in values ? values["*", option] : ""
}
