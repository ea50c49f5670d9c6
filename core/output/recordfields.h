// The fields of a record, by the names of the contract: for those who name columns, and those who read them back. Data; any thread.

#pragma once

#include <QByteArrayView>

#include <algorithm>
#include <array>

namespace collector {

struct RecordField
{
    enum class Kind : quint8 {
        Text,
        Number,
        Groups,
        OfHost, // an object of what is known of the host
        OfRun,  // a list or an object of what a run or a merge says of itself: another one each night
    };

    QByteArrayView name;
    Kind kind;
    bool isMergeOnly = false; // a merge adds it
};

inline constexpr std::array<RecordField, 25> recordFields{{
    {"schema", RecordField::Kind::Text},
    {"run", RecordField::Kind::Text},
    {"host", RecordField::Kind::Text},
    {"address", RecordField::Kind::Text},
    {"groups", RecordField::Kind::Groups},
    {"status", RecordField::Kind::Text},
    {"cause", RecordField::Kind::Text},
    {"message", RecordField::Kind::Text},
    {"plugin", RecordField::Kind::Text},
    {"started", RecordField::Kind::Text},
    {"elapsed_ms", RecordField::Kind::Number},
    {"attempts", RecordField::Kind::Number},
    {"jobs", RecordField::Kind::OfRun},
    {"connection", RecordField::Kind::OfHost},
    {"vars", RecordField::Kind::OfHost},
    {"facts", RecordField::Kind::OfHost},
    {"absent", RecordField::Kind::OfRun},
    {"first_seen", RecordField::Kind::Text, true},
    {"last_ok", RecordField::Kind::Text, true},
    {"failing_since", RecordField::Kind::Text, true},
    {"streak", RecordField::Kind::Number, true},
    {"history", RecordField::Kind::OfRun, true},
    {"facts_from", RecordField::Kind::OfRun, true},
    {"same_asset_as", RecordField::Kind::OfRun, true},
    {"same_asset_by", RecordField::Kind::OfRun, true},
}};

// Null: there is none of that name.
[[nodiscard]] inline const RecordField *recordField(QByteArrayView name)
{
    const auto *const found =
        std::find_if(recordFields.begin(), recordFields.end(), [name](const RecordField &field) { return field.name == name; });
    return found == recordFields.end() ? nullptr : found;
}

} // namespace collector
