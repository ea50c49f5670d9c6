#include "cli/newplugin.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace collector {

namespace {

// NAME is the plugin's name, WORD what files and targets are called, CLASS the class, VERSION ours.
constexpr auto buildText = R"(cmake_minimum_required(VERSION 3.25)
project(NAME LANGUAGES CXX)
enable_testing()
find_package(Collector VERSION REQUIRED)
collector_add_plugin(NAME SOURCES WORD.cpp METADATA NAME.json)
collector_add_plugin_test(tst_WORD SOURCES tst_WORD.cpp PLUGIN NAME)
)";

constexpr auto manifestText = R"({
    "name": "NAME",
    "summary": "Which kernel each host runs",
    "uses": ["shell"],
    "options": [
    ],
    "facts": [
        {"name": "kernel", "type": "text", "class": "configuration", "headline": true, "help": "its release, as uname -r has it"}
    ]
}
)";

constexpr auto sourceText =
    R"(// NAME: which kernel each host runs. One Job object serves all hosts of a run; run() is called once for each, many at the same time.

#include <collector/plugin.h>

using namespace collector;

class CLASS : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "NAME.json")
    Q_INTERFACES(collector::Job)

public:
    Task<> run(JobContext &job) override
    {
        const ShellReply reply = co_await job.shell().run("uname -r");
        if (!reply.isOk())
            throw JobError(Cause::ExitStatus, QStringLiteral("uname -r failed: ") + printable(reply.errorOutput));
        job.facts().setBytes("kernel", reply.output.trimmed());
    }
};

#include "WORD.moc"
)";

constexpr auto testText = R"(// NAME before a host that answers what the test says: no network, no process.

#include <collector/jobtester.h>

#include <QTest>

using namespace collector;

class TestCLASS : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aHost()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.answer("uname -r", "6.1.0-28-amd64\n");
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.status, "ok");
        QCOMPARE(outcome.facts[QStringLiteral("kernel")].toString(), QStringLiteral("6.1.0-28-amd64"));
    }

    void aHostThatHasNoUname()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.answer("uname -r", "", 127);
        QCOMPARE(tester.run().cause, Cause::ExitStatus);
    }
};

QTEST_GUILESS_MAIN(TestCLASS)
#include "tst_WORD.moc"
)";

bool isPluginName(const QString &name)
{
    return !name.isEmpty() && name.size() <= 64 && name.front() >= u'a' && name.front() <= u'z' && !name.endsWith(u'-') &&
           std::all_of(name.begin(), name.end(), [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-'; });
}

// What cmake has for itself: no target may be called so.
bool isTargetOfCmake(const QString &name)
{
    static const QStringList targets{QStringLiteral("all"),     QStringLiteral("clean"),   QStringLiteral("help"),
                                     QStringLiteral("install"), QStringLiteral("package"), QStringLiteral("preinstall"),
                                     QStringLiteral("test")};
    return targets.contains(name);
}

// `my-facts` → MyFactsJob: of `facts` or `host`, the SDK has a class already.
QString className(const QString &name)
{
    QString result;
    for (const QString &word : name.split(u'-', Qt::SkipEmptyParts))
        result += word.first(1).toUpper() + word.mid(1);
    return result + QStringLiteral("Job");
}

} // namespace

bool newPlugin(const QString &name, const QString &where, QString *error)
{
    if (!isPluginName(name)) {
        *error = QStringLiteral("\"%1\" is no name for a plugin: lower case letters, digits and dashes, a letter first").arg(name);
        return false;
    }
    if (isTargetOfCmake(name)) {
        *error = QStringLiteral("\"%1\" is no name for a plugin: it is a target that cmake has for itself").arg(name);
        return false;
    }
    QDir folder(where);
    if (folder.exists(name)) {
        *error = QStringLiteral("%1 is there already; another name, or another folder").arg(folder.absoluteFilePath(name));
        return false;
    }
    std::error_code problem;
    std::filesystem::create_directory(QFile::encodeName(folder.absoluteFilePath(name)).toStdString(), problem);
    if (problem || !folder.cd(name)) {
        *error = QStringLiteral("the folder %1 cannot be made: %2")
                     .arg(folder.absoluteFilePath(name), QString::fromStdString(problem.message()));
        return false;
    }
    const QString word = QString(name).remove(u'-');
    const QString version = QStringLiteral(COLLECTOR_VERSION).section(u'.', 0, 1);
    const std::array<std::pair<QString, const char *>, 4> files{{{QStringLiteral("CMakeLists.txt"), buildText},
                                                                 {name + QStringLiteral(".json"), manifestText},
                                                                 {word + QStringLiteral(".cpp"), sourceText},
                                                                 {QStringLiteral("tst_%1.cpp").arg(word), testText}}};
    for (const auto &[file, text] : files) {
        QString filled = QString::fromUtf8(text);
        if (file == u"CMakeLists.txt")
            filled.replace(QStringLiteral("find_package(Collector VERSION"), QStringLiteral("find_package(Collector ") + version);
        filled.replace(QStringLiteral("NAME"), name)
            .replace(QStringLiteral("WORD"), word)
            .replace(QStringLiteral("CLASS"), className(name));
        QFile out(folder.absoluteFilePath(file));
        if (!out.open(QIODevice::WriteOnly | QIODevice::NewOnly) || out.write(filled.toUtf8()) < 0 || !out.flush()) {
            *error = QStringLiteral("%1: %2").arg(out.fileName(), out.errorString());
            return false;
        }
    }
    return true;
}

} // namespace collector
