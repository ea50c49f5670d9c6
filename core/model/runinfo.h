// RunInfo: what is true of a run as a whole, from its start: the object `run` of the outputs. Immutable once the run begins.

#pragma once

#include <collector/manifest.h>

#include <QByteArray>
#include <QJsonObject>

#include <memory>
#include <vector>

namespace collector {

struct RunInfo
{
    struct Plugin
    {
        std::shared_ptr<const Manifest> manifest;
        QByteArray sha256; // of the plugin's file, hexadecimal
    };

    QByteArray id;               // 20261122T020000Z-4f1c
    qint64 startedMs = 0;        // since the epoch, UTC
    std::vector<Plugin> plugins; // in the order of -p
    QJsonObject options;         // as given, secrets as `***`
    QJsonObject secretOptions;   // these as given: what --resume compares, and nobody writes down
    QByteArray inventorySha256;
    QByteArray shard;        // `2/16`; empty: none
    QByteArray scriptSha256; // of the plugins' document `script`; of several: of their sums, one a line as they come; empty: none
    quint64 hosts = 0;       // selected; of a lazily expanded selection the upper bound
};

} // namespace collector
