// PrintedFacts: what a user's script printed, read as facts. A pure function of hostile bytes; any thread.

#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QJsonObject>
#include <QString>

#include <map>

namespace collector {

struct PrintedFacts
{
    enum class Format {
        Auto,     // Json where the output begins with { or is a list, FactsD where its first line is a [section], else KeyValue
        Json,     // one object
        KeyValue, // lines `key=value`, as in /etc/os-release: quotes around a value are taken off, # begins a comment
        FactsD,   // a *.fact file of Ansible's facts.d: JSON, or INI: {section: {key: value}}, keys in lower case
    };
    // Of the word in a manifest's `choices`: auto, json, key-value, facts.d.
    [[nodiscard]] static Format format(const QString &word);

    QJsonObject facts;
    std::map<QString, QByteArray> exact; // the bytes of those texts that are no UTF-8
    QString defect; // what could not be understood, for a person; empty: nothing. What could be is in `facts` all the same

    [[nodiscard]] static PrintedFacts parse(const QByteArray &output, Format format);
};

} // namespace collector
