#include "inventory/datanode.h"

#include <algorithm>

namespace collector {

const DataNode *DataNode::find(QByteArrayView key) const
{
    for (size_t i = 0; kind == Mapping && i + 1 < items.size(); i += 2) {
        if (const QByteArray *text = items[i]->text(); text && *text == key)
            return items[i + 1].get();
    }
    return nullptr;
}

QByteArray DataNode::keyText() const
{
    if (const QByteArray *known = text())
        return *known;
    if (const auto *unsafe = value.as<Value::Unsafe>())
        return unsafe->text;
    QByteArray out;
    appendJson(out, value);
    return out;
}

const char *DataNode::typeName() const
{
    if (kind == Mapping)
        return "a mapping";
    if (kind == Sequence)
        return "a list";
    if (value.as<QByteArray>() || value.as<Value::Unsafe>() || value.as<Value::Vault>())
        return "a text";
    if (value.as<bool>())
        return "a boolean";
    if (value.as<Value::Unprintable>())
        return "a set or binary data";
    return value.isNull() ? "nothing" : "a number";
}

std::optional<Value> DataNode::toValue(qint64 &budget) const
{
    if (--budget < 0)
        return std::nullopt;
    if (kind == Scalar)
        return value;
    if (kind == Sequence) {
        Value::List list;
        for (const auto &item : items) {
            auto converted = item->toValue(budget);
            if (!converted || converted->as<Value::Unprintable>())
                return converted;
            list.push_back(std::move(*converted));
        }
        return Value(std::move(list));
    }
    Value::Map map;
    for (size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i]->isDate)
            return Value(Value::Unprintable{"a date as key of a mapping has no form in JSON"});
        auto converted = items[i + 1]->toValue(budget);
        if (!converted || converted->as<Value::Unprintable>())
            return converted;
        map.emplace_back(items[i]->value, std::move(*converted));
    }
    return Value(std::move(map));
}

} // namespace collector
