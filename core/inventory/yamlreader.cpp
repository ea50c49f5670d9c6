#include "inventory/datanode.h"

#include "inventory/pythontext.h"

#include <QHash>

#include <yaml.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace collector {

namespace {

constexpr int deepestNesting = 256;
constexpr QByteArrayView tagPrefix = "tag:yaml.org,2002:";

QByteArray textOf(const yaml_char_t *text)
{
    return text ? QByteArray(reinterpret_cast<const char *>(text)) : QByteArray();
}

/// What was written wrong, at the mark; thrown and caught in this file.
struct Refusal
{
    QByteArray problem;
    yaml_mark_t mark;
};

/// The tree before keys are merged and duplicates dropped.
class YamlComposer final
{
public:
    YamlComposer(QByteArrayView text, const QByteArray &file) : m_file(file), m_mayMerge(text.size() * 10 + 1'000'000)
    {
        yaml_parser_initialize(&m_parser);
        yaml_parser_set_encoding(&m_parser, YAML_UTF8_ENCODING);
        // Told the encoding, libyaml takes a byte order mark for a column: the first line would be indented.
        text = text.sliced(markLength(text));
        const char *begin = text.isNull() ? "" : text.data();
        yaml_parser_set_input_string(&m_parser, reinterpret_cast<const unsigned char *>(begin), static_cast<size_t>(text.size()));
    }
    ~YamlComposer()
    {
        yaml_event_delete(&m_event);
        yaml_parser_delete(&m_parser);
    }
    YamlComposer(const YamlComposer &) = delete;
    YamlComposer &operator=(const YamlComposer &) = delete;

    DataDocument read()
    {
        DataDocument document;
        try {
            next(); // stream start
            next();
            if (m_event.type == YAML_STREAM_END_EVENT) {
                document.root = std::make_shared<DataNode>();
            } else {
                next();
                document.root = composeValue(0, false);
                next(); // document end
                next();
                if (m_event.type != YAML_STREAM_END_EVENT)
                    throw Refusal{"the file holds more than one document", m_event.start_mark};
            }
        } catch (const Refusal &refusal) {
            document.root = nullptr;
            document.problem = refusal.problem;
            document.line = static_cast<int>(refusal.mark.line) + 1;
            document.column = static_cast<int>(refusal.mark.column) + 1;
        }
        document.warnings = std::move(m_warnings);
        return document;
    }

private:
    using Node = std::shared_ptr<DataNode>;

    void next()
    {
        yaml_event_delete(&m_event);
        if (yaml_parser_parse(&m_parser, &m_event))
            return;
        QByteArray problem = m_parser.problem ? m_parser.problem : "this is no YAML";
        if (m_parser.context)
            problem = QByteArray(m_parser.context) + ": " + problem;
        throw Refusal{problem, m_parser.problem_mark};
    }

    Node compose(int depth, bool unsafe)
    {
        if (depth > deepestNesting)
            throw Refusal{"the document is nested too deeply", m_event.start_mark};
        switch (m_event.type) {
        case YAML_ALIAS_EVENT:
            return alias();
        case YAML_SCALAR_EVENT:
            return scalar(unsafe);
        case YAML_SEQUENCE_START_EVENT:
            return sequence(depth, unsafe);
        case YAML_MAPPING_START_EVENT:
            return mapping(depth, unsafe);
        default:
            throw Refusal{"a value is expected here", m_event.start_mark};
        }
    }

    Node composeValue(int depth, bool unsafe)
    {
        const yaml_mark_t mark = m_event.start_mark;
        auto node = compose(depth, unsafe);
        if (m_isMerge)
            throw Refusal{"a lone << has a meaning of its own in YAML; put it into quotes", mark};
        return node;
    }

    Node make(DataNode::Kind kind, const yaml_char_t *anchor)
    {
        auto node = std::make_shared<DataNode>();
        node->kind = kind;
        node->line = static_cast<int>(m_event.start_mark.line) + 1;
        node->column = static_cast<int>(m_event.start_mark.column) + 1;
        const QByteArray name = textOf(anchor);
        if (m_anchors.contains(name)) // YAML would let the later one count, PyYAML does not
            throw Refusal{"the anchor '" + name + "' is given a second time", m_event.start_mark};
        if (anchor)
            m_anchors.insert(name, nullptr); // known, but not to be used until it is whole
        return node;
    }

    void finish(const QByteArray &anchor, const Node &node)
    {
        if (!anchor.isEmpty())
            m_anchors.insert(anchor, node);
    }

    Node alias()
    {
        const QByteArray name = textOf(m_event.data.alias.anchor);
        const auto known = m_anchors.constFind(name);
        if (known == m_anchors.constEnd())
            throw Refusal{"nothing bears the anchor '" + name + "'", m_event.start_mark};
        if (!*known)
            throw Refusal{"the alias '" + name + "' stands inside of what it names", m_event.start_mark};
        return *known;
    }

    Node scalar(bool unsafe)
    {
        const auto &event = m_event.data.scalar;
        auto node = make(DataNode::Scalar, event.anchor);
        const QByteArray text(reinterpret_cast<const char *>(event.value), static_cast<qsizetype>(event.length));
        const QByteArray tag = textOf(event.tag);
        YamlScalar value;
        if (tag == "!vault" || tag == "!vault-encrypted")
            value.value = Value(Value::Vault{text});
        else if (tag == "!unsafe")
            value.value = Value(Value::Unsafe{text});
        else if (tag.startsWith(tagPrefix))
            value = YamlScalar::construct(QByteArrayView(tag).sliced(tagPrefix.size()), text);
        else if (!tag.isEmpty() && tag != "!")
            throw Refusal{"the tag " + tag + " is not understood", m_event.start_mark};
        else if (event.plain_implicit)
            value = YamlScalar::resolve(text);
        else
            value.value = Value(text);
        if (value.state == YamlScalar::Broken)
            throw Refusal{value.problem, m_event.start_mark};
        if (value.state == YamlScalar::Merge)
            m_isMerge = true;
        if (const auto *plain = value.value.as<QByteArray>(); plain && unsafe)
            value.value = Value(Value::Unsafe{*plain});
        node->value = std::move(value.value);
        node->isDate = value.isDate;
        finish(textOf(event.anchor), node);
        return node;
    }

    void checkTag(const yaml_char_t *given, QByteArrayView expected, bool &unsafe)
    {
        const QByteArray tag = textOf(given);
        unsafe = unsafe || tag == "!unsafe";
        if (!tag.isEmpty() && tag != "!" && tag != "!unsafe" && tag != tagPrefix.toByteArray() + expected.toByteArray())
            throw Refusal{"the tag " + tag + " is not understood", m_event.start_mark};
    }

    static bool isTagged(const yaml_char_t *given, QByteArrayView expected)
    {
        const QByteArray tag = textOf(given);
        return tag.startsWith(tagPrefix) && QByteArrayView(tag).sliced(tagPrefix.size()) == expected;
    }

    Node sequence(int depth, bool unsafe)
    {
        const QByteArray anchor = textOf(m_event.data.sequence_start.anchor);
        const yaml_char_t *tag = m_event.data.sequence_start.tag;
        const bool isOfPairs = isTagged(tag, "omap") || isTagged(tag, "pairs");
        auto node = make(DataNode::Sequence, m_event.data.sequence_start.anchor);
        if (!isOfPairs)
            checkTag(tag, "seq", unsafe);
        for (next(); m_event.type != YAML_SEQUENCE_END_EVENT; next()) {
            const yaml_mark_t mark = m_event.start_mark;
            auto item = composeValue(depth + 1, unsafe);
            node->items.push_back(isOfPairs ? pairOf(*item, mark) : std::move(item));
        }
        finish(anchor, node);
        return node;
    }

    /// Of !!omap and !!pairs, as PyYAML makes lists of them: [a: 1] is [[a, 1]].
    static Node pairOf(const DataNode &item, const yaml_mark_t &mark)
    {
        if (item.kind != DataNode::Mapping || item.items.size() != 2)
            throw Refusal{"a list of pairs (!!omap, !!pairs) has one `key: value` in each item", mark};
        auto pair = std::make_shared<DataNode>(item);
        pair->kind = DataNode::Sequence;
        return pair;
    }

    Node mapping(int depth, bool unsafe)
    {
        const QByteArray anchor = textOf(m_event.data.mapping_start.anchor);
        const yaml_mark_t mark = m_event.start_mark;
        auto node = make(DataNode::Mapping, m_event.data.mapping_start.anchor);
        const bool isSet = isTagged(m_event.data.mapping_start.tag, "set");
        if (!isSet)
            checkTag(m_event.data.mapping_start.tag, "map", unsafe);
        std::vector<std::shared_ptr<const DataNode>> merged;
        std::vector<std::shared_ptr<const DataNode>> own;
        for (next(); m_event.type != YAML_MAPPING_END_EVENT; next()) {
            const yaml_mark_t keyMark = m_event.start_mark;
            auto key = compose(depth + 1, false);
            const bool merges = std::exchange(m_isMerge, false);
            next();
            auto value = composeValue(depth + 1, unsafe);
            if (merges) {
                merge(merged, *value, keyMark);
                continue;
            }
            if (key->kind != DataNode::Scalar)
                throw Refusal{"a list or mapping cannot be a key; a value that begins with {{ needs quotes around it", keyMark};
            if (key->value.as<Value::Unprintable>())
                throw Refusal{"a set or binary data cannot be a key", keyMark};
            own.push_back(std::move(key));
            own.push_back(std::move(value));
        }
        // Merged keys first, own ones override them: of equal keys the last value counts, at the place of the first.
        QHash<QByteArray, size_t> places;
        for (const auto *list : {&merged, &own}) {
            for (size_t i = 0; i < list->size(); i += 2)
                put(*node, places, (*list)[i], (*list)[i + 1], mark);
        }
        if (isSet) {
            node->kind = DataNode::Scalar;
            node->items.clear();
            node->value = Value(Value::Unprintable{"a set (!!set) has no form in JSON"});
        }
        finish(anchor, node);
        return node;
    }

    void put(DataNode &node, QHash<QByteArray, size_t> &places, const std::shared_ptr<const DataNode> &key,
             const std::shared_ptr<const DataNode> &value, const yaml_mark_t &mark)
    {
        // 1 and "1" are different keys; 1, 1.0 and true are equal ones, as in Python.
        const QByteArray *text = key->text();
        QByteArray identity = text ? 's' + *text : 'n' + key->keyText();
        if (const auto *flag = key->value.as<bool>())
            identity = *flag ? "n1" : "n0";
        else if (const auto *number = key->value.as<double>(); number && *number == std::trunc(*number) && std::abs(*number) < 1e15)
            identity = 'n' + QByteArray::number(static_cast<qint64>(*number));
        const auto known = places.constFind(identity);
        if (known == places.constEnd()) {
            places.insert(identity, node.items.size() + 1);
            node.items.push_back(key);
            node.items.push_back(value);
            return;
        }
        node.items[*known] = value;
        m_warnings.push_back({"While constructing a mapping from " + m_file + ", line " +
                                  QByteArray::number(static_cast<int>(mark.line) + 1) + ", column " +
                                  QByteArray::number(static_cast<int>(mark.column) + 1) + ", found a duplicate dict key (" +
                                  key->keyText() + "). Using last defined value only.",
                              key->line, key->column});
    }

    /// `<<`: a mapping, or a list of them of which the first counts most.
    void merge(std::vector<std::shared_ptr<const DataNode>> &into, const DataNode &value, const yaml_mark_t &mark)
    {
        if (value.kind == DataNode::Mapping) {
            mergeOne(into, value, mark);
        } else if (value.kind == DataNode::Sequence) {
            for (auto it = value.items.rbegin(); it != value.items.rend(); ++it) {
                if ((*it)->kind != DataNode::Mapping)
                    throw Refusal{"<< takes a mapping or a list of mappings", mark};
                mergeOne(into, **it, mark);
            }
        } else {
            throw Refusal{"<< takes a mapping or a list of mappings", mark};
        }
    }

    void mergeOne(std::vector<std::shared_ptr<const DataNode>> &into, const DataNode &value, const yaml_mark_t &mark)
    {
        m_mayMerge -= static_cast<qint64>(value.items.size());
        if (m_mayMerge < 0)
            throw Refusal{"<< brings in too many keys", mark};
        into.insert(into.end(), value.items.begin(), value.items.end());
    }

    yaml_parser_t m_parser{};
    yaml_event_t m_event{};
    QByteArray m_file;
    QHash<QByteArray, Node> m_anchors;
    bool m_isMerge = false; // the scalar composed last is a plain <<
    qint64 m_mayMerge;      // keys and values that << may still bring in: a mapping that is merged everywhere multiplies
    std::vector<DataDocument::Note> m_warnings;
};

} // namespace

DataDocument readYaml(QByteArrayView text, const QByteArray &file)
{
    // Ansible tries JSON first, and so keeps what YAML would read otherwise (1e3, escapes). Only a text that begins like JSON can be.
    const QByteArrayView beginning = stripped(text);
    if (beginning.startsWith('{') || beginning.startsWith('[') || beginning.startsWith('"')) {
        if (auto json = readJson(text); json.root)
            return json;
    }
    return YamlComposer(text, file).read();
}

} // namespace collector
