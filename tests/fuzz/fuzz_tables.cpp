// A record a line: the tables that merge makes of what somebody else wrote. Whatever is in it, each is read again as CSV, every row has the
// cells of its header, every host one row in hosts.csv and no other host a row anywhere; no thing makes more rows than it has brackets.

#include "output/compare/recordview.h"
#include "output/compare/tables.h"
#include "output/csvreader.h"

#include "require.h"

#include <QDir>
#include <QTemporaryDir>

#include <algorithm>
#include <set>

using namespace collector;

namespace {

// In memory, where there is such a place: each input is seven files.
QString folder()
{
    const QString memory = QStringLiteral("/dev/shm");
    static const QTemporaryDir made((QDir(memory).exists() ? memory : QDir::tempPath()) + QStringLiteral("/fuzz-tables-XXXXXX"));
    require(made.isValid());
    return made.path();
}

std::vector<std::vector<QByteArray>> rowsOf(const QString &path)
{
    QString error;
    const auto source = ByteSource::open(path.toLocal8Bit(), &error);
    require(source != nullptr);
    CsvReader reader(*source);
    std::vector<std::vector<QByteArray>> rows;
    std::vector<QByteArray> cells;
    while (reader.next(cells))
        rows.push_back(cells);
    require(reader.error().isEmpty() && !rows.empty());
    return rows;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), qsizetype(size));
    if (!text.isValidUtf8())
        return 0; // no record of a merge
    Tables tables(folder().toLocal8Bit(), false);
    QString error;
    require(tables.open(0600, &error));
    std::vector<QByteArray> hosts{"host"};
    for (const QByteArray &line : text.split('\n')) {
        if (const auto record = RecordView::of(line)) {
            require(tables.add(line));
            hosts.push_back(QByteArray(record->host).replace('\0', "\xef\xbf\xbd"));
        }
    }
    require(tables.finish(&error));
    const std::set<QByteArray> known(hosts.begin(), hosts.end());
    const QStringList names = QDir(folder()).entryList(QDir::Files | QDir::Hidden);
    require(names.size() == 7);
    for (const QString &name : names) {
        const auto rows = rowsOf(folder() + u'/' + name);
        for (const auto &row : rows) {
            require(row.size() == rows.front().size());
            require(known.count(row.front()) == 1);
        }
        require(qsizetype(rows.size()) <= 1 + text.count('{') && rows.front().front() == "host");
        if (name != u"hosts.csv")
            continue;
        require(std::equal(rows.begin(), rows.end(), hosts.begin(), hosts.end(),
                           [](const std::vector<QByteArray> &row, const QByteArray &host) { return row.front() == host; }));
    }
    return 0;
}
