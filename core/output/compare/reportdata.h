// ReportData: what the page of `collector report` says of one result, gathered in one pass: counts, failures, what runs where, how
// old the data is, and a row for each host, which waits on the disk. One thread; blocking.

#pragma once

#include "output/batch.h"
#include "output/compare/factclasses.h"
#include "output/compare/recordstore.h"
#include "output/compare/recordview.h"
#include "output/runcounts.h"

#include <QHash>
#include <QList>

#include <functional>
#include <map>
#include <vector>

namespace collector {

// How often each of some texts occurs; a bounded number of them, the rest together.
class Tally
{
public:
    struct Line
    {
        QByteArray text;
        quint64 count;
    };

    void add(const QByteArray &text);
    [[nodiscard]] QList<Line> largest(qsizetype limit) const; // the most frequent first
    [[nodiscard]] qsizetype distinct() const { return m_counts.size(); }
    [[nodiscard]] quint64 total() const { return m_total; }

private:
    QHash<QByteArray, quint64> m_counts;
    quint64 m_total = 0;
};

class ReportData
{
public:
    static constexpr std::array<qint64, 10> elapsedBounds{100, 250, 500, 1000, 2000, 5000, 10'000, 30'000, 60'000, 120'000}; // ms

    struct Failure
    {
        Cause cause;
        quint64 hosts = 0;
        QByteArray message; // of its first host, as an example
        QList<Tally::Line> subnets;
    };
    struct Subnet
    {
        quint64 hosts = 0;
        std::map<Cause, quint64> failed;
    };
    struct OldData
    {
        QByteArray host;
        qint64 ms; // when it was had
    };

    // Reads all of it. False, and why in `error`, where it cannot be read to its end.
    [[nodiscard]] bool read(const QByteArray &path, QString *error);

    [[nodiscard]] const RunCounts &counts() const { return m_counts; }
    [[nodiscard]] const QByteArray &run() const { return m_run; }
    [[nodiscard]] qint64 firstMs() const { return m_firstMs; } // when records were started; -1: none was
    [[nodiscard]] qint64 lastMs() const { return m_lastMs; }
    [[nodiscard]] QList<Failure> failures() const; // the most frequent first
    [[nodiscard]] const Tally &distributions() const { return m_distributions; }
    [[nodiscard]] const Tally &kernels() const { return m_kernels; }
    [[nodiscard]] const Tally &platforms() const { return m_platforms; }
    [[nodiscard]] const std::array<quint64, elapsedBounds.size() + 1> &elapsed() const { return m_elapsed; }
    [[nodiscard]] QList<OldData> oldest(qsizetype limit) const; // those whose data is not of the last run they were in
    [[nodiscard]] quint64 oldCount() const { return m_old.size(); }
    [[nodiscard]] quint64 withoutData() const { return m_withoutData; }

    // Whether it was the store that failed, not what was read: the disk of TMPDIR is full.
    [[nodiscard]] bool hasStoreFailed() const { return !m_store.error().isEmpty(); }

    // A row of the table of hosts, HTML, for every host in the order of names. False where the store cannot be read.
    [[nodiscard]] bool forEachRow(const std::function<void(QByteArrayView)> &take, QString *error);

private:
    struct Row
    {
        QByteArray host;
        RecordRef ref;
    };

    void take(const RecordView &record);
    void takeFailure(const RecordView &record);
    [[nodiscard]] qint64 dataMsOf(const RecordView &record) const;

    QByteArray m_run;
    RunCounts m_counts;
    qint64 m_firstMs = -1;
    qint64 m_lastMs = -1;
    std::map<std::pair<quint8, quint64>, Subnet> m_subnets; // by family and prefix: IPv4 /24, IPv6 /64
    std::map<Cause, QByteArray> m_messages;
    Tally m_distributions;
    Tally m_kernels;
    Tally m_platforms;
    std::array<quint64, elapsedBounds.size() + 1> m_elapsed{};
    std::vector<OldData> m_old;
    quint64 m_withoutData = 0;
    std::vector<Row> m_rows;
    RecordStore m_store;
};

} // namespace collector
