#include "output/exitstatus.h"

#include <QTest>

#include <csignal>

using namespace collector;

class TestExitStatus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void table_data();
    void table();
    void sumsAlwaysAgree();
};

namespace {

struct Hosts
{
    int ok = 0;
    int failed = 0;
    int skipped = 0;
    int notAttempted = 0;
};

RunCounts countsOf(const Hosts &hosts)
{
    RunCounts counts;
    for (int i = 0; i < hosts.ok; ++i)
        counts.add(Status::Ok, Cause::None);
    for (int i = 0; i < hosts.failed; ++i)
        counts.add(Status::Failed, Cause::ExitStatus);
    for (int i = 0; i < hosts.skipped; ++i)
        counts.add(Status::Skipped, Cause::Excluded);
    for (int i = 0; i < hosts.notAttempted; ++i)
        counts.add(Status::Cancelled, Cause::NotAttempted);
    return counts;
}

} // namespace

Q_DECLARE_METATYPE(Hosts)
Q_DECLARE_METATYPE(collector::RunEnd)

void TestExitStatus::table_data()
{
    QTest::addColumn<RunEnd>("end");
    QTest::addColumn<Hosts>("hosts");
    QTest::addColumn<int>("status");
    QTest::addColumn<bool>("complete");
    const RunEnd calm;
    const RunEnd broken{true, 0, false, 0};
    const RunEnd interrupted{false, SIGINT, false, 0};
    const RunEnd terminated{false, SIGTERM, false, 0};
    const RunEnd late{false, 0, true, 0};
    const RunEnd demanding{false, 0, false, 90};
    const auto row = [](const char *name, const RunEnd &end, const Hosts &hosts, int status, bool complete) {
        QTest::newRow(name) << end << hosts << status << complete;
    };
    row("all ok", calm, {5, 0, 0, 0}, 0, true);
    row("all ok but the skipped", calm, {5, 0, 3, 0}, 0, true);
    row("all skipped", calm, {0, 0, 3, 0}, 0, true);
    row("no hosts, as of an empty shard", calm, {}, 0, true);
    row("some failed", calm, {5, 1, 0, 0}, 3, true);
    row("none ok", calm, {0, 4, 0, 0}, 4, true);
    row("none ok, some skipped", calm, {0, 4, 2, 0}, 4, true);
    row("the deadline", late, {3, 0, 0, 2}, 5, false);
    row("a deadline that came with the last host", late, {3, 1, 0, 0}, 3, true);
    row("enough ok", demanding, {9, 1, 0, 0}, 3, true);
    row("too few ok", demanding, {8, 2, 0, 0}, 6, false);
    row("the skipped do not count against it", demanding, {9, 1, 30, 0}, 3, true);
    row("--min-ok and no hosts", demanding, {}, 0, true);
    row("interrupted", interrupted, {3, 0, 0, 2}, 130, false);
    row("terminated", terminated, {3, 0, 0, 2}, 143, false);
    row("an output that cannot be written", broken, {3, 0, 0, 0}, 1, true);
    row("a host without a record", {false, 0, false, 0, 1}, {3, 0, 0, 0}, 1, false);
    // Pairs that can meet: the first that applies of 1, 130/143, 5, 6, 4, 3, 0.
    row("interrupt after the last host", interrupted, {3, 0, 0, 0}, 130, true);
    row("unwritable and interrupted", {true, SIGINT, false, 0}, {3, 0, 0, 2}, 1, false);
    row("unwritable and late", {true, 0, true, 0}, {3, 0, 0, 2}, 1, false);
    row("unwritable and too few ok", {true, 0, false, 90}, {1, 4, 0, 0}, 1, false);
    row("unwritable and none ok", broken, {0, 4, 0, 0}, 1, true);
    row("unwritable and some failed", broken, {1, 4, 0, 0}, 1, true);
    row("interrupted and late", {false, SIGTERM, true, 0}, {3, 0, 0, 2}, 143, false);
    row("interrupted and too few ok", {false, SIGINT, false, 90}, {1, 4, 0, 2}, 130, false);
    row("interrupted and none ok", interrupted, {0, 1, 0, 2}, 130, false);
    row("interrupted and some failed", interrupted, {1, 1, 0, 2}, 130, false);
    row("late and too few ok", {false, 0, true, 90}, {1, 4, 0, 2}, 5, false);
    row("late and none ok", late, {0, 1, 0, 2}, 5, false);
    row("late and some failed", late, {1, 1, 0, 2}, 5, false);
    row("too few ok and none ok", demanding, {0, 4, 0, 0}, 6, false);
    row("everything at once", {true, SIGINT, true, 90}, {0, 4, 0, 2}, 1, false);
}

void TestExitStatus::table()
{
    QFETCH(RunEnd, end);
    QFETCH(Hosts, hosts);
    QFETCH(int, status);
    QFETCH(bool, complete);
    const RunCounts counts = countsOf(hosts);
    QCOMPARE(exitStatus(end, counts), status);
    QCOMPARE(isComplete(end, counts), complete);
}

void TestExitStatus::sumsAlwaysAgree()
{
    RunCounts counts;
    for (int status = 0; status < statusCount; ++status) {
        for (int cause = 0; cause < causeCount; ++cause)
            counts.add(Status(status), Cause(cause));
    }
    quint64 causes = 0;
    for (const quint64 count : counts.byCause)
        causes += count;
    QCOMPARE(counts.hosts(), quint64(statusCount * causeCount));
    QCOMPARE(causes, counts.notOk());
    QCOMPARE(counts.of(Cause::None), quint64(0));
}

QTEST_APPLESS_MAIN(TestExitStatus)
#include "tst_exitstatus.moc"
