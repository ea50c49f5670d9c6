// ssh-facts: what a host is. One command on one channel: a POSIX script on the standard input of /bin/sh, which prints
// sections; they are parsed here. Nothing is written over there, and nothing outlives the channel.

#include "documents.h"
#include "sections.h"

#include <collector/plugin.h>

#include <QDateTime>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>

using namespace collector;

namespace {

constexpr qint64 largestAnswer = 16 << 20; // bytes; the record has its own, smaller limit
// What takes longer to parse than others should have to wait for is parsed on another thread.
constexpr qsizetype longAnswer = 256 << 10;

QByteArray makeNonce()
{
    std::array<quint32, 4> words{};
    QRandomGenerator::system()->fillRange(words.data(), qsizetype(words.size()));
    return QByteArray(reinterpret_cast<const char *>(words.data()), sizeof words).toHex();
}

bool isSpoiled(Absence reason)
{
    return reason == Absence::Timeout || reason == Absence::ParseError || reason == Absence::Limit;
}

QString joined(QStringList names)
{
    constexpr qsizetype shown = 8;
    const qsizetype rest = names.size() - shown;
    if (rest > 0)
        names = names.first(shown) << QStringLiteral("%1 more").arg(rest);
    return names.join(QStringLiteral(", "));
}

struct Understood
{
    facts::Findings found;
    QByteArray version;
    bool hasSections;
    bool isComplete;
    bool isRefused;
    QString place; // where the answer stood when its time was over
};

// The last section that is heard of, and the file or command in it. What the host's shell has gathered since then is not known.
QString placeOf(const facts::Section &last)
{
    const QString label = last.blocks.isEmpty() ? QString() : printable(last.blocks.constLast().label, 80);
    return QStringLiteral("the section %1").arg(printable(last.name, 40)) + (label.isEmpty() ? label : QStringLiteral(" (%1)").arg(label));
}

Understood understand(const ShellReply &reply, const QByteArray &nonce, const QList<const facts::SectionSpec *> &sections,
                      const Manifest &manifest)
{
    facts::Frames frames = facts::parseFrames(reply.output, nonce);
    // None at all may be wanted: --facts '!all,!min', as Ansible takes it.
    const bool hasSections = !frames.sections.isEmpty() || frames.isComplete;
    QString place;
    if (reply.isLate && hasSections && !frames.isComplete) {
        place = placeOf(frames.sections.constLast());
        // What has come of it is not all, and nothing would say so.
        if (!frames.sections.constLast().isEnded)
            frames.sections.removeLast();
    }
    return {facts::parseAnswer(frames, sections, manifest),
            frames.version.toByteArray(),
            hasSections,
            frames.isComplete,
            frames.isRefused(),
            place};
}

} // namespace

class SshFacts : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "ssh-facts.json")
    Q_INTERFACES(collector::Job)

public:
    void prepare(const Options &options) override { (void)wanted(options, QStringLiteral("--facts")); }

    QByteArray document(QByteArrayView name) override
    {
        return name == "sudoers" ? facts::sudoers() : name == "authorized-keys" ? facts::inventoryKey() : facts::wholeScript();
    }

    Task<> run(JobContext &job) override
    {
        // The host's inventory may say other words than the command line.
        const QList<const facts::SectionSpec *> sections = wanted(job.options(), QStringLiteral("the inventory variable ssh_facts_facts,"));
        facts::ScriptSettings settings;
        settings.nonce = makeNonce();
        settings.commandSeconds = int(std::clamp<qint64>(job.options().duration("section-timeout").count() / 1000, 1, 600));
        settings.totalSeconds = 10 * settings.commandSeconds + 20;

        ShellCommand command;
        if (job.options().boolean("inventory-key")) {
            command.command = facts::inventoryCommand(sections, settings);
        } else {
            command.command = RemoteShell::scriptCommand();
            command.input = facts::scriptFor(sections, settings);
            command.raisingMark = facts::notRaised.toByteArray();
        }
        command.outputLimit = largestAnswer;
        const auto began = std::chrono::steady_clock::now();
        const ShellReply reply = co_await job.shell().runUntilLate(std::move(command));
        const auto took = std::chrono::round<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
        const qint64 arrived = QDateTime::currentMSecsSinceEpoch();

        std::optional<Understood> answer;
        if (reply.output.size() <= longAnswer) {
            answer = understand(reply, settings.nonce, sections, job.facts().manifest());
        } else {
            const auto manifest = std::make_shared<const Manifest>(job.facts().manifest());
            // It may outlive this job, and owns all that it uses. What it captures must not be a temporary of the expression that waits:
            // GCC 12 would destroy it twice.
            const auto parse = [reply, nonce = settings.nonce, sections, manifest] {
                return understand(reply, nonce, sections, *manifest);
            };
            answer = co_await job.blocking(parse);
        }
        if (!answer->hasSections && reply.isLate)
            throw JobError(Cause::ExecTimeout,
                           QStringLiteral("the host ran nothing of the script within %1 s; it said: %2; is there a menu, or a command that "
                                          "waits in the login shell's files? Else find what hangs there, or raise --timeout")
                               .arg(QString::number(took.count()), saidBy(reply)));
        if (!answer->hasSections)
            throw JobError(Cause::ShellRejected, rejection(reply));
        if (!answer->place.isEmpty())
            job.setPartial(
                Cause::ExecTimeout,
                QStringLiteral("cut off after %1 s: the last that came is of %2, and what hangs there is asked then or soon after; the "
                               "sections before it are kept. Leave that section out (--facts '!NAME'), or raise --timeout")
                    .arg(took.count())
                    .arg(answer->place));
        store(*answer, reply, arrived, job);
    }

private:
    static QList<const facts::SectionSpec *> wanted(const Options &options, const QString &source)
    {
        QList<QByteArray> unknown;
        QList<const facts::SectionSpec *> sections = facts::selectSections(options.list("facts"), &unknown);
        if (!unknown.isEmpty())
            throw JobError(Cause::BadVariable,
                           QStringLiteral("%1 %2: no such subset; there are %3")
                               .arg(source, printable(unknown.constFirst(), 60), QString::fromLatin1(facts::subsetNames())));
        return sections;
    }

    static void store(Understood &answer, const ShellReply &reply, qint64 arrived, JobContext &job)
    {
        facts::Findings &found = answer.found;
        // Its clock was read last of all: what lies between that and the arrival here is half a round trip, and little else.
        if (found.has(u"clock_unix_ms"))
            found.set(u"clock_offset_ms", found.value(u"clock_unix_ms").toInteger() - arrived);
        QStringList spoiled;
        const QJsonObject &all = found.facts();
        for (auto fact = all.begin(); fact != all.end(); ++fact) {
            const QByteArray key = fact.key().toUtf8();
            const QJsonValue exact = all.value(fact.key() + QStringLiteral("_base64"));
            if (exact.isString())
                job.facts().setBytes(key, QByteArray::fromBase64(exact.toString().toLatin1()));
            else if (!key.endsWith("_base64") || !all.contains(fact.key().chopped(7)))
                job.facts().set(key, fact.value());
        }
        for (const facts::Findings::Missing &missing : found.missing()) {
            if (found.has(missing.path))
                continue;
            job.facts().setAbsent(missing.path.toUtf8(), missing.reason);
            if (isSpoiled(missing.reason))
                spoiled.append(missing.path);
        }
        if (!answer.version.isEmpty() && answer.version != facts::scriptHash())
            job.setPartial(Cause::BadOutput, QStringLiteral("the host's copy of the script is another one than ours; install that of "
                                                            "`collector plugins ssh-facts --authorized-keys`"));
        else if (answer.isRefused)
            job.setPartial(
                Cause::SudoDenied,
                QStringLiteral("not allowed to raise single reads; `collector plugins ssh-facts --sudoers` prints what to allow"));
        else if (reply.isTruncated && reply.output.size() >= largestAnswer)
            job.setPartial(Cause::OutputLimit, QStringLiteral("the host printed more than 16 MiB; what came first was kept"));
        else if (!answer.isComplete)
            job.setPartial(Cause::BadOutput, QStringLiteral("the answer breaks off before the script's end; what came was kept"));
        else if (!spoiled.isEmpty())
            job.setPartial(Cause::BadOutput, QStringLiteral("not had in time, or not understood: %1; see `absent`").arg(joined(spoiled)));
    }

    static QString saidBy(const ShellReply &reply)
    {
        const QByteArray said = reply.output.trimmed().isEmpty() ? reply.errorOutput.trimmed() : reply.output.trimmed();
        return said.isEmpty() ? QStringLiteral("nothing") : printable(said);
    }

    static QString rejection(const ShellReply &reply)
    {
        return QStringLiteral("the login shell did not run /bin/sh; it said: %1; is there a ForceCommand, a command= before the key, or is "
                              "this no account for commands?")
            .arg(saidBy(reply));
    }
};

#include "sshfacts.moc"
