// Adapters from what others expect of an output (in their words) to what our parsers make of it. One for each command and
// schema that we have a parser for; each gives the differences, none where all is alike.

#pragma once

#include <QByteArray>
#include <QJsonValue>
#include <QStringList>

#include <optional>

namespace collector::facts {

// Nothing: we have no parser for this command, or none that speaks of what is expected.
[[nodiscard]] std::optional<QStringList> compareWithCorpus(const QByteArray &command, const QByteArray &schema, const QString &inputPath,
                                                           const QJsonValue &expected);

// The rest of them, asked by compareWithCorpus().
[[nodiscard]] std::optional<QStringList> compareFurther(const QByteArray &command, const QByteArray &schema, const QByteArray &input,
                                                        const QJsonValue &expected);

} // namespace collector::facts
