#include "localrun.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>

#include <unistd.h>

namespace collector::facts {

void LocalRun::choose(const QByteArray &name)
{
    shell = name;
    if (name == "busybox")
        arguments = {"ash", "-s"};
    if (name == "zsh")
        arguments = {"--emulate", "sh", "-s"};
}

void LocalRun::run()
{
    ScriptSettings settings;
    settings.nonce = nonce;
    settings.commandSeconds = commandSeconds;
    if (!path.isEmpty())
        settings.toolFolders.clear();
    QByteArray script = scriptFor(selectSections(words, nullptr), settings);
    script.replace(script.indexOf(notRaised), notRaised.size(), raising);
    for (const auto &[word, ours] : substitutes)
        script.replace(word, ours);

    QProcess process;
    QStringList line;
    for (const QByteArray &word : user + QList<QByteArray>{shell} + arguments)
        line.append(QString::fromLocal8Bit(word));
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    if (!path.isEmpty())
        environment.insert(QStringLiteral("PATH"), QString::fromLocal8Bit(path));
    process.setProcessEnvironment(environment);
    process.setChildProcessModifier([] { setsid(); });
    const QString program = line.takeFirst();
    QElapsedTimer timer;
    timer.start();
    process.start(program, line);
    process.write(script);
    process.closeWriteChannel();
    session = process.processId();
    if (!process.waitForFinished(int(patience.count())))
        process.kill();
    process.waitForFinished(60'000);
    elapsedMs = timer.elapsed();
    output = process.readAllStandardOutput();
    exitStatus = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
}

Findings LocalRun::parse() const
{
    static const std::shared_ptr<const Manifest> manifest = builtManifest();
    return parseAnswer(output, nonce, selectSections(words, nullptr), *manifest);
}

QJsonObject LocalRun::absent() const
{
    const Findings findings = parse();
    QJsonObject absent;
    for (const Findings::Missing &missing : findings.missing()) {
        if (!findings.has(missing.path))
            absent.insert(missing.path, QString::fromUtf8(absenceName(missing.reason)));
    }
    return absent;
}

std::shared_ptr<const Manifest> builtManifest()
{
    QFile file(QStringLiteral(BUILD_DIR "/plugins/ssh-facts/ssh-facts.json"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no manifest in the build folder");
    QStringList errors;
    const auto manifest = Manifest::parse(QJsonDocument::fromJson(file.readAll()).object(), &errors);
    if (!manifest)
        qFatal("%s", qPrintable(errors.join(u'\n')));
    return manifest;
}

} // namespace collector::facts
