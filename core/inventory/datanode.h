// A YAML or JSON document as a tree that knows where everything stood. Aliases of YAML share their node; a document whose aliases
// multiply beyond reason is refused when it is turned into values. Constant once read.
#pragma once

#include "inventory/value.h"

#include <memory>
#include <optional>
#include <vector>

namespace collector {

struct DataNode
{
    enum Kind { Scalar, Sequence, Mapping };

    Kind kind = Scalar;
    bool isDate = false; // to Python no text: it cannot be a key in JSON
    int line = 0;
    int column = 0;
    Value value; // of a scalar
    /// Of a sequence, its items; of a mapping, key, value, key, value, …: every key once, where it came first.
    std::vector<std::shared_ptr<const DataNode>> items;

    /// The value of a key of text, null where there is none.
    [[nodiscard]] const DataNode *find(QByteArrayView key) const;
    [[nodiscard]] const QByteArray *text() const { return kind == Scalar ? value.as<QByteArray>() : nullptr; }
    [[nodiscard]] bool isNull() const { return kind == Scalar && value.isNull(); }
    [[nodiscard]] bool isTrue() const { return kind == Scalar ? value.isTrue() : !items.empty(); }
    /// The key as a name: its text, or what JSON makes of it.
    [[nodiscard]] QByteArray keyText() const;
    /// Python's name of the type, for messages.
    [[nodiscard]] const char *typeName() const;
    /// Nothing where that would take more than `budget` nodes.
    [[nodiscard]] std::optional<Value> toValue(qint64 &budget) const;
};

/// A document read, or why not and where.
struct DataDocument
{
    std::shared_ptr<const DataNode> root; // null on error; an empty document is a null scalar
    QByteArray problem;
    int line = 0;
    int column = 0;
    struct Note
    {
        QByteArray message;
        int line;
        int column;
    };
    std::vector<Note> warnings;
};

/// As Python's json.loads with Ansible's decoder: big integers, NaN, vault and unsafe texts.
[[nodiscard]] DataDocument readJson(QByteArrayView text);
/// As PyYAML's SafeLoader (YAML 1.1, which it reads with libyaml too) with Ansible's tags. JSON is tried first, as Ansible does.
[[nodiscard]] DataDocument readYaml(QByteArrayView text, const QByteArray &file);

/// What a plain scalar of YAML 1.1 means. Null text where Python would fail on it ("2001-99-99"); `tag` is one of PyYAML's short names
/// or empty for the implicit one.
struct YamlScalar
{
    enum State { Known, Merge, Broken };
    State state = Known;
    Value value;
    const char *problem = nullptr;
    bool isDate = false; // the value is its text

    [[nodiscard]] static YamlScalar resolve(const QByteArray &text);
    /// "int", "float", "bool", "null", "timestamp", "binary": an explicit !!tag.
    [[nodiscard]] static YamlScalar construct(QByteArrayView tag, const QByteArray &text);
};

} // namespace collector
