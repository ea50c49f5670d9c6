// JsonJoin: walks two JSON objects side by side, and takes objects and lists apart and together again, without a copy of their
// values: those are views into the text. Pure; any thread.

#pragma once

#include "output/jsonspan.h"

#include <QByteArray>

#include <algorithm>
#include <vector>

namespace collector {

struct Member
{
    QByteArray key;
    QByteArrayView value;
};

[[nodiscard]] std::vector<QByteArrayView> itemsOf(QByteArrayView list);
[[nodiscard]] std::vector<Member> membersOf(QByteArrayView object);
[[nodiscard]] QByteArray listOf(const std::vector<QByteArrayView> &items);

// Appends JSON without the blanks between its words, so that it fits on one line.
void appendCompact(QByteArray &out, QByteArrayView json);
// The same as a view: of the bytes themselves where they are on one line.
[[nodiscard]] QByteArrayView compactJson(QByteArrayView json, QByteArray &storage);
// Appends JSON in the one way in which values that mean the same are the same bytes: members sorted, escapes resolved, no blanks.
void appendNormalJson(QByteArray &out, QByteArrayView json);

// Calls `visit(key, before, after)` for every key of either; an empty view: not there. Results of one writer have their keys in
// one order mostly, so both are walked side by side, and looked up only from where they part.
template<typename Visit>
void joinMembers(QByteArrayView before, QByteArrayView after, const Visit &visit)
{
    JsonMembers left(before), right(after);
    while (true) {
        const bool hasLeft = left.next(), hasRight = right.next();
        if (!hasLeft && !hasRight)
            return;
        if (hasLeft && hasRight && left.key() == right.key()) {
            visit(left.key(), left.value(), right.value());
            continue;
        }
        std::vector<Member> rest;
        for (bool more = hasLeft; more; more = left.next())
            rest.push_back({left.key().toByteArray(), left.value()});
        const auto byKey = [](const Member &a, const Member &b) { return a.key < b.key; };
        std::stable_sort(rest.begin(), rest.end(), byKey);
        std::vector<bool> isMet(rest.size());
        for (bool more = hasRight; more; more = right.next()) {
            const Member wanted{right.key().toByteArray(), right.value()};
            const auto found = std::lower_bound(rest.begin(), rest.end(), wanted, byKey);
            const bool isThere = found != rest.end() && found->key == wanted.key;
            if (isThere)
                isMet[size_t(found - rest.begin())] = true;
            visit(QByteArrayView(wanted.key), isThere ? found->value : QByteArrayView(), wanted.value);
        }
        for (size_t i = 0; i < rest.size(); ++i) {
            if (!isMet[i])
                visit(QByteArrayView(rest[i].key), rest[i].value, QByteArrayView());
        }
        return;
    }
}

} // namespace collector
