// Schema: what a result looks like, for programs (JSON Schema 2020-12) and people (data dictionary), with the facts of the plugins
// that are there, from their manifests: nothing of them is run. Pure; any thread.

#pragma once

#include "output/compare/factclasses.h"

#include <QByteArray>
#include <QJsonObject>

namespace collector {

// The whole schema; `part`: one of its definitions (document, record, run, summary, facts) as its root. Empty where there is no such.
[[nodiscard]] QJsonObject resultSchema(const Manifests &manifests, const QString &part);

// The names of the parts.
[[nodiscard]] QStringList schemaParts();

enum class DictionaryFormat { Text, Json, Csv, Markdown };

// Every fact that a plugin may set: its path in the record's `facts`, type, unit, class, subset, whether it is a headline or needs
// root, and what it is.
[[nodiscard]] QByteArray dataDictionary(const Manifests &manifests, DictionaryFormat format);

} // namespace collector
