// exec: a program of this machine for each host. It gets the host as one JSON object on its standard input,
//
//     {"host": "web01", "address": "10.0.0.7", "groups": ["web"], "variables": {"rack": "r7"}, "facts": {"ping": {"alive": true}}}
//
// with `address` null where it is not known, `variables` as --variables lists them, and `facts` with --with-facts; and prints its facts.

#include "declaredfacts.h"

#include <collector/plugin.h>

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>

using namespace collector;

namespace {

QJsonValue textOrNull(const QByteArray &text)
{
    return text.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(QString::fromUtf8(text));
}

JobError unusable(const QString &path, const QString &why)
{
    return {Cause::BadVariable, QStringLiteral("--program %1: %2").arg(path, why)};
}

// What the kernel would say of a script's first line, it says of each host anew, as "No such file or directory" of a file that is there.
void examineFirstLine(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return; // may be run all the same
    const QByteArray head = file.read(4096);
    if (!head.startsWith("#!")) {
        if (!head.contains('\0')) // no program is all text
            throw unusable(path, QStringLiteral("it is no program, and has no first line such as #!/bin/sh"));
        return;
    }
    const QByteArray line = head.split('\n').first().mid(2);
    if (line.endsWith('\r'))
        throw unusable(path, QStringLiteral("its lines end with CR LF, and the CR is taken for a part of its interpreter's name; take them "
                                            "off: sed -i 's/\\r$//' FILE"));
    const QList<QByteArray> words = line.simplified().split(' ');
    const QString interpreter = QFile::decodeName(words.first());
    if (interpreter.isEmpty())
        throw unusable(path, QStringLiteral("its first line names no interpreter after #!"));
    if (QFileInfo(interpreter).isAbsolute() && !QFileInfo(interpreter).isExecutable())
        throw unusable(path,
                       QStringLiteral("its first line names %1, which is not there, or not executable").arg(printable(words.first(), 80)));
    const QByteArray sought = words.value(1); // of env: an option, a variable, or what to look for
    if (interpreter.endsWith(u"/env") && !sought.isEmpty() && !sought.startsWith('-') && !sought.contains('=') &&
        QStandardPaths::findExecutable(QFile::decodeName(sought)).isEmpty())
        throw unusable(path, QStringLiteral("its first line asks for %1, which is nowhere in PATH").arg(printable(sought, 80)));
}

// Its absolute path.
QString examined(const QString &path)
{
    const QFileInfo file(path);
    if (!file.isFile())
        throw unusable(path, QStringLiteral("there is no such file"));
    if (!file.isExecutable())
        throw unusable(path, QStringLiteral("it is not executable; chmod +x it"));
    examineFirstLine(path);
    return file.absoluteFilePath();
}

} // namespace

class Exec : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "exec.json")
    Q_INTERFACES(collector::Job)

public:
    void prepare(const Options &options) override
    {
        if (!options.isSet("program"))
            throw JobError(Cause::BadVariable, QStringLiteral("exec needs --program FILE"));
        m_declared.load(options.value("manifest").toString());
        if (options.value("program").isNull()) // it is for the hosts to say
            return;
        m_given = options.value("program").toString();
        m_program = examined(m_given);
    }

    // The program itself, where it may be read: a run is to be known by what it ran.
    QByteArray document(QByteArrayView name) override
    {
        QFile program(m_program);
        return name == "script" && program.open(QIODevice::ReadOnly) ? program.readAll() : QByteArray();
    }

    Task<> run(JobContext &job) override
    {
        const Options &options = job.options();
        if (!options.isSet("program"))
            throw JobError(Cause::BadVariable,
                           QStringLiteral("there is no program for this host: give it the variable exec_program, or all --program"));
        LocalProgram program;
        program.command = commandOf(options);
        program.outputLimit = options.integer("max-output");
        program.deadline = options.duration("program-timeout");
        QByteArray address = job.host().address();
        if (address.isEmpty() && options.boolean("resolve"))
            address = co_await job.resolve();
        program.input = description(job, address);
        const ShellReply reply = co_await job.runLocally(std::move(program));

        if (reply.isTruncated)
            throw JobError(Cause::OutputLimit, QStringLiteral("the program printed more than --max-output; nothing of it was taken"));
        const bool isOk = reply.exitStatus == 0;
        if (isOk || !reply.output.trimmed().isEmpty())
            m_declared.store(PrintedFacts::parse(reply.output, PrintedFacts::format(options.value("facts-format").toString())), job);
        if (!reply.signal.isEmpty())
            throw JobError(Cause::Signal, QStringLiteral("the program was ended by signal %1").arg(printable(reply.signal, 20)));
        if (!isOk)
            throw JobError(Cause::ExitStatus, failure(reply));
    }

private:
    [[nodiscard]] QStringList commandOf(const Options &options) const
    {
        const QString path = options.value("program").toString();
        QStringList command{path == m_given ? m_program : path};
        for (const QByteArray &argument : options.list("arguments"))
            command.append(QString::fromUtf8(argument));
        return command;
    }

    static QByteArray description(JobContext &job, const QByteArray &address)
    {
        const Host &host = job.host();
        QJsonArray groups;
        for (const QByteArray &group : host.groups())
            groups.append(QString::fromUtf8(group));
        QJsonObject variables;
        for (const QByteArray &name : job.options().list("variables")) {
            const QJsonValue value = host.variable(name);
            if (!value.isUndefined())
                variables.insert(QString::fromUtf8(name), value);
        }
        QJsonObject object{{QStringLiteral("host"), QString::fromUtf8(host.name())},
                           {QStringLiteral("address"), textOrNull(address)},
                           {QStringLiteral("groups"), groups},
                           {QStringLiteral("variables"), variables}};
        if (job.options().boolean("with-facts")) {
            QJsonObject facts;
            for (const QByteArray &plugin : job.facts().manifest().after) {
                if (const Facts *earlier = job.factsOf(plugin))
                    facts.insert(QString::fromUtf8(plugin), earlier->toJson());
            }
            object.insert(QStringLiteral("facts"), facts);
        }
        return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    }

    static QString failure(const ShellReply &reply)
    {
        const QString status = QStringLiteral("the program ended with status %1").arg(reply.exitStatus.value_or(-1));
        const QString said = printable(reply.errorOutput.trimmed());
        return said.isEmpty() ? status : status + QStringLiteral(": ") + said;
    }

    QString m_given; // on the command line; a host may have another one
    QString m_program;
    DeclaredFacts m_declared;
};

#include "exec.moc"
