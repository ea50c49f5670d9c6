// JsonPath: where in a record something stands, in jq's syntax: `.distribution`, `.["eth0.100"].mtu`, `.mounts[0].mount`,
// `.interfaces[]`, `.mounts[].mount`. The dot at the front may be left out. Immutable; any thread.

#pragma once

#include <QByteArray>
#include <QJsonValue>
#include <QString>

#include <optional>
#include <vector>

namespace collector {

class JsonPath
{
public:
    struct Step
    {
        enum class Kind : quint8 { Member, Index, Each };
        Kind kind;
        QString member;
        qsizetype index = 0; // negative: from the end
    };

    [[nodiscard]] static std::optional<JsonPath> parse(const QString &text, QString *error);
    JsonPath() = default;
    explicit JsonPath(std::vector<Step> steps) : m_steps(std::move(steps)) {}

    [[nodiscard]] const std::vector<Step> &steps() const { return m_steps; }
    [[nodiscard]] JsonPath below(size_t first) const; // without the first steps

    // What stands there; undefined where there is nothing. With `[]`: a list of all there is, those without left out.
    [[nodiscard]] QJsonValue find(const QJsonValue &root) const;

private:
    std::vector<Step> m_steps;
};

} // namespace collector
