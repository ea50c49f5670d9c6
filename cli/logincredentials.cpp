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

} // namespace

LoginCredentials LoginCredentials::gather(const RunOptions &options, const SshConfig &config)
{
    LoginCredentials result;
    try {
        std::optional<Secret> password = takeSecretFromEnvironment("COLLECTOR_PASSWORD");
        if (const auto file = options.value(QStringLiteral("password-file")))
            password = readSecretFile(*file);
        else if (options.has(QStringLiteral("ask-pass")))
            password = askOnTerminal(QStringLiteral("SSH password: "));
        std::optional<Secret> becomePassword;
        if (const auto file = options.value(QStringLiteral("become-password-file")))
            becomePassword = readSecretFile(*file);
        else if (options.has(QStringLiteral("ask-become-pass")))
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
