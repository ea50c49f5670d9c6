// Records and results for tests of diff, merge and report: short to write, whole to read.

#pragma once

#include <collector/manifest.h>

#include <QByteArray>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace collector {

// JSON with apostrophes for its quotes.
inline QByteArray json(const char *text)
{
    return QByteArray(text).replace('\'', '"');
}

// A record as a run writes it; `more`: further members, such as `"facts":{…}`, with a comma in front of each.
inline QByteArray record(const QByteArray &host, const char *status, const QByteArray &more, const QByteArray &night = "22",
                         const char *cause = nullptr)
{
    const QByteArray reason = cause ? '"' + QByteArray(cause) + '"' : QByteArray("null");
    return json("{'schema':'collector/1','run':'202611") + night + json("T020000Z-4f1c','host':'") + host +
           json("','address':'10.0.0.1','groups':['prod'],'status':'") + status + json("','cause':") + reason +
           json(",'message':null,'plugin':null,'started':'2026-11-") + night +
           json("T02:00:00.123Z','elapsed_ms':4,'attempts':1,'jobs':{'ssh-facts':{'status':'") + status + json("','cause':") + reason +
           json(",'elapsed_ms':4}},'connection':null,'vars':{}") + more + '}';
}

// The same for a host whose name, in base64, is shown as h, U+FFFD, 1.
inline QByteArray recordOfBytes(const QByteArray &base64, const char *status, const QByteArray &more)
{
    return record("h\357\277\2751\",\"host_base64\":\"" + base64, status, more);
}

inline QByteArray facts(const QByteArray &members)
{
    return ",\"facts\":{" + members + "},\"absent\":{}";
}

inline std::shared_ptr<const Manifest> manifestOf(const QByteArray &text)
{
    QStringList errors;
    const auto manifest = Manifest::parse(QJsonDocument::fromJson(text).object(), &errors);
    if (!manifest)
        qFatal("%s", qPrintable(errors.join(u'\n')));
    return manifest;
}

// Two plugins with a fact of each class.
inline QList<std::shared_ptr<const Manifest>> someManifests()
{
    const auto facts = manifestOf(json("{'name':'ssh-facts','summary':'facts','uses':['shell'],'facts_at_root':true,'facts':["
                                       "{'name':'machine_id','type':'text','class':'identity'},"
                                       "{'name':'memtotal_mb','type':'integer','class':'hardware'},"
                                       "{'name':'kernel','type':'text','class':'configuration'},"
                                       "{'name':'uptime_seconds','type':'integer','class':'noise'},"
                                       "{'name':'boot_time','type':'text','class':'state'},"
                                       "{'name':'loadavg','type':'object','class':'state'},"
                                       "{'name':'env','type':'object','class':'sensitive'},"
                                       "{'name':'mounts','type':'list','class':'configuration'},"
                                       "{'name':'mounts.size_available','type':'integer','class':'state'},"
                                       "{'name':'mounts.free','type':'integer','class':'noise'},"
                                       "{'name':'*_speed','type':'integer','class':'hardware'}]}"));
    const auto ping = manifestOf(json("{'name':'ping','summary':'pings','uses':['ping'],'facts':["
                                      "{'name':'alive','type':'boolean','class':'state'},"
                                      "{'name':'rtt_*','type':'number','class':'noise'}]}"));
    return {facts, ping};
}

// A file in `directory`, with these records as JSON lines.
inline QByteArray resultFile(const QTemporaryDir &directory, const QByteArray &name, const QList<QByteArray> &records)
{
    const QString path = directory.filePath(QString::fromUtf8(name));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(records.join('\n') + '\n') < 0)
        qFatal("cannot write %s", qPrintable(path));
    return QFile::encodeName(path);
}

} // namespace collector
