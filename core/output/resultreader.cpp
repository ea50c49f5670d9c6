#include "output/resultreader.h"
#include "output/recordfields.h"

#include "output/csvreader.h"
#include "output/jsonpieces.h"
#include "output/outputspec.h"

#include "model/json.h"

#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr QByteArrayView byteOrderMark("\xef\xbb\xbf");

// A source whose first bytes were looked at, without the mark that editors and spreadsheets of Windows put before them.
class PeekedSource final : public ByteSource
{
public:
    explicit PeekedSource(std::unique_ptr<ByteSource> inner) : m_inner(std::move(inner)) {}

    // The first bytes of the file, at least one unless it is empty. Once, before the first read().
    [[nodiscard]] QByteArrayView peek()
    {
        qsizetype got = 1;
        while (got > 0 && byteOrderMark.startsWith(m_head))
            got = m_inner->read(m_head, 64 * 1024); // a pipe may give it byte by byte
        if (m_head.startsWith(byteOrderMark))
            m_head.remove(0, byteOrderMark.size());
        if (got < 0)
            m_error = m_inner->error();
        return m_head;
    }

    qsizetype read(QByteArray &out, qsizetype limit) override
    {
        if (m_head.isEmpty()) {
            const qsizetype got = m_inner->read(out, limit);
            m_error = m_inner->error();
            return got;
        }
        const qsizetype taken = qMin(limit, m_head.size());
        out.append(m_head.constData(), taken);
        m_head.remove(0, taken);
        return taken;
    }

private:
    std::unique_ptr<ByteSource> m_inner;
    QByteArray m_head;
};

class JsonResult final : public ResultReader
{
public:
    JsonResult(const QByteArray &path, std::unique_ptr<ByteSource> source)
        : ResultReader(path),
          m_source(std::move(source)),
          m_pieces(*m_source)
    {
    }

    bool next(StoredRecord &record) override
    {
        record.json = m_pieces.next();
        if (record.json.isEmpty())
            return m_pieces.error().isEmpty() ? false : fail(m_pieces.error());
        auto head = readRecordHead(record.json);
        if (!head)
            return fail(QStringLiteral("line %1: the record there has no host, no status that is known, or one of its fields twice: it is "
                                       "no result of collector")
                            .arg(line()));
        record.head = std::move(*head);
        return true;
    }

    quint64 line() const override { return m_pieces.line(); }
    QJsonObject run() const override { return m_pieces.frame().value(u"run").toObject(); }
    QJsonObject summary() const override { return m_pieces.frame().value(u"summary").toObject(); }
    bool hasTypedFacts() const override { return true; }

private:
    std::unique_ptr<ByteSource> m_source;
    JsonPieces m_pieces;
};

class CsvResult final : public ResultReader
{
public:
    CsvResult(const QByteArray &path, std::unique_ptr<ByteSource> source)
        : ResultReader(path),
          m_source(std::move(source)),
          m_rows(*m_source)
    {
    }

    // Reads the header.
    bool begin()
    {
        if (!m_rows.next(m_header))
            return fail(m_rows.error().isEmpty() ? QStringLiteral("is empty") : m_rows.error());
        const bool isOurs = std::find(m_header.begin(), m_header.end(), "host") != m_header.end() &&
                            std::find(m_header.begin(), m_header.end(), "status") != m_header.end();
        m_kinds.clear();
        std::transform(m_header.begin(), m_header.end(), std::back_inserter(m_kinds), kindOf);
        return isOurs || fail(isSeparatedOtherwise()
                                  ? QStringLiteral("its cells stand apart by semicolons or tabs, as a spreadsheet may save them: save it "
                                                   "with commas")
                                  : QStringLiteral("its first line has no columns host and status: it is no result of collector"));
    }

    bool next(StoredRecord &record) override
    {
        if (!m_rows.next(m_cells))
            return m_rows.error().isEmpty() ? false : fail(m_rows.error());
        if (m_cells.size() != m_header.size())
            return fail(QStringLiteral("line %1 has %2 cells, the header %3").arg(m_rows.line()).arg(m_cells.size()).arg(m_header.size()));
        render();
        record.json = m_json;
        auto head = readRecordHead(m_json);
        if (!head)
            return fail(QStringLiteral("line %1 has no host or no status that is known").arg(m_rows.line()));
        record.head = std::move(*head);
        return true;
    }

    quint64 line() const override { return m_rows.line(); }
    QJsonObject run() const override { return {}; }
    QJsonObject summary() const override { return {}; }
    bool hasTypedFacts() const override { return false; }
    QList<QByteArray> factColumns() const override
    {
        QList<QByteArray> names;
        for (size_t i = 0; i < m_header.size(); ++i) {
            if (m_kinds[i] == Kind::OfHost)
                names.append(factOf(m_header[i]).toByteArray());
        }
        return names;
    }

private:
    [[nodiscard]] bool isSeparatedOtherwise() const
    {
        const QList<QByteArray> names = QByteArray(m_header.front()).replace('\t', ';').split(';');
        return names.contains("host") && names.contains("status");
    }

    using Kind = RecordField::Kind;

    // `jobs.ping.status` is of the field jobs; `groups[0]` is told as a fact is, as all that is no field.
    static Kind kindOf(const QByteArray &name)
    {
        const auto endsName = [](char c) { return c == '.' || c == '['; };
        const RecordField *const field = recordField(QByteArrayView(name.begin(), std::find_if(name.begin(), name.end(), endsName)));
        return field && (field->kind == Kind::OfRun || field->name == name) ? field->kind : Kind::OfHost;
    }

    void render()
    {
        m_json.resize(0);
        QByteArray facts;
        const bool isPartial = isOf("status", "partial");
        for (size_t i = 0; i < m_header.size(); ++i) {
            const QByteArray &cell = m_cells[i];
            const Kind kind = m_kinds[i];
            if (kind == Kind::OfRun)
                continue;
            // Whose job failed no cell says: what it would have brought is nothing that was lost.
            if (kind == Kind::OfHost && isPartial && cell.isEmpty())
                continue;
            QByteArray &out = kind == Kind::OfHost ? facts : m_json;
            out += out.isEmpty() ? '{' : ',';
            appendJsonString(out, kind == Kind::OfHost ? factOf(m_header[i]) : QByteArrayView(m_header[i]));
            out += ':';
            if (kind == Kind::Groups)
                appendGroups(out, cell);
            else if (cell.isEmpty())
                out += "null";
            else if (kind == Kind::Number)
                appendJsonNumber(out, cell.toDouble());
            else
                appendJsonString(out, unguarded(cell));
        }
        m_json += m_json.isEmpty() ? "{\"facts\":{" : ",\"facts\":{";
        m_json += QByteArrayView(facts).sliced(facts.isEmpty() ? 0 : 1);
        m_json += "}}";
    }

    // `facts.kernel` is `kernel`.
    static QByteArrayView factOf(QByteArrayView name) { return name.startsWith("facts.") ? name.sliced(6) : name; }

    [[nodiscard]] bool isOf(QByteArrayView column, QByteArrayView text) const
    {
        const auto found = std::find(m_header.begin(), m_header.end(), column);
        return found != m_header.end() && m_cells[size_t(found - m_header.begin())] == text;
    }

    static void appendGroups(QByteArray &out, const QByteArray &cell)
    {
        char separator = '[';
        const QList<QByteArray> groups = cell.isEmpty() ? QList<QByteArray>() : unguarded(cell).toByteArray().split(';');
        for (const QByteArray &group : groups) {
            out += separator;
            appendJsonString(out, group);
            separator = ',';
        }
        out += separator == '[' ? "[]" : "]";
    }

    // A cell without the apostrophe that keeps a spreadsheet from running it.
    static QByteArrayView unguarded(QByteArrayView cell)
    {
        const bool isGuarded = cell.size() > 1 && cell[0] == '\'' && QByteArrayView("=+-@\t\r").contains(cell[1]);
        return isGuarded ? cell.sliced(1) : cell;
    }

    std::unique_ptr<ByteSource> m_source;
    CsvReader m_rows;
    std::vector<QByteArray> m_header;
    std::vector<Kind> m_kinds; // of the header's columns
    std::vector<QByteArray> m_cells;
    QByteArray m_json;
};

// Whether a file of this name cannot be empty and a result. Of no hosts a document has its frame, a CSV its header; JSON lines
// have nothing, and of a pipe nobody knows what it should have been.
bool isNeverEmpty(const QByteArray &path)
{
    const auto format = endingOf(path.toLower()).format;
    return format == OutputSpec::Format::Json || format == OutputSpec::Format::Csv;
}

// What other programs make of a result that cannot be read as it is, by its first four bytes, and what to do; nothing where it is none of
// these.
QString otherForm(QByteArrayView head)
{
    struct Form
    {
        QByteArrayView start;
        const char *advice;
    };
    static constexpr std::array forms{
        Form{"\xfd\x37zX", "is compressed by xz, and gzip and Zstandard alone are read: `xz -d` first"},
        Form{"BZh", "is compressed by bzip2, and gzip and Zstandard alone are read: `bzip2 -d` first"},
        Form{"PK\x03\x04", "is a zip archive or a spreadsheet's own file: unpack it, or save it as CSV"},
        Form{"\xff\xfe", "is UTF-16: `iconv -f UTF-16 -t UTF-8` makes it readable"},
        Form{"\xfe\xff", "is UTF-16: `iconv -f UTF-16 -t UTF-8` makes it readable"},
    };
    const auto found = std::find_if(forms.begin(), forms.end(), [head](const Form &form) { return head.startsWith(form.start); });
    return found == forms.end() ? QString() : QString::fromLatin1(found->advice);
}

} // namespace

QJsonObject StoredRecord::object() const
{
    return QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size())).object();
}

ResultReader::ResultReader(const QByteArray &path) : m_name(path == "-" ? QStringLiteral("standard input") : QString::fromLocal8Bit(path))
{
}

ResultReader::~ResultReader() = default;

bool ResultReader::fail(const QString &reason)
{
    m_error = QStringLiteral("%1: %2").arg(m_name, reason);
    return false;
}

std::unique_ptr<ResultReader> ResultReader::open(const QByteArray &path, QString *error)
{
    auto plain = ByteSource::open(path, error);
    if (!plain)
        return nullptr;
    auto source = std::make_unique<PeekedSource>(std::move(plain));
    const QByteArray head = source->peek().toByteArray().trimmed();
    if (!source->error().isEmpty()) {
        *error = QStringLiteral("%1: %2").arg(QString::fromLocal8Bit(path), source->error());
        return nullptr;
    }
    if (const QString form = otherForm(head); !form.isEmpty()) {
        *error = QStringLiteral("%1 %2").arg(QString::fromLocal8Bit(path), form);
        return nullptr;
    }
    if (head.startsWith('[')) {
        *error = QStringLiteral("%1: an array is no result of collector; `jq -c '.[]'` makes JSON lines of one that holds records")
                     .arg(QString::fromLocal8Bit(path));
        return nullptr;
    }
    if (head.isEmpty() && isNeverEmpty(path)) { // a shell's `>` on a disk that was full: read as of no hosts, all of them were gone
        *error = QStringLiteral("%1 is empty, which a document or CSV is not even of no hosts: it was not written to its end (JSON lines "
                                "of no hosts are empty: name them .jsonl)")
                     .arg(QString::fromLocal8Bit(path));
        return nullptr;
    }
    if (head.isEmpty() || head.startsWith('{'))
        return std::make_unique<JsonResult>(path, std::move(source));
    auto reader = std::make_unique<CsvResult>(path, std::move(source));
    if (!reader->begin()) {
        *error = reader->error();
        return nullptr;
    }
    return reader;
}

} // namespace collector
