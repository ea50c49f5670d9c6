#include "cli/logincredentials.h"

#include "cli/signals.h"

#include "ssh/secretsource.h"
#include "ssh/sshtokens.h"

#include <cstdio>
#include <stdexcept>
#include <unistd.h>

namespace collector {

namespace {

constexpr auto passwordVariable = "COLLECTOR_PASSWORD";

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

Secret readSecret(const QString &file, const QString &place)
{
    const SignalsEndUs interruptible; // a pipe may keep us waiting
    try {
        return readSecretFile(file);
    } catch (const std::runtime_error &error) {
        // With the place that names the file: whoever reads this may not have typed it.
        throw UsageError(QStringLiteral("%1: %2").arg(place, QString::fromUtf8(error.what())));
    }
}

std::optional<Secret> secretOf(const std::optional<GivenSecret> &given, const QString &question, const QString &otherwise)
{
    if (!given)
        return std::nullopt;
    return given->file ? readSecret(*given->file, QString::fromUtf8(given->place.origin)) : askOnTerminal(question, otherwise);
}

std::optional<GivenSecret> given(const RunOptions &options, const QString &file, const QString &ask, bool isInEnvironment)
{
    for (const bool isOfLine : {true, false}) {
        const CommandLine &layer = isOfLine ? options.line() : options.config();
        const auto place = [&](const QString &name) { return SettingPlace{options.place(name, isOfLine).toUtf8(), isOfLine}; };
        if (const auto path = layer.value(file))
            return GivenSecret{path, false, place(file)};
        if (layer.has(ask))
            return GivenSecret{std::nullopt, false, place(ask)};
        if (isOfLine && isInEnvironment)
            return GivenSecret{std::nullopt, true, {passwordVariable, true}};
    }
    return std::nullopt;
}

} // namespace

std::optional<Secret> takeEnvironmentPassword()
{
    return takeSecretFromEnvironment(passwordVariable);
}

std::optional<GivenSecret> givenPassword(const RunOptions &options, bool isInEnvironment)
{
    return given(options, QStringLiteral("password-file"), QStringLiteral("ask-pass"), isInEnvironment);
}

std::optional<GivenSecret> givenBecomePassword(const RunOptions &options)
{
    return given(options, QStringLiteral("become-password-file"), QStringLiteral("ask-become-pass"), false);
}

void LoginCredentials::forgo(const RunOptions &options)
{
    QStringList given;
    for (const char *name : {"ask-pass", "password-file", "passphrase-file", "ask-become-pass", "become-password-file"}) {
        if (options.line().has(QString::fromLatin1(name)))
            given.append(QStringLiteral("--") + QLatin1String(name));
    }
    if (!given.isEmpty())
        say(QStringLiteral("%1: without effect, for nothing that -p names logs in").arg(given.join(QStringLiteral(", "))));
}

LoginCredentials LoginCredentials::gather(const RunOptions &options, const SshConfig &config, std::optional<Secret> ofEnvironment)
{
    refuseSecretsForOpenSsh(options);
    LoginCredentials result;
    try {
        const auto ofPassword = givenPassword(options, ofEnvironment.has_value()), ofBecome = givenBecomePassword(options);
        std::optional<Secret> password = ofPassword && ofPassword->isInEnvironment
                                             ? std::move(ofEnvironment)
                                             : secretOf(ofPassword, QStringLiteral("SSH password: "),
                                                        QStringLiteral("--password-file FILE, or COLLECTOR_PASSWORD in the environment"));
        std::optional<Secret> becomePassword =
            secretOf(ofBecome, QStringLiteral("BECOME password: "), QStringLiteral("--become-password-file FILE"));

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
        sources.home = QString::fromLocal8Bit(SshLocal::ofProcess().home);
        sources.identities = options.values(QStringLiteral("identity"));
        sources.expected = config.fixedIdentityFiles();
        sources.areIdentitiesFixed = options.line().has(QStringLiteral("identity"));
        sources.passphraseFile = options.value(QStringLiteral("passphrase-file"));
        sources.hasOtherWay = password.has_value() || result.agent;
        if (isatty(STDERR_FILENO))
            sources.question = [](const QString &path) {
                return askOnTerminal(QStringLiteral("Passphrase for %1: ").arg(path),
                                     QStringLiteral("--passphrase-file FILE, or an ssh-agent"));
            };
        {
            const SignalsEndUs interruptible; // the file of passphrases, too
            result.credentials = Credentials::gather(std::move(sources));
        }
        if (password)
            result.credentials->setPassword(std::move(*password), ofPassword->place);
        if (becomePassword)
            result.credentials->setBecomePassword(std::move(*becomePassword), ofBecome->place);
    } catch (const std::runtime_error &error) {
        throw UsageError(QString::fromUtf8(error.what()));
    }
    for (const QString &warning : result.credentials->warnings())
        say(warning);
    return result;
}

} // namespace collector
