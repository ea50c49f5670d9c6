#include <collector/plugin.h>

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QTimer>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace collector;

namespace {

struct Last
{
    bool isToCrash = false;
    ~Last()
    {
        if (isToCrash)
            abort();
    }
} last;

} // namespace

// What a plugin may do wrong while it runs, on one host; on the others it does well.
class Misbehaving : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "misbehaving.json")
    Q_INTERFACES(collector::Job)

public:
    void prepare(const Options &options) override
    {
        const QByteArray how = options.text("how");
        if (how == "throws-a-number-early")
            throw 42;
        if (how == "refuses-without-a-word")
            throw JobError(Cause::BadVariable, QString());
        if (how == "exits-early")
            exit(0);
        if (how == "crashes-early")
            abort();
        if (how == "prints")
            print("as it is prepared\n");
    }

    QByteArray document(QByteArrayView name) override
    {
        if (name == "throwing")
            throw std::runtime_error("no document");
        if (name == "exiting")
            exit(0);
        if (name == "printing") {
            print("beside a document\n");
            return "a document\n";
        }
        return {};
    }

    Task<> run(JobContext &job) override
    {
        co_await job.sleep(std::chrono::milliseconds(5)); // not at once: behind a wait, as plugins are
        job.facts().set("n", 1);
        if (job.host().name() != job.options().text("victim"))
            co_return;
        const QByteArray how = job.options().text("how");
        if (how == "undeclared-fact")
            job.facts().set("surprise", 1);
        else if (how == "wrong-type")
            job.facts().set("n", "one");
        else if (how == "exception")
            throw std::runtime_error("a mistake of mine");
        else if (how == "names-dispatcher")
            throw std::runtime_error(QAbstractEventDispatcher::instance()->metaObject()->className());
        else if (how == "no-exception-of-ours")
            throw 42;
        else if (how == "undeclared-use")
            (void)co_await job.shell().run("true");
        else if (how == "not-finite")
            job.facts().set("n", std::numeric_limits<double>::infinity());
        else if (how == "quits")
            QCoreApplication::quit();
        else if (how == "exits")
            exit(0);
        else if (how == "prints")
            print("on a host"); // no whole line, which would stay in a buffer to the end
        else if (how == "crashes-at-the-end")
            last.isToCrash = true;
        else if (how == "crashes-in-a-slot")
            QTimer::singleShot(0, job.worker(), crash);
        else if (how == "crashes-while-blocking")
            co_await job.blocking(crash);
        else if (how == "hangs-while-blocking")
            co_await job.blocking(hang);
        else if (how == "ends-without-a-word")
            throw JobError(Cause::BadOutput, QString());
        else if (how == "leaked-task")
            leak(job);
        while (how == "crashes-in-a-slot")
            co_await job.sleep(std::chrono::milliseconds(5));
        while (how == "endless-loop")
            sleep(1); // never yields, and yet costs no time of the machine's
    }

private:
    static void crash() { abort(); }
    static void hang()
    {
        for (;;)
            sleep(1);
    }
    static void print(const char *text) { (void)std::fputs(text, stdout); }

    void leak(JobContext &job)
    {
        m_kept.push_back(job.sleep(std::chrono::milliseconds(200)));
        m_kept.back().start();
    }

    std::vector<Task<>> m_kept; // of one host: no second thread comes here
};

#include "misbehaving.moc"
