#include "plugin/pluginfile.h"

#include "plugin/permissions.h"

#include <collector/job.h>

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QPluginLoader>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace collector {

namespace {

// `collector plugins NAME --json` is no document, and what has the name of an option that takes a value could not be had.
constexpr std::array<QByteArrayView, 5> optionsBesideDocuments{"json", "check", "new", "plugin-dir", "help"};

// What this program was built with, as collector_add_plugin() stamps it into a plugin.
QString ownStamp(const char *key)
{
    if (qstrcmp(key, "collector_interface") == 0)
        return QStringLiteral(COLLECTOR_STAMP_INTERFACE);
    if (qstrcmp(key, "collector_compiler") == 0)
        return QStringLiteral(COLLECTOR_STAMP_COMPILER);
    return QStringLiteral(COLLECTOR_STAMP_SANITIZER);
}

QString stampOf(const QJsonObject &metaData, const char *key)
{
    return metaData[QLatin1String(key)].toArray().at(0).toString();
}

// Why the library's toolchain does not fit ours; empty: it fits.
QString misfit(const QJsonObject &metaData)
{
    if (metaData[u"IID"].toString() != QLatin1String(CollectorJob_iid))
        return QStringLiteral("it is built for the interface \"%1\", this program has \"%2\"; rebuild it with this version's SDK")
            .arg(metaData[u"IID"].toString(), QLatin1String(CollectorJob_iid));
    for (const char *key : {"collector_interface", "collector_compiler", "collector_sanitizer"}) {
        const QString theirs = stampOf(metaData, key);
        if (theirs.isEmpty())
            return QStringLiteral("it bears no stamp of collector_add_plugin(); build it with that function");
        if (theirs != ownStamp(key))
            return QStringLiteral("it was built with %1 %2, this program with %3; rebuild it")
                .arg(QLatin1String(key).mid(10), theirs, ownStamp(key));
    }
    const int qt = metaData[u"version"].toInt();
    if ((qt >> 8) != (QT_VERSION >> 8))
        return QStringLiteral("it was built with Qt %1.%2, this program with Qt %3.%4; rebuild it")
            .arg(qt >> 16)
            .arg((qt >> 8) & 0xff)
            .arg(QT_VERSION_MAJOR)
            .arg(QT_VERSION_MINOR);
    return {};
}

} // namespace

void PluginFile::refuseOptions(const QStringList &coreOptions)
{
    if (!isUsable())
        return;
    for (const OptionSpec &option : manifest->options) {
        if (coreOptions.contains(QString::fromUtf8(option.name)))
            refusal =
                QStringLiteral("it declares the option --%1, which is collector's own; rename it").arg(QString::fromUtf8(option.name));
    }
    for (const DocumentSpec &document : manifest->documents) {
        if (std::find(optionsBesideDocuments.begin(), optionsBesideDocuments.end(), document.name) != optionsBesideDocuments.end())
            refusal = QStringLiteral("it declares the document --%1, which is an option of `collector plugins`; rename it")
                          .arg(QString::fromUtf8(document.name));
    }
}

PluginFile inspectPlugin(const QString &path, const QString &origin)
{
    PluginFile plugin;
    plugin.origin = origin;
    plugin.path = QFileInfo(path).canonicalFilePath();
    if (plugin.path.isEmpty()) {
        plugin.path = path;
        plugin.refusal = QStringLiteral("there is no such file");
        return plugin;
    }
    // Before the file is even mapped: who could have written it?
    plugin.refusal = untrusted(plugin.path);
    if (!plugin.refusal.isEmpty())
        return plugin;
    if (access(QFile::encodeName(plugin.path).constData(), R_OK) != 0) {
        plugin.refusal = QStringLiteral("it cannot be read: %1").arg(QString::fromLocal8Bit(std::strerror(errno)));
        return plugin;
    }
    const QJsonObject metaData = QPluginLoader(plugin.path).metaData();
    if (metaData.isEmpty()) {
        plugin.refusal = QStringLiteral("it is no Qt plugin (no embedded metadata)");
        return plugin;
    }
    if (!metaData.contains(u"MetaData")) {
        plugin.refusal = QStringLiteral("it has no manifest; name one with METADATA in collector_add_plugin()");
        return plugin;
    }
    QStringList errors;
    plugin.manifest = Manifest::parse(metaData[u"MetaData"].toObject(), &errors);
    plugin.refusal = misfit(metaData);
    if (plugin.refusal.isEmpty() && !errors.isEmpty())
        plugin.refusal = QStringLiteral("its manifest is malformed: ") + errors.join(QStringLiteral("; "));
    return plugin;
}

QByteArray sha256OfFile(const QString &path)
{
    QFile file(path);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
        return {};
    return hash.result().toHex();
}

} // namespace collector
