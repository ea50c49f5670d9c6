// What a record costs on its way from a worker to the disk: encoding alone, and the whole way with a journal and JSON lines.
// Prints nanoseconds of CPU (all threads) for each record. Run by hand: outputbench [RECORDS] [FOLDER].

#include "output/writer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <sys/resource.h>

#include <cstdio>
#include <future>
#include <thread>

using namespace collector;

namespace {

double cpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

std::shared_ptr<RunInfo> makeRun()
{
    QStringList errors;
    auto run = std::make_shared<RunInfo>();
    run->id = "20261122T020000Z-4f1c";
    run->startedMs = 1'795'312'800'000;
    run->plugins = {{Manifest::parse(QJsonDocument::fromJson(R"({"name":"noop","summary":"s","uses":[],
        "facts":[{"name":"alive","type":"boolean","headline":true,"help":"h"},{"name":"*","type":"any","help":"h"}]})")
                                         .object(),
                                     &errors),
                     "aa"}};
    if (!run->plugins.front().manifest)
        qFatal("%s", qPrintable(errors.join(u'\n')));
    return run;
}

Record makeRecord(const RunInfo &run, int facts)
{
    Record record;
    record.host = "10.0.0.0";
    record.address = "10.0.0.0";
    record.groupsJson = "[]";
    record.startedMs = 1'795'312'800'123;
    record.attempts = 1;
    record.jobs.push_back({Facts(run.plugins.front().manifest), Status::Ok, Cause::None, {}, 1});
    record.jobs.front().facts.set("alive", true);
    for (int i = 0; i < facts; ++i)
        record.jobs.front().facts.set(
            "fact_" + QByteArray::number(i),
            i % 4 ? QJsonValue(QStringLiteral("some text of usual length %1").arg(i))
                  : QJsonValue(QJsonObject{{QStringLiteral("size"), i}, {QStringLiteral("name"), QStringLiteral("sda")}}));
    return record;
}

void setHost(Record &record, int i)
{
    record.host.resize(0);
    for (int shift = 24; shift >= 0; shift -= 8) {
        record.host += QByteArray::number((i + 0x0a000000) >> shift & 255);
        if (shift > 0)
            record.host += '.';
    }
    record.address = record.host;
}

void encodeOnly(const RunInfo &run, int records, int facts)
{
    const RecordEncoder encoder(run, {}, true, {});
    Record record = makeRecord(run, facts);
    Batch batch;
    qint64 bytes = 0;
    const double before = cpuSeconds();
    for (int i = 0; i < records; ++i) {
        setHost(record, i);
        encoder.encode(record, batch);
        if (batch.bytes() > Batch::handOver) {
            bytes += batch.bytes();
            batch.clear();
        }
    }
    std::printf("encode, %d facts: %.0f ns a record, %lld bytes each\n", facts + 1, (cpuSeconds() - before) * 1e9 / records,
                static_cast<long long>(bytes / records));
}

void wholeWay(const std::shared_ptr<RunInfo> &run, const QString &folder, const char *name, int records, int facts)
{
    WriterSetup setup;
    setup.run = run;
    QString error;
    setup.outputs = *parseOutputs({folder + u'/' + QLatin1String(name)}, {}, false, 0, &error);
    auto writer = Writer::open(setup, &error);
    if (!writer)
        qFatal("%s", qPrintable(error));
    const double before = cpuSeconds();
    writer->start();
    std::vector<std::thread> workers;
    for (int worker = 0; worker < 2; ++worker) {
        workers.emplace_back([&, worker] {
            Record record = makeRecord(*run, facts);
            Batch batch = writer->takeBatch();
            for (int i = worker; i < records; i += 2) {
                setHost(record, i);
                writer->encoder().encode(record, batch);
                if (batch.bytes() < Batch::handOver)
                    continue;
                writer->submit(std::move(batch));
                batch = writer->takeBatch();
                while (!writer->hasRoom())
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            writer->submit(std::move(batch));
        });
    }
    for (std::thread &worker : workers)
        worker.join();
    std::promise<RunOutcome> end;
    writer->finish({{}, run->startedMs + 1000, 0, false}, [&](RunOutcome outcome) { end.set_value(std::move(outcome)); });
    const RunOutcome outcome = end.get_future().get();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("journal and %s, %d facts: %.0f ns a record, exit %d, peak %ld MB\n", name, facts + 1,
                (cpuSeconds() - before) * 1e9 / records, outcome.exitStatus, usage.ru_maxrss / 1024);
}

} // namespace

int main(int argc, char **argv)
{
    const int records = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
    const QTemporaryDir own;
    const QString folder = argc > 2 ? QString::fromLocal8Bit(argv[2]) : own.path();
    const auto run = makeRun();
    encodeOnly(*run, records, 0);
    encodeOnly(*run, records / 100, 200);
    wholeWay(run, folder, "out.jsonl", records, 0);
    wholeWay(run, folder, "out.json", records, 0);
    wholeWay(run, folder, "out.csv", records, 0);
    wholeWay(run, folder, "out.jsonl.zst", records, 0);
    wholeWay(run, folder, "out.jsonl", records / 100, 200);
    return 0;
}
