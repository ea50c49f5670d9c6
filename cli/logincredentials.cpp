#include "cli/logincredentials.h"

#include "ssh/secretsource.h"

#include <QDir>

#include <cstdio>
#include <stdexcept>
#include <unistd.h>

namespace collector {

namespace {

void say(const QString &text)
{
    const QByteArray line = "collector: " + text.toUtf8() + '\n';
    std::fwrite(line.constData(), 1, size_t(line.size()), stderr);
}

// ssh(1) in batch mode asks nobody, and is told nothing: whoever gave a secret for it would wonder why the login is refused.
void refuseSecretsForOpenSsh(const RunOptions &options)
{
    if (options.value(QStringLiteral("transport")).value_or(QString()) != u"openssh")
        return;
    for (const char *name : {"ask-pass", "password-file", "passphrase-file"}) {
        if (options.line().has(QString::fromLatin1(name)))
            throw UsageError(
                QStringLiteral("--%1 has no effect with --transport openssh, which runs ssh(1) in batch mode: give a key without "
                               "a passphrase, or one that an agent has (ssh-add)")
                    .arg(QLatin1String(name)));
    }
}

// Of the file that an option names, which the message names too: whoever reads it may not have typed it.
std::optional<Secret> secretOf(const RunOptions &options, const QString &option)
{
    const auto file = options.value(option);
    if (!file)
        return std::nullopt;
    try {
        return readSecretFile(*file);
    } catch (const std::runtime_error &error) {
        throw UsageError(QStringLiteral("%1: %2").arg(options.shown(option), QString::fromUtf8(error.what())));
    }
}

} // namespace

LoginCredentials LoginCredentials::gather(const RunOptions &options, const SshConfig &config)
{
    refuseSecretsForOpenSsh(options);
    LoginCredentials result;
    try {
        std::optional<Secret> password = takeSecretFromEnvironment("COLLECTOR_PASSWORD");
        if (auto fromFile = secretOf(options, QStringLiteral("password-file")))
            password = std::move(fromFile);
        else if (options.has(QStringLiteral("ask-pass")))
            password = askOnTerminal(QStringLiteral("SSH password: "));
        std::optional<Secret> becomePassword = secretOf(options, QStringLiteral("become-password-file"));
        if (!becomePassword && options.has(QStringLiteral("ask-become-pass")))
            becomePassword = askOnTerminal(QStringLiteral("BECOME password: "));

        Credentials::Sources sources;
        if (const QString socket = qEnvironmentVariable("SSH_AUTH_SOCK"); !socket.isEmpty()) {
            result.agent = std::make_shared<AgentClient>(socket);
            QString problem;
            sources.agentKeys = result.agent->load(&problem);
            if (!problem.isEmpty())
                say(QStringLiteral("the ssh-agent is not asked: %1").arg(problem));
            if (sources.agentKeys.empty())
                result.agent.reset();
        }
        sources.home = QDir::homePath();
        sources.identities = options.values(QStringLiteral("identity"));
        sources.expected = config.fixedIdentityFiles();
        sources.passphraseFile = options.value(QStringLiteral("passphrase-file"));
        sources.hasOtherWay = password.has_value() || result.agent;
        if (isatty(STDERR_FILENO))
            sources.question = [](const QString &path) { return askOnTerminal(QStringLiteral("Passphrase for %1: ").arg(path)); };
        result.credentials = Credentials::gather(std::move(sources));
        if (password)
            result.credentials->setPassword(std::move(*password));
        if (becomePassword)
            result.credentials->setBecomePassword(std::move(*becomePassword));
    } catch (const std::runtime_error &error) {
        throw UsageError(QString::fromUtf8(error.what()));
    }
    for (const QString &warning : result.credentials->warnings())
        say(warning);
    return result;
}

} // namespace collector
