#include "output/compare/recordview.h"

#include "output/recordhead.h"
#include "output/resultreader.h"
#include "output/timestamp.h"

#include <algorithm>
#include <array>
#include <utility>

namespace collector {

namespace {

constexpr std::array<std::pair<QByteArrayView, QByteArrayView RecordView::*>, 12> fields{{
    {"cause", &RecordView::cause},
    {"message", &RecordView::message},
    {"run", &RecordView::run},
    {"address", &RecordView::address},
    {"groups", &RecordView::groups},
    {"started", &RecordView::started},
    {"jobs", &RecordView::jobs},
    {"connection", &RecordView::connection},
    {"vars", &RecordView::vars},
    {"facts", &RecordView::facts},
    {"absent", &RecordView::absent},
    {"facts_from", &RecordView::factsFrom},
}};

} // namespace

std::optional<RecordView> RecordView::of(QByteArrayView record)
{
    RecordView view;
    view.text = record;
    bool hasHost = false;
    bool isTwice = false;
    QByteArrayView exactHost;
    JsonMembers walk(record);
    while (walk.next()) {
        if (walk.key() == "host") {
            isTwice = isTwice || hasHost;
            hasHost = isJsonString(walk.value());
            view.host = jsonText(walk.value());
        } else if (walk.key() == "host_base64") {
            isTwice = isTwice || !exactHost.isEmpty();
            exactHost = walk.value();
        } else if (walk.key() == "status") {
            QByteArray storage;
            isTwice = isTwice || !view.statusWord.isEmpty();
            view.statusWord = walk.value();
            if (const auto status = statusFromName(jsonTextView(walk.value(), storage)))
                view.status = *status;
        } else {
            for (const auto &[name, member] : fields) {
                if (walk.key() != name)
                    continue;
                isTwice = isTwice || !(view.*member).isEmpty();
                view.*member = walk.value();
            }
        }
    }
    if (!walk.isValid() || !hasHost || isTwice)
        return std::nullopt;
    if (!exactHost.isEmpty())
        view.host = hostBytes(view.host, exactHost);
    return view;
}

QByteArrayView RecordView::causeWord() const
{
    return isJsonString(cause) ? cause.sliced(1, cause.size() - 2) : QByteArrayView();
}

namespace {

int countOf(QByteArrayView object)
{
    int count = 0;
    for (JsonMembers member(object); member.next();)
        ++count;
    return count;
}

} // namespace

std::optional<RecordView> nextRecord(ResultReader &reader)
{
    StoredRecord record;
    if (!reader.next(record))
        return std::nullopt;
    // JSON is UTF-8. What is not would be other text when it is written and read again: another plugin, another run.
    auto view = record.json.isValidUtf8() ? RecordView::of(record.json) : std::nullopt;
    if (!view)
        reader.fail(QStringLiteral("line %1: the record of %2 is no well-formed JSON, or has a field twice")
                        .arg(reader.line())
                        .arg(QString::fromUtf8(record.head.host)));
    if (view && std::max(countOf(view->jobs), countOf(view->factsFrom)) > mostJobs) {
        reader.fail(QStringLiteral("line %1: the record of %2 names more than %3 jobs, and a run has one for each of its plugins: this is "
                                   "no result of a run")
                        .arg(reader.line())
                        .arg(QString::fromUtf8(record.head.host))
                        .arg(mostJobs));
        return std::nullopt;
    }
    return view;
}

std::optional<qint64> timeOf(QByteArrayView text)
{
    if (isJsonString(text) && text.size() >= 2)
        text = text.sliced(1, text.size() - 2);
    // A run's id is a time without its punctuation: 20261122T020000Z-4f1c.
    if (text.size() < 16 || text[8] != 'T' || text[15] != 'Z')
        return parseTimestamp(text);
    QByteArray full;
    constexpr std::array<std::pair<int, int>, 6> parts{{{0, 4}, {4, 2}, {6, 2}, {9, 2}, {11, 2}, {13, 2}}};
    constexpr char behind[] = "--T::Z";
    for (size_t i = 0; i < parts.size(); ++i) {
        full += text.sliced(parts[i].first, parts[i].second);
        full += behind[i];
    }
    return parseTimestamp(full);
}

} // namespace collector
