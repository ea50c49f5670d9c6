// A result, and after a NUL an older one: the page that report makes of what somebody else wrote. Whatever is in it, the page's tags
// are the page's own, each closed where it was opened, and its text steers nothing. And the marks of hosts that look alike are JSON.

#include "output/compare/assetmarks.h"
#include "output/compare/reportpage.h"
#include "output/resultreader.h"

#include "memoryfile.h"
#include "require.h"

#include <QJsonDocument>
#include <QStringDecoder>

#include <set>
#include <vector>

using namespace collector;

namespace {

bool isAttributeName(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

// From behind the tag's name to behind its '>': ` name="text"`, any number.
const char *afterAttributes(const char *at, const char *end, bool &isClosed)
{
    while (at < end && *at == ' ') {
        const char *name = ++at;
        while (at < end && isAttributeName(*at))
            ++at;
        require(at > name);
        if (at + 1 < end && at[0] == '=') {
            require(at[1] == '"');
            for (at += 2; at < end && *at != '"'; ++at)
                require(*at != '<' && *at != '>');
            require(at++ < end);
        }
    }
    isClosed = at < end && *at == '/';
    at += isClosed ? 1 : 0;
    require(at < end && *at == '>');
    return at + 1;
}

void requireWellFormed(QByteArrayView page)
{
    static const std::set<QByteArrayView> own{"html", "head", "meta", "link", "title",  "style", "body",    "header", "h1",
                                              "h2",   "h3",   "p",    "nav",  "a",      "main",  "section", "dl",     "div",
                                              "dt",   "dd",   "svg",  "rect", "line",   "text",  "table",   "thead",  "tbody",
                                              "tr",   "th",   "td",   "code", "footer", "script"};
    constexpr QByteArrayView doctype = "<!DOCTYPE html>\n";
    require(page.startsWith(doctype));
    std::vector<QByteArrayView> open;
    const char *const end = page.end();
    for (const char *at = page.begin() + doctype.size(); at < end;) {
        if (*at != '<') {
            require(*at != '>' && (uchar(*at) >= 0x20 || *at == '\n') && *at != 0x7f);
            ++at;
            continue;
        }
        const bool isEnd = at + 1 < end && at[1] == '/';
        const char *name = at += isEnd ? 2 : 1;
        while (at < end && isAttributeName(*at))
            ++at;
        const QByteArrayView tag(name, at - name);
        require(own.contains(tag));
        if (isEnd) {
            require(!open.empty() && open.back() == tag && at < end && *at == '>');
            open.pop_back();
            ++at;
            continue;
        }
        bool isClosed = false;
        at = afterAttributes(at, end, isClosed);
        if (isClosed || tag == "meta" || tag == "link")
            continue;
        if (tag == "style" || tag == "script") {
            const QByteArray close = "</" + tag.toByteArray() + '>';
            const qsizetype length = QByteArrayView(at, end - at).indexOf(close);
            require(length >= 0);
            at += length + close.size();
            continue;
        }
        open.push_back(tag);
    }
    require(open.empty());
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder.decode(page);
    require(!decoder.hasError());
    for (const QChar c : text)
        require(!(c >= QChar(0x80) && c <= QChar(0x9f)) && !(c >= QChar(0x202a) && c <= QChar(0x202e)));
}

void mark(const QByteArray &path)
{
    QString error;
    const auto reader = ResultReader::open(path, &error);
    AssetMarks marks;
    HostNumber count = 0;
    StoredRecord record;
    for (; reader && count < 1000 && reader->next(record); ++count)
        marks.add(record.head.host, record.json);
    for (HostNumber host = 0; host < count; ++host) {
        QByteArray json = R"({"a":1)";
        marks.append(host, json);
        require(!QJsonDocument::fromJson(json + '}').isNull());
    }
    (void)marks.warnings();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const qsizetype nul = bytes.indexOf('\0');
    const MemoryFile now(bytes.left(nul < 0 ? bytes.size() : nul));
    QString error;
    ReportData report;
    if (!report.read(now.path(), &error)) {
        require(!error.isEmpty());
        return 0;
    }
    mark(now.path());
    ReportChanges changes;
    const MemoryFile before(nul < 0 ? QByteArray() : bytes.mid(nul + 1));
    const bool isCompared = nul >= 0 && compareResults(before.path(), now.path(), FactClasses({}), changes.diff, &error);
    changes.since = bytes.right(40);
    QByteArray page;
    if (writeReportPage(
            report, bytes.left(60), isCompared ? &changes : nullptr, [&page](QByteArrayView text) { page += text; }, &error))
        requireWellFormed(page);
    return 0;
}
