#include "output/compare/jsonjoin.h"

namespace collector {

std::vector<QByteArrayView> itemsOf(QByteArrayView list)
{
    std::vector<QByteArrayView> items;
    for (JsonItems walk(list); walk.next();)
        items.push_back(walk.value());
    return items;
}

std::vector<Member> membersOf(QByteArrayView object)
{
    std::vector<Member> members;
    for (JsonMembers walk(object); walk.next();)
        members.push_back({walk.key().toByteArray(), walk.value()});
    return members;
}

QByteArray listOf(const std::vector<QByteArrayView> &items)
{
    QByteArray text = "[";
    for (const QByteArrayView item : items) {
        if (text.size() > 1)
            text += ',';
        text += item;
    }
    return text += ']';
}

} // namespace collector
