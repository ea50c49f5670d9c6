// ForeignJson: JSON as the programs of others print it. Bytes that are no UTF-8 (a file name, an old serial number) cost nobody the rest,
// and an integer beyond 64 bits keeps its digits, as text, as in an inventory. A pure function of hostile bytes; any thread.

#pragma once

#include <QByteArray>
#include <QJsonParseError>
#include <QJsonValue>
#include <QString>

#include <map>

namespace collector {

struct ForeignJson
{
    QJsonValue value; // an object or a list; undefined where there is an error
    QJsonParseError error;
    // The bytes of those members of the outermost object that are no UTF-8; they have U+FFFD there. Members of inner objects have theirs
    // beside them, as NAME_base64.
    std::map<QString, QByteArray> exact;

    [[nodiscard]] static ForeignJson parse(const QByteArray &json);
};

} // namespace collector
