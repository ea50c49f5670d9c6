#include "interpreter.h"

#include <collector/joberror.h>
#include <collector/remoteshell.h>

#include <QList>

#include <algorithm>
#include <array>

namespace collector {

namespace {

// Shells need -s to go on reading their input where there are arguments; most others take a dash for a file.
constexpr std::array<QByteArrayView, 10> shells{"sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "yash", "zsh", "rbash"};
constexpr std::array<QByteArrayView, 6> dashes{"python", "perl", "ruby", "node", "lua", "tclsh"};

bool isPlain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || QByteArrayView("/._+-=").contains(c);
}

// `python3.11` is python.
QByteArray baseName(const QByteArray &word)
{
    QByteArray name = word.mid(word.lastIndexOf('/') + 1);
    if (name == "ksh93")
        return name;
    while (!name.isEmpty() && ((name.back() >= '0' && name.back() <= '9') || name.back() == '.'))
        name.chop(1);
    return name;
}

// What env is to start; env itself stays only where it has more to do than to find that. None: no words.
QByteArray takeEnv(QList<QByteArray> &words)
{
    if (words.value(1) == "-S") // the words are apart already
        words.removeAt(1);
    const auto program =
        std::find_if(words.begin() + 1, words.end(), [](const QByteArray &word) { return !word.startsWith('-') && !word.contains('='); });
    if (program == words.end())
        return {};
    const QByteArray name = *program;
    if (program == words.begin() + 1)
        words.removeFirst();
    return name;
}

QByteArray inputMark(const QByteArray &interpreter)
{
    const QByteArray name = baseName(interpreter);
    if (std::find(shells.begin(), shells.end(), QByteArrayView(name)) != shells.end())
        return "-s";
    if (std::find(dashes.begin(), dashes.end(), QByteArrayView(name)) != dashes.end())
        return "-";
    return name.endsWith("awk") ? "-f /dev/stdin" : "/dev/stdin";
}

} // namespace

QByteArray interpreterCommand(const QByteArray &script, const QByteArray &arguments)
{
    QList<QByteArray> words;
    QByteArray interpreter;
    if (script.startsWith("#!")) {
        const qsizetype end = script.indexOf('\n');
        const QByteArray line = script.mid(2, (end < 0 ? script.size() : end) - 2).simplified();
        if (!std::all_of(line.begin(), line.end(), [](char c) { return c == ' ' || isPlain(c); }))
            throw JobError(Cause::BadVariable, QStringLiteral("the script's first line names an interpreter that cannot be asked for over "
                                                              "SSH: %1")
                                                   .arg(printable(line, 80)));
        words = line.split(' ');
        words.removeAll(QByteArray());
        interpreter = words.value(0);
        if (interpreter.endsWith("/env"))
            interpreter = takeEnv(words);
    }
    if (interpreter.isEmpty()) {
        interpreter = "/bin/sh";
        words = {interpreter};
    }
    QByteArray mark = inputMark(interpreter);
    if (mark == "-s" && script.first(std::max<qsizetype>(script.indexOf('\n'), 0)).endsWith('\r'))
        throw JobError(Cause::BadVariable, QStringLiteral("the script's lines end with CR LF, and a shell takes the CR for a part of the "
                                                          "last word; take them off: sed -i 's/\\r$//' FILE"));
    if (words.last() == "-f" && mark.startsWith("-f "))
        mark.remove(0, 3); // `#!/usr/bin/awk -f`, as it is mostly written
    QByteArray command = "exec " + words.join(' ') + ' ' + mark;
    if (!arguments.isEmpty())
        command += (mark == "-s" ? " -- " : " ") + arguments;
    return command;
}

} // namespace collector
