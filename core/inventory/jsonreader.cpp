#include "inventory/datanode.h"

#include "inventory/pythonnumber.h"
#include "inventory/pythontext.h"

#include "model/utf8.h"

#include <QHash>

#include <algorithm>
#include <limits>

namespace collector {

namespace {

constexpr int deepestNesting = 400;

class JsonParser final
{
public:
    explicit JsonParser(QByteArrayView text) : m_text(text) {}

    DataDocument parse()
    {
        DataDocument document;
        auto root = value(0);
        skipSpace();
        if (root && m_at != m_text.size())
            fail("something follows the end of the document");
        if (!m_problem) {
            document.root = std::move(root);
            return document;
        }
        document.problem = m_problem;
        countLines(m_problemAt);
        document.line = m_line;
        document.column = static_cast<int>(characterCount(m_text.sliced(m_lineBegin, m_problemAt - m_lineBegin))) + 1;
        return document;
    }

private:
    using Node = std::shared_ptr<DataNode>;

    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }

    std::nullptr_t fail(const char *problem)
    {
        if (!m_problem) {
            m_problem = problem;
            m_problemAt = std::min(m_at, m_text.size());
        }
        return nullptr;
    }

    void skipSpace()
    {
        while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r')
            ++m_at;
    }

    /// Positions are asked for in rising order, so lines are counted once.
    void countLines(qsizetype upTo)
    {
        for (; m_counted < upTo; ++m_counted) {
            if (m_text[m_counted] == '\n') {
                ++m_line;
                m_lineBegin = m_counted + 1;
            }
        }
    }

    Node make(DataNode::Kind kind)
    {
        auto node = std::make_shared<DataNode>();
        countLines(m_at);
        node->kind = kind;
        node->line = m_line;
        node->column = static_cast<int>(m_at - m_lineBegin) + 1;
        return node;
    }

    Node scalar(qsizetype length, Value value)
    {
        auto node = make(DataNode::Scalar);
        node->value = std::move(value);
        m_at += length;
        return node;
    }

    Node value(int depth)
    {
        skipSpace();
        if (depth > deepestNesting)
            return fail("the document is nested too deeply");
        const QByteArrayView rest = m_text.sliced(m_at);
        switch (peek()) {
        case '{':
            return object(depth);
        case '[':
            return array(depth);
        case '"': {
            auto node = make(DataNode::Scalar);
            QByteArray text;
            if (!string(text))
                return nullptr;
            node->value = Value(std::move(text));
            return node;
        }
        default:
            break;
        }
        if (rest.startsWith("true"))
            return scalar(4, Value(true));
        if (rest.startsWith("false"))
            return scalar(5, Value(false));
        if (rest.startsWith("null"))
            return scalar(4, Value());
        if (rest.startsWith("NaN"))
            return scalar(3, Value(std::numeric_limits<double>::quiet_NaN()));
        if (rest.startsWith("Infinity"))
            return scalar(8, Value(std::numeric_limits<double>::infinity()));
        if (rest.startsWith("-Infinity"))
            return scalar(9, Value(-std::numeric_limits<double>::infinity()));
        return number();
    }

    qsizetype digits(qsizetype from) const
    {
        qsizetype to = from;
        while (to < m_text.size() && m_text[to] >= '0' && m_text[to] <= '9')
            ++to;
        return to - from;
    }

    Node number()
    {
        qsizetype end = m_at + (peek() == '-' ? 1 : 0);
        const qsizetype whole = end < m_text.size() && m_text[end] == '0' ? 1 : digits(end);
        if (whole == 0)
            return fail(m_at == m_text.size() ? "the document ends where a value is expected" : "a value is expected here");
        end += whole;
        const qsizetype integerEnd = end;
        if (end < m_text.size() && m_text[end] == '.' && digits(end + 1) > 0)
            end += 1 + digits(end + 1);
        if (end < m_text.size() && (m_text[end] | 0x20) == 'e') {
            const qsizetype sign = end + 1 < m_text.size() && (m_text[end + 1] == '+' || m_text[end + 1] == '-') ? 1 : 0;
            if (const qsizetype exponent = digits(end + 1 + sign))
                end += 1 + sign + exponent;
        }
        const QByteArray text = m_text.sliced(m_at, end - m_at).toByteArray();
        if (end != integerEnd)
            return scalar(text.size(),
                          Value(parseDouble(text[0] == '-' ? QByteArrayView(text).sliced(1) : text) * (text[0] == '-' ? -1.0 : 1.0)));
        bool fits = false;
        const qint64 integer = text.toLongLong(&fits);
        return scalar(text.size(), fits ? Value(integer) : Value(Value::BigInteger{text}));
    }

    bool hex(char32_t &code)
    {
        const QByteArrayView digits = m_text.sliced(m_at, std::min<qsizetype>(m_text.size() - m_at, 4));
        if (digits.size() < 4 || std::any_of(digits.begin(), digits.end(), [](char c) { return digitValue(c) >= 16; }))
            return false;
        code = 0;
        for (const char digit : digits)
            code = code * 16 + static_cast<char32_t>(digitValue(digit));
        m_at += 4;
        return true;
    }

    bool string(QByteArray &out)
    {
        static constexpr QByteArrayView letters = "\"\\/bfnrt";
        static constexpr char meanings[] = "\"\\/\b\f\n\r\t";
        for (++m_at; m_at < m_text.size() && peek() != '"';) {
            if (static_cast<uchar>(peek()) < 0x20) {
                fail("a control character stands in a text");
                return false;
            }
            if (peek() != '\\') {
                const qsizetype begin = m_at;
                while (m_at < m_text.size() && peek() != '"' && peek() != '\\' && static_cast<uchar>(peek()) >= 0x20)
                    ++m_at;
                out += m_text.sliced(begin, m_at - begin);
                continue;
            }
            ++m_at;
            const char letter = peek();
            ++m_at;
            if (const qsizetype known = letters.indexOf(letter); known >= 0 && letter != '\0') {
                out += meanings[known];
                continue;
            }
            char32_t code = 0;
            if (letter != 'u' || !hex(code)) {
                --m_at;
                fail("an escape in a text is none");
                return false;
            }
            const bool high = code >= 0xd800 && code < 0xdc00;
            if (high && m_text.sliced(m_at).startsWith("\\u")) {
                m_at += 2;
                char32_t low = 0;
                if (!hex(low)) {
                    fail("an escape in a text is none");
                    return false;
                }
                if (low >= 0xdc00 && low < 0xe000)
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                else
                    m_at -= 6;
            }
            if (code >= 0xd800 && code < 0xe000)
                out += '?';
            else
                appendUtf8(out, code);
        }
        if (m_at >= m_text.size()) {
            fail("a text is opened and never closed");
            return false;
        }
        ++m_at;
        return true;
    }

    Node array(int depth)
    {
        auto node = make(DataNode::Sequence);
        ++m_at;
        skipSpace();
        if (peek() == ']') {
            ++m_at;
            return node;
        }
        for (;;) {
            auto item = value(depth + 1);
            if (!item)
                return nullptr;
            node->items.push_back(std::move(item));
            skipSpace();
            const char c = peek();
            if (c != ',' && c != ']')
                return fail("a comma or ] is expected here");
            ++m_at;
            if (c == ']')
                return node;
        }
    }

    Node object(int depth)
    {
        auto node = make(DataNode::Mapping);
        QHash<QByteArray, size_t> places;
        ++m_at;
        skipSpace();
        if (peek() == '}') {
            ++m_at;
            return node;
        }
        for (;;) {
            skipSpace();
            if (peek() != '"')
                return fail("a key in double quotes is expected here");
            auto key = value(depth + 1);
            skipSpace();
            if (!key)
                return nullptr;
            if (peek() != ':')
                return fail("a colon is expected here");
            ++m_at;
            auto item = value(depth + 1);
            if (!item)
                return nullptr;
            const QByteArray name = *key->text();
            if (const auto known = places.constFind(name); known != places.constEnd()) {
                node->items[*known] = std::move(item);
            } else {
                places.insert(name, node->items.size() + 1);
                node->items.push_back(std::move(key));
                node->items.push_back(std::move(item));
            }
            skipSpace();
            const char c = peek();
            if (c != ',' && c != '}')
                return fail("a comma or } is expected here");
            ++m_at;
            if (c == '}')
                return special(std::move(node));
        }
    }

    /// {"__ansible_vault": …} and {"__ansible_unsafe": …} stand for texts.
    static Node special(Node node)
    {
        for (size_t i = 0; i + 1 < node->items.size(); i += 2) {
            const QByteArray *text = node->items[i + 1]->text();
            const bool vault = *node->items[i]->text() == "__ansible_vault";
            if (!text || (!vault && *node->items[i]->text() != "__ansible_unsafe"))
                continue;
            Value value = vault ? Value(Value::Vault{*text}) : Value(Value::Unsafe{*text});
            node->items.clear();
            node->kind = DataNode::Scalar;
            node->value = std::move(value);
            return node;
        }
        return node;
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
    qsizetype m_counted = 0;
    qsizetype m_lineBegin = 0;
    int m_line = 1;
    const char *m_problem = nullptr;
    qsizetype m_problemAt = 0;
};

} // namespace

DataDocument readJson(QByteArrayView text)
{
    return JsonParser(text).parse();
}

} // namespace collector
