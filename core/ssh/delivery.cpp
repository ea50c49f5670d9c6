#include "ssh/delivery.h"

namespace collector {

QByteArray quoted(const QByteArray &text)
{
    QByteArray word = text;
    word.replace('\'', "'\\''");
    return '\'' + word + '\'';
}

// One compound command: the shell has read all of it, and nothing behind it, before it runs the first word. The watchdog is a grandchild,
// so that a `wait` of the script does not wait for it (ksh93 forks a subshell only for the likes of ulimit). When the script has ended,
// whatever it has left running on purpose stays; a line on the input has the watchdog look whether it has, and go. Where the shell leads no
// process group (below sudo; servers in Python or Go start none), the group may be the server's own: then it is the shell and what descends
// from it. The empty line is for files of the login shell that read one; and where such a file says `exec zsh`, it is zsh that reads this.
QByteArray supervised(const QByteArray &script)
{
    return "\n{ [ -z \"${ZSH_VERSION-}\" ] || emulate sh\n"
           "exec 3<&0 </dev/null\n"
           "( ulimit -c 0 2>/dev/null; (while read -r _; do kill -s 0 $$ || exit; done\n"
           "fell() { l=; read -r l </proc/$1/task/$1/children\n"
           "[ \"$l\" ] || l=$(ps -A -o pid= -o ppid= | while read -r p q; do [ \"$q\" = $1 ] && echo $p; done)\n"
           "kill -s KILL $1; for p in $l; do fell $p; done; }\n"
           "kill -s 0 $$ && { kill -s KILL -- -$$ || fell $$; }) <&3 3<&- >/dev/null 2>&1 & )\n"
           "exec 3<&-\n"
           "eval " +
           quoted(script) +
           "\n"
           "exit $?; }\n";
}

QByteArray raisingCommand(const Become &become, const QByteArray &prompt, const QByteArray &begun)
{
    const QByteArray user = quoted(become.user);
    const QByteArray shell = "/bin/sh -c 'echo " + begun + "; exec /bin/sh -s'";
    switch (become.method) {
    case Become::Method::Sudo:
        return (prompt.isEmpty() ? QByteArray("sudo -n") : "sudo -k -S -p " + prompt) + " -u " + user + " -- " + shell;
    case Become::Method::Doas:
        return "doas -n -u " + user + ' ' + shell;
    case Become::Method::Su:
        // Its prompt is to be English; what it runs has the language of before.
        return "env LC_ALL=C su " + user + " -c 'echo " + begun + "; exec /bin/sh -c \"unset LC_ALL; exec /bin/sh -s\"'";
    }
    Q_UNREACHABLE();
}

QByteArray verifyingCommand(const QByteArray &prompt, const QByteArray &begun)
{
    return "/bin/sh -c 'sudo -k -S -p " + prompt + " -v && echo " + begun + "'";
}

QByteArray marked(const QByteArray &commandLine, const QByteArray &mark)
{
    return mark.isEmpty() ? commandLine : ": " + mark + "; " + commandLine;
}

bool isToBeRaised(const ShellCommand &command, const SshSettings &settings)
{
    return command.isPrivileged && settings.become.isWanted && settings.become.user != settings.user;
}

// A script's input stays open: its end tells the watchdog there that we are gone.
bool isInputKeptOpen(const ShellCommand &command)
{
    return command.command == RemoteShell::scriptCommand() && !command.input.isEmpty();
}

QByteArray inputOf(const ShellCommand &command)
{
    return isInputKeptOpen(command) ? supervised(command.input) : command.input;
}

QByteArray raisedScript(const ShellCommand &command, const QByteArray &end)
{
    if (command.command == RemoteShell::scriptCommand() || command.input.isEmpty())
        return command.input.isEmpty() ? command.command : command.input;
    return "{ " + command.command + "\n} <<'" + end + "'\n" + command.input + (command.input.endsWith('\n') ? "" : "\n") + end + '\n';
}

bool isRaisingWithPassword(const ShellCommand &command, const Become &become)
{
    return !command.raisingMark.isEmpty() && become.isWanted && !become.isWholeScript && become.method == Become::Method::Sudo &&
           become.user == "root" && become.password;
}

void settleRaising(ShellCommand &command, const Become &become)
{
    if (command.raisingMark.isEmpty())
        return;
    command.isPrivileged = command.isPrivileged || become.isWholeScript;
    const qsizetype mark = command.input.indexOf(command.raisingMark);
    if (mark >= 0)
        command.input.replace(mark, command.raisingMark.size(), raisingAssignments(become));
}

QByteArray raisingAssignments(const Become &become)
{
    if (!become.isWanted || become.isWholeScript || become.method == Become::Method::Su || become.user != "root")
        return "B='' W=''";
    if (become.method == Become::Method::Doas)
        return "B=doas W=''";
    const std::string_view password = become.password ? become.password->bytes() : std::string_view();
    return "B=sudo W=" + quoted(QByteArray(password.data(), qsizetype(password.size())));
}

} // namespace collector
